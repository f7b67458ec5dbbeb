"""Changing many prices by a percentage: what would change is planned first, and the very same plan is stored.

Tiny example: 19.99 raised by 5 % is 20.9895; in steps of 0.01 that is 20.99, in steps of 0.05 it is 21.00.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.amounts import round_amount
from config.base.errors import DomainError
from inventory.line_prices import LIMIT
from inventory.models import PriceListLine

ORIGIN = "bulk edit"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Prices change by `percent` (-5: 5 % lower), rounded to `step`.

    `starting_on`: the present lines end the day before, and new ones begin; None: the prices themselves change.
    """

    percent: Decimal
    step: Decimal
    starting_on: date | None = None

    def price(self, before: Decimal) -> Decimal:
        """The price that comes of one; never below zero."""
        return max(round_amount(before * (100 + self.percent) / 100, self.step), Decimal(0))


@dataclass(frozen=True, slots=True)
class Change:
    """One line, its price now and then. `is_new`: a line of its own takes over on the date."""

    line: PriceListLine
    before: Decimal
    after: Decimal
    is_new: bool

    @property
    def item_no(self) -> str:
        return self.line.item.no if self.line.item else ""

    @property
    def description(self) -> str:
        return self.line.item.description if self.line.item else ""

    @property
    def about(self) -> str:
        return self.line.in_words


def plan_changes(lines: QuerySet[PriceListLine], wanted: Wanted) -> list[Change]:
    """What `apply_changes` would do. Lines without a price, ended before the date, or with the price already stay.

    Raises: DomainError where a price becomes too large.
    """
    found = lines.filter(unit_amount__isnull=False)
    if wanted.starting_on is not None:
        found = found.filter(Q(ending_date__isnull=True) | Q(ending_date__gte=wanted.starting_on))
    relations = ("item__base_unit_of_measure", "category", "variant", "vendor", "customer", "unit_of_measure")
    changes = []
    for line in found.select_related(*relations).order_by("item__no", "pk"):
        before: Decimal = line.unit_amount
        after = wanted.price(before)
        if after >= LIMIT:
            raise DomainError(_("A price becomes %(price)s, which is too large. Change fewer.") % {"price": after})
        if after != before:
            changes.append(Change(line, before, after, _takes_over(line, wanted)))
    return changes


def _takes_over(line: PriceListLine, wanted: Wanted) -> bool:
    """Whether the line holds before the date too, so that its old price must stay for that time."""
    if wanted.starting_on is None:
        return False
    return line.starting_date is None or line.starting_date < wanted.starting_on


def apply_changes(lines: QuerySet[PriceListLine], wanted: Wanted, *, user: Any, reason: str = "") -> list[Change]:
    """Change the prices, each with an entry in the change log; all or none."""
    with transaction.atomic():
        chosen = PriceListLine.objects.filter(pk__in=lines.order_by().values("pk"))
        list(chosen.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        changes = plan_changes(chosen, wanted)
        changed = [each.line for each in changes]
        before = [changelog.snapshot(line) for line in changed]
        made = [_successor(each, wanted) for each in changes if each.is_new]
        for each in changes:
            _change(each, wanted)
        PriceListLine.objects.bulk_update(changed, ["unit_amount", "ending_date"], batch_size=500)
        PriceListLine.objects.filter(pk__in=[line.pk for line in changed]).update(updated_at=Now())
        made = PriceListLine.objects.bulk_create(made, batch_size=500)
        after = [changelog.snapshot(line) for line in changed]
        changelog.record_many(user, zip(before, after, strict=True), reason, origin=ORIGIN)
        changelog.record_many(user, [(None, changelog.snapshot(line)) for line in made], reason, origin=ORIGIN)
    return changes


def _successor(change: Change, wanted: Wanted) -> PriceListLine:
    old = change.line
    names = [field.attname for field in PriceListLine._meta.concrete_fields if field.name not in ("id", "updated_at")]
    new = PriceListLine(**{name: getattr(old, name) for name in names})
    new.starting_date, new.unit_amount = wanted.starting_on, change.after
    return new


def _change(change: Change, wanted: Wanted) -> None:
    if change.is_new:
        assert wanted.starting_on is not None
        change.line.ending_date = wanted.starting_on - timedelta(days=1)
    else:
        change.line.unit_amount = change.after
