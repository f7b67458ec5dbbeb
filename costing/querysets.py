"""Filters and annotations of value entries that chain."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from config.base.fields import AmountField
from costing.enums import PostingPair


class ValueEntryQuerySet(models.QuerySet[Any]):
    def posted_through(self, on: date) -> Self:
        return self.filter(posting_date__lte=on)

    def inventoriable(self) -> Self:
        return self.filter(inventoriable=True)

    def with_posted_amounts(self) -> Self:
        """Annotate `cost_posted_to_gl` and `expected_cost_posted_to_gl`: what the general ledger holds."""
        return self.annotate(
            cost_posted_to_gl=_posted(PostingPair.ACTUAL),
            expected_cost_posted_to_gl=_posted(PostingPair.EXPECTED),
        )


def _posted(pair: PostingPair) -> Coalesce:
    total = Sum("gl_relations__amount", filter=Q(gl_relations__pair=pair))
    return Coalesce(total, Decimal(0), output_field=AmountField())
