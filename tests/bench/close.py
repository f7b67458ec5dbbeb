"""close_first, close_next, close_reverse: the inventory close of large books against its floor.

Half of the items are settled at close, by every method, and nothing was ever closed: the first close settles all but
the last month of five years, the next one that month. Application and floor take turns, three times, each on a copy of
the same database; the best of each counts. What the application writes is checked with `check_books`, and is what the
floor writes. The floor of a reversal is the close that it takes back.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import TypeVar

from django.db import connection

from costing import adjustment, check_books, closing
from costing.closing import CloseResult, Options
from tests.bench import big_book_loading, close_floor, databases
from tests.bench.big_book_loading import TODAY
from tests.bench.results import Measured, peak_mb, reset_peak

Found = TypeVar("Found")
ROUNDS = 3
GROWTH_FROM = 1_000_000
FIRST_ON, NEXT_ON = date(2025, 11, 30), date(2025, 12, 31)


def first(size: int) -> Iterator[Measured]:
    """All but the last month of five years. From a million on also a tenth of it, to see how it grows."""
    small = None
    for each in [size // 10, size] if size >= GROWTH_FROM else [size]:
        measured = _against_floor("close_first", each, _adjusted(each), FIRST_ON, _closed_name(each))
        if small is not None:
            measured.note += f"; {measured.seconds / small.seconds:.1f} x the time of {small.size}"
        small = measured
        yield measured


def following(size: int) -> Iterator[Measured]:
    """The month after the first close, from what that left open."""
    first_seconds = _close_once(_adjusted(size), FIRST_ON, keep_as=_closed_name(size))
    measured = _against_floor("close_next", size, _closed_name(size), NEXT_ON)
    measured.note += f"; {measured.seconds / first_seconds:.2f} x the time of the first close"
    yield measured


def reverse(size: int) -> Iterator[Measured]:
    """Taking the first close back, beside the close."""
    adjusted = _adjusted(size)
    seconds, close_seconds, peaks = [], [], []
    for _round in range(ROUNDS):
        databases.use(databases.fresh(adjusted))
        took, result = _timed(lambda: _close(FIRST_ON))
        close_seconds.append(took)
        _execute("ANALYZE")
        reset_peak()
        took, _closed = _timed(partial(closing.reverse_close, close_id=result.close_id))
        seconds.append(took)
        peaks.append(peak_mb())
    _check()
    note = f"{result.entries} entries and {result.settlements} settlements taken back; beside the close"
    yield Measured("close_reverse", size, min(seconds), min(close_seconds), note, max(peaks))


def _against_floor(name: str, size: int, before: str, on: date, keep_as: str = "") -> Measured:
    seconds, floor_seconds, peaks, prepared = [], [], [], ""
    for _round in range(ROUNDS):
        databases.use(databases.fresh(before))
        last = close_floor.last_numbers()
        reset_peak()
        took, result = _timed(lambda: _close(on))
        seconds.append(took)
        peaks.append(peak_mb())
        if not prepared:
            _check()
            if keep_as:
                _execute("VACUUM ANALYZE")
                databases.keep_as(keep_as)
            prepared = close_floor.prepare(f"lagerbok_bench_{name}_{size}", before, last)
        databases.use(databases.fresh(prepared))
        floor_seconds.append(_timed(lambda: close_floor.close(on))[0])
    note = f"{result.entries} entries adjusted, {result.settlements} settlements, {result.warnings} warnings"
    return Measured(name, size, min(seconds), min(floor_seconds), note, max(peaks))


def _close_once(before: str, on: date, *, keep_as: str) -> float:
    databases.use(databases.fresh(before))
    took, _result = _timed(lambda: _close(on))
    _execute("VACUUM ANALYZE")
    databases.keep_as(keep_as)
    return took


def _close(on: date) -> CloseResult:
    return closing.close_inventory(Options(on=on))


def _adjusted(size: int) -> str:
    """The books after the adjustment of what is settled at posting."""
    name = f"lagerbok_bench_to_close_{size}"
    if not databases.exists(name):
        databases.use_empty()
        databases.in_a_process(lambda: big_book_loading.load(size, at_close=True))
        databases.in_a_process(lambda: adjustment.adjust_cost(today=TODAY))
        databases.in_a_process(lambda: _execute("VACUUM ANALYZE"))
        databases.keep_as(name)
    return name


def _closed_name(size: int) -> str:
    return f"lagerbok_bench_closed_{size}"


def _timed(work: Callable[[], Found]) -> tuple[float, Found]:
    connection.ensure_connection()
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def _check() -> None:
    broken = check_books.breaches()
    assert not broken, broken[:5]


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
