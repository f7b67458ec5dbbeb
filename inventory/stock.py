"""What posting reads: facts of items, and their open entries, in one query each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode, Problem
from inventory.application import Place, Stock, StockEntry
from inventory.enums import CostingMethod, ItemType, NegativeStock, SettleAt


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item card and its model group, as posting needs them; costs in 1e-5 per base unit.

    `unapplied_by`: the user who has the item in the application worksheet, if anybody has. `stockkeeping_units`: rows
    of variant, location (0 is blank), unit cost and standard cost; a cost of 0 there is the card's.
    """

    id: int
    no: str
    type: str
    costing_method: str
    settle_at: str
    inventory_posting_group_id: int | None
    gen_prod_posting_group_id: int
    unit_cost_e5: int
    standard_cost_e5: int
    last_direct_cost_e5: int
    indirect_cost_percent_e5: int
    overhead_rate_e5: int
    lot_tracked: bool
    serial_tracked: bool
    prevent_negative_inventory: str
    blocked: bool
    sales_blocked: bool
    purchasing_blocked: bool
    inventory_value_zero: bool
    unapplied_by: str = ""
    stocked: bool = True
    include_physical_value: bool = False
    fixed_receipt_price: bool = False
    use_latest_cost_price: bool = False
    physical_negative: bool = True
    financial_negative: bool = True
    stockkeeping_units: Sequence[Sequence[int]] = ()

    @property
    def is_inventory(self) -> bool:
        """Whether it has stock with a cost: goods, and stocked services that the inventory close settles."""
        stocked_service = self.type == ItemType.SERVICE and self.stocked and self.settle_at == SettleAt.CLOSE
        return self.type == ItemType.INVENTORY or stocked_service

    @property
    def is_moving_average(self) -> bool:
        return self.costing_method == CostingMethod.MOVING_AVERAGE

    @property
    def is_settled_at_close(self) -> bool:
        """Whether its issues stay open until the inventory close; perpetual methods never do."""
        return self.settle_at == SettleAt.CLOSE and not self.is_standard and not self.is_moving_average

    @property
    def is_running(self) -> bool:
        """Whether its issues are priced at the running average of the moment."""
        return self.is_settled_at_close or self.is_moving_average

    def unit_cost_at(self, place: Place) -> int:
        """The unit cost of the stockkeeping unit of a place, else of the card."""
        return self._of_unit(place, 2) or self.unit_cost_e5

    def standard_cost_at(self, place: Place) -> int:
        """The standard cost of the stockkeeping unit of a place, else of the card."""
        return self._of_unit(place, 3) or self.standard_cost_e5

    def _of_unit(self, place: Place, column: int) -> int:
        _item, variant_id, location_id = place
        key = [variant_id or 0, location_id or 0]
        return next((unit[column] for unit in self.stockkeeping_units if list(unit[:2]) == key), 0)

    def fixed_price_at(self, place: Place) -> int | None:
        """What a receipt enters stock at in a place, whatever it cost; None where it enters at its own cost."""
        if self.is_standard:
            return self.standard_cost_at(place)
        return self.unit_cost_e5 if self.is_settled_at_close and self.fixed_receipt_price else None

    @property
    def is_average(self) -> bool:
        return self.costing_method == CostingMethod.AVERAGE and self.settle_at == SettleAt.POSTING

    @property
    def has_average(self) -> bool:
        """Whether what is there is worth an average, and not what its layers cost."""
        return self.is_average or self.is_moving_average

    @property
    def is_standard(self) -> bool:
        return self.costing_method == CostingMethod.STANDARD

    @property
    def is_lifo(self) -> bool:
        return self.costing_method in (CostingMethod.LIFO, CostingMethod.LIFO_DATE)

    @property
    def is_specific(self) -> bool:
        return self.costing_method == CostingMethod.SPECIFIC

    def prevents_negative(self, *, by_setup: bool) -> bool:
        if not self.physical_negative:
            return True
        if self.prevent_negative_inventory == NegativeStock.DEFAULT:
            return by_setup
        return self.prevent_negative_inventory == NegativeStock.PREVENTED


