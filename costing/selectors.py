"""Questions to the costing books: what stock is worth, what is not adjusted, what waits for the general ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.base.expressions import exact_value
from config.base.fields import AmountField
from config.base.pages import Cue
from costing.enums import CloseKind, PostingPair, RunState
from costing.models import (
    AdjustmentRun,
    AdjustmentRunItem,
    AvgCostAdjmtEntryPoint,
    CloseLogLine,
    GLItemLedgerRelation,
    InventoryAdjmtEntryOrder,
    InventoryClose,
    InventoryPeriod,
    ValueEntry,
    ValueEntryToPost,
)
from inventory.enums import ItemType, SettleAt
from inventory.models import Item, PostedDocument
from ledger.models import GLEntry

ZERO = Decimal(0)
COST_VIEW = "base.cost_view"


@dataclass(frozen=True, slots=True)
class ItemValue:
    """Quantity and value of an item's stock; `not_posted` is what the general ledger does not hold yet."""

    quantity: Decimal
    actual: Decimal
    expected: Decimal
    not_posted: Decimal

    @property
    def value(self) -> Decimal:
        return self.actual + self.expected


@dataclass(frozen=True, slots=True)
class Waiting:
    """Value entries that wait to be posted: how many, their amounts, and the oldest posting date."""

    count: int
    actual: Decimal
    expected: Decimal
    oldest: date | None


@dataclass(frozen=True, slots=True)
class DocumentCost:
    """What the value entries of a document, or of all documents of an order, sum to; costs with the ledger's sign."""

    document_nos: tuple[str, ...]
    actual: Decimal
    expected: Decimal
    non_inventory: Decimal
    sales: Decimal
    purchases: Decimal


def item_value(item_id: int, *, as_of: date | None = None) -> ItemValue:
    """Return the value of one item, up to a posting date where one is given."""
    return item_values([item_id], as_of=as_of)[item_id]


def item_values(item_ids: Collection[int], *, as_of: date | None = None) -> dict[int, ItemValue]:
    """Return quantity and value of items; an item without entries has zeros. Two queries."""
    entries = ValueEntry.objects.filter(item_id__in=item_ids, inventoriable=True)
    if as_of is not None:
        entries = entries.posted_through(as_of)
    sums = {
        row["item_id"]: row
        for row in entries.order_by()
        .values("item_id")
        .annotate(
            quantity=Sum("item_ledger_entry_quantity"),
            actual=Sum("cost_amount_actual"),
            expected=Sum("cost_amount_expected"),
        )
    }
    waiting = waiting_values(item_ids=item_ids)
    if as_of is not None:
        waiting = waiting.filter(posting_date__lte=as_of)
    left = dict(waiting.order_by().values_list("item_id").annotate(Sum("actual_to_post")))
    empty = {"quantity": ZERO, "actual": ZERO, "expected": ZERO}
    return {
        item_id: ItemValue(found["quantity"], found["actual"], found["expected"], left.get(item_id) or ZERO)
        for item_id in item_ids
        for found in [sums.get(item_id, empty)]
    }


