"""Changing how averages are taken and whether expected cost is posted, once there are value entries.

A new average cost period or calculation begins with the first open fiscal year, and holds for all of it: what is valued
from that day on is marked as unadjusted, in the new periods and scopes, and the next adjustment re-values it. Closed
years keep their figures.

    day -> month, 2025 closed:  a version of the setup from 1 Jan 2026, and every average item with values since then
                                unadjusted from the end of the first month that it has values in

Posting expected cost, or not, is one choice for all dates. On: what is not invoiced in full is put in the queue of
values to post, by its expected amount; the batch job posts it. Off: expected values that wait, wait no longer; what the
interim accounts hold stays until somebody clears it.
Source: design-details-average-cost; design-details-expected-cost-posting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max, QuerySet

from config.base import changelog
from config.base.transactions import PostingContext, posting
from costing.average_periods import AveragePeriods
from costing.models import CostingSetup, ValueEntry, ValueEntryToPost
from inventory.enums import CostingMethod, SettleAt
from ledger.models import AccountingPeriod

AVERAGE_FIELDS = ("average_cost_period", "average_cost_calculation")
EXPECTED_FIELD = "expected_cost_posting"
REACHING_BACK = (*AVERAGE_FIELDS, EXPECTED_FIELD)
"""The choices of which a change reaches what is posted."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a change does: items to be valued anew from a day on (None: from the first), values queued or taken out."""

    first_day: date | None
    items: int
    queued: int
    taken_out: int


def first_open_day() -> date | None:
    """Return the first day of the first open fiscal year; None while no year is closed: every date is open."""
    closed = AccountingPeriod.objects.filter(closed=True).aggregate(last=Max("starting_date"))["last"]
    if closed is None:
        return None
    years = AccountingPeriod.objects.filter(new_fiscal_year=True, starting_date__gt=closed)
    first: date | None = years.order_by("starting_date").values_list("starting_date", flat=True).first()
    return first


def consequences(changes: Mapping[str, Any]) -> Consequences:
    """Tell what a change of setup would do, for the question before it. Nothing is written."""
    first_day = first_open_day()
    averages = any(name in changes for name in AVERAGE_FIELDS)
    items = _average_values(first_day).values("item_id").distinct().count() if averages else 0
    expected = changes.get(EXPECTED_FIELD)
    return Consequences(
        first_day=first_day,
        items=items,
        queued=len(_ids(_EXPECTED_TO_QUEUE)) if expected is True else 0,
        taken_out=len(_ids(_EXPECTED_IN_QUEUE)) if expected is False else 0,
    )


def change_setup(*, changes: Mapping[str, Any], user: Any, preview: bool = False) -> Consequences:
    """Change choices of `REACHING_BACK`, while nobody posts, and bring the marks and the queue in line with them.

    Args:
        changes: the new value of each field that changes.
        user: who changes it, for the change log.
    """
    with posting(preview=preview, alone=True) as context:
        return change_setup_within(context, changes=changes, user=user)


def change_setup_within(context: PostingContext, *, changes: Mapping[str, Any], user: Any) -> Consequences:
    """As `change_setup`, inside a transaction that holds the books alone."""
    expected = consequences(changes)
    averages = {name: value for name, value in changes.items() if name in AVERAGE_FIELDS}
    if averages:
        _write_versions(_versions_from(expected.first_day), averages, user)
        _mark_from(expected.first_day)
    if EXPECTED_FIELD in changes:
        _switch_expected(context, on=changes[EXPECTED_FIELD], user=user)
    return expected


def _versions_from(first_day: date | None) -> QuerySet[CostingSetup]:
    """The versions that hold from a day on; one that begins on it is made of the one in force where there is none."""
    if first_day is None:
        return CostingSetup.objects.all()
    if not CostingSetup.objects.filter(starting_date=first_day).exists():
        version = CostingSetup.at(first_day)
        version.pk = None
        version._state.adding = True
        version.starting_date = first_day
        version.save()
    return CostingSetup.objects.filter(starting_date__gte=first_day)


def _write_versions(versions: QuerySet[CostingSetup], changes: Mapping[str, Any], user: Any) -> None:
    for version in versions.order_by("starting_date"):
        before = changelog.snapshot(version)
        for name, value in changes.items():
            setattr(version, name, value)
        version.save()
        changelog.record(user, before, changelog.snapshot(version))


