"""Undoes LZF, the compression of binary_compressed .pcd files.

The bytes are runs of literal bytes and copies of what came before. A first byte below 32 begins a
run of that many bytes and one more. Any other begins a copy: its upper 3 bits are the length less
2; 7 means that the next byte is added. Its lower 5 bits and the next byte are the distance less 1.
"""

_RUNS_BELOW = 32
_LONG = 7


class LzfError(Exception):
    """The bytes are damaged. str() says at which byte."""


def decompress_lzf(data: bytes, size: int) -> bytes:
    """Returns what was compressed.

    Args:
      data: All of the compressed bytes.
      size: How many bytes they stand for.

    Raises:
      LzfError: They are damaged, or stand for another number of bytes.
    """
    out = bytearray()
    at, end = 0, len(data)
    while at < end:
        begin, control = at, data[at]
        at += 1
        if control < _RUNS_BELOW:
            stop = at + control + 1
            if stop > end:
                raise LzfError(f"byte {begin:,}: the run of {control + 1} bytes is cut off")
            out += data[at:stop]
            at = stop
        else:
            length = control >> 5
            stop = at + (2 if length == _LONG else 1)
            if stop > end:
                raise LzfError(f"byte {begin:,}: the copy is cut off")
            if length == _LONG:
                length += data[at]
            at = stop
            _copy(out, ((control & 31) << 8) + data[at - 1] + 1, length + 2, begin)
        if len(out) > size:
            break
    if len(out) != size or at < end:
        raise LzfError(f"byte {at:,}: {len(out):,} bytes were compressed; expected {size:,}")
    return bytes(out)


def _copy(out: bytearray, distance: int, length: int, place: int) -> None:
    begin = len(out) - distance
    if begin < 0:
        raise LzfError(
            f"byte {place:,}: a copy from {distance:,} back; only {len(out):,} are there"
        )
    if length <= distance:
        out += out[begin : begin + length]
    else:
        # It repeats what it has copied.
        out += (out[begin:] * (length // distance + 1))[:length]
