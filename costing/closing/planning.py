"""Work out what a close changes, in memory: the cost of issues, who was settled with whom, what could not be.

    1  transfers inside a pool are settled with each other, at the cost they have
    2  each pool: marks, then the method (`costing.engine.closing`)
    3  what a transfer left with is what arrives; what components cost is what their order made: once more with the
       new costs, until nothing moves by the minimum amount, or the rounds are used up

What moves by less is booked and not passed on, so that value never appears or disappears.
Source: inventory-close (order of work, passing costs on).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from costing.closing.earlier import Resettled, resettle
from costing.closing.loading import Arrival, ItemBooks, MarkRow, OpenEntry, OpenTransfer, Output
from costing.engine.closing import Layer, Mark, Pool, settle
from costing.engine.closing.pools import Match, Reason
from costing.engine.shares import share_amount_e5
from inventory.application import Place
from inventory.enums import ItemLedgerEntryType

ITERATIONS_EXHAUSTED = "iterations_exhausted"
RECEIPT_NOT_INVOICED = "receipt_not_invoiced"
PRODUCTION_NOT_FINISHED = "production_not_finished"
OTHER_POOL = "other_pool"
OUTPUTS = (ItemLedgerEntryType.OUTPUT.value, ItemLedgerEntryType.ASSEMBLY_OUTPUT.value)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a settlement: an entry, an earlier closing transfer, or one of this close (by its number)."""

    entry_id: int | None = None
    transfer_id: int | None = None
    new_transfer: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedSettlement:
    """`replaces`: settlements of earlier closes of the same pair, whose receipt has another cost now."""

    item_id: int
    issue: Side
    receipt: Side
    quantity_e5: int
    amount_e5: int
    marked: bool = False
    replaces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedTransfer:
    number: int
    place: Place
    on: date
    quantity_e5: int
    amount_e5: int


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to the value of an entry, in the sign of the ledger; `value_id` brings accounts and groups."""

    item_id: int
    entry_id: int
    value_id: int
    actual_e5: int
    expected_e5: int


@dataclass(frozen=True, slots=True)
class LogWarning:
    item_id: int
    item_no: str
    issue_id: int | None
    code: str
    quantity_e5: int = 0
    cause: str = ""


@dataclass(slots=True)
class ItemPlan:
    """What a close does to one item. `costs`: new actual cost of its issues, positive, by entry; gone once planned."""

    changes: dict[int, Change] = field(default_factory=dict)
    settlements: list[PlannedSettlement] = field(default_factory=list)
    transfers: list[PlannedTransfer] = field(default_factory=list)
    warnings: list[LogWarning] = field(default_factory=list)
    costs: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the items of a close have in common."""

    on: date
    precision_e5: int
    max_iterations: int
    min_adjustment_e5: int


def plan_item(books: ItemBooks, arrivals: Mapping[int, Arrival], extra: Mapping[int, int], terms: Terms) -> ItemPlan:
    """Plan one item. `arrivals`: of its transfers, by the entry that left; `extra`: what orders add to receipts."""
    receipts: dict[int, int] = dict(extra)
    moved_to = {out_id: arrival.entry_id for out_id, arrival in arrivals.items()}
    for _round in range(max(terms.max_iterations, 1)):
        plan = _Round(books, receipts, terms).run()
        wanted = {
            arrivals[out_id].entry_id: cost_e5 - arrivals[out_id].cost_e5
            for out_id, cost_e5 in plan.costs.items()
            if out_id in moved_to
        }
        moved = [abs(value - receipts.get(key, 0)) for key, value in wanted.items()]
        if not moved or max(moved) < terms.min_adjustment_e5 or max(moved) == 0:
            break
        receipts.update(wanted)
    else:
        plan.warnings.append(LogWarning(books.item_id, books.item_no, None, ITERATIONS_EXHAUSTED))
    by_entry = {arrival.entry_id: arrival for arrival in arrivals.values()}
    for entry_id, change_e5 in wanted.items():
        if change_e5:
            plan.changes[entry_id] = Change(books.item_id, entry_id, by_entry[entry_id].value_id, change_e5, 0)
    plan.costs = {}
    return plan


