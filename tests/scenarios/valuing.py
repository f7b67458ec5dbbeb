"""Steps that give stock another value, and those that close inventory periods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from config.base.amounts import round_amount
from config.base.errors import DomainError
from costing import inventory_periods
from costing.inventory_value import Calculation, calculate_inventory_value, set_unit_cost
from costing.models import InventoryPeriod, RevaluationJournalLine, ValueEntry
from costing.posting.revaluation import post_revaluation_journal
from costing.setups import Setups
from costing.standard_cost import set_standard_cost as change_standard_cost
from inventory.enums import CostingMethod
from inventory.models import Item, ItemLedgerEntry
from tests.scenarios import closing
from tests.scenarios.loading import ScenarioError
from tests.scenarios.shared import Body
from tests.scenarios.world import World

ZERO = Decimal(0)


def revalue(world: World, step: Body) -> None:
    """Revalue one entry, what is left of it, or what is left of an item, to a new unit cost or amount."""
    if closing.revalues(_item(world, step)):
        closing.revalue(world, step)
        return
    lines = _lines_of_entry(world, step) if "of" in step else _lines_of_item(world, step)
    if not lines:
        raise ScenarioError("nothing is there to revalue")
    for line in lines:
        if "new_unit_cost" in step:
            set_unit_cost(line, step["new_unit_cost"], precision=world.amount_precision)
    if "new_amount" in step:
        _set_amounts(lines, step["new_amount"], world.amount_precision)
    result = post_revaluation_journal(lines, user_id=world.user_id)
    found = ValueEntry.objects.filter(pk__in=result.value_entry_ids).order_by("item_ledger_entry_id")
    world.name(step.get("ref"), found.values_list("item_ledger_entry_id", flat=True).distinct())


def _item(world: World, step: Body) -> Item:
    if "item" in step:
        return world.item(step["item"])
    entry = ItemLedgerEntry.objects.get(pk=world.entry_ids(step["of"])[0])
    return Item.objects.select_related("item_model_group").get(pk=entry.item_id)


def set_standard_cost(world: World, step: Body) -> None:
    change_standard_cost(
        item_id=world.item(step["item"]).pk, on=step["date"], standard_cost=step["standard_cost"], user_id=world.user_id
    )


def close_period(world: World, step: Body) -> None:
    """Close a period, made for it when there is none that ends on the date."""
    existing = InventoryPeriod.objects.filter(ending_date=step["date"]).first()
    period = existing or inventory_periods.create_period(ending_date=step["date"], name="")
    try:
        inventory_periods.close_period(period_id=period.pk, user_id=world.user_id, reason="month is done")
    except DomainError:
        if existing is None:
            inventory_periods.delete_period(period_id=period.pk)
        raise


def reopen_period(world: World, step: Body) -> None:
    period = InventoryPeriod.objects.get(ending_date=step["date"])
    inventory_periods.reopen_period(period_id=period.pk, user_id=world.user_id, reason="late documents")


def _lines_of_entry(world: World, step: Body) -> list[RevaluationJournalLine]:
    """One line for each entry that the ref names: all of it, or with a smaller quantity what is left on the date."""
    entries = list(ItemLedgerEntry.objects.filter(pk__in=world.entry_ids(step["of"])).order_by("pk"))
    whole = sum((entry.quantity for entry in entries), ZERO)
    if step.get("quantity", whole) == whole:
        return [_whole_line(entry, step["date"]) for entry in entries]
    terms = Calculation(posting_date=step["date"], item_ids=[entries[0].item_id], per_entry=True)
    found = calculate_inventory_value(terms, setups=_setups(step["date"]))
    ids = {entry.pk for entry in entries}
    lines = [line for line in found if line.applies_to_entry_id in ids]
    if len(lines) == 1:
        # What the step says is left: posting refuses it when the books say otherwise.
        lines[0].quantity = step["quantity"]
    return lines


def _whole_line(entry: ItemLedgerEntry, on: date) -> RevaluationJournalLine:
    cost = sum((value.cost_amount_actual for value in entry.value_entries.all()), ZERO)
    return RevaluationJournalLine(
        posting_date=on,
        document_no="",
        item_id=entry.item_id,
        location_id=entry.location_id,
        variant_id=entry.variant_id,
        applies_to_entry=entry,
        quantity=entry.quantity,
        value_calculated=cost,
        value_revalued=cost,
    )


def _lines_of_item(world: World, step: Body) -> list[RevaluationJournalLine]:
    item = world.item(step["item"])
    by_place = _averaged_by_place(item, step["date"])
    places: dict[str, Any] = {}
    if "location" in step:
        places["location_ids"] = (getattr(world.location(step["location"]), "pk", None),)
    if "variant" in step:
        places["variant_ids"] = (getattr(world.variant(item, step["variant"]), "pk", None),)
    terms = Calculation(
        posting_date=step["date"], item_ids=[item.pk], by_location=by_place, by_variant=by_place, **places
    )
    return calculate_inventory_value(terms, setups=_setups(step["date"]))


def _averaged_by_place(item: Item, on: date) -> bool:
    """An average taken by place is revalued by place, and in no other way."""
    is_average = item.item_model_group.costing_method == CostingMethod.AVERAGE
    return is_average and _setups(on).periods.is_by_place(on)


def _setups(on: date) -> Setups:
    return Setups.at(on)


def _set_amounts(lines: Sequence[RevaluationJournalLine], amount: Decimal, precision: Decimal) -> None:
    """Spread a new amount over the lines by quantity; the last one takes the rest."""
    quantity, rest = sum((line.quantity for line in lines), ZERO), amount
    for line in lines[:-1]:
        line.value_revalued = round_amount(amount * line.quantity / quantity, precision)
        rest -= line.value_revalued
    lines[-1].value_revalued = rest
