"""Standard journals: lines of a journal kept under a name for everybody, and brought back as lines of a journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError
from inventory import journal_lines
from inventory.journal_lines import Journal
from inventory.models import ItemJournalLine, StandardJournal, StandardJournalLine

COPIED = ("kind", "item_id", "variant_id", "location_id", "new_location_id", "quantity", "reason_code_id")


def save_standard_journal(
    journal: Journal, *, code: str, description: str, replace: bool, keep_cost: bool, user: Any
) -> StandardJournal:
    """Keep the lines of a journal as they stand; with `keep_cost` their unit costs too.

    Raises: DomainError where the journal has no lines, or where the name is taken and not to be replaced.
    """
    lines = list(journal.lines().select_related("item").order_by("line_no", "pk"))
    if not lines:
        raise DomainError(_("The journal has no lines. Add the lines to keep first."))
    with transaction.atomic():
        found = StandardJournal.objects.select_for_update().filter(moves=journal.moves, code=code).first()
        if found is not None and not replace:
            raise DomainError(
                _("Standard journal %(code)s is there already. Choose another name, or replace it.") % {"code": code}
            )
        before = None if found is None else _in_words(found, list(found.lines.select_related("item")))
        kept = found or StandardJournal(moves=journal.moves, code=code)
        kept.description = description
        kept.save()
        kept.lines.all().delete()
        rows = [_kept_line(kept, line, keep_cost=keep_cost) for line in lines]
        StandardJournalLine.objects.bulk_create(rows, batch_size=500)
        changelog.record(user, before, _in_words(kept, rows))
    return kept


def _kept_line(kept: StandardJournal, line: ItemJournalLine, *, keep_cost: bool) -> StandardJournalLine:
    values = {name: getattr(line, name) for name in COPIED}
    return StandardJournalLine(
        journal=kept, line_no=line.line_no, unit_cost=line.unit_cost if keep_cost else None, **values
    )


def _in_words(kept: StandardJournal, lines: Sequence[StandardJournalLine]) -> changelog.Snapshot:
    words = [f"{line.item.no} {line.quantity.normalize():f} {line.kind}" for line in lines]
    return changelog.words(kept, {"description": kept.description, "lines": words})


def get_standard_journal(kept: StandardJournal, journal: Journal, *, posting_date: date, with_cost: bool) -> int:
    """Add the lines of a standard journal to a journal, all or none; return how many.

    Raises: DomainError naming every line that cannot be used any more.
    """
    rows = kept.lines.select_related("item", "variant", "location", "new_location", "reason_code").order_by("line_no")
    lines = [
        ItemJournalLine(
            line_no=row.line_no,
            posting_date=posting_date,
            unit_cost=row.unit_cost if with_cost else None,
            kind=row.kind,
            item=row.item,
            variant=row.variant,
            location=row.location,
            new_location=row.new_location,
            quantity=row.quantity,
            reason_code=row.reason_code,
        )
        for row in rows
    ]
    return journal_lines.add_lines(journal, lines)
