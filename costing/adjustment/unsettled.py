"""Averages that do not settle, said to the people who can do something about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode, Problem
from costing.engine.average_period import NotSettled
from inventory.models import ItemLedgerEntry

MAX_NAMED = 3


class AveragesDoNotSettle(DomainError):
    """The averages of an item's places depend on each other without end; nothing of the item is adjusted."""

    code = ErrorCode.NOT_ADJUSTED


@contextmanager
def named(item_id: int) -> Iterator[None]:
    """Say of which item, documents and entries the averages do not settle. Raises: AveragesDoNotSettle."""
    try:
        yield
    except NotSettled as error:
        raise AveragesDoNotSettle(problems=[_problem(item_id, error)]) from error


def _problem(item_id: int, error: NotSettled) -> Problem:
    entries = ItemLedgerEntry.objects.filter(item_id=item_id, pk__in=error.issue_keys[:MAX_NAMED]).order_by("pk")
    rows = list(entries.values_list("pk", "document_no", "document_line_no", "item__no"))
    message = _(
        "The averages of item %(item)s in the period up to %(end)s depend on each other and do not settle. Entries "
        "%(entries)s move each other's cost. Apply one of them to a receipt, or choose a shorter average cost period, "
        "and adjust the item again."
    )
    named_entries = ", ".join(f"{key} ({document_no})" for key, document_no, _line, _item in rows)
    item_no = rows[0][3] if rows else str(item_id)
    return Problem(
        message % {"item": item_no, "end": error.end, "entries": named_entries},
        ErrorCode.NOT_ADJUSTED,
        document_no=rows[0][1] if rows else "",
        line_no=rows[0][2] if rows else None,
        item_no=item_no,
    )
