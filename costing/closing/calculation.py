"""The plan of a whole run: items in the order of their levels, and again where an order carries a change on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from config.base.amounts import to_e5
from costing.closing import loading, planning
from costing.closing.loading import Arrival, ItemBooks, Output
from costing.closing.planning import Change, ItemPlan, LogWarning, PlannedSettlement, PlannedTransfer, Terms
from costing.setups import Setups
from inventory.enums import ItemLedgerEntryType
from inventory.models import ItemLedgerEntry

BATCH_ENTRIES = 20_000
MOVED = ItemLedgerEntryType.TRANSFER.value
USED = (ItemLedgerEntryType.CONSUMPTION.value, ItemLedgerEntryType.ASSEMBLY_CONSUMPTION.value)
OrderKey = tuple[str, str, int]
Report = Callable[[int, int], None]


class Wanted(Protocol):
    """What a plan is made for."""

    @property
    def on(self) -> date: ...
    @property
    def item_ids(self) -> Sequence[int] | None: ...
    @property
    def max_iterations(self) -> int: ...
    @property
    def min_adjustment(self) -> Decimal: ...


@dataclass(slots=True)
class Plan:
    """What a run will store. `products`: items settled at posting whose orders have used what changes."""

    items: dict[int, ItemPlan] = field(default_factory=dict)
    outputs: list[Change] = field(default_factory=list)
    used_by_others: list[int] = field(default_factory=list)
    products: set[int] = field(default_factory=set)
    exhausted: list[LogWarning] = field(default_factory=list)

    @property
    def item_ids(self) -> set[int]:
        return {*self.items, *(change.item_id for change in self.outputs)}

    @property
    def changes(self) -> Iterator[Change]:
        for plan in self.items.values():
            yield from plan.changes.values()
        yield from self.outputs

    @property
    def transfers(self) -> list[tuple[int, PlannedTransfer]]:
        return [(item_id, each) for item_id, plan in self.items.items() for each in plan.transfers]

    @property
    def settlements(self) -> Iterator[PlannedSettlement]:
        for plan in self.items.values():
            yield from plan.settlements

    @property
    def warnings(self) -> list[LogWarning]:
        return [each for plan in self.items.values() for each in plan.warnings] + self.exhausted

    def numbered_settlements(self, made: Sequence[int]) -> Iterator[tuple[PlannedSettlement, Sequence[int]]]:
        """Settlements with the numbers that the new transfers of their item got; `made`: of all, in order."""
        first = 0
        for plan in self.items.values():
            of_item = made[first : first + len(plan.transfers)]
            first += len(plan.transfers)
            for each in plan.settlements:
                yield each, of_item


def plan(wanted: Wanted, *, setups: Setups, report: Report | None = None) -> Plan:
    """Plan all items. Nothing is written and nothing is locked."""
    terms = Terms(wanted.on, setups.precision_e5, wanted.max_iterations, to_e5(wanted.min_adjustment))
    ids = None if wanted.item_ids is None else list(wanted.item_ids)
    books = loading.items(on=wanted.on, item_ids=ids)
    return _Planning(books, terms, report, by_place=setups.periods.is_by_place(wanted.on)).run()


class _Planning:
    """Plans items batch by batch: what a batch has open is read, planned and forgotten."""

    def __init__(self, books: Sequence[ItemBooks], terms: Terms, report: Report | None, *, by_place: bool) -> None:
        self.books = {each.item_id: each for each in books}
        self.terms, self.report, self.by_place = terms, report, by_place
        self.plan = Plan()
        self.orders: dict[OrderKey, dict[int, int]] = defaultdict(dict)
        self.used: dict[int, list[tuple[int, OrderKey]]] = {}
        self.outputs: dict[OrderKey, list[Output]] = {}
        self.extra: dict[int, dict[int, int]] = defaultdict(dict)
        self.made: dict[int, tuple[Output, int]] = {}
        self.done = 0

    def run(self) -> Plan:
        waiting = set(self.books)
        for _round in range(max(self.terms.max_iterations, 1)):
            self._plan_items(waiting)
            if not waiting:
                break
        else:
            self.plan.exhausted += [
                LogWarning(item_id, self.books[item_id].item_no, None, planning.ITERATIONS_EXHAUSTED)
                for item_id in sorted(waiting)
            ]
        for output, amount_e5 in self.made.values():
            if amount_e5:
                self.plan.outputs.append(Change(output.item_id, output.entry_id, output.value_id, amount_e5, 0))
        self.plan.used_by_others = [
            entry_id
            for order, changed in self.orders.items()
            if order not in self.outputs
            for entry_id, change_e5 in changed.items()
            if change_e5
        ]
        return self.plan

    def _plan_items(self, waiting: set[int]) -> None:
        """Plan those that wait, in the order of levels; who gets another cost by it waits, also for this round."""
        for batch in _batches(self.books.values()):
            chosen = [book for book in batch if book.item_id in waiting]
            behind: set[int] = set()
            while chosen:
                arrivals = self._read(chosen)
                for book in chosen:
                    waiting.discard(book.item_id)
                    found = planning.plan_item(book, arrivals[book.item_id], self.extra[book.item_id], self.terms)
                    self.plan.items[book.item_id] = found
                    self._carry_on(book.item_id, found, waiting)
                    book.forget()
                    self._report()
                behind |= {book.item_id for book in chosen}
                chosen = [book for book in batch if book.item_id in waiting and book.item_id not in behind]

    def _read(self, chosen: Sequence[ItemBooks]) -> dict[int, dict[int, Arrival]]:
        """Read what is open of items, where their transfers went and what their orders made; returns the arrivals."""
        loading.fill(chosen, on=self.terms.on, by_place=self.by_place, changing=self.extra)
        moved: dict[int, int] = {}
        orders: set[OrderKey] = set()
        for book in chosen:
            moved |= {each.id: book.item_id for each in book.entries if each.is_issue and each.entry_type == MOVED}
            self.used[book.item_id] = [(each.id, each.order) for each in book.entries if each.entry_type in USED]
            orders |= {order for _entry_id, order in self.used[book.item_id]}
        self.outputs |= loading.outputs(orders - self.outputs.keys(), on=self.terms.on)
        arrivals: dict[int, dict[int, Arrival]] = defaultdict(dict)
        for out_id, arrival in loading.arrivals(moved, on=self.terms.on).items():
            arrivals[moved[out_id]][out_id] = arrival
        return arrivals

    def _carry_on(self, item_id: int, planned: ItemPlan, waiting: set[int]) -> None:
        """What its components cost more, an order's output costs more: what of it was not known yet waits again."""
        changed: set[OrderKey] = set()
        for entry_id, order in self.used[item_id]:
            change = planned.changes.get(entry_id)
            change_e5 = change.actual_e5 if change else 0
            if change_e5 != self.orders[order].get(entry_id, 0):
                self.orders[order][entry_id] = change_e5
                changed.add(order)
        amounts = {order: -sum(self.orders[order].values()) for order in changed if order in self.outputs}
        made = planning.output_shares(amounts, self.outputs, precision_e5=self.terms.precision_e5)
        self.made |= made
        for entry_id, (output, amount_e5) in made.items():
            before_e5 = self.extra[output.item_id].get(entry_id, 0)
            if amount_e5 != before_e5 and abs(amount_e5 - before_e5) >= self.terms.min_adjustment_e5:
                self.extra[output.item_id][entry_id] = amount_e5
                if output.item_id in self.books:
                    waiting.add(output.item_id)

    def _report(self) -> None:
        """Items that are planned again count once."""
        self.done = min(self.done + 1, len(self.books))
        if self.report is not None:
            self.report(self.done, len(self.books))


def _batches(books: Iterable[ItemBooks]) -> Iterator[list[ItemBooks]]:
    """Items in their order, as many at once as have `BATCH_ENTRIES` open, but of one level only."""
    batch: list[ItemBooks] = []
    size = 0
    for book in books:
        if batch and (size + book.size > BATCH_ENTRIES or book.level != batch[0].level):
            yield batch
            batch, size = [], 0
        batch.append(book)
        size += book.size
    if batch:
        yield batch


def still_true(changes: Iterable[Change]) -> list[Change]:
    """Leave out the expected part of changes to entries that were invoiced in full since they were planned."""
    found = list(changes)
    expecting = [each.entry_id for each in found if each.expected_e5]
    invoiced = set(
        ItemLedgerEntry.objects.filter(pk__in=expecting, completely_invoiced=True).values_list("pk", flat=True)
    )
    kept = []
    for each in found:
        if each.entry_id in invoiced and each.expected_e5:
            each = Change(each.item_id, each.entry_id, each.value_id, each.actual_e5, 0)
        if each.actual_e5 or each.expected_e5:
            kept.append(each)
    return kept
