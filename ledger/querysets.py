"""Filters and annotations of the general ledger that chain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from config.base.fields import AmountField


class GLEntryQuerySet(models.QuerySet[Any]):
    def posted_through(self, on: date) -> Self:
        return self.filter(posting_date__lte=on)


class GLAccountQuerySet(models.QuerySet[Any]):
    def with_balance(self, *, date_from: date | None = None, date_to: date | None = None) -> Self:
        """Annotate `balance`: the sum of the account's entries in the dates, debit positive."""
        within = Q()
        if date_from:
            within &= Q(entries__posting_date__gte=date_from)
        if date_to:
            within &= Q(entries__posting_date__lte=date_to)
        total = Sum("entries__amount", filter=within if within else None)
        return self.annotate(balance=Coalesce(total, Decimal(0), output_field=AmountField()))
