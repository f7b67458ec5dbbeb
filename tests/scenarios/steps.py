"""The steps of a scenario, each a small function over the public use cases.

A step returns nothing: it names what it made in the world. It raises DomainError as the use case did, or NotBuilt where
there is no use case yet.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from config.base.amounts import round_amount
from config.base.errors import DomainError
from costing.adjustment import adjust_cost
from costing.post_to_gl import post_inventory_cost
from costing.posting.documents import post_document
from costing.posting.journals import post_count, post_item_journal
from costing.posting.orders import post_direct_transfer
from inventory.charges import ChargeableLine, split_charge
from inventory.enums import CountStatus, DocumentKind, JournalLineKind
from inventory.models import (
    ChargeAssignment,
    Count,
    CountLine,
    Document,
    ItemCharge,
    ItemJournalLine,
    ItemLedgerEntry,
    PostedDocumentLine,
    TransferLine,
    TransferOrder,
)
from tests import factories
from tests.scenarios import world as worlds
from tests.scenarios.loading import ScenarioError
from tests.scenarios.world import NotBuilt, World

Body = dict[str, Any]
ZERO = Decimal(0)


# Documents: one order of one line for each receipt, shipment, purchase or sale.


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
    bill = factories.document(kind=DocumentKind.PURCHASE_ORDER, vendor=world.books.vendor, order_date=step["date"])
    line = factories.document_line(
        bill, item_charge=ItemCharge.objects.get(code="FREIGHT"), quantity="1", unit_amount=step["amount"]
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
    _post_order(world, step, bill, handle=True, invoice=True)


# Journals, counts and transfers.


def positive(world: World, step: Body) -> None:
    if "applies_from" in step:
        raise NotBuilt("positive with applies_from")
    _journal(world, step, kind=JournalLineKind.POSITIVE, unit_cost=_journal_cost(world, step))


def negative(world: World, step: Body) -> None:
    if "applies_from" in step:
        raise NotBuilt("negative with applies_from")
    _journal(world, step, kind=JournalLineKind.NEGATIVE)


def count(world: World, step: Body) -> None:
    """Count one line on a date; the books' quantity of that date is what it is compared with."""
    item = world.item(step["item"])
    place = _place(world, step, item)
    sheet = Count.objects.create(
        no=f"COUNT{Count.objects.count() + 1:04d}",
        status=CountStatus.FINISHED,
        posting_date=step["date"],
        location=place["location"],
    )
    CountLine.objects.create(
        count=sheet,
        line_no=10000,
        item=item,
        **place,
        **_tracking(step),
        quantity_calculated=_quantity_on(step["date"], item=item, **place, **_tracking(step)),
        quantity_counted=step["counted"],
    )
    try:
        result = post_count(count_id=sheet.pk, user_id=world.user_id)
    except DomainError:
        sheet.delete()
        raise
    world.name(step.get("ref"), result.item_ledger_entry_ids)


def transfer(world: World, step: Body) -> None:
    """Move goods at once: by a direct transfer order, or by the journal where an order cannot say it."""
    if step["from"] and step["to"] and "applies_to" not in step:
        entry_ids = _transfer_by_order(world, step)
    else:
        entry_ids = _transfer_by_journal(world, step)
    entries = ItemLedgerEntry.objects.filter(pk__in=entry_ids).order_by("pk")
    world.name(step.get("ref"), entries.outbound().values_list("pk", flat=True))
    world.name(step.get("ref_to"), entries.inbound().values_list("pk", flat=True))


# Setup and runs.


def set_(world: World, step: Body) -> None:
    """Change a field of the setup, of an item, or the account of a role."""
    if "setup" in step:
        _set_setup(step["setup"])
    elif "account" in step:
        worlds.map_account(step["account"], step["number"])
    else:
        worlds.change_item(world.item(step["item"]), step)


def run_adjustment(world: World, step: Body) -> None:
    result = adjust_cost(item_ids=_item_ids(world, step), through=step.get("through"), user_id=world.user_id)
    if result.failed:
        raise AssertionError(f"cost adjustment failed: {result.failed}")


def run_post_to_gl(world: World, step: Body) -> None:
    result = post_inventory_cost(
        through=step.get("through"),
        per_posting_group=step.get("per") == "posting_group",
        post=step.get("post", True),
        user_id=world.user_id,
    )
    if result.skipped:
        raise AssertionError(f"not posted to G/L: {result.skipped}")


def _not_built(name: str) -> Callable[[World, Body], None]:
    def refuse(_world: World, _step: Body) -> None:
        raise NotBuilt(name)

    return refuse


STEPS: dict[str, Callable[[World, Body], None]] = {
    "receive": receive,
    "ship": ship,
    "invoice": invoice,
    "purchase": purchase,
    "sale": sale,
    "charge": charge,
    "positive": positive,
    "negative": negative,
    "count": count,
    "transfer": transfer,
    "set": set_,
    "adjust_cost": run_adjustment,
    "post_to_gl": run_post_to_gl,
} | {
    name: _not_built(name)
    for name in (
        "purchase_return",
        "sales_return",
        "credit",
        "transfer_ship",
        "transfer_receive",
        "assemble",
        "consume",
        "output",
        "capacity",
        "finish",
        "revalue",
        "set_standard_cost",
        "mark",
        "unapply",
        "apply",
        "undo",
        "recalculate",
        "close",
        "reverse_close",
        "close_period",
        "reopen_period",
    )
}


