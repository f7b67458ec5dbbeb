"""Lines of a user's revaluation journal before they are posted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from config.base.amounts import from_e5
from config.base.errors import DomainError, ErrorCode
from costing.inventory_value import Calculation, calculate_inventory_value, set_unit_cost
from costing.models import RevaluationJournalLine
from costing.setups import Setups
from costing.stock_layers import whole_entries

LINE_STEP = 10_000


class WrongLine(DomainError):
    code = ErrorCode.INVALID_INPUT


def lines_of(user_id: int | None) -> QuerySet[RevaluationJournalLine]:
    """A user's own lines; nobody else sees or posts them."""
    return RevaluationJournalLine.objects.filter(owner_id=user_id)


def add_calculated(calculation: Calculation, *, user_id: int) -> int:
    """Calculate inventory value and add the lines to the user's journal; return how many.

    Raises: DomainError open_entries, not_adjusted, invalid_input, or where nothing is there on the date.
    """
    setups = Setups.at(calculation.posting_date)
    lines = calculate_inventory_value(calculation, setups=setups)
    if not lines:
        raise WrongLine(
            _("Nothing that can be revalued was on hand on %(date)s. Choose another date or other items.")
            % {"date": calculation.posting_date}
        )
    with transaction.atomic():
        return add(lines, user_id=user_id)


def add(lines: Sequence[RevaluationJournalLine], *, user_id: int) -> int:
    """Add unsaved lines to a user's journal, inside the caller's transaction; return how many."""
    line_no = _last_line_no(user_id)
    for line in lines:
        line_no += LINE_STEP
        line.owner_id, line.line_no = user_id, line_no
    RevaluationJournalLine.objects.bulk_create(lines)
    return len(lines)


def save_line(
    line: RevaluationJournalLine, *, unit_cost: Decimal | None, value: Decimal | None, precision: Decimal
) -> RevaluationJournalLine:
    """Store a line with a new unit cost, or a new value; the value decides where both are given.

    A new line takes quantity and value from the entry that it names. Raises: WrongLine.
    """
    if not line.partial:
        _take_entry(line)
    if value is not None:
        line.value_revalued = value
    elif unit_cost is not None:
        set_unit_cost(line, unit_cost, precision=precision)
    if line.value_revalued < 0:
        raise WrongLine(_("The new value is negative. Enter 0 or more."))
    with transaction.atomic():
        if not line.line_no:
            line.line_no = _last_line_no(line.owner_id) + LINE_STEP
        line.save()
    return line


def delete_line(line: RevaluationJournalLine) -> None:
    """Take a line out of the journal."""
    deleted, _kinds = lines_of(line.owner_id).filter(pk=line.pk).delete()
    if not deleted:
        raise DomainError(_("The line is gone already: posted or deleted."), code=ErrorCode.NOT_FOUND)


def _take_entry(line: RevaluationJournalLine) -> None:
    """Fill a line from its entry: what it is, how much of it, and what it costs now."""
    entry = (
        whole_entries({line.applies_to_entry_id}).get(line.applies_to_entry_id) if line.applies_to_entry_id else None
    )
    if entry is None or entry.item_id != line.item_id or entry.quantity_e5 < 0:
        raise WrongLine(
            _("Choose the inbound entry of item %(item)s that is to be revalued, or calculate inventory value.")
            % {"item": line.item.no}
        )
    line.location_id, line.variant_id = entry.location_id, entry.variant_id
    before = line.value_calculated
    line.quantity, line.value_calculated = from_e5(entry.quantity_e5), from_e5(entry.actual_e5)
    if line.pk is None or line.value_revalued == before:
        line.value_revalued = line.value_calculated


def _last_line_no(user_id: int) -> int:
    return lines_of(user_id).aggregate(last=Max("line_no"))["last"] or 0