class _Round:
    """One round over the pools of an item, with what is known of its receipts so far."""

    def __init__(self, books: ItemBooks, receipts: Mapping[int, int], terms: Terms) -> None:
        self.books, self.receipts, self.terms = books, receipts, terms
        self.plan = ItemPlan()
        self.issues: dict[int, OpenEntry] = {each.id: each for each in books.entries if each.is_issue}
        self.entry_ids = {each.id for each in books.entries}
        self.new_actual: dict[int, int] = {}
        self.new_expected: dict[int, int] = {}
        self.warned: dict[tuple[int, str], LogWarning] = {}
        self.again: Resettled = resettle(books.earlier, receipts, terms.precision_e5)

    def run(self) -> ItemPlan:
        self._settle_again()
        closed = self._settle_moves_inside_pools()
        pools: dict[Place, tuple[list[OpenEntry], list[OpenTransfer]]] = defaultdict(lambda: ([], []))
        for entry in self.books.entries:
            if entry.id not in closed:
                pools[entry.place][0].append(entry)
        for transfer in self.books.transfers:
            cost_e5 = transfer.cost_e5 + self.again.rests.get(transfer.id, 0)
            pools[transfer.place][1].append(replace(transfer, cost_e5=cost_e5))
        for place in sorted(pools, key=str):
            self._settle_pool(place, *pools[place])
        self._changes()
        self.plan.warnings = list(self.warned.values())
        self.plan.settlements = _joined(self.plan.settlements)
        return self.plan

    def _settle_again(self) -> None:
        """What was settled from receipts whose cost has changed is settled with them at what they cost now."""
        for old, amount_e5 in self.again.settlements:
            self.plan.settlements.append(
                PlannedSettlement(
                    self.books.item_id,
                    Side(old.issue_id, old.issue_transfer_id),
                    Side(old.receipt_id, old.receipt_transfer_id),
                    old.quantity_e5,
                    amount_e5,
                    marked=old.marked,
                    replaces=(old.id,),
                )
            )

    def _settle_moves_inside_pools(self) -> set[int]:
        """Goods that moved inside a pool cost what they cost: out and in are settled with each other.

        Unless the move itself cost something: then what came in is worth more than what left, and both take part.
        """
        closed: set[int] = set()
        for entry in self.books.entries:
            out = self.issues.get(entry.moved_from_id or 0)
            if out is None or out.place != entry.place:
                continue
            if (out.open_e5, out.base_actual_e5) != (entry.open_e5, entry.base_actual_e5):
                continue
            amount_e5 = out.base_actual_e5 - out.settled_cost_e5
            self.plan.settlements.append(
                PlannedSettlement(self.books.item_id, Side(out.id), Side(entry.id), out.open_e5, amount_e5)
            )
            closed |= {out.id, entry.id}
        return closed

    def _settle_pool(self, place: Place, entries: Sequence[OpenEntry], transfers: Sequence[OpenTransfer]) -> None:
        layers = _Layers(entries, transfers, self.receipts)
        marks = [self._mark(mark, layers) for mark in self.books.marks]
        found = settle(
            Pool(layers.receipts, layers.issues, [mark for mark in marks if mark is not None]),
            self.books.method,
            include_physical=self.books.include_physical,
            precision_e5=self.terms.precision_e5,
        )
        first = len(self.plan.transfers)
        for number, transfer in enumerate(found.transfers, first):
            self.plan.transfers.append(
                PlannedTransfer(number, place, transfer.on, transfer.quantity_e5, transfer.value_e5)
            )
            for key, quantity_e5, value_e5 in transfer.inputs:
                source = Side(new_transfer=first - key - 1) if key < 0 else layers.side(key)
                self.plan.settlements.append(
                    PlannedSettlement(self.books.item_id, Side(new_transfer=number), source, quantity_e5, value_e5)
                )
        for match in found.matches:
            self._take(match, layers, first)
        physical = [layers.entry(layer.key) for layer in layers.receipts if not layer.is_financial]
        for left in found.unsettled:
            cause = self._cause(place, physical) if left.reason == Reason.NOT_SETTLED else ""
            self._warn(layers.entry(left.issue_key), left.reason.value, left.quantity_e5, cause)
        for key, layer in layers.kept.items():
            entry = layers.entry(key)
            costs = self.new_actual if layer.is_financial else self.new_expected
            costs[entry.id] = costs.get(entry.id, 0) + layer.value_e5

    def _mark(self, mark: MarkRow, layers: _Layers) -> Mark | None:
        """A mark whose receipt is gone, or in another pool, is dropped; where one side is later, the other waits."""
        issue_keys, receipt_keys = layers.issue_keys(mark.issue_id), layers.receipt_keys(mark.receipt_id)
        if mark.receipt_id in self.books.closed_receipts:
            return None
        missing_id = mark.receipt_id if issue_keys else mark.issue_id
        if not (issue_keys and receipt_keys) and missing_id in self.entry_ids:
            return None
        return Mark(issue_keys, receipt_keys, mark.left_e5)

    def _take(self, match: Match, layers: _Layers, first: int) -> None:
        entry = layers.entry(match.issue_key)
        kept = layers.kept[match.issue_key]
        kept.value_e5 += match.amount_e5 - match.before_e5
        if match.settles:
            receipt = (
                layers.side(match.receipt_key)
                if match.receipt_key is not None
                else Side(new_transfer=first + (match.transfer or 0))
            )
            self.plan.settlements.append(
                PlannedSettlement(
                    self.books.item_id,
                    layers.side(match.issue_key),
                    receipt,
                    match.quantity_e5,
                    match.amount_e5,
                    marked=match.is_mark,
                )
            )
        elif kept.is_financial:
            assert match.receipt_key is not None
            cause = self._cause(entry.place, [layers.entry(match.receipt_key)])
            self._warn(entry, Reason.NOT_SETTLED.value, match.quantity_e5, cause)

    def _cause(self, place: Place, physical: Sequence[OpenEntry]) -> str:
        """Why an issue of a pool found too little: what came in without a final cost, or lies in another pool."""
        if physical:
            made = all(entry.entry_type in OUTPUTS for entry in physical)
            return PRODUCTION_NOT_FINISHED if made else RECEIPT_NOT_INVOICED
        elsewhere = any(
            entry.place != place and not entry.is_issue and entry.financial_open_e5 for entry in self.books.entries
        )
        return OTHER_POOL if elsewhere else ""

    def _warn(self, entry: OpenEntry, code: str, quantity_e5: int, cause: str) -> None:
        known = self.warned.pop((entry.id, code), None)
        if known is not None:
            quantity_e5 += known.quantity_e5
        self.warned[entry.id, code] = LogWarning(
            self.books.item_id, self.books.item_no, entry.id, code, quantity_e5, cause
        )

    def _changes(self) -> None:
        for entry in self.issues.values():
            parts_e5 = [found[entry.id] for found in (self.new_actual, self.again.issues) if entry.id in found]
            expected_e5 = self.new_expected.get(entry.id)
            more_actual_e5 = 0
            if parts_e5:
                self.plan.costs[entry.id] = sum(parts_e5) + entry.settled_cost_e5
                more_actual_e5 = self.plan.costs[entry.id] - entry.actual_e5
            physical = expected_e5 is not None and not entry.is_frozen
            more_expected_e5 = (expected_e5 or 0) - entry.expected_e5 if physical else 0
            if more_actual_e5 or more_expected_e5:
                self.plan.changes[entry.id] = Change(
                    self.books.item_id, entry.id, entry.value_id, -more_actual_e5, -more_expected_e5
                )


