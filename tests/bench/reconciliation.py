"""matrix_all, matrix_month, explain_all, matrix_page: reconciling large books against what must be read for it.

Everything but the last month is posted to the general ledger, entry by entry, so that there are differences to explain.
The floor of all dates is one sequential scan of the value entries with the sums by kind; that of one month the same
sums through the index that covers them; that of the explanations is the matrix itself; that of the page is the matrix
with its explanations. Application and floor take turns, the best of each counts.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from http import HTTPStatus
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.urls import reverse

from costing.post_to_gl import post_inventory_cost
from reconciliation import explanations, selectors
from reconciliation.scopes import Scope
from tests import factories
from tests.bench import big_book_loading, databases
from tests.bench.results import Measured

ROUNDS = 5
QUICK_ROUNDS = 40
POSTED_THROUGH = date(2025, 11, 30)
ALL = Scope()
MONTH = Scope(date(2025, 6, 1), date(2025, 6, 30))

_SUMS = """
SELECT item_ledger_entry_type, entry_type, variance_type, order_type, sum(cost_amount_actual),
       sum(cost_amount_expected)
FROM costing_valueentry WHERE inventoriable
"""
_GROUPS = " GROUP BY 1, 2, 3, 4"


def matrix_all(size: int) -> Iterator[Measured]:
    """All dates: the app reads both ledgers, the floor the value entries alone."""
    _use(size)
    yield _measured("matrix_all", size, lambda: selectors.reconcile(ALL), lambda: _execute(_SUMS + _GROUPS))


def matrix_month(size: int) -> Iterator[Measured]:
    """One month in the middle."""
    _use(size)
    dates = f" AND posting_date BETWEEN '{MONTH.date_from}' AND '{MONTH.date_to}'"
    floor = _SUMS + dates + _GROUPS
    yield _measured(
        "matrix_month", size, lambda: selectors.reconcile(MONTH), lambda: _execute(floor), rounds=QUICK_ROUNDS
    )


def explain_all(size: int) -> Iterator[Measured]:
    """Every difference over all dates split over its causes, against the matrix without causes."""
    _use(size)
    found = selectors.reconcile(ALL)
    assert not found.is_balanced
    yield _measured("explain_all", size, lambda: explanations.explain(found), lambda: selectors.reconcile(ALL))


def matrix_page(size: int) -> Iterator[Measured]:
    """The page of one month with warnings, as the server makes it, against what it shows."""
    _use(size)
    client = Client()
    client.force_login(factories.user("controller"))
    query = {"show": "1", "warning": "1", "date_from": MONTH.date_from, "date_to": MONTH.date_to}
    address = f"{reverse('reconciliation:matrix')}?{urlencode(query)}"
    assert client.get(address).status_code == HTTPStatus.OK
    found = _measured(
        "matrix_page", size, lambda: client.get(address), lambda: explanations.explained(MONTH), rounds=QUICK_ROUNDS
    )
    yield replace(found, note=f"{1000 * (found.seconds - found.floor_seconds):.0f} ms on top of the figures")


def _measured(
    name: str, size: int, work: Callable[[], object], floor: Callable[[], object], *, rounds: int = ROUNDS
) -> Measured:
    pairs = [(_timed(work), _timed(floor)) for _round in range(rounds)]
    return Measured(name, size, min(pair[0] for pair in pairs), min(pair[1] for pair in pairs))


def _use(size: int) -> None:
    """The books of a size, posted but for their last month."""
    name = f"lagerbok_bench_in_gl_{size}"
    if not databases.exists(name):
        databases.use_empty()
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
