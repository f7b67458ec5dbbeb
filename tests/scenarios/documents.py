"""Steps that post documents: one order of one line for each receipt, shipment, purchase or sale."""

from __future__ import annotations

from decimal import Decimal

from config.base.amounts import round_amount
from costing.posting.documents import post_document
from costing.posting.undo import undo_posted_lines
from inventory.charge_assignments import assign_document, suggest_split
from inventory.documents import create_document, save_line
from inventory.enums import ChargeSplit, DocumentKind, LineType
from inventory.models import (
    Document,
    DocumentLine,
    ItemCharge,
    ItemLedgerEntry,
    PostedDocument,
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


def purchase_return(world: World, step: Body) -> None:
    _order(world, step, kind=DocumentKind.PURCHASE_RETURN, invoice=True)


def sales_return(world: World, step: Body) -> None:
    _order(world, step, kind=DocumentKind.SALES_RETURN, invoice=True)


def invoice(world: World, step: Body) -> None:
    line = world.line(step["of"])
    # With nothing left to invoice it is for the posting to refuse.
    line.quantity_to_invoice = step.get("quantity", line.quantity_not_invoiced) or line.quantity
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
    """Invoice an item charge, assigned to the posted lines behind the refs; a negative amount by a credit memo."""
    kind = DocumentKind.PURCHASE_CREDIT if step["amount"] < 0 else DocumentKind.PURCHASE_ORDER
    _charge_document(world, step | {"amount": abs(step["amount"])}, step["to"], kind=kind)


def credit(world: World, step: Body) -> None:
    """Credit a part of the price of a receipt: its direct cost goes down, its quantity stays."""
    of = step["of"] if isinstance(step["of"], list) else [step["of"]]
    _charge_document(world, step, of, kind=DocumentKind.PURCHASE_CREDIT)


def undo(world: World, step: Body) -> None:
    """Take back the posted lines behind a ref."""
    entries = ItemLedgerEntry.objects.filter(pk__in=world.entry_ids(step["of"]))
    lines = PostedDocumentLine.objects.none()
    for entry in entries:
        lines |= PostedDocumentLine.objects.filter(
            posted_document__no=entry.document_no,
            posted_document__type=entry.document_type,
            line_no=entry.document_line_no,
        )
    result = undo_posted_lines(
        posted_line_ids=list(lines.values_list("pk", flat=True)), posting_date=step.get("date"), user_id=world.user_id
    )
    world.name(step.get("ref"), result.item_ledger_entry_ids)


def _charge_document(world: World, step: Body, refs: list[str], *, kind: DocumentKind) -> None:
    bill = _document(world, step, kind=kind)
    with gone_if_refused(bill):
        _post_charge(world, step, bill, refs)


def _post_charge(world: World, step: Body, bill: Document, refs: list[str]) -> None:
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
    for posted in _posted_documents(world, refs):
        assign_document(line, posted, split=ChargeSplit.EQUALLY)
    suggest_split(line, split=step.get("split", ChargeSplit.QUANTITY))
    _post(world, step, bill, invoice=True)


def _order(world: World, step: Body, *, kind: DocumentKind, invoice: bool) -> None:
    """Make an order of one line, and post all of it."""
    if kind.is_purchase:
        unit_amount, discount = _price(world, step, step["quantity"], otherwise=ZERO)
    else:
        unit_amount, discount = step.get("unit_price", ZERO), ZERO
    returned_at = _unit_cost(world, step) if kind == DocumentKind.SALES_RETURN else None
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
                unit_cost=returned_at,
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


def _unit_cost(world: World, step: Body) -> Decimal | None:
    if "amount" in step:
        return world.unit_cost(step["amount"], step["quantity"])
    return step.get("unit_cost")


def _posted_documents(world: World, refs: list[str]) -> list[PostedDocument]:
    """Return the posted documents behind the entries of refs, each once."""
    found: dict[int, PostedDocument] = {}
    for ref in refs:
        for entry in ItemLedgerEntry.objects.filter(pk__in=world.entry_ids(ref)).order_by("pk"):
            posted = PostedDocument.objects.filter(no=entry.document_no, type=entry.document_type).first()
            if posted is None:
                raise ScenarioError(f"{ref} has no posted document, and a charge is assigned to posted lines")
            found[posted.pk] = posted
    return list(found.values())
