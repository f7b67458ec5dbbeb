"""The plan of a whole run: items in the order of their levels, and again where an order carries a change on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
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
    def changes(self) -> list[Change]:
        return [change for plan in self.items.values() for change in plan.changes.values()] + self.outputs

    @property
    def transfers(self) -> list[tuple[int, PlannedTransfer]]:
        return [(item_id, each) for item_id, plan in self.items.items() for each in plan.transfers]

    @property
    def settlements(self) -> list[PlannedSettlement]:
        return [each for plan in self.items.values() for each in plan.settlements]

    @property
    def warnings(self) -> list[LogWarning]:
        return [each for plan in self.items.values() for each in plan.warnings] + self.exhausted

    def numbered_settlements(self, made: Sequence[int]) -> list[tuple[PlannedSettlement, Sequence[int]]]:
        """Settlements with the numbers that the new transfers of their item got; `made`: of all, in order."""
        numbered, first = [], 0
        for plan in self.items.values():
            of_item = made[first : first + len(plan.transfers)]
            first += len(plan.transfers)
            numbered += [(each, of_item) for each in plan.settlements]
        return numbered


def plan(wanted: Wanted, *, setups: Setups, report: Report | None = None) -> Plan:
    """Plan all items. Nothing is written and nothing is locked."""
    terms = Terms(wanted.on, setups.precision_e5, wanted.max_iterations, to_e5(wanted.min_adjustment))
    ids = None if wanted.item_ids is None else list(wanted.item_ids)
    books = loading.load(on=wanted.on, item_ids=ids, by_place=setups.periods.is_by_place(wanted.on))
    return _Planning(books, terms, report).run()


class _Planning:
    def __init__(self, books: Sequence[ItemBooks], terms: Terms, report: Report | None) -> None:
        self.books = {each.item_id: each for each in books}
        self.terms, self.report = terms, report
        self.plan = Plan()
        entries = [(each, book) for book in books for each in book.entries]
        moved = {
            each.id for each, _book in entries if each.is_issue and each.entry_type == ItemLedgerEntryType.TRANSFER
        }
        found = loading.arrivals(moved, on=terms.on)
        self.arrivals: dict[int, dict[int, Arrival]] = defaultdict(dict)
        self.orders: dict[int, tuple[int, OrderKey]] = {}
        for each, book in entries:
            if each.id in found:
                self.arrivals[book.item_id][each.id] = found[each.id]
            if each.entry_type in USED:
                self.orders[each.id] = (book.item_id, each.order)
        self.outputs = loading.outputs({order for _item, order in self.orders.values()}, on=terms.on)
        self.extra: dict[int, dict[int, int]] = defaultdict(dict)
        self.made: dict[int, tuple[Output, int]] = {}

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
            for entry_id, (item_id, order) in self.orders.items()
            if order not in self.outputs and self._change_e5(item_id, entry_id)
        ]
        return self.plan

    def _plan_items(self, waiting: set[int]) -> None:
        """Plan those that wait, in the order of levels; who gets another cost by it waits, also for this round."""
        total = len(self.books)
        for done, (item_id, book) in enumerate(self.books.items()):
            if item_id in waiting:
                waiting.discard(item_id)
                self.plan.items[item_id] = planning.plan_item(
                    book, self.arrivals[item_id], self.extra[item_id], self.terms
                )
                self._carry_on(waiting)
            if self.report is not None:
                self.report(done + 1, total)

    def _carry_on(self, waiting: set[int]) -> None:
        changed: dict[OrderKey, int] = defaultdict(int)
        for entry_id, (item_id, order) in self.orders.items():
            if order in self.outputs:
                changed[order] -= self._change_e5(item_id, entry_id)
        self.made = planning.output_shares(changed, self.outputs, precision_e5=self.terms.precision_e5)
        for entry_id, (output, amount_e5) in self.made.items():
            before_e5 = self.extra[output.item_id].get(entry_id, 0)
            if amount_e5 != before_e5 and abs(amount_e5 - before_e5) >= self.terms.min_adjustment_e5:
                self.extra[output.item_id][entry_id] = amount_e5
                if output.item_id in self.books:
                    waiting.add(output.item_id)

    def _change_e5(self, item_id: int, entry_id: int) -> int:
        planned = self.plan.items.get(item_id)
        change = planned.changes.get(entry_id) if planned else None
        return change.actual_e5 if change else 0


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
