"""Steps that post documents: one order of one line for each receipt, shipment, purchase or sale."""

from __future__ import annotations

from decimal import Decimal

from config.base.amounts import round_amount
from costing.posting.documents import post_document
from inventory.charges import ChargeableLine, split_charge
from inventory.documents import create_document, save_line
from inventory.enums import DocumentKind, LineType
from inventory.models import (
    ChargeAssignment,
    Document,
    DocumentLine,
    ItemCharge,
    ItemLedgerEntry,
    PostedDocumentLine,
)
from tests.scenarios.loading import ScenarioError
from tests.scenarios.shared import Body, gone_if_refused, place, tracking
from tests.scenarios.world import World

ZERO = Decimal(0)


def receive(world: World, step: Body) -> None:
    _order(world, step, kind=DocumentKind.PURCHASE_ORDER, invoice=False)


def purchase(world: World, step: Body) -> None:
    _order(world, step, kind=DocumentKind.PURCHASE_ORDER, invoice=True)


def ship(world: World, step: Body) -> None:
    _order(world, step, kind=DocumentKind.SALES_ORDER, invoice=False)


def sale(world: World, step: Body) -> None:
    _order(world, step, kind=DocumentKind.SALES_ORDER, invoice=True)


def invoice(world: World, step: Body) -> None:
    line = world.line(step["of"])
    line.quantity_to_invoice = step.get("quantity", line.quantity_not_invoiced)
    line.unit_amount, discount = _price(world, step, line.quantity_to_invoice, otherwise=line.unit_amount)
    # The discount of a line belongs to all of it that is not invoiced yet; the one of the step to what it invoices.
    line.line_discount_amount = discount * (line.quantity - line.quantity_invoiced) / line.quantity_to_invoice
    line.save()
    post_document(
        document_id=line.document_id,
        posting_date=step["date"],
        handle=False,
        invoice=True,
        user_id=world.user_id,
    )
    world.name(step.get("ref"), world.entry_ids(step["of"]), line=line)


def charge(world: World, step: Body) -> None:
    """Invoice an item charge, assigned to the posted lines behind the refs."""
    bill = _document(world, step, kind=DocumentKind.PURCHASE_ORDER)
    with gone_if_refused(bill):
        _post_charge(world, step, bill)


def _post_charge(world: World, step: Body, bill: Document) -> None:
    freight = ItemCharge.objects.get(code="FREIGHT")
    line = save_line(
        DocumentLine(
            document=bill,
            type=LineType.ITEM_CHARGE,
            item_charge=freight,
            quantity=Decimal(1),
            unit_amount=step["amount"],
        )
    )
    split = step.get("split", "quantity")
    posted = [posted_line for ref in step["to"] for posted_line in _posted_lines(world, ref)]
    parts = split_charge(
        step["amount"], [_chargeable(each) for each in posted], split=split, precision=world.amount_precision
    )
    ChargeAssignment.objects.bulk_create(
        [
            ChargeAssignment(document_line=line, posted_line=each, split=split, amount=part)
            for each, part in zip(posted, parts, strict=True)
        ]
    )
    _post(world, step, bill, invoice=True)


def _order(world: World, step: Body, *, kind: DocumentKind, invoice: bool) -> None:
    """Make an order of one line, and post all of it."""
    if kind.is_purchase:
        unit_amount, discount = _price(world, step, step["quantity"], otherwise=ZERO)
    else:
        unit_amount, discount = step.get("unit_price", ZERO), ZERO
    item = world.item(step["item"])
    order = _document(world, step, kind=kind)
    with gone_if_refused(order):
        line = save_line(
            DocumentLine(
                document=order,
                type=LineType.ITEM,
                item=item,
                quantity=step["quantity"],
                unit_amount=unit_amount,
                line_discount_amount=discount,
                applies_to_entry=world.one_entry(step.get("applies_to")),
                applies_from_entry=world.one_entry(step.get("applies_from")),
                **place(world, step, item),
                **tracking(step),
            )
        )
        entry_ids = _post(world, step, order, invoice=invoice)
    world.name(step.get("ref"), entry_ids, line=line)


def _document(world: World, step: Body, *, kind: DocumentKind) -> Document:
    is_purchase = kind.is_purchase
    order = Document(
        kind=kind,
        vendor=world.books.vendor if is_purchase else None,
        customer=None if is_purchase else world.books.customer,
        order_date=step["date"],
    )
    return create_document(order, user_id=world.user_id)


def _post(world: World, step: Body, order: Document, *, invoice: bool) -> tuple[int, ...]:
    result = post_document(
        document_id=order.pk,
        posting_date=step["date"],
        handle=True,
        invoice=invoice,
        user_id=world.user_id,
    )
    return result.item_ledger_entry_ids


def _price(world: World, step: Body, quantity: Decimal, *, otherwise: Decimal) -> tuple[Decimal, Decimal]:
    """Return unit amount and discount of a line that is to come to the step's cost.

    An amount is not always a whole number of unit costs: the unit amount is then rounded up, and the discount makes
    the line come to the amount exactly.
    """
    discount = step.get("discount", ZERO)
    if "amount" not in step:
        return step.get("unit_cost", otherwise), discount
    unit_amount = world.unit_cost(step["amount"], quantity)
    if round_amount(unit_amount * quantity, world.amount_precision) < step["amount"]:
        unit_amount += world.unit_cost_precision
    excess = round_amount(unit_amount * quantity, world.amount_precision) - step["amount"]
    return unit_amount, discount + max(excess, ZERO)


def _posted_lines(world: World, ref: str) -> list[PostedDocumentLine]:
    """Return the posted lines behind the entries of a ref, each once."""
    found: dict[int, PostedDocumentLine] = {}
    for entry in ItemLedgerEntry.objects.filter(pk__in=world.entry_ids(ref)).order_by("pk"):
        line = PostedDocumentLine.objects.filter(
            posted_document__no=entry.document_no,
            posted_document__type=entry.document_type,
            line_no=entry.document_line_no,
        ).first()
        if line is None:
            raise ScenarioError(f"{ref} has no posted document, and a charge is assigned to posted lines")
        found[line.pk] = line
    return list(found.values())


def _chargeable(line: PostedDocumentLine) -> ChargeableLine:
    assert line.item is not None
    return ChargeableLine(
        quantity=line.quantity, amount=line.quantity * line.unit_amount, net_weight=line.item.net_weight
    )
