"""How often items are counted, and what is to be counted now."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import format_date
from config.base.pages import Action, Done
from config.base.preferences import today_of
from config.base.views import ActionView, CreateView, ListView, UpdateView
from inventory import counting_periods, scopes, selectors
from inventory.count_filters import CountingPeriodFilter, CountPlanFilter
from inventory.forms import CountDueForm, CountingPeriodForm
from inventory.models import Count, CountingPeriod, Item
from inventory.tables.counts import CountingPeriodTable, CountPlanTable

LEAD = "base.count_post"


class CountingPeriodListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Counting periods")
    parent = "inventory:count_list"
    parent_title = gettext_lazy("Physical inventory")
    queryset = CountingPeriod.objects.annotate(
        item_count=selectors.count_of(
            Item.objects.filter(pk__in=counting_periods.planned_items().values("pk")), "counting_period"
        )
    ).order_by("code")
    filterset_class = CountingPeriodFilter
    table_class = CountingPeriodTable
    totals = ("item_count",)
    actions = (
        Action(gettext_lazy("New counting period"), "inventory:countingperiod_create", permission=LEAD, primary=True),
    )
    empty_text = gettext_lazy("There are no counting periods. Make one, and give it to items on their cards.")


class CountingPeriodCreateView(CreateView):
    permission_required = LEAD
    model = CountingPeriod
    form_class = CountingPeriodForm
    title = gettext_lazy("New counting period")
    parent = "inventory:countingperiod_list"
    parent_title = gettext_lazy("Counting periods")

    def get_success_url(self) -> str:
        return reverse("inventory:countingperiod_list")


class CountingPeriodUpdateView(UpdateView):
    permission_required = LEAD
    model = CountingPeriod
    form_class = CountingPeriodForm
    slug_field = slug_url_kwarg = "code"
    parent = "inventory:countingperiod_list"
    parent_title = gettext_lazy("Counting periods")

    def get_success_url(self) -> str:
        return reverse("inventory:countingperiod_list")

    def get_back_url(self) -> str:
        return reverse("inventory:countingperiod_list")


class CountPlanView(ListView):
    """Items with a counting period: when they were counted last, and when they are counted next."""

    permission_required = "base.stock_view"
    title = gettext_lazy("Items to count")
    parent = "inventory:count_list"
    parent_title = gettext_lazy("Physical inventory")
    filterset_class = CountPlanFilter
    table_class = CountPlanTable
    actions = (Action(gettext_lazy("Make count of what is due"), "inventory:count_due", permission=LEAD, primary=True),)
    empty_text = gettext_lazy("No item has a counting period. Give items one on their cards, or in bulk edit.")

    def get_queryset(self) -> Any:
        items = counting_periods.planned_items().select_related("category", "counting_period")
        return items.order_by(F("next_count").asc(nulls_first=True), "no")


class CountDueView(ActionView):
    permission_required = LEAD
    title = gettext_lazy("Make count of what is due")
    verb = gettext_lazy("Make count")
    parent = "inventory:countplan"
    parent_title = gettext_lazy("Items to count")
    form_class = CountDueForm

    def get_initial(self) -> dict[str, Any]:
        today = today_of(self.request)
        return {"due_on": today, "posting_date": today} | scopes.proposals(self.request.user, "location")

    def get_question(self) -> str:
        today, place = today_of(self.request), scopes.scope_of(self.request.user).default_location
        found = counting_periods.due_items(today, Q(location=place) if place else None).count()
        words = {"count": found, "date": format_date(today), "location": place.code if place else ""}
        if place:
            return _("%(count)s items are due at %(location)s by %(date)s.") % words
        return _("%(count)s items are due by %(date)s.") % words

    def perform(self, form: Any) -> Done:
        cleaned = form.cleaned_data
        count = counting_periods.count_due_items(
            Count(posting_date=cleaned["posting_date"], location=cleaned["location"]),
            due_on=cleaned["due_on"],
            user_id=self.request.user.pk,
        )
        url = reverse("inventory:count_detail", args=[count.no])
        return Done(_("Count %(no)s is made.") % {"no": count.no}, url)
