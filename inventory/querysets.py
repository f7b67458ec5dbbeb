"""Filters and annotations of the item sub-ledger that chain."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q


class ItemLedgerEntryQuerySet(models.QuerySet[Any]):
    def inbound(self) -> Self:
        return self.filter(quantity__gt=0)

    def outbound(self) -> Self:
        return self.filter(quantity__lt=0)

    def open(self) -> Self:
        return self.filter(open=True)

    def as_of(self, on: date) -> Self:
        return self.filter(posting_date__lte=on)

    def at(self, *, location_id: int | None, variant_id: int | None) -> Self:
        """Entries of one place; the blank location and variant are values of their own."""
        return self.filter(_equals("location_id", location_id), _equals("variant_id", variant_id))


class ItemApplicationEntryQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        return self.filter(cancelled_by__isnull=True)


def _equals(column: str, value: int | None) -> Q:
    return Q(**{f"{column}__isnull": True}) if value is None else Q(**{column: value})
