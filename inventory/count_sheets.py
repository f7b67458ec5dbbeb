"""Count sheets: each person walks through a sheet of his own and sees no figures of the books.

Source: inventory-how-count-inventory-with-documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base import notifying
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from inventory import count_figures, counts
from inventory.enums import CountSheetStatus
from inventory.locks import lock_count
from inventory.models import Count, CountLine, CountSheet, CountSheetLine


@dataclass(frozen=True, slots=True)
class Counter:
    """Who enters a figure; `supervises`: one who posts counts, and may enter for others."""

    user_id: int
    supervises: bool = False


class NotYourSheet(DomainError):
    code = ErrorCode.NOT_PERMITTED


def make_sheets(*, count_id: int, person_ids: Sequence[int]) -> list[CountSheet]:
    """Deal the lines that are on no sheet and not counted among persons, in the order of the shelves.

    Each gets a stretch of shelves of the same length, the first ones a line more. Raises: DomainError.
    """
    with transaction.atomic():
        count = lock_count(count_id)
        counts.check_open(count)
        free = CountLine.objects.filter(count=count, quantity_counted__isnull=True, sheet_lines__isnull=True)
        line_ids = list(
            free.order_by("location__code", "item__shelf_no", "item__no", "line_no").values_list("pk", flat=True)
        )
        if not line_ids:
            raise DomainError(_("All lines of %(no)s are on sheets or counted already.") % {"no": count.no})
        persons = list(dict.fromkeys(person_ids))[: len(line_ids)]
        each, more = divmod(len(line_ids), len(persons))
        sheets, start = [], 0
        for index, person_id in enumerate(persons):
            end = start + each + (index < more)
            sheets.append(_make_sheet(count, person_id, line_ids[start:end]))
            start = end
        return sheets


def make_recount(*, count_id: int, person_id: int) -> CountSheet:
    """Give the lines that differ by more than the tolerance to somebody who has not counted them.

    The first figures are kept beside the lines. Raises: DomainError naming the lines that the person counted.
    """
    with transaction.atomic():
        count = lock_count(count_id)
        counts.check_open(count)
        found = count_figures.with_difference(count.lines.select_related("item"), count)
        lines = list(found.filter(needs_recount=True).order_by("line_no", "pk"))
        if not lines:
            raise DomainError(_("No line of %(no)s differs by more than the tolerance.") % {"no": count.no})
        raise_problems(_own_count(count, line) for line in lines if line.counted_by_id == person_id)
        for line in lines:
            line.quantity_first_counted, line.first_counted_by_id = line.quantity_counted, line.counted_by_id
            line.quantity_counted = line.counted_by_id = line.counted_at = None
        names = ["quantity_first_counted", "first_counted_by", "quantity_counted", "counted_by", "counted_at"]
        CountLine.objects.bulk_update(lines, names, batch_size=1000)
        return _make_sheet(count, person_id, [line.pk for line in lines], is_recount=True)


def _own_count(count: Count, line: Any) -> Problem:
    message = _("%(item)s on line %(line)s was counted by the same person. Choose somebody else.")
    return Problem(
        message % {"item": line.item.no, "line": line.line_no},
        ErrorCode.NOT_PERMITTED,
        document_no=count.no,
        line_no=line.line_no,
        item_no=line.item.no,
    )


def _make_sheet(count: Count, person_id: int, line_ids: Sequence[int], *, is_recount: bool = False) -> CountSheet:
    last = CountSheet.objects.filter(count=count).aggregate(last=Max("no"))["last"] or 0
    sheet = CountSheet.objects.create(count=count, no=last + 1, person_id=person_id, is_recount=is_recount)
    CountSheetLine.objects.bulk_create(CountSheetLine(sheet=sheet, count_line_id=pk) for pk in line_ids)

    def say() -> str:
        text = _("Sheet %(sheet)s of count %(no)s is to be counted again by you: %(lines)s lines.")
        if not is_recount:
            text = _("Sheet %(sheet)s of count %(no)s is yours: %(lines)s lines.")
        return text % {"sheet": sheet.no, "no": count.no, "lines": len(line_ids)}

    url = reverse("inventory:countsheet_detail", args=[count.no, sheet.no])
    notifying.tell(person_id, say, url=url, about=count, level="warn" if is_recount else "info")
    return sheet


def record(row: CountSheetLine, *, quantity: Decimal | None, by: Counter) -> CountSheetLine:
    """Note what was counted on a line of a sheet; None takes the figure back. Raises: DomainError."""
    with transaction.atomic():
        sheet = _open_sheet(row.sheet_id, by)
        line = row.count_line
        if sheet.is_recount and line.first_counted_by_id == by.user_id:
            raise NotYourSheet(
                _("You counted %(item)s the first time. The recount is entered by somebody else.")
                % {"item": line.item.no}
            )
        counts.note(line, quantity=quantity, person_id=sheet.person_id, recounted=sheet.is_recount)
        row.quantity_counted = quantity
        row.entered_by_id = None if quantity is None else by.user_id
        row.save(update_fields=["quantity_counted", "entered_by"])
    return row


def add_line(sheet: CountSheet, line: CountLine, *, by: Counter) -> CountSheetLine:
    """Add something that was found though the sheet does not name it. Raises: DomainError."""
    with transaction.atomic():
        locked = _open_sheet(sheet.pk, by)
        if locked.is_recount:
            raise DomainError(_("A recount has the lines that differ, and no others. Make a new count for the rest."))
        counts.add_found(line, locked.count, person_id=locked.person_id)
        entered_by = None if line.quantity_counted is None else by.user_id
        return CountSheetLine.objects.create(
            sheet=locked, count_line=line, quantity_counted=line.quantity_counted, entered_by_id=entered_by
        )


def finish(*, sheet_id: int, by: Counter) -> None:
    """Hand the sheet in. Raises: DomainError naming the lines that are not counted."""
    with transaction.atomic():
        sheet = _open_sheet(sheet_id, by)
        rows = sheet.lines.filter(quantity_counted__isnull=True).select_related("count_line__item")
        message = _("%(item)s on line %(line)s is not counted. Enter what you see, or 0.")
        raise_problems(
            Problem(
                message % {"item": row.count_line.item.no, "line": row.count_line.line_no},
                ErrorCode.INVALID_INPUT,
                document_no=sheet.count.no,
                line_no=row.count_line.line_no,
                item_no=row.count_line.item.no,
            )
            for row in rows.order_by("count_line__line_no", "pk")
        )
        sheet.status = CountSheetStatus.FINISHED
        sheet.finished_at = count_figures.clock()
        sheet.save(update_fields=["status", "finished_at"])


def reopen(*, sheet_id: int) -> None:
    """Let a finished sheet be changed. Raises: DomainError where its lines are being counted again on another one."""
    with transaction.atomic():
        sheet = _locked(sheet_id)
        counts.check_open(sheet.count)
        if sheet.status != CountSheetStatus.FINISHED:
            raise DomainError(_("Sheet %(sheet)s is open.") % {"sheet": sheet.no})
        later = CountSheet.objects.filter(
            count=sheet.count, no__gt=sheet.no, lines__count_line__in=sheet.lines.values("count_line")
        )
        if (recount := later.order_by("no").first()) is not None:
            raise DomainError(
                _("Lines of sheet %(sheet)s are counted again on sheet %(recount)s. Correct them there.")
                % {"sheet": sheet.no, "recount": recount.no}
            )
        sheet.status, sheet.finished_at = CountSheetStatus.OPEN, None
        sheet.save(update_fields=["status", "finished_at"])


def delete(*, sheet_id: int) -> None:
    """Take a sheet away that nothing is counted on; its lines may be dealt again. Raises: DomainError."""
    with transaction.atomic():
        sheet = _locked(sheet_id)
        counts.check_open(sheet.count)
        if sheet.is_recount or sheet.lines.filter(quantity_counted__isnull=False).exists():
            raise DomainError(
                _("Sheet %(sheet)s has figures, or is a recount: it stays. Finish it instead.") % {"sheet": sheet.no}
            )
        sheet.delete()


def _locked(sheet_id: int) -> CountSheet:
    """The sheet with its count locked: the row of the count guards its sheets too."""
    sheet = CountSheet.objects.select_related("count").filter(pk=sheet_id).first()
    if sheet is None:
        raise DomainError(_("The sheet does not exist any more. Go back to the count."), code=ErrorCode.NOT_FOUND)
    count = lock_count(sheet.count_id)
    sheet.refresh_from_db(fields=["status", "person", "is_recount", "finished_at"])
    sheet.count = count
    return sheet


def _open_sheet(sheet_id: int, by: Counter) -> CountSheet:
    sheet = _locked(sheet_id)
    counts.check_open(sheet.count)
    if sheet.status != CountSheetStatus.OPEN:
        raise DomainError(_("Sheet %(sheet)s is finished. Have it opened again to change it.") % {"sheet": sheet.no})
    if by.user_id != sheet.person_id and not by.supervises:
        raise NotYourSheet(
            _("Sheet %(sheet)s is that of %(person)s. Only this person, or who posts counts, enters figures on it.")
            % {"sheet": sheet.no, "person": sheet.person.get_username()}
        )
    return sheet
