"""What a posting made, as plain data: complete before a preview is rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from costing.models import ValueEntry
from inventory.models import ItemLedgerEntry
from ledger.models import GLEntry

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PostingResult:
    """Keys of everything that one posting made. The line tuples are filled for previews only."""

    register_id: int
    documents: tuple[tuple[str, str], ...]
    item_ledger_entry_ids: tuple[int, ...]
    value_entry_ids: tuple[int, ...]
    gl_entry_ids: tuple[int, ...]
    item_lines: tuple[Line, ...] = ()
    value_lines: tuple[Line, ...] = ()
    gl_lines: tuple[Line, ...] = ()


def item_lines(entry_ids: Sequence[int]) -> tuple[Line, ...]:
    columns = ("entry_type", "posting_date", "document_no", "item__no", "location__code", "quantity")
    return _lines(ItemLedgerEntry.objects.filter(pk__in=entry_ids), (*columns, "remaining_quantity"))


def value_lines(entry_ids: Sequence[int]) -> tuple[Line, ...]:
    columns = ("entry_type", "posting_date", "valuation_date", "document_no", "item__no", "location__code")
    amounts = ("valued_quantity", "cost_amount_actual", "cost_amount_expected")
    return _lines(ValueEntry.objects.filter(pk__in=entry_ids), (*columns, *amounts))


def gl_lines(entry_ids: Sequence[int]) -> tuple[Line, ...]:
    columns = ("posting_date", "document_no", "gl_account__no", "gl_account__name", "amount")
    return _lines(GLEntry.objects.filter(pk__in=entry_ids), columns)


def _lines(entries: QuerySet[Any], columns: Sequence[str]) -> tuple[Line, ...]:
    """Read the rows now: a preview is rolled back before anybody looks at them."""
    return tuple(dict(row) for row in entries.order_by("pk").values(*columns))
