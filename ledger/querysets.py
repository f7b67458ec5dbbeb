"""Filters and annotations of the general ledger that chain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from config.base.fields import AmountField

ZERO = Decimal(0)


class GLEntryQuerySet(models.QuerySet[Any]):
    def posted_through(self, on: date) -> Self:
        return self.filter(posting_date__lte=on)

    def with_sides(self) -> Self:
        """Annotate `debit` and `credit`: one holds the amount, positive, the other is empty."""
        return self.annotate(
            debit=Case(When(amount__gt=0, then=F("amount")), output_field=AmountField()),
            credit=Case(When(amount__lt=0, then=-F("amount")), output_field=AmountField()),
        )


class GLTransactionQuerySet(models.QuerySet[Any]):
    def with_debit(self) -> Self:
        """Annotate `debit`: the sum of the voucher's debit side."""
        entries = self.model._meta.get_field("entries").related_model.objects.filter(transaction=OuterRef("pk"))
        return self.annotate(debit=_debit_of(entries, "transaction"))


class GLRegisterQuerySet(models.QuerySet[Any]):
    def with_figures(self) -> Self:
        """Annotate `vouchers` and `debit`: how many vouchers the register holds, and the sum of their debit sides."""
        voucher = self.model._meta.get_field("transactions").related_model
        entry = voucher._meta.get_field("entries").related_model
        counted = voucher.objects.filter(register=OuterRef("pk")).order_by().values("register").annotate(n=Count("pk"))
        entries = entry.objects.filter(transaction__register=OuterRef("pk"))
        return self.annotate(
            vouchers=Coalesce(Subquery(counted.values("n")), 0),
            debit=_debit_of(entries, "transaction__register"),
        )


class GLAccountQuerySet(models.QuerySet[Any]):
    def with_balance(self, *, date_from: date | None = None, date_to: date | None = None) -> Self:
        """Annotate `balance`: the sum of the account's entries in the dates, debit positive."""
        within = Q()
        if date_from:
            within &= Q(entries__posting_date__gte=date_from)
        if date_to:
            within &= Q(entries__posting_date__lte=date_to)
        total = Sum("entries__amount", filter=within if within else None)
        return self.annotate(balance=Coalesce(total, ZERO, output_field=AmountField()))


def _debit_of(entries: models.QuerySet[Any], path: str) -> Coalesce:
    sums = entries.filter(amount__gt=0).order_by().values(path).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(sums), Value(ZERO), output_field=AmountField())
