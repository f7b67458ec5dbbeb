"""What the later cost of an order does to a moving average item: what is left of its output takes its share.

    4 made for 12.00, 1 sold; the component gets dearer by 4.00: 3.00 to the stock, 1.00 to price difference

Source: moving-average (an invoice that differs from the receipt).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from config.base.amounts import to_e5
from config.base.models import Company
from costing.average_periods import AveragePeriods
from costing.engine.orders import Element, OutputValue
from costing.running_average import RunningAverages
from inventory import stock
from inventory.models import ItemLedgerEntry


def price_differences(values: Sequence[OutputValue], *, periods: AveragePeriods, on: date) -> list[OutputValue]:
    """Return what no stock is left to carry of what outputs of moving average items lack. The items must be locked."""
    changes: dict[int, int] = {}
    for value in values:
        changes[value.output_key] = changes.get(value.output_key, 0) + value.amount_e5 + value.expected_e5
    entries = list(ItemLedgerEntry.objects.filter(pk__in=changes).order_by("pk"))
    facts = stock.item_facts({entry.item_id for entry in entries})
    moving = [entry for entry in entries if facts[entry.item_id].is_moving_average]
    if not moving:
        return []
    averages = RunningAverages(
        to_e5(Company.current().amount_rounding_precision), is_by_place=lambda: periods.is_by_place(on)
    )
    averages.load(facts[entry.item_id] for entry in moving)
    found = []
    for entry in moving:
        place = (entry.item_id, entry.variant_id, entry.location_id)
        quantity_e5, change_e5 = abs(to_e5(entry.quantity)), changes[entry.pk]
        kept_e5 = averages.kept_e5(facts[entry.item_id], place, quantity_e5, change_e5)
        if kept_e5 != change_e5:
            found.append(OutputValue(entry.pk, Element.PRICE_DIFFERENCE, kept_e5 - change_e5))
    return found