_ITEM_FACTS = """
SELECT i.id, i.no, i.type, g.costing_method, g.settle_at, i.inventory_posting_group_id, i.gen_prod_posting_group_id,
       (i.unit_cost * 100000)::bigint, (i.standard_cost * 100000)::bigint, (i.last_direct_cost * 100000)::bigint,
       (i.indirect_cost_percent * 100000)::bigint, (i.overhead_rate * 100000)::bigint,
       i.lot_tracked, i.serial_tracked, i.prevent_negative_inventory, i.blocked, i.sales_blocked,
       i.purchasing_blocked, i.inventory_value_zero, coalesce(u.username, ''),
       g.stocked, g.include_physical_value, g.fixed_receipt_price, g.use_latest_cost_price, g.physical_negative,
       g.financial_negative,
       coalesce((SELECT array_agg(ARRAY[coalesce(k.variant_id, 0), coalesce(k.location_id, 0),
                                        (k.unit_cost * 100000)::bigint, (k.standard_cost * 100000)::bigint])
                 FROM inventory_stockkeepingunit k WHERE k.item_id = i.id), '{}')
FROM inventory_item i JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
LEFT JOIN inventory_applicationworksheet w ON w.item_id = i.id LEFT JOIN auth_user u ON u.id = w.user_id
WHERE i.id = ANY(%s::bigint[])
"""

_STOCK_COLUMNS = """
SELECT e.id, e.item_id, e.variant_id, e.location_id, e.posting_date, (e.quantity * 100000)::bigint,
       (e.remaining_quantity * 100000)::bigint, (e.invoiced_quantity * 100000)::bigint, e.completely_invoiced,
       e.lot_no, e.serial_no, e.expiration_date, e.entry_type, e.order_type, e.order_no, e.order_line_no,
       coalesce(l.in_transit, false), e.correction, e.drop_shipment,
       (e.shipped_quantity_not_returned * 100000)::bigint, e.applies_to_entry_id
FROM inventory_itemledgerentry e LEFT JOIN inventory_location l ON l.id = e.location_id
"""


class ItemUnapplied(DomainError):
    """Somebody has the item in the application worksheet."""

    code = ErrorCode.BUSY


def item_facts(item_ids: Collection[int], *, unapplied_too: bool = False) -> dict[int, ItemFacts]:
    """Return the facts of items by id, in one query.

    Raises: ItemUnapplied naming items that are in the application worksheet, unless the caller is the worksheet.
    """
    facts = {row[0]: ItemFacts(*row) for row in statements.rows(_ITEM_FACTS, [list(item_ids)])}
    taken = [] if unapplied_too else [item for item in facts.values() if item.unapplied_by]
    if taken:
        message = _("Item %(item)s is unapplied by %(user)s: nothing of it is posted until the worksheet is closed.")
        raise ItemUnapplied(
            problems=[
                Problem(message % {"item": item.no, "user": item.unapplied_by}, ErrorCode.BUSY, item_no=item.no)
                for item in taken
            ]
        )
    return facts


def open_stock(facts: dict[int, ItemFacts]) -> Stock:
    """Return every open entry of the items, in one query. Call it while the items are locked."""
    of_items = f"{_STOCK_COLUMNS} WHERE e.item_id = ANY(%s::bigint[]) AND e.open ORDER BY e.id"
    rows = statements.rows(of_items, [list(facts)])
    return Stock.of(_stock_entry(row, facts) for row in rows)


def stock_entries(entry_ids: Collection[int], facts: dict[int, ItemFacts]) -> dict[int, StockEntry]:
    """Return single entries by id, open or not: those that lines name as applies-to, applies-from, or invoice."""
    if not entry_ids:
        return {}
    rows = statements.rows(f"{_STOCK_COLUMNS} WHERE e.id = ANY(%s::bigint[])", [list(entry_ids)])
    return {row[0]: _stock_entry(row, facts) for row in rows}


def _stock_entry(row: tuple[Any, ...], facts: dict[int, ItemFacts]) -> StockEntry:
    key, item_id, variant_id, location_id, posting_date, quantity_e5, *progress = row
    return new_stock_entry(
        facts.get(item_id),
        key=key,
        place=(item_id, variant_id, location_id),
        posting_date=posting_date,
        quantity_e5=quantity_e5,
        **dict(zip(_PROGRESS, progress, strict=True)),
    )


_PROGRESS = (
    "remaining_e5",
    "invoiced_e5",
    "completely_invoiced",
    "lot_no",
    "serial_no",
    "expiration_date",
    "entry_type",
    "order_type",
    "order_no",
    "order_line_no",
    "within_order",
    "correction",
    "drop_shipment",
    "not_returned_e5",
    "applies_to_key",
)
"""The further columns of a stock entry, in the order in which they are read."""


def new_stock_entry(
    item: ItemFacts | None, *, key: int, place: Place, posting_date: date, quantity_e5: int, **fields: Any
) -> StockEntry:
    """Build a stock entry that knows how its item is applied."""
    return StockEntry(
        key=key,
        place=place,
        posting_date=posting_date,
        quantity_e5=quantity_e5,
        last_in_first_out=bool(item and item.is_lifo),
        specific=bool(item and item.is_specific),
        average=bool(item and item.is_average),
        **fields,
    )
