"""Finds the bounds of length buckets that need the least padding."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence


def best_bounds(histogram: Mapping[int, int], buckets: int) -> list[int]:
    """Returns the increasing upper bounds of at most `buckets` buckets with the least padded
    length.

    A sequence is padded to the bound of its bucket, the first bound that is not below its length,
    so the padded length is sum over sequences of their bound. The last bound is the longest length.

    With lengths l_1 < ... < l_n and C_j sequences no longer than l_j, the least padded length of
    the first j lengths in k buckets is

        P_k(j) = min over i < j of P_{k-1}(i) + (C_j - C_i) l_j,

    which for each j is the lowest of the lines P_{k-1}(i) - C_i x at l_j. Their slopes fall with i
    and l_j grows with j, so that one pass finds the lines (the lower envelope). The time is
    O(buckets * n).

    Args:
        histogram: the number of sequences of each length, at least one sequence. A length of 0
            counts as 1, the smallest bound.
        buckets: at least 1.
    """
    # A bound is at least 1, so empty sequences are padded to 1.
    bounded: Counter[int] = Counter()
    for length, count in histogram.items():
        bounded[max(length, 1)] += count
    lengths = sorted(length for length, count in bounded.items() if count)
    counts = [0, *itertools.accumulate(bounded[length] for length in lengths)]
    # P_1. lengths[j - 1] is l_j, and P_1(0) is 0.
    least = [0] + [counts[j] * lengths[j - 1] for j in range(1, len(counts))]
    # Indexed by number of buckets - 2: for each j the i after which the last bucket begins.
    begins: list[list[int]] = []
    for _ in range(1, min(buckets, len(lengths))):
        least, begin = _add_bucket(least, counts, lengths)
        begins.append(begin)
    bounds = []
    end = len(lengths)
    for begin in reversed(begins):
        bounds.append(lengths[end - 1])
        end = begin[end]
        if end == 0:
            break
    else:
        bounds.append(lengths[end - 1])
    return bounds[::-1]


def padded_length(histogram: Mapping[int, int], bounds: Sequence[int]) -> int:
    """Returns the sum of the bounds that the sequences are padded to. No sequence exceeds the last
    bound.
    """
    total = 0
    bucket = 0
    for length in sorted(histogram):
        while bounds[bucket] < length:
            bucket += 1
        total += histogram[length] * bounds[bucket]
    return total


def _add_bucket(
    least: list[int], counts: list[int], lengths: list[int]
) -> tuple[list[int], list[int]]:
    """Returns P_k for P_{k-1}, and for each j the minimizing i."""
    new_least, begins = [0], [0]
    # Line i is least[i] - counts[i] * x. The lines of the envelope; from `lowest` on they are still
    # needed.
    envelope: list[int] = []
    lowest = 0

    def value(line: int, x: int) -> int:
        return least[line] - counts[line] * x

    for j, length in enumerate(lengths, 1):
        line = j - 1
        while len(envelope) - lowest >= 2 and _is_needless(
            envelope[-2], envelope[-1], line, least, counts
        ):
            envelope.pop()
        envelope.append(line)
        while lowest + 1 < len(envelope) and value(envelope[lowest + 1], length) <= value(
            envelope[lowest], length
        ):
            lowest += 1
        best = envelope[lowest]
        new_least.append(value(best, length) + counts[j] * length)
        begins.append(best)
    return new_least, begins


def _is_needless(left: int, middle: int, right: int, least: list[int], counts: list[int]) -> bool:
    """Returns whether the middle line is never the lowest: right meets left before middle does."""
    return (least[right] - least[left]) * (counts[middle] - counts[left]) <= (
        least[middle] - least[left]
    ) * (counts[right] - counts[left])
