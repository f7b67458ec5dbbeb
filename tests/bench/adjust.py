"""adjust_full, adjust_nothing, adjust_incremental: cost adjustment of large books against its floor.

Application and floor take turns, three times, each on a copy of the same database; the best of each counts. What the
application writes is checked with `check_books`, and is what the floor writes.
"""

import time
from collections.abc import Callable, Iterator
from threading import Thread

from django.db import connection

from costing import adjustment, check_books
from costing.models import AdjustmentRun
from tests.bench import adjust_floor, adjust_rows, big_book_loading, databases
from tests.bench.big_book_loading import TODAY
from tests.bench.results import Measured, peak_mb, reset_peak

ROUNDS = 3
WORKERS = 2
GROWTH_FROM = 1_000_000


def full(size: int) -> Iterator[Measured]:
    """Every issue, move and return has to change. From a million on also a tenth of it, to see how it grows."""
    small = None
    for each in [size // 10, size] if size >= GROWTH_FROM else [size]:
        measured = _full(each)
        if small is not None:
            measured.note += f"; {measured.seconds / small.seconds:.1f} x the time of {small.size}"
        small = measured
        yield measured


def _full(size: int) -> Measured:
    posted = _posted(size)
    seconds, floor_seconds, peaks, written = [], [], [], None
    for _round in range(ROUNDS):
        databases.use(databases.fresh(posted))
        last = adjust_floor.last_value()
        reset_peak()
        seconds.append(_timed(_adjust))
        peaks.append(peak_mb())
        if written is None:
            written = adjust_floor.written_since(last)
            _check()
            databases.keep_as(_adjusted_name(size))
        databases.use(databases.fresh(posted))
        floor_seconds.append(_timed(adjust_floor.adjust, written))
    note = f"{len(written.values['id'])} value entries and {len(written.changes['value'])} cost changes made"
    return Measured("adjust_full", size, min(seconds), min(floor_seconds), note, max(peaks))


def nothing(size: int) -> Iterator[Measured]:
    """Every item is marked on every day that it was posted, and nothing has to change."""
    databases.use(databases.fresh(_adjusted(size)))
    seconds, floor_seconds, peaks = [], [], []
    for _round in range(ROUNDS):
        _execute(_MARK_ALL)
        _execute("VACUUM ANALYZE costing_avgcostadjmtentrypoint")
        last = adjust_floor.last_value()
        reset_peak()
        seconds.append(_timed(_adjust))
        peaks.append(peak_mb())
        assert adjust_floor.last_value() == last
        floor_seconds.append(_timed(adjust_floor.adjust, None))
    yield Measured("adjust_nothing", size, min(seconds), min(floor_seconds), memory_mb=max(peaks))


def incremental(size: int) -> Iterator[Measured]:
    """One item in a thousand, each with one invoice of which some more cost has come in; then one invoice alone."""
    databases.use(databases.fresh(_adjusted(size)))
    seconds, floor_seconds, peaks, made = [], [], [], 0
    for turn in range(ROUNDS):
        item_ids = _execute(_CHANGE_INVOICES, {"items": max(1, size // 100_000), "turn": turn})
        last = adjust_floor.last_value()
        reset_peak()
        seconds.append(_timed(_adjust))
        peaks.append(peak_mb())
        written = adjust_floor.written_since(last)
        made = max(made, len(written.values["id"]))
        if turn == 0:
            _check()
        floor_seconds.append(_timed(adjust_floor.adjust, written, item_ids))
    _execute(_CHANGE_INVOICES, {"items": 1, "turn": 1})
    touched = adjust_rows.check_one_invoice(adjust_floor.last_value())
    note = f"{len(item_ids)} items, up to {made} value entries made; {touched}"
    yield Measured("adjust_incremental", size, min(seconds), min(floor_seconds), note, max(peaks))


def _posted(size: int) -> str:
    name = f"lagerbok_bench_posted_{size}"
    if not databases.exists(name):
        databases.use_empty()
        databases.in_a_process(lambda: big_book_loading.load(size))
        databases.keep_as(name)
    return name


def _adjusted(size: int) -> str:
    name = _adjusted_name(size)
    if not databases.exists(name):
        databases.use(databases.fresh(_posted(size)))
        databases.in_a_process(_adjust)
        databases.keep_as(name)
    return name


def _adjusted_name(size: int) -> str:
    return f"lagerbok_bench_adjusted_{size}"


def _adjust() -> None:
    """With two workers, as production has them on two processors; each has a connection of its own."""
    threads = []

    def start_another(run_id: int) -> None:
        threads.append(Thread(target=_work, args=(run_id,)))
        threads[0].start()

    result = adjustment.adjust_cost(today=TODAY, workers=WORKERS, on_start=start_another)
    threads[0].join()
    assert not result.failed


def _work(run_id: int) -> None:
    try:
        run = AdjustmentRun.objects.get(pk=run_id)
        adjustment.work(run, adjustment.make_worker(), user_id=None, today=TODAY, workers=WORKERS)
    finally:
        connection.close()


def _timed(work: Callable[..., object], *arguments: object) -> float:
    connection.ensure_connection()
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def _check() -> None:
    broken = check_books.breaches()
    assert not broken, broken[:5]


def _execute(sql: str, parameters: dict[str, int] | None = None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


# As if everything had just been posted at its right cost.
_MARK_ALL = """
INSERT INTO costing_avgcostadjmtentrypoint (item_id, location_id, valuation_date)
SELECT DISTINCT v.item_id, CASE WHEN g.costing_method <> 'average' THEN v.location_id END, v.valuation_date
FROM costing_valueentry v
JOIN inventory_item i ON i.id = v.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
WHERE v.entry_type = 'direct_cost' AND NOT v.adjustment
"""

# As posting a charge does it: a value on the purchase in the middle of the item's life, its marks and its balance.
_CHANGE_INVOICES = """
WITH candidate AS (
    SELECT DISTINCT ON (e.item_id) e.id, e.item_id
    FROM inventory_itemledgerentry e
    JOIN inventory_item i ON i.id = e.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    WHERE e.entry_type = 'purchase' AND e.quantity > 0
      AND e.completely_invoiced AND e.remaining_quantity < e.quantity AND g.costing_method <> 'standard'
    ORDER BY e.item_id, abs(e.posting_date - date '2023-07-01'), e.id
), chosen AS (
    SELECT id FROM (
        SELECT id, row_number() OVER (ORDER BY item_id) AS place, count(*) OVER () / %(items)s AS step FROM candidate
    ) numbered
    WHERE place %% step = step / 4 * (%(turn)s + 1) AND step > 3
), made AS (
    INSERT INTO costing_valueentry (
        item_ledger_entry_id, item_id, location_id, item_ledger_entry_type, entry_type, posting_date, valuation_date,
        document_no, item_ledger_entry_quantity, valued_quantity, invoiced_quantity, cost_amount_actual,
        cost_amount_expected, cost_amount_non_inventory, cost_per_unit, sales_amount_actual, sales_amount_expected,
        purchase_amount_actual, purchase_amount_expected, discount_amount, item_charge_id,
        inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id, account_set_id,
        register_id, created_at)
    SELECT v.item_ledger_entry_id, v.item_id, v.location_id, v.item_ledger_entry_type, 'direct_cost', v.posting_date,
        v.valuation_date, 'CHARGE', 0, v.valued_quantity, 0, v.valued_quantity, 0, 0, 1, 0, 0, 0, 0, 0,
        (SELECT min(id) FROM inventory_itemcharge), v.inventory_posting_group_id, v.gen_bus_posting_group_id,
        v.gen_prod_posting_group_id, v.account_set_id, v.register_id, v.created_at
    FROM chosen JOIN costing_valueentry v ON v.item_ledger_entry_id = chosen.id AND v.item_ledger_entry_quantity <> 0
    RETURNING id, item_ledger_entry_id, item_id, location_id, posting_date, valuation_date, cost_amount_actual
), queued AS (
    INSERT INTO costing_valueentrytopost (value_entry_id, item_id, posting_date)
    SELECT id, item_id, posting_date FROM made
), flagged AS (
    UPDATE inventory_itemledgerentry SET applied_entry_to_adjust = true
    WHERE id IN (SELECT item_ledger_entry_id FROM made)
), balanced AS (
    UPDATE costing_itembalance b SET cost = b.cost + made.cost_amount_actual FROM made
    WHERE b.item_id = made.item_id AND b.variant_id IS NULL AND b.location_id = made.location_id
), raised AS (
    UPDATE costing_itemcoststate SET change_no = change_no + 1 WHERE item_id IN (SELECT item_id FROM made)
)
INSERT INTO costing_avgcostadjmtentrypoint (item_id, location_id, valuation_date)
SELECT m.item_id, CASE WHEN g.costing_method <> 'average' THEN m.location_id END, m.valuation_date
FROM made m
JOIN inventory_item i ON i.id = m.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
RETURNING item_id
"""
