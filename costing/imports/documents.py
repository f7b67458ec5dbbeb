"""Purchase and sales orders; with dates on their rows they are received or shipped, and invoiced, as well.

An order and all that its dates ask for are one transaction: an order that is refused anywhere leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import bulk, changelog, locks, numbering
from config.base.models import Company
from config.base.sheets import Column, Lookup, ParsedRow, RowProblem, choice, day, number, text, too_many_decimals
from config.base.transactions import PostingContext
from costing.imports import exporting
from costing.imports.kind import LINE_STEP, Group, Kind, Outcome, check_one_value
from costing.imports.order_prices import PRICED, PriceColumns, propose_prices
from costing.imports.results import ImportOptions
from costing.posting import documents
from inventory.charge_assignments import charge_amount, split_over
from inventory.enums import ChargeSplit, DocumentKind, DocumentStatus, DocumentType, LineType
from inventory.models import (
    ChargeAssignment,
    Customer,
    Document,
    DocumentLine,
    InventorySetup,
    Item,
    ItemCharge,
    Location,
    PostedDocumentLine,
    Vendor,
)
from inventory.sheet_variants import resolve_variants

_HEADER_COLUMNS = ("order_date", "expected_date", "external_document_no")


@dataclass(frozen=True, slots=True)
class Side:
    """The words of one side: its columns, and the series its orders are numbered by."""

    kind: DocumentKind
    partner_column: str
    price_column: str
    handled_column: str
    series_field: str


PURCHASE_SIDE = Side(DocumentKind.PURCHASE_ORDER, "vendor_no", "unit_cost", "receive_date", "purchase_order_series")
SALES_SIDE = Side(DocumentKind.SALES_ORDER, "customer_no", "unit_price", "ship_date", "sales_order_series")


def _amount_step() -> Decimal:
    precision: Decimal = Company.current().amount_rounding_precision
    return precision


def _columns(side: Side) -> tuple[Column, ...]:
    is_purchase = side is PURCHASE_SIDE
    return (
        Column("document_no", text(20), gettext_lazy("Document no."), required=True),
        Column(
            side.partner_column,
            text(20),
            gettext_lazy("Vendor") if is_purchase else gettext_lazy("Customer"),
            required=True,
            lookup=Lookup(Vendor if is_purchase else Customer, "no"),
        ),
        Column("order_date", day, gettext_lazy("Order date"), required=True),
        Column("expected_date", day, gettext_lazy("Expected date")),
        Column("external_document_no", text(35), gettext_lazy("External document no.")),
        Column("item_no", text(20), gettext_lazy("Item no."), required=not is_purchase, lookup=Lookup(Item, "no")),
        *_LINE_COLUMNS,
        *(_PURCHASE_COLUMNS if is_purchase else _SALES_COLUMNS),
    )


_LINE_COLUMNS = (
    Column("variant", text(20), gettext_lazy("Variant")),
    Column("location", text(20), gettext_lazy("Location"), lookup=Lookup(Location)),
    Column("description", text(100), gettext_lazy("Description")),
    Column("quantity", number(above_zero=True), gettext_lazy("Quantity"), required=True),
    Column("line_discount_percent", number(), gettext_lazy("Line discount %")),
    Column("line_discount_amount", number(), gettext_lazy("Line discount amount")),
    Column("lot_no", text(50), gettext_lazy("Lot no.")),
    Column("serial_no", text(50), gettext_lazy("Serial no.")),
)
_PURCHASE_COLUMNS = (
    Column("unit_cost", number(), gettext_lazy("Direct unit cost")),
    Column("receive_date", day, gettext_lazy("Receipt date"), permission="base.purchase_receive"),
    Column("invoice_date", day, gettext_lazy("Invoice date"), permission="base.purchase_invoice"),
    Column("expiration_date", day, gettext_lazy("Expiration date")),
    Column("item_charge", text(20), gettext_lazy("Item charge"), lookup=Lookup(ItemCharge)),
    Column("charge_split", choice(ChargeSplit), gettext_lazy("Split of the charge")),
)
_SALES_COLUMNS = (
    Column("unit_price", number(), gettext_lazy("Unit price")),
    Column("ship_date", day, gettext_lazy("Shipment date"), permission="base.sale_ship"),
    Column("invoice_date", day, gettext_lazy("Invoice date"), permission="base.sale_invoice"),
)


def _prepare(rows: Sequence[ParsedRow], side: Side) -> Iterable[RowProblem]:
    """Find variants and prices, check the step of amounts, and whether the series of orders takes outside numbers."""
    yield from resolve_variants(rows)
    step = _amount_step()
    columns = PriceColumns(side is PURCHASE_SIDE, side.partner_column, side.price_column, step)
    yield from propose_prices(rows, columns)
    for row in rows:
        if row.number("line_discount_amount") % step:
            message = too_many_decimals(row["line_discount_amount"], step)
            yield RowProblem(row.line_no, "line_discount_amount", message)
    numbered = [row for row in rows if row["document_no"]]
    if not numbered:
        return
    try:
        numbering.check_manual(getattr(InventorySetup.load(), side.series_field), numbered[0]["document_no"])
    except numbering.NumberSeriesError as error:
        for row in numbered:
            yield RowProblem(row.line_no, "document_no", str(error), error.code)


def _check(group: Group, side: Side) -> Iterable[RowProblem]:
    yield from check_one_value(group, side.partner_column, *_HEADER_COLUMNS)
    for row in group.rows:
        handled, invoiced = row[side.handled_column], row["invoice_date"]
        if side is PURCHASE_SIDE and row.is_blank("item_no") == row.is_blank("item_charge"):
            message = _("A line is for an item or for an item charge: name one of them.")
            yield RowProblem(row.line_no, "item_no", message)
        if row["item_charge"] is not None:
            yield from _check_charge(row, group, side)
        elif invoiced and (row.is_blank(side.handled_column) or (handled and invoiced < handled)):
            message = _("The invoice of %(date)s needs goods that moved on or before that day: fill in %(column)s.")
            words = {"date": invoiced, "column": side.handled_column}
            yield RowProblem(row.line_no, "invoice_date", message % words)


def _check_charge(row: ParsedRow, group: Group, side: Side) -> Iterable[RowProblem]:
    if row[side.handled_column] is not None:
        yield RowProblem(row.line_no, side.handled_column, _("An item charge is not received, only invoiced."))
    invoiced = row["invoice_date"]
    received = [each[side.handled_column] for each in group.rows if each["item_no"] and each[side.handled_column]]
    if invoiced and not any(moved <= invoiced for moved in received):
        message = _("The charge needs a line of its order that is received on or before %(date)s.") % {"date": invoiced}
        yield RowProblem(row.line_no, "invoice_date", message)


def _write(groups: Sequence[Group], options: ImportOptions, context: PostingContext, side: Side) -> Outcome:
    outcome = Outcome()
    for group in groups:
        # All at once: a later posting of the order must not ask for an item after a number series is locked.
        locks.lock_items({row["item_no"].pk for row in group.rows if row["item_no"]})
        document_id = _create(group, side, options, context)
        outcome.posted += _post_steps(group, side, document_id, options, context)
    return outcome


def _create(group: Group, side: Side, options: ImportOptions, context: PostingContext) -> int:
    first = group.first
    partner_id = first.key(side.partner_column)
    header = {
        "kind": str(side.kind.value),
        "no": group.key,
        "status": str(DocumentStatus.RELEASED.value),
        "vendor_id": partner_id if side is PURCHASE_SIDE else None,
        "customer_id": None if side is PURCHASE_SIDE else partner_id,
        "order_date": first["order_date"],
        "expected_date": first["expected_date"],
        "location_id": first.key("location"),
        "external_document_no": first.text("external_document_no"),
        "created_by_id": options.user_id,
        "created_at": context.created_at,
        "updated_at": context.created_at,
    }
    document_id = bulk.insert(Document, [header])[0]
    bulk.insert(DocumentLine, [_line_row(row, index, document_id) for index, row in _numbered(group)])
    if options.user_id is not None:
        changelog.record(options.user, None, changelog.snapshot(Document(**header)), origin=options.origin)
    return document_id


def _numbered(group: Group) -> Iterable[tuple[int, ParsedRow]]:
    return ((index * LINE_STEP, row) for index, row in enumerate(group.rows, start=1))


def _line_row(row: ParsedRow, line_no: int, document_id: int) -> dict[str, Any]:
    named = row["item_no"] or row["item_charge"]
    return {
        "document_id": document_id,
        "line_no": line_no,
        "type": str((LineType.ITEM if row["item_no"] else LineType.ITEM_CHARGE).value),
        "item_id": row.key("item_no"),
        "item_charge_id": row.key("item_charge"),
        "variant_id": row.key("variant"),
        "location_id": row.key("location"),
        "description": row["description"] or (row["item_no"].description if row["item_no"] else named.name),
        "unit_of_measure_id": row["item_no"].base_unit_of_measure_id if row["item_no"] else None,
        "quantity": row["quantity"],
        **row[PRICED],
        "quantity_to_handle": row["quantity"],
        "quantity_to_invoice": row["quantity"],
        "quantity_handled": Decimal(0),
        "quantity_invoiced": Decimal(0),
        "lot_no": row.text("lot_no"),
        "serial_no": row.text("serial_no"),
        "expiration_date": row["expiration_date"],
        "expected_date": row["expected_date"],
    }


@dataclass(frozen=True, slots=True)
class Step:
    """One posting of an order: the lines that move and the lines that are invoiced on a day."""

    on: date
    handled: frozenset[int]
    invoiced: frozenset[int]
    charges: frozenset[int] = frozenset()


def steps(group: Group, handled_column: str) -> list[Step]:
    """Return the postings that the dates of an order ask for, day by day; charges after the goods of their day."""
    rows = list(_numbered(group))
    days = {row[name] for _no, row in rows for name in (handled_column, "invoice_date")} - {None}
    found = []
    for on in sorted(days):
        handled = frozenset(no for no, row in rows if row[handled_column] == on)
        due = [(no, row) for no, row in rows if row["invoice_date"] == on]
        invoiced = frozenset(no for no, row in due if row["item_no"])
        charged = frozenset(no for no, row in due if row["item_charge"])
        if handled or invoiced:
            found.append(Step(on, handled, invoiced))
        if charged:
            found.append(Step(on, frozenset(), frozenset(), charged))
    return found


def _post_steps(
    group: Group, side: Side, document_id: int, options: ImportOptions, context: PostingContext
) -> list[tuple[str, str]]:
    posted: list[tuple[str, str]] = []
    everything = frozenset(no for no, _row in _numbered(group))
    found = steps(group, side.handled_column)
    # The lines were made with all of their quantity to move and to invoice: mostly that is what is posted.
    whole = len(found) == 1 and found[0].handled == everything and found[0].invoiced in (everything, frozenset())
    for step in found:
        to_invoice = step.invoiced | step.charges
        if not whole:
            _set_quantities(document_id, step.handled, to_invoice)
        if step.charges:
            _assign_charges(document_id, group)
        result = documents.post_within(
            context,
            document_id=document_id,
            posting_date=step.on,
            handle=bool(step.handled),
            invoice=bool(to_invoice),
            user_id=options.user_id,
        )
        posted += result.documents
    if not whole:
        _set_quantities(document_id, everything, everything)
    return posted


def _set_quantities(document_id: int, handled: frozenset[int], invoiced: frozenset[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_documentline
            SET quantity_to_handle = CASE WHEN line_no = ANY(%s) THEN quantity - quantity_handled ELSE 0 END,
                quantity_to_invoice = CASE WHEN line_no = ANY(%s) THEN quantity - quantity_invoiced ELSE 0 END
            WHERE document_id = %s
            """,
            [list(handled), list(invoiced), document_id],
        )


