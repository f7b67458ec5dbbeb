"""Signed reconciliations as a list: who signed what, and whether anything was posted into it since."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from config.base.charts import Chart, Series, bar_chart
from costing.models import GLItemLedgerRelation, ValueEntry
from ledger.models import GLEntry
from reconciliation import selectors, sign_off
from reconciliation.enums import Cause
from reconciliation.legs import SIDES
from reconciliation.models import ReconciliationRun, SignOff

FIRST, LAST = Value(date.min, output_field=DateField()), Value(date.max, output_field=DateField())
CHANGED, UNCHANGED, GONE = "changed", "unchanged", "gone"
MAX_POINTS = 24


def signed() -> QuerySet[SignOff]:
    """All signatures, annotated with `state`: whether entries of their filters were posted into their dates since."""
    account_ids = frozenset().union(*selectors.accounts_by_role().values())
    state = Case(
        *(when for filters in _filters_in_use() for when in _states_under(filters)),
        When(Exists(_later(ValueEntry.objects.filter(inventoriable=True))), then=Value(CHANGED)),
        When(Exists(_later(GLEntry.objects.filter(gl_account__in=account_ids))), then=Value(CHANGED)),
        default=Value(UNCHANGED),
    )
    return SignOff.objects.select_related("run", "user").annotate(
        state=state, date_from=F("run__date_from"), date_to=F("run__date_to")
    )


def _filters_in_use() -> list[dict[str, str]]:
    """The distinct filters of what was signed; those who sign filter the same way month after month."""
    runs = ReconciliationRun.objects.filter(sign_off__isnull=False).exclude(filters={})
    return list(runs.order_by("filters").values_list("filters", flat=True).distinct())


def _states_under(filters: dict[str, str]) -> list[When]:
    """The states of signatures under a filter: both sides count only what belongs to it, the ledger's by its links."""
    same = Q(run__filters=filters)
    try:
        scope = sign_off.scope_of(ReconciliationRun(filters=filters))
    except sign_off.FilterIsGone:
        return [When(same, then=Value(GONE))]
    links = GLItemLedgerRelation.objects.filter(scope.items("value_entry__"))
    return [
        When(same & Exists(_later(ValueEntry.objects.filter(scope.items()))), then=Value(CHANGED)),
        *(When(same & Exists(_later(links, f"{side}__")), then=Value(CHANGED)) for side, _sign in SIDES),
        When(same, then=Value(UNCHANGED)),
    ]


def _later(entries: QuerySet[Any], prefix: str = "") -> QuerySet[Any]:
    """Entries in the dates of the signed reconciliation that were posted after it; `prefix`: the path to them."""
    return entries.filter(
        **{
            f"{prefix}created_at__gt": OuterRef("run__known_at"),
            f"{prefix}posting_date__gte": Coalesce(OuterRef("run__date_from"), FIRST),
            f"{prefix}posting_date__lte": Coalesce(OuterRef("run__date_to"), LAST),
        }
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
