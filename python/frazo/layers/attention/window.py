"""Arithmetic of windows that slide over an image."""

from frazo.proto import conv_pb2


def positions(size: int, window: int, stride: int, padding: int) -> int:
    """Returns the number of windows along a dimension; 0 if a VALID window is larger than it."""
    covered = size if padding == conv_pb2.SAME else size - window + 1
    return max(0, -(-covered // stride))


def require_positions(path: str, output_shape: tuple[int | None, ...]) -> None:
    """Checks that the output has positions.

    Raises:
      ValueError: A VALID window is larger than the image.
    """
    if 0 in output_shape[1:3]:
        raise ValueError(
            f"{path}: the window is larger than its input, so the output would be empty. "
            "Use padding: SAME, a smaller window, or fewer layers before it."
        )
