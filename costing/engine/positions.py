"""Where the rows of columns are: by their numbers, and in what order. Linear in the rows, where a search is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_DENSE = 32
"""A table may have so many places for each number in it; else the numbers are searched for."""

_DIGIT = 16


class Positions:
    """The position of each of some numbers, all different.

    Numbers of a ledger lie close together, so they are looked up in a table: a search among as many costs fifty times
    as much, and most of what it waits for is memory.
    """

    def __init__(self, numbers: Ints) -> None:
        self._numbers = numbers
        self._first = int(numbers.min(initial=0))
        span = int(numbers.max(initial=0)) - self._first + 1
        self._table: Ints | None = None
        if span <= _DENSE * (len(numbers) + 1024):
            self._table = np.full(span, -1, np.int64)
            self._table[numbers - self._first] = np.arange(len(numbers))
        else:
            self._order = np.argsort(numbers)

    def of(self, wanted: Ints) -> Ints:
        """Return the position of each wanted number, -1 where it is none of them."""
        if not len(self._numbers):
            return np.full(len(wanted), -1, np.int64)
        if self._table is not None:
            place = wanted - self._first
            known = (place >= 0) & (place < len(self._table))
            found: Ints = np.where(known, self._table[np.where(known, place, 0)], -1)
            return found
        place = np.searchsorted(self._numbers, wanted, sorter=self._order)
        at = self._order[np.minimum(place, len(self._numbers) - 1)]
        return np.where(self._numbers[at] == wanted, at, -1)


def order_of(*keys: Ints) -> Ints:
    """Return the order of rows by their keys, the first one first; rows of equal keys stay as they are.

    Small numbers are sorted digit by digit, which is quicker than comparing them.
    """
    order: Ints | None = None
    for key in reversed(keys):
        order = _then_by(key, order)
    assert order is not None
    return order


def _then_by(key: Ints, order: Ints | None) -> Ints:
    sorted_so_far = key if order is None else key[order]
    if (sorted_so_far[1:] >= sorted_so_far[:-1]).all():
        return np.arange(len(key)) if order is None else order
    if sorted_so_far.min() < 0 or sorted_so_far.max() >> 2 * _DIGIT:
        step = np.argsort(sorted_so_far, kind="stable")
        return step if order is None else order[step]
    for shift in range(0, max(int(sorted_so_far.max()).bit_length(), 1), _DIGIT):
        step = np.argsort((sorted_so_far >> shift).astype(np.uint16), kind="stable")
        sorted_so_far = sorted_so_far[step]
        order = step if order is None else order[step]
    assert order is not None
    return order