def _assign_charges(document_id: int, group: Group) -> None:
    """Share the charges of an order among what was received of it so far."""
    rows = dict(_numbered(group))
    received = list(
        PostedDocumentLine.objects.filter(
            posted_document__type=DocumentType.PURCHASE_RECEIPT, posted_document__order_no=group.key
        )
        .select_related("item")
        .order_by("pk")
    )
    made: list[ChargeAssignment] = []
    charge_lines = DocumentLine.objects.filter(document_id=document_id, type=LineType.ITEM_CHARGE)
    for line in charge_lines.filter(quantity_to_invoice__gt=0).order_by("line_no"):
        made += split_over(
            line,
            received,
            amount=charge_amount(line),
            split=rows[line.line_no]["charge_split"] or ChargeSplit.AMOUNT,
        )
    ChargeAssignment.objects.bulk_create(made)


def _existing(numbers: Sequence[str]) -> set[str]:
    return set(Document.objects.filter(no__in=list(numbers)).values_list("no", flat=True))


def _kind(name: str, label: Any, side: Side) -> Kind:
    return Kind(
        name=name,
        label=label,
        columns=_columns(side),
        group_by="document_no",
        existing=_existing,
        write=partial(_write, side=side),
        check=partial(_check, side=side),
        prepare=partial(_prepare, side=side),
        permissions=("base.document_edit",),
        export=partial(exporting.orders, side.kind, tuple(column.name for column in _columns(side))),
    )


PURCHASES = _kind("purchases", gettext_lazy("Purchase orders"), PURCHASE_SIDE)
SALES = _kind("sales", gettext_lazy("Sales orders"), SALES_SIDE)
