"""Value entries of posted lines: cost at posting, overhead, variances, settled expected cost.

Rows are built in memory, in the order in which they are to be numbered, and inserted together.
Source: design-details-inventory-posting; design-details-expected-cost-posting; design-details-variance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.base.amounts import divide_e5, from_e5, round_div
from costing.accounts import FrozenAccounts, PostingKey
from costing.cost_book import CostBook
from costing.engine.shares import share_amount_e5
from costing.enums import ValueEntryType, VarianceType
from costing.exact_reversal import Parts, Receipt
from inventory.enums import ItemLedgerEntryType
from inventory.posting import Movement, Origin, PlannedEntry
from inventory.stock import ItemFacts

Entry = ItemLedgerEntryType


@dataclass(frozen=True, slots=True)
class CostedLine:
    """A movement with what is known of its money; amounts positive, in 1e-5 of the currency.

    `direct_cost_e5`: of an inbound, net of discount, before overhead; None where the cost comes from elsewhere.
    Of an item without stock the cost itself, in the sign of the movement.
    `value_origin`: the invoice, where goods are received and invoiced in one.
    """

    movement: Movement
    direct_cost_e5: int | None = None
    sales_amount_e5: int = 0
    discount_e5: int = 0
    gen_bus_posting_group_id: int | None = None
    value_origin: Origin | None = None

    @property
    def item(self) -> ItemFacts:
        return self.movement.item


@dataclass(slots=True)
class ValueDraft:
    """A value entry to be written.

    `entry_key`: the item ledger entry, negative while it is being posted too. `capacity_entry_id`: of work, once its
    entry is written; `item` is then what is made. `wip_posting_group_id`: of what an order makes, for the account of
    WIP.
    """

    entry_key: int
    item: ItemFacts
    place: tuple[int, int | None, int | None]
    origin: Origin
    item_ledger_entry_type: str
    valuation_date: date
    valued_quantity_e5: int
    entry_type: str = ValueEntryType.DIRECT_COST
    variance_type: str = ""
    item_ledger_entry_quantity_e5: int = 0
    invoiced_quantity_e5: int = 0
    actual_e5: int = 0
    expected_e5: int = 0
    non_inventory_e5: int = 0
    sales_actual_e5: int = 0
    sales_expected_e5: int = 0
    purchase_actual_e5: int = 0
    purchase_expected_e5: int = 0
    discount_e5: int = 0
    is_expected: bool = False
    inventoriable: bool = True
    valued_by_average: bool = False
    partial_revaluation: bool = False
    adjustment: bool = False
    applies_to_id: int | None = None
    item_charge_id: int | None = None
    gen_bus_posting_group_id: int | None = None
    accounts: FrozenAccounts | None = None
    posting_date: date | None = None
    updates_card: bool = True
    capacity_entry_id: int | None = None
    wip_posting_group_id: int | None = None

    @property
    def posting_key(self) -> PostingKey:
        return PostingKey(
            self.place[2],
            self.item.inventory_posting_group_id,
            self.gen_bus_posting_group_id,
            self.item.gen_prod_posting_group_id,
            self.wip_posting_group_id,
        )

    @property
    def is_capacity(self) -> bool:
        """Work on an order: it has no item ledger entry, and is no part of the value of any stock."""
        return self.item_ledger_entry_type == Entry.CAPACITY


def draft_movements(
    entries: Sequence[PlannedEntry], lines: dict[int, CostedLine], book: CostBook, *, returned: dict[int, Receipt]
) -> list[ValueDraft]:
    """Draft the first value entries of planned entries, in order; the book learns each cost as it goes.

    `lines`: the costed line of each movement, by `id(movement)`. `returned`: the receipts that go back exactly.
    """
    drafts: list[ValueDraft] = []
    for entry in entries:
        line = lines[id(entry.movement)]
        drafted = _draft_entry(entry, line, book, returned)
        note_running(drafted, book)
        drafts += drafted
    return drafts


def note_running(drafts: Sequence[ValueDraft], book: CostBook, *, taken_back: bool = False) -> None:
    """Let the running averages know new values, or that they are taken back."""
    sign = -1 if taken_back else 1
    for draft in drafts:
        if draft.item.is_running:
            book.running.add(
                draft.place,
                quantity_e5=sign * draft.item_ledger_entry_quantity_e5,
                invoiced_e5=sign * draft.invoiced_quantity_e5,
                actual_e5=sign * draft.actual_e5,
                expected_e5=sign * draft.expected_e5,
            )


def _draft_entry(
    entry: PlannedEntry, line: CostedLine, book: CostBook, returned: dict[int, Receipt]
) -> list[ValueDraft]:
    if not line.item.is_inventory:
        return [_draft_non_inventory(entry, line)]
    receipt = None if line.item.is_running else returned.get(entry.movement.applies_to_key or 0)
    if receipt is not None and entry.quantity_e5 < 0 and not line.item.inventory_value_zero:
        return _draft_exact_reversal(entry, line, book, receipt)
    if entry.quantity_e5 < 0:
        return [_draft_outbound(entry, line, book)]
    if entry.moved_from is not None:
        return [_draft_arrival(entry, line, book)]
    if entry.stock.applies_from_key is not None:
        return [_draft_return(entry, line, book)]
    return _draft_inbound(entry, line, book)


def _new_draft(entry: PlannedEntry, line: CostedLine, valuation_date: date) -> ValueDraft:
    invoiced = entry.movement.invoiced
    draft = ValueDraft(
        entry_key=entry.key,
        item=line.item,
        place=entry.stock.place,
        origin=line.value_origin or entry.origin,
        item_ledger_entry_type=entry.movement.entry_type,
        valuation_date=valuation_date,
        valued_quantity_e5=entry.quantity_e5,
        item_ledger_entry_quantity_e5=entry.quantity_e5,
        invoiced_quantity_e5=entry.stock.invoiced_e5,
        is_expected=not invoiced,
        gen_bus_posting_group_id=line.gen_bus_posting_group_id,
    )
    if invoiced:
        draft.sales_actual_e5, draft.discount_e5 = line.sales_amount_e5, line.discount_e5
    else:
        draft.sales_expected_e5 = line.sales_amount_e5
    return draft


def _set_cost(draft: ValueDraft, cost_e5: int) -> ValueDraft:
    if draft.is_expected:
        draft.expected_e5 = cost_e5
    else:
        draft.actual_e5 = cost_e5
    return draft


def _draft_non_inventory(entry: PlannedEntry, line: CostedLine) -> ValueDraft:
    draft = _new_draft(entry, line, entry.movement.origin.posting_date)
    draft.inventoriable = False
    if draft.is_expected:
        return draft
    unit_cost = round_div(entry.quantity_e5 * line.item.unit_cost_e5, 100_000)
    draft.non_inventory_e5 = line.direct_cost_e5 if line.direct_cost_e5 is not None else unit_cost
    return draft


def _draft_exact_reversal(entry: PlannedEntry, line: CostedLine, book: CostBook, receipt: Receipt) -> list[ValueDraft]:
    """A purchase or an output that is taken back exactly, element by element, once it is invoiced."""
    valuation_date = receipt.cost.valuation_date
    draft = _new_draft(entry, line, valuation_date)
    parts = receipt.parts(-entry.quantity_e5, book.precision_e5)
    book.add_outbound(entry, -parts.total_e5, valuation_date)
    if draft.is_expected:
        draft.expected_e5 = -parts.total_e5
        return [draft]
    return [draft, *take_back(draft, parts)]


def take_back(draft: ValueDraft, parts: Parts) -> list[ValueDraft]:
    """Put the direct cost that goes back on an invoiced draft; returns the overhead and the variance beside it."""
    draft.actual_e5 = -parts.direct_e5
    return overhead_and_variance(draft, overhead_e5=-parts.overhead_e5, variance_e5=-parts.variance_e5)


def _draft_outbound(entry: PlannedEntry, line: CostedLine, book: CostBook) -> ValueDraft:
    posting_date = entry.movement.origin.posting_date
    sources = [book.entries[link.inbound_key].valuation_date for link in entry.links]
    fixed = entry.stock.applies_to_key is not None
    # A fixed application takes the date of its source, even backwards.
    valuation_date = max(sources) if fixed and sources else max([posting_date, *sources])
    draft = _new_draft(entry, line, valuation_date)
    draft.valued_by_average = line.item.is_average and not fixed
    cost_e5 = book.outbound_cost_e5(entry)
    book.add_outbound(entry, cost_e5, valuation_date)
    return _set_cost(draft, cost_e5)


def _draft_arrival(entry: PlannedEntry, line: CostedLine, book: CostBook) -> ValueDraft:
    """Goods arrive at what they left with: of the layer they came from, or of the whole (average) outbound."""
    out, link = entry.moved_from, entry.links[0]
    assert out is not None
    if link.transferred_from_key is not None:
        cost_e5 = book.carried_e5(link.transferred_from_key, entry.quantity_e5)
    else:
        cost_e5 = -book.carried_e5(out.key, entry.quantity_e5)
    valuation_date = book.entries[out.key].valuation_date
    book.add_inbound(entry, cost_e5, valuation_date)
    return _set_cost(_new_draft(entry, line, valuation_date), cost_e5)


def _draft_return(entry: PlannedEntry, line: CostedLine, book: CostBook) -> ValueDraft:
    """Goods come back at exactly the cost of the outbound that they reverse."""
    source_key = entry.stock.applies_from_key
    assert source_key is not None
    valuation_date = max(entry.movement.origin.posting_date, book.entries[source_key].valuation_date)
    cost_e5 = -book.carried_e5(source_key, entry.quantity_e5)
    book.add_inbound(entry, cost_e5, valuation_date)
    return _set_cost(_new_draft(entry, line, valuation_date), cost_e5)


def _draft_inbound(entry: PlannedEntry, line: CostedLine, book: CostBook) -> list[ValueDraft]:
    """A receipt at its own cost; a purchase with overhead, and with variance when it is kept at standard."""
    item, valuation_date = line.item, entry.movement.origin.posting_date
    draft = _new_draft(entry, line, valuation_date)
    is_purchase = entry.movement.entry_type == Entry.PURCHASE
    direct_e5 = line.direct_cost_e5
    if direct_e5 is None:
        is_made = entry.movement.entry_type == Entry.OUTPUT
        unit_cost_e5 = item.unit_cost_at(entry.stock.place) if is_made else item.unit_cost_e5
        direct_e5 = _at_unit_cost(entry.quantity_e5, unit_cost_e5, book)
    overhead_e5 = overhead_cost_e5(item, direct_e5, entry.quantity_e5, book.precision_e5) if is_purchase else 0
    price_e5 = item.fixed_price_at(entry.stock.place)
    fixed_e5 = None if price_e5 is None else _at_unit_cost(entry.quantity_e5, price_e5, book)
    if is_purchase and draft.is_expected:
        draft.purchase_expected_e5 = direct_e5
    elif is_purchase:
        draft.purchase_actual_e5 = direct_e5
    if item.inventory_value_zero:
        direct_e5 = overhead_e5 = 0
        fixed_e5 = fixed_e5 and 0
    own_e5 = direct_e5 + overhead_e5
    total_e5 = own_e5 if fixed_e5 is None else fixed_e5
    if item.is_moving_average:
        total_e5 = book.running.received_e5(item, entry.stock.place, entry.quantity_e5, own_e5, valuation_date)
    book.add_inbound(entry, total_e5, valuation_date)
    if item.is_moving_average and not draft.is_expected:
        draft.actual_e5 = direct_e5
        parts = overhead_and_variance(draft, overhead_e5=overhead_e5, variance_e5=0)
        return [draft, *parts, *price_difference(draft, total_e5 - own_e5)]
    if draft.is_expected or not is_purchase:
        return [_set_cost(draft, total_e5)]
    draft.actual_e5 = direct_e5
    further = overhead_and_variance(
        draft,
        overhead_e5=overhead_e5,
        variance_e5=total_e5 - own_e5,
    )
    return [draft, *further]


def price_difference(draft: ValueDraft, amount_e5: int) -> list[ValueDraft]:
    """What of the cost of a moving average item no stock is left to carry; none where zero. Negative: an expense."""
    if not amount_e5:
        return []
    return [_beside(draft, ValueEntryType.VARIANCE, VarianceType.PRICE_DIFFERENCE, amount_e5)]


def overhead_and_variance(draft: ValueDraft, *, overhead_e5: int, variance_e5: int) -> list[ValueDraft]:
    """The indirect cost and variance entries that go with an invoiced purchase value; none where zero."""
    further = []
    if overhead_e5:
        further.append(_beside(draft, ValueEntryType.INDIRECT_COST, "", overhead_e5))
    if variance_e5:
        further.append(_beside(draft, ValueEntryType.VARIANCE, VarianceType.PURCHASE, variance_e5))
    return further


def _beside(draft: ValueDraft, entry_type: str, variance_type: str, amount_e5: int) -> ValueDraft:
    return ValueDraft(
        entry_key=draft.entry_key,
        item=draft.item,
        place=draft.place,
        origin=draft.origin,
        item_ledger_entry_type=draft.item_ledger_entry_type,
        valuation_date=draft.valuation_date,
        valued_quantity_e5=draft.valued_quantity_e5,
        entry_type=entry_type,
        variance_type=variance_type,
        actual_e5=amount_e5,
        item_charge_id=draft.item_charge_id,
        gen_bus_posting_group_id=draft.gen_bus_posting_group_id,
        accounts=draft.accounts,
    )


def overhead_cost_e5(item: ItemFacts, direct_e5: int, quantity_e5: int, precision_e5: int) -> int:
    """Overhead of a purchase: direct cost x indirect % + overhead rate x quantity, rounded once."""
    numerator = direct_e5 * item.indirect_cost_percent_e5 + 100 * quantity_e5 * item.overhead_rate_e5
    return round_div(numerator, 100 * 100_000 * precision_e5) * precision_e5


def settled_expected_e5(
    *, open_expected_e5: int, first_expected_e5: int, part_e5: int, whole_e5: int, final: bool, precision_e5: int
) -> int:
    """Expected cost that an invoice of `part` out of `whole` settles: what is left when final, else its share.

    `first_expected_e5`: the sum without adjustments. Source: design-details-expected-cost-posting.
    """
    if final:
        return open_expected_e5
    return share_amount_e5(first_expected_e5, part_e5, whole_e5, precision_e5)


def _at_unit_cost(quantity_e5: int, unit_cost_e5: int, book: CostBook) -> int:
    return round_div(quantity_e5 * unit_cost_e5, 100_000 * book.precision_e5) * book.precision_e5


def value_row(draft: ValueDraft, *, entry_id: int | None, document_no: str, user_id: int | None) -> dict[str, Any]:
    """The columns of a draft, ready to insert."""
    origin, item = draft.origin, draft.item
    cost_e5 = draft.actual_e5 + draft.expected_e5
    has_unit_cost = draft.entry_type not in (ValueEntryType.ROUNDING, ValueEntryType.INDIRECT_COST)
    return {
        "item_ledger_entry_id": entry_id,
        "capacity_ledger_entry_id": draft.capacity_entry_id,
        "item_id": None if draft.is_capacity else draft.place[0],
        "variant_id": draft.place[1],
        "location_id": draft.place[2],
        "item_ledger_entry_type": str(draft.item_ledger_entry_type),
        "entry_type": str(draft.entry_type),
        "variance_type": str(draft.variance_type),
        "posting_date": draft.posting_date or origin.posting_date,
        "valuation_date": draft.valuation_date,
        "document_type": str(origin.document_type),
        "document_no": document_no,
        "document_line_no": origin.line_no,
        "external_document_no": origin.external_document_no,
        "order_type": str(origin.order_type),
        "order_no": origin.order_no,
        "order_line_no": origin.order_line_no,
        "source_type": str(origin.source_type),
        "source_no": origin.source_no,
        "description": origin.description,
        "item_ledger_entry_quantity": from_e5(draft.item_ledger_entry_quantity_e5),
        "valued_quantity": from_e5(draft.valued_quantity_e5),
        "invoiced_quantity": from_e5(draft.invoiced_quantity_e5),
        "cost_amount_actual": from_e5(draft.actual_e5),
        "cost_amount_expected": from_e5(draft.expected_e5),
        "cost_amount_non_inventory": from_e5(draft.non_inventory_e5),
        "cost_per_unit": from_e5(divide_e5(cost_e5, draft.valued_quantity_e5) if has_unit_cost else 0),
        "sales_amount_actual": from_e5(draft.sales_actual_e5),
        "sales_amount_expected": from_e5(draft.sales_expected_e5),
        "purchase_amount_actual": from_e5(draft.purchase_actual_e5),
        "purchase_amount_expected": from_e5(draft.purchase_expected_e5),
        "discount_amount": from_e5(draft.discount_e5),
        "expected_cost": draft.is_expected,
        "inventoriable": draft.inventoriable,
        "valued_by_average_cost": draft.valued_by_average,
        "partial_revaluation": draft.partial_revaluation,
        "adjustment": draft.adjustment,
        "applies_to_entry_id": draft.applies_to_id,
        "item_charge_id": draft.item_charge_id,
        "inventory_posting_group_id": item.inventory_posting_group_id,
        "gen_bus_posting_group_id": draft.gen_bus_posting_group_id,
        "gen_prod_posting_group_id": item.gen_prod_posting_group_id,
        "account_set_id": draft.accounts.id if draft.accounts else None,
        "dimension_set_id": origin.dimension_set_id,
        "reason_code_id": origin.reason_code_id,
        "user_id": user_id,
    }
