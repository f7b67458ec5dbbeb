"""Steps of the inventory close: marks, recalculations, closes, reversals, adjustments of what is on hand."""

from __future__ import annotations

from decimal import Decimal

from costing import closing, marking
from costing.closing import NewValue, Options
from costing.enums import CloseKind
from inventory.models import Item, ItemLedgerEntry
from tests.scenarios.loading import ScenarioError
from tests.scenarios.shared import Body
from tests.scenarios.world import World


def mark(world: World, step: Body) -> None:
    """Tie an issue to a receipt, entry by entry where a ref names several."""
    left = Decimal(step["quantity"])
    for issue_id in world.entry_ids(step["issue"]):
        issue = ItemLedgerEntry.objects.get(pk=issue_id)
        quantity = min(left, -issue.quantity) if len(world.entry_ids(step["issue"])) > 1 else left
        if quantity:
            (receipt_id,) = world.entry_ids(step["receipt"])
            marking.mark(issue_id=issue_id, receipt_id=receipt_id, quantity=quantity, user_id=world.user_id)
            left -= quantity


def close(world: World, step: Body) -> None:
    _run(world, step, CloseKind.CLOSE)


def recalculate(world: World, step: Body) -> None:
    _run(world, step, CloseKind.RECALCULATION)


def reverse_close(world: World, step: Body) -> None:
    closing.reverse_close(close_id=_close_id(world, step["ref"]), user_id=world.user_id)


def revalues(item: Item) -> bool:
    """Whether a revaluation of the item is one of open receipts."""
    group = item.item_model_group
    return group.settle_at == "close" and group.costing_method not in ("standard", "moving_average")


def revalue(world: World, step: Body) -> None:
    """After a close: what it left open, dated to it; of one receipt: all of it, before a close settles it."""
    new = NewValue(step.get("new_unit_cost"), step.get("new_amount"))
    if "of" in step:
        (entry_id,) = world.entry_ids(step["of"])
        run = closing.adjust_receipt(entry_id=entry_id, on=step["date"], new=new, user_id=world.user_id)
    else:
        item, place = world.item(step["item"]), world.location(step.get("location"))
        run = closing.adjust_on_hand(
            item_id=item.pk, on=step["date"], new=new, location_id=place and place.pk, user_id=world.user_id
        )
    if "ref" in step:
        world.closes[step["ref"]] = run.pk


def _run(world: World, step: Body, kind: CloseKind) -> None:
    given = {name: step[name] for name in ("max_iterations", "min_adjustment") if name in step}
    if "max_iterations" in given:
        given["max_iterations"] = int(given["max_iterations"])
    item_ids = [world.item(no).pk for no in step["items"]] if "items" in step else None
    options = Options(on=step["date"], kind=kind, item_ids=item_ids, **given)
    result = closing.close_inventory(options, user_id=world.user_id)
    if "ref" in step:
        world.closes[step["ref"]] = result.close_id


def _close_id(world: World, ref: str) -> int:
    if ref not in world.closes:
        raise ScenarioError(f"{ref} names no close")
    return world.closes[ref]
