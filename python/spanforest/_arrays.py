"""What people have in their hands, as arrays that the Rust half reads where they are."""

from __future__ import annotations

import operator
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Options(TypedDict):
    """What is asked for, besides the graph."""

    n: int | None
    maximum: bool
    verify: bool
    threads: int | None


def ids(name: str, given: npt.ArrayLike) -> Array:
    """The ids of vertices as an array; no copy of an array of integers."""
    array = _column(name, given)
    if array.size == 0 and not isinstance(given, np.ndarray):
        array = array.astype(np.int64)  # numpy makes floats of an empty list
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{name} has the type {array.dtype}; ids of vertices are integers, "
            "and only forest_of_table takes strings"
        )
    return array


def weights(name: str, given: npt.ArrayLike) -> Array:
    """Weights as an array; no copy of an array of integers, or of floats of 32 or 64 bits."""
    array = _column(name, given)
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "b":
        return array.view(np.uint8)
    if kind == "f" and size == 2:
        return array.astype(np.float32)  # exact
    if kind in "iu" or kind == "f" and size <= 8:
        return array
    raise TypeError(
        f"{name} has the type {array.dtype}; weights are integers or floats of at most 64 bits"
    )


def options(n: Any, maximum: bool, threads: Any, verify: bool) -> Options:
    """Checks what is asked for."""
    return {
        "n": _count("n", n, 0),
        "maximum": bool(maximum),
        "threads": _count("threads", threads, 1),
        "verify": bool(verify),
    }


def _column(name: str, given: npt.ArrayLike) -> Array:
    if np.ma.is_masked(given):
        raise ValueError(f"{name} has masked items; leave those edges out")
    array = np.asarray(given)
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions; one was expected")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return np.require(array, requirements="A")


def _count(name: str, given: Any, least: int) -> int | None:
    if given is None:
        return None
    count = operator.index(given)
    if not least <= count < 2**63:
        raise ValueError(f"{name} is {count}; {least} or more is possible, and less than 2^63")
    return count
