"""Steps that move goods without a partner: journals, counts and transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from costing.posting.journals import post_count, post_item_journal
from costing.posting.transfers import post_direct_transfer, receive_transfer_order, ship_transfer_order
from inventory.counts import add_line as add_count_line
from inventory.counts import create_count
from inventory.counts import record as record_count
from inventory.enums import JournalLineKind
from inventory.models import Count, CountLine, Item, ItemJournalLine, ItemLedgerEntry, TransferLine, TransferOrder
from inventory.transfers import create_transfer_order, save_transfer_line
from tests.scenarios.shared import Body, gone_if_refused, place, tracking
from tests.scenarios.world import World, in_transit


def positive(world: World, step: Body) -> None:
    _journal(world, step, kind=JournalLineKind.POSITIVE, unit_cost=_journal_cost(world, step))


def negative(world: World, step: Body) -> None:
    _journal(world, step, kind=JournalLineKind.NEGATIVE)


def count(world: World, step: Body) -> None:
    """Count one line on a date, with whatever the books say is there."""
    item = world.item(step["item"])
    sheet = create_count(
        Count(posting_date=step["date"], location=world.location(step.get("location"))),
        items=Item.objects.none(),
        user_id=world.user_id,
    )
    with gone_if_refused(sheet):
        line = CountLine(count=sheet, item=item, **place(world, step, item), **tracking(step))
        record_count(add_count_line(line, user_id=world.user_id), quantity=step["counted"], user_id=world.user_id)
        result = post_count(count_id=sheet.pk, user_id=world.user_id)
    world.name(step.get("ref"), result.item_ledger_entry_ids)


def transfer(world: World, step: Body) -> None:
    """Move goods at once: by a direct transfer order, or by the journal where an order cannot say it."""
    if step.get("from") and step.get("to") and "applies_to" not in step:
        entry_ids = _transfer_by_order(world, step)
    else:
        entry_ids = _transfer_by_journal(world, step)
    _name_both(world, step, entry_ids)


def transfer_ship(world: World, step: Body) -> None:
    """Ship a transfer order of one line into transit."""
    road = in_transit(step["in_transit"])
    order = _transfer_order(world, step, in_transit_location=road)
    with gone_if_refused(order):
        _transfer_line(world, step, order)
        result = ship_transfer_order(transfer_order_id=order.pk, posting_date=step["date"], user_id=world.user_id)
    _name_both(world, step, result.item_ledger_entry_ids)


def transfer_receive(world: World, step: Body) -> None:
    """Receive what was shipped, all of it or a part."""
    shipped = ItemLedgerEntry.objects.filter(pk__in=world.entry_ids(step["of"])).first()
    assert shipped is not None
    order = TransferOrder.objects.get(no=shipped.order_no)
    quantities = {shipped.order_line_no: step["quantity"]} if "quantity" in step else None
    result = receive_transfer_order(
        transfer_order_id=order.pk, posting_date=step["date"], quantities=quantities, user_id=world.user_id
    )
    _name_both(world, step, result.item_ledger_entry_ids)


def _name_both(world: World, step: Body, entry_ids: tuple[int, ...]) -> None:
    entries = ItemLedgerEntry.objects.filter(pk__in=entry_ids).order_by("pk")
    world.name(step.get("ref"), entries.outbound().values_list("pk", flat=True))
    world.name(step.get("ref_to"), entries.inbound().values_list("pk", flat=True))


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
        applies_from_entry=world.one_entry(step.get("applies_from")),
        **({**place(world, step, item), **tracking(step), **fields}),
    )
    result = post_item_journal(lines=[line], user_id=world.user_id)
    if kind != JournalLineKind.TRANSFER:
        world.name(step.get("ref"), result.item_ledger_entry_ids)
    return result.item_ledger_entry_ids


def _transfer_by_journal(world: World, step: Body) -> tuple[int, ...]:
    places = {"location": world.location(step.get("from")), "new_location": world.location(step.get("to"))}
    return _journal(world, step, kind=JournalLineKind.TRANSFER, **places)


def _transfer_by_order(world: World, step: Body) -> tuple[int, ...]:
    order = _transfer_order(world, step)
    with gone_if_refused(order):
        _transfer_line(world, step, order)
        result = post_direct_transfer(transfer_order_id=order.pk, posting_date=step["date"], user_id=world.user_id)
    return result.item_ledger_entry_ids


def _transfer_order(world: World, step: Body, **fields: Any) -> TransferOrder:
    order = TransferOrder(
        from_location=world.location(step.get("from")),
        to_location=world.location(step.get("to")),
        order_date=step["date"],
        **fields,
    )
    return create_transfer_order(order, user_id=world.user_id)


def _transfer_line(world: World, step: Body, order: TransferOrder) -> None:
    item = world.item(step["item"])
    line = TransferLine(
        order=order,
        item=item,
        variant=world.variant(item, step.get("variant")),
        quantity=step["quantity"],
        **tracking(step),
    )
    save_transfer_line(line)
