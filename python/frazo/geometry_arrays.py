"""What the functions of frazo.geometry take, as the arrays that C++ reads."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import ArrayLike


def rows(name: str, rows: ArrayLike, dtype: type, width: int | None) -> np.ndarray:
    made = np.ascontiguousarray(rows, dtype)
    if made.ndim != 2 or (width is not None and made.shape[1] != width):
        raise ValueError(f"{name}: shape {made.shape}; expected [rows, {width or 'numbers'}]")
    return made


def boxes(name: str, boxes: ArrayLike) -> np.ndarray:
    return rows(name, boxes, np.float64, 7)


def flags(is_candidate: ArrayLike | None) -> np.ndarray:
    flags = () if is_candidate is None else np.asarray(is_candidate, np.bool_)
    return np.ascontiguousarray(flags, np.uint8)


def threads(threads: int | None) -> int:
    return len(os.sched_getaffinity(0)) if threads is None else threads
