"""What a run left in the queue, by cause: how many entries, how much, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, F, Max, Min, Sum
from django.urls import reverse

from config.base.expressions import exact_value
from costing.models import SkippedEntry
from costing.post_to_gl import causes


@dataclass(frozen=True, slots=True)
class Found:
    """One cause with one cure; `amount` is what its entries hold, actual and expected, inbound positive."""

    code: str
    reason: str
    cure: str
    count: int
    amount: Decimal
    first: date
    last: date
    url: str

    @property
    def label(self) -> str:
        return causes.label(self.code)

    @property
    def is_error(self) -> bool:
        return self.code not in causes.NO_ERRORS


def findings(run_id: int) -> list[Found]:
    """Return the causes of a run, those with the same words together. One query."""
    entries = SkippedEntry.objects.filter(run_id=run_id).order_by("code", "reason", "cure")
    rows = entries.values_list("code", "reason", "cure").annotate(
        count=Count("pk"),
        amount=Sum(F("value_entry__cost_amount_actual") + F("value_entry__cost_amount_expected")),
        first=Min("value_entry__posting_date"),
        last=Max("value_entry__posting_date"),
    )
    return [
        Found(code, reason, cure, count, amount, first, last, _list_url(run_id, code, reason))
        for code, reason, cure, count, amount, first, last in rows
    ]


def _list_url(run_id: int, code: str, reason: str) -> str:
    query = urlencode({"code": exact_value(code), "reason": exact_value(reason)})
    return f"{reverse('costing:gl_run_skipped', args=[run_id])}?{query}"
