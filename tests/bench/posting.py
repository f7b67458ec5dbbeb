"""posting_1, posting_4, posting_100_lines: posting documents against the bare SQL of the same rows; seconds a document.

Half of the documents are purchases received and invoiced, half sales shipped and invoiced; costs are posted to G/L at
once. Four connections are four processes, each at a place of its own with items and, as the floor, number series of its
own. Application and floor take turns, three times; the best of each counts.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from django.db import connection
from django.db.models import Count

from config.base.models import NumberSeries, NumberSeriesLine
from costing import check_books
from costing.posting import documents
from costing.posting.results import PostingResult
from inventory.enums import DocumentKind, PostedNumbers
from inventory.models import (
    Customer,
    Document,
    DocumentLine,
    Item,
    Location,
    LocationNumberSeries,
    PostedDocument,
    Vendor,
)
from tests import factories
from tests.bench import posting_floor
from tests.bench.posting_floor import Pattern
from tests.bench.results import Measured

ROUNDS = 3
CONNECTIONS = 4
ITEMS = 100
DOCUMENTS = 120
LONG_DOCUMENTS = 6
LINES = 100
WARM_UP = 6
FIRST_DAY = date(2026, 1, 1)
DAY = date(2026, 1, 15)

_order_numbers = count(1)


@dataclass(frozen=True)
class Order:
    """An order to be posted: its line numbers of the database, and the items on them."""

    id: int
    kind: str
    line_ids: list[int]
    item_ids: list[int]


Work = Callable[[list[Order], int], None]


def one(_size: int) -> Iterator[Measured]:
    """One line, one connection."""
    _set_up()
    yield _measure("posting_1", connections=1, orders=DOCUMENTS, lines=1)


def four(_size: int) -> Iterator[Measured]:
    """One line, four connections; the note compares with one connection on the same machine at the same time."""
    _set_up()
    alone = _measure("posting_1", connections=1, orders=DOCUMENTS, lines=1)
    measured = _measure("posting_4", connections=CONNECTIONS, orders=DOCUMENTS, lines=1)
    gain, floor_gain = measured.seconds / alone.seconds, measured.floor_seconds / alone.floor_seconds
    measured.note = f"{gain:.2f} x one connection (floor {floor_gain:.2f} x); {measured.note}"
    yield measured


def hundred_lines(_size: int) -> Iterator[Measured]:
    """A hundred lines of a hundred items, one connection."""
    _set_up()
    yield _measure("posting_100_lines", connections=1, orders=LONG_DOCUMENTS, lines=LINES)


def _measure(name: str, *, connections: int, orders: int, lines: int) -> Measured:
    patterns: dict[str, Pattern] = {kind: _pattern(kind, lines) for kind in _KINDS}
    seconds, floor_seconds = [], []
    for _round in range(ROUNDS):
        seconds.append(_timed(_post, connections, orders, lines))
        _check()
        floor_seconds.append(_timed(_floor(patterns), connections, orders, lines))
    note = f"{len(_KINDS)} kinds of documents, {posting_floor.rows_of(patterns)} rows each on average"
    return Measured(name, orders * connections, min(seconds), min(floor_seconds), note)


# --- the company ------------------------------------------------------------------------------------------------------

_KINDS = (DocumentKind.PURCHASE_ORDER, DocumentKind.SALES_ORDER)
_NUMBERS = {
    "PR": PostedNumbers.PURCHASE_RECEIPT,
    "PI": PostedNumbers.PURCHASE_INVOICE,
    "SS": PostedNumbers.SALES_SHIPMENT,
    "SI": PostedNumbers.SALES_INVOICE,
}
_PLACES = [f"PLACE{worker}" for worker in range(CONNECTIONS)]


def _set_up() -> None:
    """A company with items in stock, and a place with number series for each connection; the floor has its own."""
    factories.company(locations=_PLACES)
    template = factories.item("I0000")
    columns = {field.attname: getattr(template, field.attname) for field in Item._meta.concrete_fields}
    del columns["id"]
    numbers = range(1, ITEMS * CONNECTIONS)
    Item.objects.bulk_create(
        [Item(**columns | {"no": f"I{n:04d}", "description": "", "sort_key": ""}) for n in numbers]
    )
    for worker, place in enumerate(_PLACES):
        for short, numbers in _NUMBERS.items():
            series = NumberSeries.objects.create(code=f"{short}{worker}")
            NumberSeriesLine.objects.create(series=series, starting_no=f"{short}{worker}-000001")
            LocationNumberSeries.objects.create(
                location=Location.objects.get(code=place), numbers=numbers, series=series
            )
        posting_floor.make_number_line(worker, _KINDS)
    for worker in range(CONNECTIONS):
        # Older than all that is measured: the layer that every sale takes from.
        (order,) = _orders(DocumentKind.PURCHASE_ORDER, 1, ITEMS, worker, quantity=1_000_000)
        _post_one(order, FIRST_DAY)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _orders(kind: str, orders: int, lines: int, worker: int, *, quantity: int = 1) -> list[Order]:
    """Make orders with everything to handle and to invoice, over the items of a connection in turn."""
    items = list(Item.objects.order_by("pk")[worker * ITEMS : (worker + 1) * ITEMS].values_list("pk", flat=True))
    partner = {"vendor_id": Vendor.objects.get().pk} if kind == DocumentKind.PURCHASE_ORDER else {}
    if not partner:
        partner = {"customer_id": Customer.objects.get().pk}
    location = Location.objects.get(code=_PLACES[worker])
    made = []
    for number in range(orders):
        order = Document.objects.create(kind=kind, no=f"{kind[0]}{next(_order_numbers):06d}", order_date=DAY, **partner)
        chosen = [items[(number * lines + line) % ITEMS] for line in range(lines)]
        made_lines = DocumentLine.objects.bulk_create(
            DocumentLine(
                document=order,
                line_no=10_000 * (line + 1),
                item_id=item_id,
                location=location,
                quantity=quantity,
                quantity_to_handle=quantity,
                quantity_to_invoice=quantity,
                unit_amount=Decimal("5.00"),
            )
            for line, item_id in enumerate(chosen)
        )
        made.append(Order(order.pk, kind, [line.pk for line in made_lines], chosen))
    return made


def _mixed(orders: int, lines: int, worker: int) -> list[Order]:
    """Purchases and sales in turn."""
    kinds = [_orders(kind, orders // len(_KINDS), lines, worker) for kind in _KINDS]
    return [order for turn in zip(*kinds, strict=True) for order in turn]


# --- the work ---------------------------------------------------------------------------------------------------------


def _post(orders: list[Order], _worker: int) -> None:
    for order in orders:
        _post_one(order, DAY)


def _post_one(order: Order, on: date) -> PostingResult:
    return documents.post_document(document_id=order.id, posting_date=on, handle=True, invoice=True, user_id=None)


def _pattern(kind: str, lines: int) -> Pattern:
    """Post a document with the application, and remember the rows that it wrote."""
    (order,) = _orders(kind, 1, lines, 0)
    return posting_floor.pattern_of(_post_one(order, DAY))


def _floor(patterns: dict[str, Pattern]) -> Work:
    def write(orders: list[Order], worker: int) -> None:
        connection.ensure_connection()
        for order in orders:
            posting_floor.write(
                connection.connection,
                patterns[order.kind],
                order_id=order.id,
                line_ids=order.line_ids,
                item_ids=order.item_ids,
                number_line=posting_floor.number_lines(worker, order.kind),
            )

    return write


def _timed(work: Work, connections: int, orders: int, lines: int) -> float:
    """Seconds a document. Each process has its own connection, warm: it has posted a few before the clock starts."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(connections + 1)
    spans = context.Queue()
    chunks = [_mixed(orders + WARM_UP, lines, worker) for worker in range(connections)]
    connection.close()

    def run(worker: int) -> None:
        work(chunks[worker][:WARM_UP], worker)
        barrier.wait()
        started = time.perf_counter()
        work(chunks[worker][WARM_UP:], worker)
        spans.put((started, time.perf_counter()))
        connection.close()

    processes = [context.Process(target=run, args=(worker,)) for worker in range(connections)]
    for process in processes:
        process.start()
    barrier.wait(timeout=120)
    found = [spans.get(timeout=600) for _process in processes]
    for process in processes:
        process.join()
    return (max(end for _start, end in found) - min(start for start, _end in found)) / (orders * connections)


def _check() -> None:
    """No number was lost and none was given twice: each line of a series counts without a gap. The books are whole."""
    posted = PostedDocument.objects.exclude(no__startswith=posting_floor.PREFIX)
    if posted.count() == PostedDocument.objects.count():
        # What the floor wrote since is no whole posting.
        breaches = check_books.breaches()
        assert not breaches, breaches
    twice = posted.values("type", "no").annotate(times=Count("pk")).filter(times__gt=1)
    assert not twice.exists(), list(twice)
    used = NumberSeriesLine.objects.filter(series__locationnumberseries__isnull=False).exclude(last_no_used="")
    assert used.exists()
    for line in used:
        head, _dash, last = line.last_no_used.rpartition("-")
        assert posted.filter(no__startswith=f"{head}-").count() == int(last), line.last_no_used
