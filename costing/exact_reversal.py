"""What goes back of a receipt that is returned to the vendor: direct cost, overhead and variance, each by itself.

    receipt of 10 at standard 12.00: direct 90.00, overhead 10.00, variance 20.00
    4 of it returned, naming the receipt: direct -36.00, overhead -4.00, variance -8.00

Charges and revaluations of the receipt go back with its direct cost. Cost adjustment keeps the three parts mirrored
when the receipt changes later. Source: design-details-item-application; design-details-variance.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.db import connection

from costing.cost_book import EntryCost
from costing.engine.shares import carried_cost_e5, share_amount_e5
from inventory.enums import ItemLedgerEntryType
from inventory.movements import Movement

MIRRORED_TYPES = (ItemLedgerEntryType.PURCHASE, ItemLedgerEntryType.OUTPUT)


@dataclass(frozen=True, slots=True)
class Parts:
    """Cost by its elements, in the sign of the receipt."""

    direct_e5: int
    overhead_e5: int
    variance_e5: int

    @property
    def total_e5(self) -> int:
        return self.direct_e5 + self.overhead_e5 + self.variance_e5


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry that is returned: its cost as a source, and what of it is overhead and variance."""

    cost: EntryCost
    overhead_e5: int
    variance_e5: int

    def parts(self, quantity_e5: int, precision_e5: int) -> Parts:
        """The parts that a positive quantity takes along, each rounded once."""
        source = self.cost.source
        direct = replace(source, cost_e5=source.cost_e5 - self.overhead_e5 - self.variance_e5)
        whole_e5 = abs(source.quantity_e5)
        return Parts(
            carried_cost_e5(direct, quantity_e5, precision_e5),
            share_amount_e5(self.overhead_e5, quantity_e5, whole_e5, precision_e5),
            share_amount_e5(self.variance_e5, quantity_e5, whole_e5, precision_e5),
        )


_ELEMENTS = """
SELECT v.item_ledger_entry_id,
       (coalesce(sum(v.cost_amount_actual) FILTER (WHERE v.entry_type = 'indirect_cost'), 0) * 100000)::bigint,
       (coalesce(sum(v.cost_amount_actual) FILTER (WHERE v.entry_type = 'variance'), 0) * 100000)::bigint
FROM costing_valueentry v WHERE v.item_ledger_entry_id = ANY(%s) GROUP BY v.item_ledger_entry_id
"""


def is_mirrored(movement: Movement) -> bool:
    """Whether a movement takes a purchase or an output back exactly."""
    return movement.quantity_e5 < 0 and movement.applies_to_key is not None and movement.entry_type in MIRRORED_TYPES


def receipts_of(movements: Iterable[Movement], costs: dict[int, EntryCost]) -> dict[int, Receipt]:
    """Return the receipts that movements take back exactly; one query where there are any."""
    named = {each.applies_to_key for each in movements if is_mirrored(each)}
    return receipts({key for key in named if key is not None}, costs)


def receipts(keys: Collection[int], costs: dict[int, EntryCost]) -> dict[int, Receipt]:
    """Return entries with their elements. `costs`: their costs as sources."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ELEMENTS, [sorted(keys)])
        return {key: Receipt(costs[key], overhead_e5, variance_e5) for key, overhead_e5, variance_e5 in cursor}