def with_posted_amounts(entries: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate `cost_posted_to_gl` and `expected_cost_posted_to_gl`, each by a subquery, so that rows stay one each."""
    annotated: QuerySet[Any] = entries.annotate(
        cost_posted_to_gl=_posted(PostingPair.ACTUAL), expected_cost_posted_to_gl=_posted(PostingPair.EXPECTED)
    )
    return annotated


def _posted(pair: PostingPair) -> Coalesce:
    held = GLItemLedgerRelation.objects.filter(value_entry=OuterRef("pk"), pair=pair).values("amount")
    return Coalesce(Subquery(held, output_field=AmountField()), Value(ZERO), output_field=AmountField())


def waiting_values(
    *, through: date | None = None, item_ids: Collection[int] | None = None, include_expected: bool = True
) -> QuerySet[Any]:
    """Value entries in the queue, with `actual_to_post` and `expected_to_post`: their amounts less what is posted.

    Without expected cost posting (`include_expected` off) nothing expected is to be posted.
    """
    queue = ValueEntryToPost.objects.all()
    if through is not None:
        queue = queue.filter(posting_date__lte=through)
    if item_ids is not None:
        queue = queue.filter(item_id__in=item_ids)
    waiting = ValueEntry.objects.filter(pk__in=queue.values("pk"))
    annotated: QuerySet[Any] = with_posted_amounts(waiting).annotate(
        actual_to_post=_difference("cost_amount_actual", "cost_posted_to_gl"),
        expected_to_post=_difference("cost_amount_expected", "expected_cost_posted_to_gl")
        if include_expected
        else Value(ZERO, output_field=AmountField()),
    )
    return annotated


def _difference(whole: str, part: str) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(F(whole) - F(part), output_field=AmountField())


def waiting_to_post(
    *, through: date | None = None, item_ids: Collection[int] | None = None, include_expected: bool = True
) -> Waiting:
    """Return what waits to be posted to the general ledger. One query."""
    waiting = waiting_values(through=through, item_ids=item_ids, include_expected=include_expected)
    found = waiting.aggregate(
        count=Count("pk"), actual=Sum("actual_to_post"), expected=Sum("expected_to_post"), oldest=Min("posting_date")
    )
    return Waiting(found["count"], found["actual"] or ZERO, found["expected"] or ZERO, found["oldest"])


def cost_status(items: QuerySet[Item] | None = None) -> QuerySet[Any]:
    """Inventory items with `adjusted`, `unadjusted_from`, `last_run_id` and `last_run_made`.

    An item is adjusted when it has no entry point, and no finished order whose cost is not adjusted. One settled at
    the inventory close is never adjusted by a run, so it always counts as adjusted.
    """
    all_points = AvgCostAdjmtEntryPoint.objects.filter(item__item_model_group__settle_at=SettleAt.POSTING)
    points = all_points.filter(item=OuterRef("pk")).order_by("valuation_date")
    orders = InventoryAdjmtEntryOrder.objects.filter(is_finished=True, cost_is_adjusted=False)
    runs = AdjustmentRunItem.objects.filter(item=OuterRef("pk"), run__preview=False).order_by("-run_id")
    found = Item.objects.all() if items is None else items
    return found.filter(type=ItemType.INVENTORY).annotate(
        # Read once for all items, not once for each.
        adjusted=ExpressionWrapper(
            ~Q(pk__in=all_points.values("item")) & ~Q(pk__in=orders.values("item")), output_field=BooleanField()
        ),
        unadjusted_from=Subquery(points.values("valuation_date")[:1], output_field=DateField()),
        last_run_id=Subquery(runs.values("run_id")[:1]),
        last_run_made=Subquery(runs.values("entries_made")[:1]),
    )


def runs_with_figures() -> QuerySet[Any]:
    """Runs of cost adjustment with `item_count`, `failed_count`, `open_count`, `entries_made` and net `amount`."""
    items = AdjustmentRunItem.objects.filter(run=OuterRef("pk")).order_by().values("run")
    failed = items.filter(state=RunState.FAILED)
    unfinished = items.filter(state__in=(RunState.WAITING, RunState.RUNNING))
    found: QuerySet[Any] = AdjustmentRun.objects.annotate(
        item_count=_number(items.annotate(found=Count("pk"))),
        failed_count=_number(failed.annotate(found=Count("pk"))),
        open_count=_number(unfinished.annotate(found=Count("pk"))),
        entries_made=_number(items.annotate(found=Sum("entries_made"))),
        amount=Coalesce(
            Subquery(items.annotate(found=Sum("amount")).values("found"), output_field=AmountField()),
            Value(ZERO),
            output_field=AmountField(),
        ),
    )
    return found


def _number(counted: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(counted.values("found"), output_field=IntegerField()), Value(0))


def document_cost(no: str) -> DocumentCost:
    """Return the cost of a posted document, or of everything that was posted of an order."""
    numbers = [no, *PostedDocument.objects.filter(order_no=no).order_by("no").values_list("no", flat=True)]
    found = ValueEntry.objects.filter(document_no__in=numbers).aggregate(
        actual=Sum("cost_amount_actual"),
        expected=Sum("cost_amount_expected"),
        non_inventory=Sum("cost_amount_non_inventory"),
        sales=Sum("sales_amount_actual"),
        purchases=Sum("purchase_amount_actual"),
    )
    return DocumentCost(tuple(numbers), *(found[name] or ZERO for name in found))


def relations_of_gl_entry(gl_entry_id: int) -> QuerySet[Any]:
    """The relation rows of a G/L entry with `effect`: their amount as it stands in that entry. They add up to it."""
    on_balancing = Q(balancing_gl_entry_id=gl_entry_id)
    return GLItemLedgerRelation.objects.filter(Q(gl_entry_id=gl_entry_id) | on_balancing).annotate(
        effect=Case(When(on_balancing, then=-F("amount")), default=F("amount"), output_field=AmountField())
    )


def gl_entries_of_value_entry(value_entry_id: int) -> QuerySet[Any]:
    """The G/L entries of a value entry with `effect`, the part of each that stems from it, and the `pair`."""
    relations = GLItemLedgerRelation.objects.filter(value_entry_id=value_entry_id)
    side = relations.filter(Q(gl_entry=OuterRef("pk")) | Q(balancing_gl_entry=OuterRef("pk")))
    effect = side.annotate(
        effect=Case(
            When(balancing_gl_entry=OuterRef("pk"), then=-F("amount")), default=F("amount"), output_field=AmountField()
        )
    ).values("effect")
    # A union, not OR: it is read from the relations, and no other entry is looked at.
    named = relations.order_by().values("gl_entry").union(relations.order_by().values("balancing_gl_entry"))
    found: QuerySet[Any] = GLEntry.objects.filter(pk__in=named).annotate(
        effect=Subquery(effect[:1], output_field=AmountField()), pair=Subquery(side.values("pair")[:1])
    )
    return found


def totals_by_account(register_id: int) -> list[tuple[str, str, Decimal]]:
    """Number, name and net amount of each account that a G/L register moved, debit positive."""
    entries = GLEntry.objects.filter(transaction__register_id=register_id)
    sums = entries.order_by("gl_account__no").values_list("gl_account__no", "gl_account__name").annotate(Sum("amount"))
    return list(sums)


def value_entries_url(**filters: Any) -> str:
    """The list of value entries, filtered by exactly these values; a list means any of them."""
    query = {
        name: "|".join(exact_value(each) for each in value) if isinstance(value, (list, tuple)) else exact_value(value)
        for name, value in filters.items()
    }
    return f"{reverse('costing:valueentry_list')}?{urlencode(query)}"


def cues(user: Any) -> list[Cue]:
    """Tiles of the home page: what is not adjusted, and what waits for the general ledger."""
    found = []
    if user.has_perm("base.cost_adjust"):
        count = cost_status().filter(adjusted=False).count()
        url = f"{reverse('costing:adjustment_status')}?adjusted=no"
        found.append(Cue(_("Items not adjusted"), count, url, "warn" if count else "ok", group=_("Costing")))
    if user.has_perm("base.gl_post_inventory"):
        count = ValueEntryToPost.objects.count()
        label = _("Value entries to post to G/L")
        found.append(Cue(label, count, reverse("costing:gl_waiting"), "warn" if count else "ok", group=_("Costing")))
    return found + close_cues(user, timezone.localdate())


def close_cues(user: Any, today: date) -> list[Cue]:
    """Tiles of the close: periods that have ended and are open, and what the last close could not settle."""
    found = []
    if user.has_perm("base.close_run"):
        count = InventoryPeriod.objects.filter(closed=False, ending_date__lt=today).count()
        url = f"{reverse('costing:period_list')}?state=open|ready|reopened&ending_date=..{today - timedelta(days=1)}"
        found.append(Cue(_("Ended periods to close"), count, url, "warn" if count else "ok", group=_("Costing")))
        last = InventoryClose.objects.filter(kind=CloseKind.CLOSE, state=RunState.DONE, rehearsal=False)
        close_id = last.order_by("-closing_date").values_list("pk", flat=True).first()
        if close_id is not None:
            count = CloseLogLine.objects.filter(close_id=close_id, note="").count()
            url = f"{reverse('costing:close_log', args=[close_id])}?has_note=no"
            label = _("Close warnings without a note")
            found.append(Cue(label, count, url, "warn" if count else "ok", group=_("Costing")))
    return found