def _order(world: World, step: Body, *, kind: DocumentKind, invoice: bool) -> None:
    is_purchase = kind.is_purchase
    if is_purchase:
        unit_amount, discount = _price(world, step, step["quantity"], otherwise=ZERO)
        partner = {"vendor": world.books.vendor}
    else:
        unit_amount, discount = step.get("unit_price", ZERO), ZERO
        partner = {"customer": world.books.customer}
    item = world.item(step["item"])
    order = factories.document(kind=kind, order_date=step["date"], **partner)
    line = factories.document_line(
        order,
        item=item,
        quantity=step["quantity"],
        unit_amount=unit_amount,
        line_discount_amount=discount,
        applies_to_entry=world.one_entry(step.get("applies_to")),
        applies_from_entry=world.one_entry(step.get("applies_from")),
        **_place(world, step, item),
        **_tracking(step),
    )
    entry_ids = _post_order(world, step, order, handle=True, invoice=invoice)
    world.name(step.get("ref"), entry_ids, line=line)


def _post_order(world: World, step: Body, order: Document, *, handle: bool, invoice: bool) -> tuple[int, ...]:
    try:
        result = post_document(
            document_id=order.pk,
            posting_date=step["date"],
            handle=handle,
            invoice=invoice,
            user_id=world.user_id,
        )
    except DomainError:
        order.delete()  # An order that stays open would count as supply or demand.
        raise
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


def _journal_cost(world: World, step: Body) -> Decimal | None:
    if "amount" in step:
        return world.unit_cost(step["amount"], step["quantity"])
    return step.get("unit_cost")


def _journal(world: World, step: Body, *, kind: JournalLineKind, **fields: Any) -> tuple[int, ...]:
    item = world.item(step["item"])
    line = ItemJournalLine(
        owner_id=world.user_id,
        line_no=10000,
        kind=kind,
        posting_date=step["date"],
        item=item,
        quantity=step["quantity"],
        applies_to_entry=world.one_entry(step.get("applies_to")),
        **({**_place(world, step, item), **_tracking(step), **fields}),
    )
    result = post_item_journal(lines=[line], user_id=world.user_id)
    if kind != JournalLineKind.TRANSFER:
        world.name(step.get("ref"), result.item_ledger_entry_ids)
    return result.item_ledger_entry_ids


def _transfer_by_journal(world: World, step: Body) -> tuple[int, ...]:
    places = {"location": world.location(step["from"]), "new_location": world.location(step["to"])}
    return _journal(world, step, kind=JournalLineKind.TRANSFER, **places)


def _transfer_by_order(world: World, step: Body) -> tuple[int, ...]:
    item = world.item(step["item"])
    order = TransferOrder.objects.create(
        no=f"TRANSFER{TransferOrder.objects.count() + 1:04d}",
        from_location=world.location(step["from"]),
        to_location=world.location(step["to"]),
        order_date=step["date"],
    )
    TransferLine.objects.create(
        order=order,
        line_no=10000,
        item=item,
        variant=world.variant(item, step.get("variant")),
        quantity=step["quantity"],
        **_tracking(step),
    )
    try:
        result = post_direct_transfer(
            transfer_order_id=order.pk, posting_date=step["date"], user_id=world.user_id
        )
    except DomainError:
        order.delete()
        raise
    return result.item_ledger_entry_ids


def _set_setup(fields: Body) -> None:
    # These two re-value what is posted: a setup row alone would leave it as it was.
    revaluing = fields.keys() & {"average_cost_period", "average_cost_calculation"}
    if revaluing:
        raise NotBuilt(f"set {', '.join(sorted(revaluing))}")
    worlds.change_setup(fields)


def _place(world: World, step: Body, item: Any) -> dict[str, Any]:
    return {
        "location": world.location(step.get("location")),
        "variant": world.variant(item, step.get("variant")),
    }


def _tracking(step: Body) -> dict[str, str]:
    return {"lot_no": step.get("lot", ""), "serial_no": step.get("serial", "")}


def _item_ids(world: World, step: Body) -> list[int] | None:
    return [world.item(no).pk for no in step["items"]] if "items" in step else None


def _quantity_on(day: Any, *, lot_no: str, serial_no: str, **place: Any) -> Decimal:
    entries = ItemLedgerEntry.objects.as_of(day)
    for name, value in place.items():
        entries = entries.filter(**({f"{name}__isnull": True} if value is None else {name: value}))
    if lot_no:
        entries = entries.filter(lot_no=lot_no)
    if serial_no:
        entries = entries.filter(serial_no=serial_no)
    return entries.aggregate(total=Sum("quantity"))["total"] or ZERO


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
