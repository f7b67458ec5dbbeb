"""Journal lines and opening balances: rows with one document number are posted together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.models import ReasonCode
from config.base.sheets import Column, Lookup, ParsedRow, RowProblem, choice, day, number, text
from config.base.transactions import PostingContext
from costing.imports import exporting
from costing.imports.kind import LINE_STEP, Group, Kind, Outcome, check_one_value
from costing.imports.results import ImportOptions
from costing.posting import journals
from inventory.enums import JournalLineKind
from inventory.models import Item, ItemJournalLine, ItemLedgerEntry, Location
from inventory.sheet_variants import resolve_variants

OPENING_REASON = "OPENING"

_DOCUMENT_COLUMNS = (
    Column("document_no", text(20), gettext_lazy("Document no."), required=True),
    Column("posting_date", day, gettext_lazy("Posting date"), required=True),
)
_LINE_COLUMNS = (
    Column("item_no", text(20), gettext_lazy("Item no."), required=True, lookup=Lookup(Item, "no")),
    Column("variant", text(20), gettext_lazy("Variant")),
    Column("location", text(20), gettext_lazy("Location"), lookup=Lookup(Location)),
    Column("quantity", number(above_zero=True), gettext_lazy("Quantity"), required=True),
    Column("lot_no", text(50), gettext_lazy("Lot no.")),
    Column("serial_no", text(50), gettext_lazy("Serial no.")),
)
_JOURNAL_COLUMNS = (
    *_DOCUMENT_COLUMNS,
    Column("type", choice(JournalLineKind), gettext_lazy("Type"), required=True),
    *_LINE_COLUMNS,
    Column(
        "new_location",
        text(20),
        gettext_lazy("New location"),
        lookup=Lookup(Location),
        permission="base.reclass_post",
    ),
    Column("unit_cost", number(), gettext_lazy("Unit cost"), permission="base.cost_view"),
    Column("reason_code", text(20), gettext_lazy("Reason code"), lookup=Lookup(ReasonCode)),
)
_BALANCE_COLUMNS = (
    *_DOCUMENT_COLUMNS,
    *_LINE_COLUMNS,
    Column("unit_cost", number(), gettext_lazy("Unit cost"), required=True),
)


def _check_journal(group: Group) -> Iterable[RowProblem]:
    yield from check_one_value(group, "posting_date")
    for row in group.rows:
        is_transfer = row["type"] == JournalLineKind.TRANSFER
        if is_transfer and row["new_location"] == row["location"] and (row["location"] or row.is_blank("location")):
            message = _("A transfer needs a new location that differs from the location.")
            yield RowProblem(row.line_no, "new_location", message)
        if row["new_location"] is not None and row["type"] is not None and not is_transfer:
            message = _("Only a transfer has a new location.")
            yield RowProblem(row.line_no, "new_location", message)
        if row["unit_cost"] is not None and row["type"] not in (None, JournalLineKind.POSITIVE):
            message = _("Only a positive adjustment brings its own unit cost.")
            yield RowProblem(row.line_no, "unit_cost", message)


def _check_balances(group: Group) -> Iterable[RowProblem]:
    return check_one_value(group, "posting_date")


def _line(row: ParsedRow, line_no: int, *, kind: str, reason_code: ReasonCode | None) -> ItemJournalLine:
    return ItemJournalLine(
        line_no=line_no,
        kind=kind,
        posting_date=row["posting_date"],
        document_no=row["document_no"],
        item=row["item_no"],
        variant=row["variant"],
        location=row["location"],
        new_location=row["new_location"],
        quantity=row["quantity"],
        unit_cost=row["unit_cost"],
        lot_no=row.text("lot_no"),
        serial_no=row.text("serial_no"),
        reason_code=reason_code,
    )


def _write_journal(groups: Sequence[Group], options: ImportOptions, context: PostingContext) -> Outcome:
    return _post(
        groups, options, context, lambda row, no: _line(row, no, kind=row["type"], reason_code=row["reason_code"])
    )


def _write_balances(groups: Sequence[Group], options: ImportOptions, context: PostingContext) -> Outcome:
    reason = ReasonCode.objects.filter(code=OPENING_REASON, blocked=False).first()
    return _post(
        groups, options, context, lambda row, no: _line(row, no, kind=JournalLineKind.POSITIVE, reason_code=reason)
    )


def _post(
    groups: Sequence[Group],
    options: ImportOptions,
    context: PostingContext,
    make_line: Callable[[ParsedRow, int], ItemJournalLine],
) -> Outcome:
    outcome = Outcome()
    for group in groups:
        lines = [make_line(row, index * LINE_STEP) for index, row in enumerate(group.rows, start=1)]
        result = journals.post_item_journal_within(context, lines=lines, user_id=options.user_id)
        outcome.posted += result.documents or (("", group.key),)
    return outcome


def _posted(numbers: Sequence[str]) -> set[str]:
    """Which journal documents have been posted: they have no posted document, only entries."""
    entries = ItemLedgerEntry.objects.filter(document_no__in=list(numbers), document_type="")
    return set(entries.values_list("document_no", flat=True).distinct())


JOURNAL = Kind(
    name="journal_lines",
    label=gettext_lazy("Journal lines"),
    columns=_JOURNAL_COLUMNS,
    group_by="document_no",
    existing=_posted,
    write=_write_journal,
    check=_check_journal,
    prepare=resolve_variants,
    permissions=("base.adjust_post",),
)
BALANCES = Kind(
    name="balances",
    label=gettext_lazy("Opening balances"),
    columns=_BALANCE_COLUMNS,
    group_by="document_no",
    existing=_posted,
    write=_write_balances,
    check=_check_balances,
    prepare=resolve_variants,
    permissions=("base.adjust_post", "base.cost_view"),
    export=exporting.balances,
)
