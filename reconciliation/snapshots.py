"""Signed reconciliations as a list: who signed what, and whether anything was posted into it since."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce

from config.base.charts import Chart, Series, bar_chart
from costing.models import ValueEntry
from ledger.models import GLEntry
from reconciliation import selectors, sign_off
from reconciliation.enums import Cause
from reconciliation.models import SignOff

FIRST, LAST = Value(date.min, output_field=DateField()), Value(date.max, output_field=DateField())
CHANGED, UNCHANGED = "changed", "unchanged"
MAX_POINTS = 24


def signed() -> QuerySet[SignOff]:
    """All signatures, annotated with `state`: whether entries were posted into their dates since."""
    account_ids = frozenset().union(*selectors.accounts_by_role().values())
    state = Case(
        When(Exists(_later(ValueEntry.objects.filter(inventoriable=True))), then=Value(CHANGED)),
        When(Exists(_later(GLEntry.objects.filter(gl_account__in=account_ids))), then=Value(CHANGED)),
        default=Value(UNCHANGED),
    )
    return SignOff.objects.select_related("run", "user").annotate(
        state=state, date_from=F("run__date_from"), date_to=F("run__date_to")
    )


def _later(entries: QuerySet[Any]) -> QuerySet[Any]:
    """Entries in the dates of the signed reconciliation that were posted after it."""
    return entries.filter(
        created_at__gt=OuterRef("run__known_at"),
        posting_date__gte=Coalesce(OuterRef("run__date_from"), FIRST),
        posting_date__lte=Coalesce(OuterRef("run__date_to"), LAST),
    )


def difference_chart(title: Any, summary: Any) -> Chart | None:
    """Differences over time by cause: the signed reconciliations from the oldest to the latest. None where none is."""
    latest = list(SignOff.objects.select_related("run").order_by("-signed_at", "-pk")[:MAX_POINTS])[::-1]
    if not latest:
        return None
    by_run = sign_off.causes_over_time([each.run_id for each in latest])
    used = [cause for cause in Cause if any(cause in causes for causes in by_run.values())]
    series = [Series(cause.label, [by_run[each.run_id].get(cause) for each in latest]) for cause in used]
    if not series:
        series = [Series(Cause.UNEXPLAINED.label, [selectors.ZERO for _each in latest])]
    labels = [each.run.date_to or each.signed_at.date() for each in latest]
    return bar_chart(title, summary, labels, series)
