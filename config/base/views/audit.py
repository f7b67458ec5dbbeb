"""The audit trail: every change of master data and setup, and every list that was taken out as a file."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.changelog import EXPORTED
from config.base.filters import ChoiceFilter, DateFilter, FilterSet, TextFilter
from config.base.forms import COST_PERMISSION
from config.base.models import ChangeAction, ChangeLog
from config.base.tables import Column, Table
from config.base.views.lists import ListView
from config.base.views.records import HistoryTable

AUDIT = "base.audit_view"


class AuditFilter(FilterSet):
    changed_at = DateFilter("changed_at__date", label=gettext_lazy("Changed on"))
    user = TextFilter("user__username", label=gettext_lazy("User"))
    action = ChoiceFilter(choices=ChangeAction.choices, label=gettext_lazy("Action"))
    model_label = TextFilter(label=gettext_lazy("Record type"))
    record_no = TextFilter(label=gettext_lazy("Record no."))
    reason = TextFilter(label=gettext_lazy("Reason"))
    origin = TextFilter(label=gettext_lazy("From where"))
    search_fields = ("record_no", "model_label", "user__username", "reason")

    class Meta:
        model = ChangeLog
        fields: ClassVar[list[str]] = []


class AuditTable(HistoryTable):
    model_label = Column(verbose_name=gettext_lazy("Record type"))
    record_no = Column(verbose_name=gettext_lazy("Record no."))

    hidden_columns = ("origin",)
    main_columns = ("changed_at", "record_no")

    class Meta:
        model = ChangeLog
        fields = ("changed_at", "user", "action", "model_label", "record_no", "changes", "reason", "origin")

    def render_model_label(self, value: str) -> str:
        return record_type(value)

    value_model_label = render_model_label


def record_type(label: str) -> str:
    """What a model is called; the label itself where there is no such model any more."""
    if label == EXPORTED:
        return _("List")
    try:
        return capfirst(str(apps.get_model(label)._meta.verbose_name))
    except (LookupError, ValueError):
        return label


class AuditListView(ListView):
    """Who changed or took out what, when, why and from where."""

    permission_required = AUDIT
    title = gettext_lazy("Audit trail")
    filterset_class = AuditFilter
    table_class = AuditTable

    def get_queryset(self) -> QuerySet[Any]:
        """The latest first."""
        return ChangeLog.objects.select_related("user").order_by("-changed_at", "-pk")

    def make_table(self, rows: Any) -> Table:
        """The table; figures of cost only for those who may see them."""
        table = super().make_table(rows)
        table.sees_cost = self.may(COST_PERMISSION)
        return table
