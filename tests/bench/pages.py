"""pages: every page on a company of a hundred thousand items against the demo company; and an order of twenty lines.

Each company has a process of its own with a warm connection; they take turns, page by page. `seconds` is the fastest of
five on the large company, `floor_seconds` that on the demo company, `ratio` the growth, at most 2 for lists, cards,
availability, panels and searches. Budgets (ux.md 4.16) are looked at the 95th percentile of all times of a kind. `size`
is the number of item ledger entries. What is too slow is named at the end, and the measure fails.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.db import connection

from config.base.jobs import queue
from costing import demo
from costing.posting import documents
from inventory.enums import DocumentKind
from inventory.models import Customer, Document, DocumentLine, Item, Vendor
from tests.bench import databases, large_company
from tests.bench.page_server import CompanyProcess
from tests.bench.results import Measured
from tests.web.one_of_each import one_of_each
from tests.web.shop import open_shop

TURNS = 5
AGAIN = 15
GROWTH = 2.0
ITEMS_PER_ENTRY = 10
DEMO_DAY = date(2011, 3, 31)
ORDERS, LINES, POSTING_BUDGET = 20, 20, 0.150
DAY = date(2026, 3, 2)
BUDGETS = {"list": 0.300, "card": 0.200, "panel": 0.500, "scan": 0.150, "search": 0.200}


class TooSlow(AssertionError):
    """Pages that grow with the company, or miss their budget."""


def measure(size: int) -> Iterator[Measured]:
    """Pages in the order of their addresses, then the posting of orders, purchases and sales in turn."""
    small = _company("lagerbok_bench_demo", _load_demo)
    large = _company("lagerbok_bench_large", lambda: _load_large(size))
    try:
        yield from _measure(small, large, size)
    finally:
        for company in (small, large):
            company.stop()


def _measure(small: CompanyProcess, large: CompanyProcess, size: int) -> Iterator[Measured]:
    grown: list[str] = []
    times: dict[str, list[float]] = defaultdict(list)
    for name, kind in large.pages.items():
        if name not in small.pages:
            continue
        floor, took = small.open(name, TURNS), large.open(name, TURNS)
        if min(took) > GROWTH * min(floor):
            # Other work on the machine may have hit the one and not the other.
            floor += small.open(name, AGAIN)
            took += large.open(name, AGAIN)
        times[kind] += took
        opened = large.count(name)
        note = f"{name}: {kind}, {opened.queries} queries, {opened.size / 1000:.0f} kB"
        measured = Measured("page", size, min(took), min(floor), note)
        yield measured
        if min(took) > GROWTH * min(floor):
            grown.append(f"{min(took) / min(floor):.1f} x {name}")
    missed = []
    for kind, all_times in sorted(times.items()):
        late = statistics.quantiles(all_times, n=20)[-1]
        budget = BUDGETS.get(kind)
        note = f"95 of 100 {kind} pages, {len(all_times)} times; budget {budget or 'none'}"
        yield Measured("pages_95", size, late, budget or late, note)
        if budget and late > budget:
            missed.append(f"{kind} {late:.3f} s")
    posting = [sorted(company.call(_post_orders)) for company in (small, large)]
    late = statistics.quantiles(posting[1], n=20)[-1]
    yield Measured("post_20_lines", size, posting[1][0], posting[0][0], f"95th percentile {late:.3f} s")
    missed += [f"posting {late:.3f} s"] if late > POSTING_BUDGET else []
    if grown or missed:
        raise TooSlow("\n".join([f"{len(grown)} pages grow:", *grown, "Over their budget:", *missed]))


def _company(name: str, load: Any) -> CompanyProcess:
    databases.use_empty()
    databases.in_a_process(load)
    company = CompanyProcess(databases.keep_as(name), _world)
    company.wait()
    return company


def _load_demo() -> None:
    demo.load(today=DEMO_DAY)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _load_large(size: int) -> None:
    large_company.load(items=size // ITEMS_PER_ENTRY, entries=size)


def _world() -> Any:
    """One of each thing that an address can name, beside what the company has; no worker is told of jobs."""
    with patch.object(queue.current_app, "send_task"):
        return one_of_each(open_shop())


def _post_orders(world: Any) -> list[float]:
    """Seconds of posting each of the orders; a few first, so that nothing is new."""
    items = list(Item.objects.filter(type="inventory", blocked=False).order_by("pk")[: LINES * 4])
    return [_post_order(world, items, number) for number in range(ORDERS + 4)][4:]


def _post_order(world: Any, items: list[Item], number: int) -> float:
    is_purchase = number % 2 == 0
    partner = {"vendor": Vendor.objects.first()} if is_purchase else {"customer": Customer.objects.first()}
    kind = DocumentKind.PURCHASE_ORDER if is_purchase else DocumentKind.SALES_ORDER
    place = world.entry.location
    order = Document.objects.create(kind=kind, no=f"TWENTY{number:03}", order_date=DAY, location=place, **partner)
    start = number // 2 * LINES % len(items)
    DocumentLine.objects.bulk_create(
        DocumentLine(
            document=order,
            line_no=10_000 * (line + 1),
            item=items[(start + line) % len(items)],
            location=place,
            quantity=1,
            quantity_to_handle=1,
            quantity_to_invoice=1,
            unit_amount=Decimal("5.00"),
        )
        for line in range(LINES)
    )
    started = time.perf_counter()
    documents.post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    return time.perf_counter() - started