def _joined(settlements: Iterable[PlannedSettlement]) -> list[PlannedSettlement]:
    """One for each pair: days that settle the same pair twice are added up."""
    joined: dict[tuple[Side, Side, bool], PlannedSettlement] = {}
    for each in settlements:
        key = (each.issue, each.receipt, each.marked)
        before = joined.get(key)
        if before is not None:
            quantity_e5, amount_e5 = before.quantity_e5 + each.quantity_e5, before.amount_e5 + each.amount_e5
            replaces = before.replaces + each.replaces
            each = replace(each, quantity_e5=quantity_e5, amount_e5=amount_e5, replaces=replaces)
        joined[key] = each
    return list(joined.values())


@dataclass(slots=True)
class _Kept:
    """What an issue costs so far: what it cost, changed by each match."""

    value_e5: int
    is_financial: bool


class _Layers:
    """The open parts of a pool as layers of the engine, numbered from 1 in the order of entries.

    An entry that is invoiced in part becomes two layers: the invoiced part and the rest.
    """

    def __init__(
        self, entries: Iterable[OpenEntry], transfers: Iterable[OpenTransfer], more: Mapping[int, int]
    ) -> None:
        self.receipts: list[Layer] = []
        self.issues: list[Layer] = []
        self.kept: dict[int, _Kept] = {}
        self._refs: list[OpenEntry | OpenTransfer] = []
        self._sides: list[Side] = []
        self._issue_keys: dict[int, list[int]] = {}
        self._receipt_keys: dict[int, list[int]] = {}
        for transfer in transfers:
            key = self._key(transfer)
            self.receipts.append(Layer(key, transfer.on, transfer.quantity_e5, transfer.cost_e5, is_transfer=True))
        for entry in entries:
            self._add(entry, more.get(entry.id, 0))

    def _key(self, ref: OpenEntry | OpenTransfer) -> int:
        self._refs.append(ref)
        self._sides.append(Side(ref.id) if isinstance(ref, OpenEntry) else Side(transfer_id=ref.id))
        return len(self._refs)

    def _add(self, entry: OpenEntry, more_e5: int) -> None:
        financial_on = entry.financial_date or entry.posting_date
        if entry.financial_open_e5:
            actual_e5 = entry.base_actual_e5 if entry.is_issue else entry.actual_e5 + more_e5
            self._layer(
                entry, financial_on, entry.financial_open_e5, actual_e5 - entry.settled_cost_e5, is_financial=True
            )
        if entry.physical_open_e5:
            expected_e5 = entry.base_expected_e5 if entry.is_issue else entry.expected_e5
            self._layer(entry, entry.posting_date, entry.physical_open_e5, expected_e5, is_financial=False)

    def _layer(self, entry: OpenEntry, on: date, quantity_e5: int, value_e5: int, *, is_financial: bool) -> None:
        key = self._key(entry)
        layer = Layer(key, on, quantity_e5, value_e5, is_financial=is_financial)
        if entry.is_issue:
            self.issues.append(layer)
            self.kept[key] = _Kept(value_e5, is_financial)
            self._issue_keys.setdefault(entry.id, []).append(key)
        else:
            self.receipts.append(layer)
            self._receipt_keys.setdefault(entry.id, []).append(key)

    def issue_keys(self, entry_id: int) -> Sequence[int]:
        """What is invoiced first; none where the entry is not here."""
        return self._issue_keys.get(entry_id, ())

    def receipt_keys(self, entry_id: int) -> Sequence[int]:
        return self._receipt_keys.get(entry_id, ())

    def entry(self, key: int) -> OpenEntry:
        found = self._refs[key - 1]
        assert isinstance(found, OpenEntry)
        return found

    def side(self, key: int) -> Side:
        return self._sides[key - 1]


def output_shares(
    changed: Mapping[tuple[str, str, int], int],
    outputs: Mapping[tuple[str, str, int], Sequence[Output]],
    *,
    precision_e5: int,
) -> dict[int, tuple[Output, int]]:
    """Spread what the components of orders cost more over what the orders made, by quantity; by output entry."""
    found: dict[int, tuple[Output, int]] = {}
    for order, amount_e5 in changed.items():
        left_e5, made = amount_e5, outputs.get(order, ())
        quantity_e5 = sum(each.quantity_e5 for each in made)
        for each in made:
            part_e5 = share_amount_e5(left_e5, each.quantity_e5, quantity_e5, precision_e5)
            found[each.entry_id] = (each, part_e5)
            left_e5, quantity_e5 = left_e5 - part_e5, quantity_e5 - each.quantity_e5
    return found
