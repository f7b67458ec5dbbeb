"""gl_per_entry, gl_grouped: posting all that waits to the general ledger, against the bare INSERT of the same rows.

Application and floor take turns, three times, each on a copy of the same database; the best of each counts. The floor
knows the rows beforehand: it copies vouchers, entries and relations from plain tables, with all indexes, keys and
triggers, and empties the queue. It looks nothing up, groups nothing and skips nothing.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection, transaction

from costing import check_books, post_to_gl
from costing.models import ValueEntryToPost
from tests.bench import big_book_loading, databases
from tests.bench.big_book_loading import TODAY
from tests.bench.results import Measured, peak_mb, reset_peak

ROUNDS = 3
WRITTEN = (
    "ledger_glregister",
    "ledger_gltransaction",
    "ledger_glentry",
    "costing_glitemledgerrelation",
)


def per_entry(size: int) -> Iterator[Measured]:
    """Two G/L entries for each value entry, each pair in a voucher of its own."""
    yield _measure("gl_per_entry", size, lambda: _post(document_no=""))


def grouped(size: int) -> Iterator[Measured]:
    """Two G/L entries for each day, pair of accounts, groups and sign."""
    yield _measure("gl_grouped", size, lambda: _post(document_no="BENCH"))


def _measure(name: str, size: int, post: Callable[[], int]) -> Measured:
    posted = _posted(size)
    seconds, floor_seconds, peaks, prepared, count = [], [], [], "", 0
    for _round in range(ROUNDS):
        databases.use(databases.fresh(posted))
        reset_peak()
        took, count = _timed(post)
        seconds.append(took)
        peaks.append(peak_mb())
        if not prepared:
            broken = check_books.breaches()
            assert not broken, broken[:5]
            prepared = _prepare(f"lagerbok_bench_{name}_{size}", posted)
        databases.use(databases.fresh(prepared))
        floor_seconds.append(_timed(_insert_bare)[0])
    return Measured(name, size, min(seconds), min(floor_seconds), f"{count} value entries posted", max(peaks))


def _post(*, document_no: str) -> int:
    result = post_to_gl.post_inventory_cost(
        through=None, per_posting_group=bool(document_no), document_no=document_no, today=TODAY
    )
    assert result.skipped == 0
    assert not ValueEntryToPost.objects.exists()
    return result.posted


def _prepare(name: str, posted: str) -> str:
    """Carry the rows that were just written over to a copy of the books before, as plain tables."""
    with tempfile.TemporaryDirectory() as folder:
        for table in WRITTEN:
            _copy_out(f"COPY {table} TO STDOUT (FORMAT binary)", Path(folder) / table)
        databases.use(databases.fresh(posted))
        with connection.cursor() as cursor:
            for table in WRITTEN:
                cursor.execute(f"CREATE TABLE bench_{table} AS TABLE {table} WITH NO DATA")
                _copy_in(f"COPY bench_{table} FROM STDIN (FORMAT binary)", Path(folder) / table)
                cursor.execute(f"VACUUM (ANALYZE) bench_{table}")
    return databases.keep_as(name)


def _insert_bare() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM bench_{table}")
        cursor.execute(
            "DELETE FROM costing_valueentrytopost q USING bench_costing_glitemledgerrelation r"
            " WHERE r.value_entry_id = q.value_entry_id"
        )
        return int(cursor.rowcount)


def _posted(size: int) -> str:
    name = f"lagerbok_bench_posted_{size}"
    if not databases.exists(name):
        databases.in_a_process(lambda: big_book_loading.load(size))
        databases.keep_as(name)
    return name


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    connection.ensure_connection()
    started = time.perf_counter()
    count = work()
    return time.perf_counter() - started, count


def _copy_out(statement: str, path: Path) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy, path.open("wb") as file:
        for block in copy:
            file.write(block)


def _copy_in(statement: str, path: Path) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy, path.open("rb") as file:
        while block := file.read(1 << 20):
            copy.write(block)