def _average_values(first_day: date | None) -> QuerySet[ValueEntry]:
    values = ValueEntry.objects.filter(
        inventoriable=True,
        item__item_model_group__costing_method=CostingMethod.AVERAGE,
        item__item_model_group__settle_at=SettleAt.POSTING,
    )
    return values if first_day is None else values.filter(valuation_date__gte=first_day)


_DROP_POINTS = """
DELETE FROM costing_avgcostadjmtentrypoint p USING inventory_item i, inventory_itemmodelgroup g
WHERE i.id = p.item_id AND g.id = i.item_model_group_id AND g.costing_method = 'average' AND g.settle_at = 'posting'
  AND (%(first_day)s::date IS NULL OR p.valuation_date >= %(first_day)s)
"""

_MARK = """
INSERT INTO costing_avgcostadjmtentrypoint (item_id, variant_id, location_id, valuation_date)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::date[]) ON CONFLICT DO NOTHING
"""

_RAISE = """
INSERT INTO costing_itemcoststate (item_id, change_no) SELECT unnest(%s::bigint[]), 1
ON CONFLICT (item_id) DO UPDATE SET change_no = costing_itemcoststate.change_no + 1
"""


def _mark_from(first_day: date | None) -> None:
    """Mark average items as unadjusted in the periods and scopes that hold now.

    The first period of each scope is enough: an adjustment goes on from there to the last one.
    """
    periods = AveragePeriods.load()
    firsts: dict[tuple[int, int | None, int | None], date] = {}
    values = _average_values(first_day).values_list("item_id", "variant_id", "location_id", "valuation_date")
    for item_id, variant_id, location_id, valuation_date in values.distinct().iterator():
        scope = periods.place((item_id, variant_id, location_id), average=True, on=valuation_date)
        end = periods.end(valuation_date)
        firsts[scope] = min(firsts.get(scope, end), end)
    points = [(*scope, end) for scope, end in firsts.items()]
    with connection.cursor() as cursor:
        cursor.execute(_DROP_POINTS, {"first_day": first_day})
        cursor.execute(_MARK, [[point[place] for point in points] for place in range(4)])
        cursor.execute(_RAISE, [sorted({item_id for item_id, *_place in points})])


_EXPECTED_LEFT = """
SELECT v.id, v.item_id, v.posting_date
FROM costing_valueentry v
JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
JOIN inventory_item i ON i.id = v.item_id
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
LEFT JOIN costing_glitemledgerrelation r ON r.value_entry_id = v.id AND r.pair = 'expected'
WHERE v.inventoriable AND v.cost_amount_expected <> coalesce(r.amount, 0)
  AND (g.settle_at = 'posting' OR g.post_physical_inventory)
"""

# Of entries that are not invoiced in full, and of those of which something waits already.
_EXPECTED_TO_QUEUE = f"""
SELECT found.* FROM ({_EXPECTED_LEFT}
  AND e.entry_type IN ('sale', 'purchase', 'output')
  AND (NOT e.completely_invoiced OR EXISTS (
      SELECT 1 FROM costing_valueentrytopost q JOIN costing_valueentry w ON w.id = q.value_entry_id
      WHERE w.item_ledger_entry_id = e.id))) found
WHERE NOT EXISTS (SELECT 1 FROM costing_valueentrytopost q WHERE q.value_entry_id = found.id)
"""  # noqa: S608 our own text

# Expected values that wait; and whatever waits with nothing but an expected amount.
_EXPECTED_IN_QUEUE = """
SELECT q.value_entry_id FROM costing_valueentrytopost q JOIN costing_valueentry v ON v.id = q.value_entry_id
LEFT JOIN costing_glitemledgerrelation r ON r.value_entry_id = v.id AND r.pair = 'actual'
WHERE v.expected_cost OR v.cost_amount_actual = coalesce(r.amount, 0)
"""


def _switch_expected(context: PostingContext, *, on: bool, user: Any) -> None:
    _write_versions(
        CostingSetup.objects.all(),
        {EXPECTED_FIELD: on, "expected_cost_posted_since": context.created_at if on else None},
        user,
    )
    if not on:
        ValueEntryToPost.objects.filter(pk__in=_ids(_EXPECTED_IN_QUEUE)).delete()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO costing_valueentrytopost (value_entry_id, item_id, posting_date) " + _EXPECTED_TO_QUEUE
        )


def _ids(sql: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
