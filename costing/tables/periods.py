"""Tables of inventory periods and their log."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from config.base.tables import Column, DateColumn, DateTimeColumn, IntegerColumn, StateColumn, Table
from costing.models import InventoryPeriod, InventoryPeriodEntry
from costing.period_lists import STATE_TONES, state_label


def period_url(record: Any) -> str:
    return reverse("costing:period_detail", args=[record.pk])


def report_url(record: Any) -> str:
    return reverse("costing:period_test", args=[record.pk])


def register_url(record: Any) -> str | None:
    """The entries of the last register before the period was closed."""
    register = record.last_register_id
    return f"{reverse('inventory:itemledgerentry_list')}?register={register}" if register else None


class PeriodStateColumn(StateColumn):
    """The state of a period in words: it is computed, no stored choice."""

    def render(self, value: Any, record: Any, bound_column: Any) -> Any:
        return super().render(state_label(value), record, bound_column)

    def value(self, **kwargs: Any) -> str:
        return state_label(kwargs["value"])


class InventoryPeriodTable(Table):
    ending_date = DateColumn(verbose_name=_("Ending date"), linkify=period_url)
    name = Column(verbose_name=_("Name"))
    state = PeriodStateColumn(tones=STATE_TONES, verbose_name=_("State"))
    unadjusted_count = IntegerColumn(verbose_name=_("Items not adjusted"), linkify=report_url)
    open_issue_count = IntegerColumn(verbose_name=_("Open issues"), linkify=report_url)
    moved_by = Column(verbose_name=_("Last closed or reopened by"))
    moved_at = DateTimeColumn(verbose_name=_("At"))

    main_columns = ("ending_date", "state")

    class Meta:
        model = InventoryPeriod
        fields = ("ending_date", "name", "state", "unadjusted_count", "open_issue_count", "moved_by", "moved_at")


class InventoryPeriodEntryTable(Table):
    created_at = DateTimeColumn(verbose_name=_("At"))
    action = Column(accessor="closed", verbose_name=_("Action"))
    user = Column(accessor="user__username", verbose_name=_("User"))
    reason = Column(verbose_name=_("Reason"))
    last_register = Column(accessor="last_register_id", linkify=register_url, verbose_name=_("Last item register"))

    class Meta:
        model = InventoryPeriodEntry
        fields = ("created_at", "action", "user", "reason", "last_register")

    def render_action(self, value: bool) -> str:
        return pgettext("inventory period", "Closed") if value else pgettext("inventory period", "Reopened")
