"""Steps that make goods: assembly orders, and production orders that are made as the first step names them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from costing.posting.assembly import post_assembly
from costing.posting.capacity import Work
from costing.posting.making import Goods
from costing.posting.production import finish_production, post_production
from costing.posting.unassembly import undo_assembly
from inventory.enums import ItemLedgerEntryType, OrderType
from inventory.models import Item, ItemLedgerEntry, OrderHeader
from inventory.orders import create_order
from tests.scenarios.loading import ScenarioError
from tests.scenarios.shared import Body, gone_if_refused, place, tracking
from tests.scenarios.world import World


def assemble(world: World, step: Body) -> None:
    """Assemble an order at once: of the components given, or of those of the bill of material."""
    item = world.item(step["item"])
    order = create_order(
        OrderHeader(
            type=OrderType.ASSEMBLY,
            item=item,
            quantity=step["quantity"],
            order_date=step["date"],
            **place(world, step, item),
        )
    )
    used = step.get("consume")
    with gone_if_refused(order):
        result = post_assembly(
            order_id=order.pk,
            posting_date=step["date"],
            used=None if used is None else [_goods(world, line) for line in used],
            works=[Work(amount=step["resource_cost"])] if "resource_cost" in step else [],
            output=_goods(world, step),
            user_id=world.user_id,
        )
    *consumed, made = result.item_ledger_entry_ids
    world.name(step.get("ref"), [made])
    for line, entry_id in zip(used or [], consumed, strict=False):
        world.name(line.get("ref"), [entry_id])


def consume(world: World, step: Body) -> None:
    """Use a component; one that names a consumption is put back."""
    goods = _goods(world, step, negative="applies_from" in step)
    _post(world, step, used=[goods])


def output(world: World, step: Body) -> None:
    """Make goods; a line that names an output takes back from it."""
    goods = _goods(world, step, negative="applies_to" in step, expected_cost=step.get("amount"))
    _post(world, step, made=[goods])


def capacity(world: World, step: Body) -> None:
    work = Work(
        run_time=step.get("quantity", Decimal(0)),
        amount=step["amount"],
        overhead_amount=step.get("overhead_amount", Decimal(0)),
        subcontracted=step.get("subcontracted", False),
    )
    _post(world, step, works=[work])


def finish(world: World, step: Body) -> None:
    finish_production(order_id=_order(world, step).pk, posting_date=step["date"], user_id=world.user_id)


def is_assembly(world: World, ref: str) -> bool:
    """Whether a ref names what was assembled."""
    entries = ItemLedgerEntry.objects.filter(pk__in=world.entry_ids(ref))
    return entries.filter(entry_type=ItemLedgerEntryType.ASSEMBLY_OUTPUT).exists()


def unassemble(world: World, step: Body) -> None:
    """Undo the posting that assembled; dated as it was unless the step says otherwise."""
    made = ItemLedgerEntry.objects.get(pk__in=world.entry_ids(step["of"]))
    result = undo_assembly(
        output_entry_id=made.pk, posting_date=step.get("date", made.posting_date), user_id=world.user_id
    )
    world.name(step.get("ref"), result.item_ledger_entry_ids[:1])


def _post(world: World, step: Body, **lines: Any) -> None:
    result = post_production(order_id=_order(world, step).pk, posting_date=step["date"], user_id=world.user_id, **lines)
    world.name(step.get("ref"), result.item_ledger_entry_ids)


def _order(world: World, step: Body) -> OrderHeader:
    """Return the order of a number, made on demand."""
    no = step["order"]
    found = OrderHeader.objects.filter(no=no, type=OrderType.PRODUCTION).first()
    if found is not None:
        return found
    return create_order(
        OrderHeader(
            type=OrderType.PRODUCTION, no=no, item=_product(world, step), quantity=Decimal(1), order_date=step["date"]
        ),
        explode=False,
    )


def _product(world: World, step: Body) -> Item:
    """Return what an order makes: the item of its output or capacity, else what its component is part of."""
    if step["order"] in world.products:
        return world.item(world.products[step["order"]])
    used = world.item(step["item"]) if "item" in step else None
    parents = Item.objects.filter(bom_lines__component=used).order_by("pk")
    others = Item.objects.exclude(pk=used.pk if used else None).filter(type="inventory").order_by("pk")
    found = parents.first() or others.first() or used
    if found is None:
        raise ScenarioError(f"order {step['order']} makes nothing that is known")
    return found


def _goods(world: World, line: Body, *, negative: bool = False, expected_cost: Decimal | None = None) -> Goods:
    item = world.item(line["item"])
    where = place(world, line, item)
    applies_to, applies_from = world.one_entry(line.get("applies_to")), world.one_entry(line.get("applies_from"))
    return Goods(
        item_id=item.pk,
        quantity=-abs(line["quantity"]) if negative else line["quantity"],
        location_id=where["location"] and where["location"].pk,
        variant_id=where["variant"] and where["variant"].pk,
        applies_to_id=applies_to and applies_to.pk,
        applies_from_id=applies_from and applies_from.pk,
        expected_cost=expected_cost,
        **tracking(line),
    )
