"""What keeps an inventory period from closing: costs and orders not adjusted, issues that no receipt covers.

The marks decide, nothing is computed again. Source: design-details-inventory-periods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, Min, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.base.errors import ErrorCode, Problem, raise_problems
from costing.models import AvgCostAdjmtEntryPoint, InventoryAdjmtEntryOrder, ValueEntry, ValueEntryToPost
from inventory.enums import ItemLedgerEntryType, SettleAt
from inventory.models import ItemLedgerEntry

MAX_NAMED = 5
MAX_PROBLEMS = 20
OUTPUTS = (ItemLedgerEntryType.OUTPUT, ItemLedgerEntryType.ASSEMBLY_OUTPUT)
AT_POSTING = {"item__item_model_group__settle_at": SettleAt.POSTING}


@dataclass(frozen=True, slots=True)
class UnadjustedItem:
    item_id: int
    item_no: str
    unadjusted_from: date


@dataclass(frozen=True, slots=True)
class UnadjustedOrder:
    order_type: str
    order_no: str
    item_id: int
    item_no: str


@dataclass(frozen=True, slots=True)
class OpenIssue:
    entry_id: int
    item_id: int
    item_no: str
    location: str
    posting_date: date
    document_no: str
    remaining: object


@dataclass(frozen=True, slots=True)
class Blockers:
    """All that keeps a period open, by kind; each list by item number."""

    items: Sequence[UnadjustedItem]
    orders: Sequence[UnadjustedOrder]
    issues: Sequence[OpenIssue]

    @property
    def count(self) -> int:
        return len(self.items) + len(self.orders) + len(self.issues)

    def first(self, most: int) -> Blockers:
        """The first of each kind."""
        return Blockers(self.items[:most], self.orders[:most], self.issues[:most])


def blockers(ending_date: date) -> Blockers:
    """Return what keeps a period with this ending date open."""
    return Blockers(unadjusted_items(ending_date), unadjusted_orders(ending_date), open_issues(ending_date))


def unadjusted_items(through: date) -> list[UnadjustedItem]:
    """Items with an entry point up to a date. Items settled at close have no say: their close adjusts them."""
    points = AvgCostAdjmtEntryPoint.objects.filter(valuation_date__lte=through, **AT_POSTING)
    found = points.values("item_id", "item__no").annotate(first=Min("valuation_date")).order_by("item__no")
    return [UnadjustedItem(row["item_id"], row["item__no"], row["first"]) for row in found]


def unadjusted_orders(through: date) -> list[UnadjustedOrder]:
    """Finished orders that are not adjusted, with output valued up to a date."""
    output = ValueEntry.objects.filter(
        order_type=OuterRef("order_type"),
        order_no=OuterRef("order_no"),
        order_line_no=OuterRef("order_line_no"),
        item_ledger_entry_type__in=OUTPUTS,
        valuation_date__lte=through,
    )
    orders = InventoryAdjmtEntryOrder.objects.filter(
        Exists(output), is_finished=True, cost_is_adjusted=False, **AT_POSTING
    )
    columns = ("order_type", "order_no", "item_id", "item__no")
    return [UnadjustedOrder(*row) for row in orders.order_by("item__no", "order_no").values_list(*columns)]


def check_valuation_floor(floor: date) -> None:
    """Refuse an earliest allowed valuation date while something before it is unfinished.

    Raises: DomainError not_adjusted naming items and orders, or invalid_input naming orders that are not finished.
    """
    last_day_before = floor - timedelta(days=1)
    found = Blockers(unadjusted_items(last_day_before), unadjusted_orders(last_day_before), ())
    message = _(
        "Order %(order)s of item %(item)s is not finished and has values before %(floor)s. Finish it, or choose an "
        "earlier date."
    )
    unfinished = [
        Problem(
            message % {"order": each.order_no, "item": each.item_no, "floor": floor},
            ErrorCode.INVALID_INPUT,
            document_no=each.order_no,
            item_no=each.item_no,
        )
        for each in unfinished_orders(last_day_before)
    ]
    raise_problems([*problems(found), *unfinished])


def unfinished_orders(through: date) -> list[UnadjustedOrder]:
    """Orders that are not finished, with values up to a date."""
    of_order = ValueEntry.objects.filter(
        order_type=OuterRef("order_type"),
        order_no=OuterRef("order_no"),
        order_line_no=OuterRef("order_line_no"),
        valuation_date__lte=through,
    )
    orders = InventoryAdjmtEntryOrder.objects.filter(Exists(of_order), is_finished=False)
    columns = ("order_type", "order_no", "item_id", "item__no")
    return [UnadjustedOrder(*row) for row in orders.order_by("item__no", "order_no").values_list(*columns)]


def open_issues(through: date) -> list[OpenIssue]:
    """Issues dated up to a date that are not covered by receipts."""
    entries = ItemLedgerEntry.objects.outbound().open().as_of(through).filter(**AT_POSTING)
    columns = (
        "pk",
        "item_id",
        "item__no",
        "location__code",
        "posting_date",
        "document_no",
        "remaining_quantity",
    )
    return [OpenIssue(*row) for row in entries.order_by("item__no", "pk").values_list(*columns)]


def not_posted_count(through: date) -> int:
    """How many values up to a date the general ledger does not hold yet: advice, no obstacle."""
    return ValueEntryToPost.objects.filter(posting_date__lte=through).count()


def problems(found: Blockers) -> list[Problem]:
    """The blockers as refusals, one for each item, adjustment first; of many of a kind the first, and how many more."""
    return [
        *at_most([_unadjusted_problem(each) for each in found.items]),
        *at_most([_order_problem(each) for each in found.orders]),
        *at_most(_issue_problems(found.issues)),
    ]


def at_most(found: Sequence[Problem]) -> list[Problem]:
    """The first problems of one kind, and one that says how many more there are."""
    if len(found) <= MAX_PROBLEMS:
        return list(found)
    more = len(found) - MAX_PROBLEMS
    message = ngettext("The same holds for %(count)s more.", "The same holds for %(count)s more.", more)
    return [*found[:MAX_PROBLEMS], Problem(message % {"count": more}, found[0].code)]


def _unadjusted_problem(each: UnadjustedItem) -> Problem:
    message = _("The cost of item %(item)s is not adjusted from %(date)s on. Adjust its cost.")
    return Problem(
        message % {"item": each.item_no, "date": each.unadjusted_from}, ErrorCode.NOT_ADJUSTED, item_no=each.item_no
    )


def _order_problem(each: UnadjustedOrder) -> Problem:
    message = _("Order %(order)s is finished and its cost is not adjusted. Adjust the cost of item %(item)s.")
    return Problem(
        message % {"order": each.order_no, "item": each.item_no},
        ErrorCode.NOT_ADJUSTED,
        document_no=each.order_no,
        item_no=each.item_no,
    )


def _issue_problems(issues: Sequence[OpenIssue]) -> list[Problem]:
    by_item: dict[str, list[OpenIssue]] = {}
    for issue in issues:
        by_item.setdefault(issue.item_no, []).append(issue)
    message = _(
        "Item %(item)s has issues that no receipt covers: %(entries)s. "
        "Receive what is missing, or adjust the stock up and down."
    )
    found = []
    for item_no, of_item in by_item.items():
        named = [
            _("entry %(entry)s of %(document)s") % {"entry": each.entry_id, "document": each.document_no}
            for each in of_item[:MAX_NAMED]
        ]
        entries = ", ".join(named) + (" ..." if len(of_item) > MAX_NAMED else "")
        found.append(Problem(message % {"item": item_no, "entries": entries}, ErrorCode.OPEN_ENTRIES, item_no=item_no))
    return found
