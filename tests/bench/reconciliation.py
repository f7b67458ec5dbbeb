"""matrix_all, matrix_month, explain_all: reconciling large books against what any program must read for it.

Everything but the last month is posted to the general ledger, entry by entry, so that there are differences to explain.
The floor of all dates is one sequential scan of the value entries with the sums by kind; that of one month the same
sums through an index that covers the query, made for the floor alone; that of the explanations is the matrix itself.
The best of five rounds counts, application and floor in turn.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date

from django.db import connection

from costing.post_to_gl import post_inventory_cost
from reconciliation import explanations, selectors
from reconciliation.scopes import Scope
from tests.bench import big_book_loading, databases
from tests.bench.results import Measured

ROUNDS = 5
POSTED_THROUGH = date(2025, 11, 30)
ALL = Scope()
MONTH = Scope(date(2025, 6, 1), date(2025, 6, 30))

_SUMS = """
SELECT item_ledger_entry_type, entry_type, variance_type, order_type, sum(cost_amount_actual),
       sum(cost_amount_expected)
FROM costing_valueentry WHERE inventoriable
"""
_GROUPS = " GROUP BY 1, 2, 3, 4"
_COVERING = """
CREATE INDEX bench_covering ON costing_valueentry (posting_date)
INCLUDE (item_ledger_entry_type, entry_type, variance_type, order_type, cost_amount_actual, cost_amount_expected)
WHERE inventoriable
"""


def matrix_all(size: int) -> Iterator[Measured]:
    """All dates: the app reads both ledgers, the floor the value entries alone."""
    _use(size)
    yield _measured("matrix_all", size, lambda: selectors.reconcile(ALL), lambda: _execute(_SUMS + _GROUPS))


def matrix_month(size: int) -> Iterator[Measured]:
    """One month in the middle; the covering index is there only while the floor is timed."""
    _use(size)
    dates = f" AND posting_date BETWEEN '{MONTH.date_from}' AND '{MONTH.date_to}'"
    seconds = _best(lambda: selectors.reconcile(MONTH))
    _execute(_COVERING)
    _execute("VACUUM ANALYZE costing_valueentry")
    floor_seconds = _best(lambda: _execute(_SUMS + dates + _GROUPS))
    _execute("DROP INDEX bench_covering")
    yield Measured("matrix_month", size, seconds, floor_seconds)


def explain_all(size: int) -> Iterator[Measured]:
    """Every difference over all dates split over its causes, against the matrix without causes."""
    _use(size)
    found = selectors.reconcile(ALL)
    assert not found.is_balanced
    yield _measured("explain_all", size, lambda: explanations.explain(found), lambda: selectors.reconcile(ALL))


def _measured(name: str, size: int, work: Callable[[], object], floor: Callable[[], object]) -> Measured:
    pairs = [(_timed(work), _timed(floor)) for _round in range(ROUNDS)]
    return Measured(name, size, min(pair[0] for pair in pairs), min(pair[1] for pair in pairs))


def _best(work: Callable[[], object]) -> float:
    return min(_timed(work) for _round in range(ROUNDS))


def _use(size: int) -> None:
    """The books of a size, posted but for their last month."""
    name = f"lagerbok_bench_in_gl_{size}"
    if not databases.exists(name):
        databases.in_a_process(lambda: _load(size))
        databases.keep_as(name)
    databases.use(databases.fresh(name))


def _load(size: int) -> None:
    big_book_loading.load(size)
    post_inventory_cost(through=POSTED_THROUGH)
    _execute("VACUUM ANALYZE")


def _timed(work: Callable[[], object]) -> float:
    connection.ensure_connection()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _execute(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []
