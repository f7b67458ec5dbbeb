"""Cost adjustment: what waits for it and why, the page that starts or previews it, and what is left out of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base import jobs
from config.base.models import ACTIVE_STATES, Job
from config.base.pages import Action, Done, Figure, allowed
from config.base.views import ActionView, ListView
from costing import adjustment_choices, adjustment_status, selectors
from costing.adjustment_filters import EntryPointFilter, OrderStateFilter, StatusFilter
from costing.forms import AdjustCostForm, ExcludeItemForm
from costing.models import InventoryAdjmtEntryOrder, ItemCostState
from costing.tables import CostStatusTable
from costing.tables.adjustment import EntryPointTable, OrderStateTable
from inventory.enums import ItemType
from inventory.models import Item

COST_ADJUST = "base.cost_adjust"
WATCHERS = ("base.cost_adjust", "base.cost_view")
JOB_KIND = "adjust_cost"


class CostStatusView(ListView):
    """Each item: is its cost adjusted, since when not, and what the last run did or why it failed."""

    permission_any = WATCHERS
    title = gettext_lazy("Cost adjustment")
    template_name = "costing/cost_status.html"
    filterset_class = StatusFilter
    table_class = CostStatusTable
    cost_columns = frozenset({"unit_cost"})
    actions = (
        Action(gettext_lazy("Adjust cost"), "costing:adjust", permission=COST_ADJUST, primary=True),
        Action(gettext_lazy("Runs"), "costing:run_list"),
        Action(gettext_lazy("Entry points"), "costing:entry_point_list"),
        Action(gettext_lazy("Orders"), "costing:order_state_list"),
    )
    empty_text = gettext_lazy("There are no inventory items yet.")

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Whoever may not adjust sees no link to it."""
        hidden = super().hidden
        return hidden if self.may(COST_ADJUST) else hidden | {"adjust"}

    def get_queryset(self) -> QuerySet[Any]:
        items = adjustment_status.with_counts(adjustment_status.items_with_last_run())
        return items.select_related("item_model_group", "cost_state").order_by("adjusted", "no")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(figures=allowed(status_figures(), self.request.user), **context)


def status_figures() -> list[Figure]:
    """Key figures of cost adjustment; each leads to the list that it counts."""
    found = adjustment_status.status()
    here = reverse("costing:adjustment_status")
    points = reverse("costing:entry_point_list")
    orders = f"{reverse('costing:order_state_list')}?is_finished=yes&cost_is_adjusted=no"
    figures = [
        Figure(_("Items not adjusted"), found.items, "integer", f"{here}?adjusted=no"),
        Figure(_("Entry points"), found.points, "integer", points),
        Figure(_("Not adjusted from"), found.oldest, "date", f"{points}?sort=valuation_date"),
        Figure(_("Orders not adjusted"), found.orders, "integer", orders),
        Figure(_("Excluded items"), found.excluded, "integer", f"{here}?excluded=yes"),
        Figure(_("Failed items"), found.failed, "integer", f"{here}?failed=yes", tone="danger" if found.failed else ""),
    ]
    if found.preview_id is not None and found.planned is not None:
        hint = _("by preview %(run)s") % {"run": found.preview_id}
        url = reverse("costing:run_plan", args=[found.preview_id])
        figures.append(Figure(_("Change when adjusted"), found.planned, "amount", url, "base.cost_view", hint=hint))
    return figures


class EntryPointListView(ListView):
    """From which valuation date on each item and place is not adjusted."""

    permission_any = WATCHERS
    title = gettext_lazy("Unadjusted entry points")
    filterset_class = EntryPointFilter
    table_class = EntryPointTable
    parent = "costing:adjustment_status"
    parent_title = gettext_lazy("Cost adjustment")
    empty_text = gettext_lazy("The cost of all items is adjusted.")

    def get_queryset(self) -> QuerySet[Any]:
        found = adjustment_status.entry_points().select_related("item__item_model_group", "variant", "location")
        return found.order_by("valuation_date", "item__no", "pk")


class OrderStateListView(ListView):
    """Assembly and production orders: do their outputs hold the cost of what was used?"""

    permission_any = WATCHERS
    title = gettext_lazy("Cost of orders")
    filterset_class = OrderStateFilter
    table_class = OrderStateTable
    parent = "costing:adjustment_status"
    parent_title = gettext_lazy("Cost adjustment")
    empty_text = gettext_lazy("Nothing was assembled or produced yet.")

    def get_queryset(self) -> QuerySet[Any]:
        return InventoryAdjmtEntryOrder.objects.select_related("item").order_by("cost_is_adjusted", "order_no", "pk")


class AdjustCostView(ActionView):
    """Start the job. One runs at a time: a second start leads to the first."""

    permission_required = COST_ADJUST
    form_class = AdjustCostForm
    title = gettext_lazy("Adjust cost")
    verb = gettext_lazy("Adjust cost")
    parent = "costing:adjustment_status"
    parent_title = gettext_lazy("Cost adjustment")

    def get_initial(self) -> dict[str, Any]:
        given = self.request.GET
        return {"item": given.get("item", ""), "preview": given.get("preview", "") == "yes"}

    def get_question(self) -> str:
        count = selectors.cost_status().filter(adjusted=False).count()
        return ngettext(
            "%(count)s item is not adjusted. Its corrections get the date of the entry they correct, "
            "or the first open day.",
            "%(count)s items are not adjusted. Their corrections get the date of the entry they correct, "
            "or the first open day.",
            count,
        ) % {"count": count}

    def perform(self, form: Any) -> Done:
        item, through = form.cleaned_data["item"], form.cleaned_data["through"]
        parameters = {
            "item_ids": [item.pk] if item else None,
            "through": through.isoformat() if through else None,
            "preview": form.cleaned_data["preview"],
        }
        return start_adjustment(parameters, self.request.user)


def start_adjustment(parameters: dict[str, Any], user: Any) -> Done:
    """Start the job that adjusts cost, or that previews it."""
    if parameters.get("preview"):
        return start_job(JOB_KIND, parameters, user, _("Preview cost adjustment"), _("The preview has started."))
    return start_job(JOB_KIND, parameters, user, _("Adjust cost"), _("Cost adjustment has started."))


JOB_PAGE = "base:job_detail"


def start_job(
    kind: str, parameters: dict[str, Any], user: Any, title: str, message: str, *, key: str = "", page: str = JOB_PAGE
) -> Done:
    """Start the one job of a key (default: its kind), or lead to the one that is there, naming who started it.

    `page`: the URL name of the page that follows the job; the page of the job itself is for its owner.
    """
    key = key or kind
    running = Job.objects.filter(key=key, state__in=ACTIVE_STATES).select_related("requested_by").first()
    job = jobs.enqueue(kind, parameters=parameters, requested_by=user, title=title, key=key)
    url = reverse(page, args=[job.pk])
    if running is None or running.pk != job.pk:
        return Done(message, url)
    started_by = running.requested_by.get_username() if running.requested_by else _("the schedule")
    text = _("It is running already, started by %(user)s. Nothing new was started.") % {"user": started_by}
    visible = page != JOB_PAGE or running.requested_by_id == user.pk or user.has_perm("base.job_manage")
    return Done(text, url if visible else "", level="warning")


class ExcludeItemView(ActionView):
    """Leave an item out of cost adjustment, or take it in again."""

    permission_required = COST_ADJUST
    form_class = ExcludeItemForm
    parent = "costing:adjustment_status"
    parent_title = gettext_lazy("Cost adjustment")

    def get_record(self) -> Item:
        item = get_object_or_404(Item, no=self.kwargs["no"], type=ItemType.INVENTORY)
        self.is_excluded = ItemCostState.objects.filter(item=item, excluded=True).exists()
        return item

    def get_title(self) -> str:
        words = _("Include %(item)s again") if self.is_excluded else _("Exclude %(item)s from cost adjustment")
        return words % {"item": self.record.no}

    def get_verb(self) -> str:
        return _("Include") if self.is_excluded else _("Exclude")

    def get_question(self) -> str:
        if self.is_excluded:
            return _("Runs will adjust it again, from the first entry point that was left.")
        text = _("No run and no posting will adjust it. It stays unadjusted and keeps the cost that it has.")
        products = adjustment_status.products_of(self.record)
        if products:
            effect = _("What is made of it keeps its present cost as well: %(items)s.")
            text = f"{text} {effect % {'items': ', '.join(products)}}"
        return text

    def perform(self, form: Any) -> Done:
        adjustment_choices.exclude(
            self.record,
            excluded=not self.is_excluded,
            user=self.request.user,
            reason=form.cleaned_data["reason"],
        )
        words = _("%(item)s is adjusted again.") if self.is_excluded else _("%(item)s is excluded.")
        return Done(words % {"item": self.record.no}, reverse("costing:adjustment_status") + "?excluded=yes")
