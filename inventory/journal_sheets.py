"""Journal lines from a spreadsheet: pasted rows or a file become lines, all of them or, where a row is faulty, none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import sheets
from config.base.errors import DomainError, Problem, raise_problems
from config.base.formatting import Region
from config.base.models import ReasonCode
from config.base.parsing import NotReadable, parse_date
from config.base.sheets import Cell, Column, Lookup, ParsedRow, RowProblem
from inventory import journal_lines
from inventory.enums import JournalLineKind
from inventory.journal_lines import Journal
from inventory.models import InventorySetup, Item, ItemJournalLine, Location
from inventory.sheet_variants import resolve_variants

COST = "base.cost_view"
INCREASES = ("+", "positive", "positive adjustment", "oppjustering", "opregulering")
DECREASES = ("-", "\u2212", "negative", "negative adjustment", "nedjustering", "nedregulering")
KIND_WORDS = dict.fromkeys(INCREASES, JournalLineKind.POSITIVE) | dict.fromkeys(DECREASES, JournalLineKind.NEGATIVE)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a blank cell means, and what day it is. `may_see_cost`: whether the table has a column of unit costs."""

    today: date
    posting_date: date
    location: Location | None = None
    may_see_cost: bool = False


def columns_of(journal: Journal, defaults: Defaults) -> tuple[Column, ...]:
    """The columns in the order of the grid: by it they are known where the first row has no heads."""

    def typed_day(cell: str, _region: Region) -> date:
        return parse_date(cell, today=defaults.today)

    item = Lookup(Item, "no")
    place = Lookup(Location)
    day = Column("posting_date", typed_day, gettext_lazy("Posting date"), also=("date", "dato", "bokføringsdato"))
    numbered = Column(
        "item_no",
        sheets.text(20),
        gettext_lazy("Item"),
        required=True,
        lookup=item,
        also=("item no", "no", "varenr", "vare"),
    )
    source = Column(
        "location", sheets.text(20), gettext_lazy("Location"), lookup=place, also=("lokasjon", "from location")
    )
    quantity = Column(
        "quantity", sheets.number(signed=True), gettext_lazy("Quantity"), required=True, also=("qty", "antall", "antal")
    )
    reason = Column(
        "reason_code", sheets.text(20), gettext_lazy("Reason"), lookup=Lookup(ReasonCode), also=("årsak", "årsag")
    )
    tracking = (
        Column("variant", sheets.text(20), gettext_lazy("Variant")),
        Column("lot_no", sheets.text(50), gettext_lazy("Lot no."), also=("lot", "partinr", "lotnr")),
        Column("serial_no", sheets.text(50), gettext_lazy("Serial no."), also=("serial", "serienr")),
    )
    if journal.moves:
        target = Column(
            "new_location",
            sheets.text(20),
            gettext_lazy("New location"),
            lookup=place,
            also=("to location", "ny lokasjon", "til lokasjon"),
        )
        return (day, numbered, source, target, quantity, reason, *tracking)
    kind = Column("kind", _kind, gettext_lazy("Type"), also=("entry type", "art"))
    cost = Column(
        "unit_cost",
        sheets.number(),
        gettext_lazy("Unit cost"),
        also=("cost", "enhetskost", "kostpris"),
        permission=COST,
    )
    costs = (cost,) if defaults.may_see_cost else ()
    return (day, kind, numbered, source, quantity, *costs, reason, *tracking)


def _kind(cell: str, _region: Region) -> JournalLineKind:
    """A type of adjustment by its code, its name in any of our languages, or its sign."""
    word = cell.strip().casefold()
    known: dict[str, JournalLineKind] = dict(KIND_WORDS)
    for code in ("en", "nb", "da"):
        with translation.override(code):
            for kind in journal_lines.ADJUSTMENTS:
                known |= {kind.value: kind, str(kind.label).casefold(): kind}
    if word not in known:
        names = ", ".join(str(kind.label) for kind in journal_lines.ADJUSTMENTS)
        raise NotReadable(_("“%(text)s” is none of the types: %(names)s.") % {"text": cell, "names": names})
    return known[word]


def read_lines(
    rows: Sequence[Sequence[Cell]], journal: Journal, defaults: Defaults, *, region: Region
) -> list[ItemJournalLine]:
    """Read rows as unsaved lines of a journal, as if each were typed.

    Raises: DomainError naming every faulty row; then nothing is to be stored.
    """
    columns = columns_of(journal, defaults)
    table = sheets.table_of(rows, columns, positions=True)
    if not table.rows:
        raise DomainError(_("There are heads, but no rows below them."))
    parsed, problems = sheets.parse_table(table, columns, region)
    problems += resolve_variants(parsed)
    bad = {problem.line_no for problem in problems}
    lines = []
    location_mandatory = InventorySetup.load().location_mandatory
    for row in parsed:
        if row.line_no in bad:
            continue
        line = _line(row, journal, defaults)
        lines.append(line)
        problems += _refusals(line, row, location_mandatory=location_mandatory)
    raise_problems(_by_row(problems))
    return lines


def _line(row: ParsedRow, journal: Journal, defaults: Defaults) -> ItemJournalLine:
    """A line of a row. Where no type is named, the sign of the quantity says in which direction."""
    quantity: Decimal = row["quantity"]
    kind = row["kind"]
    if journal.moves:
        kind = JournalLineKind.TRANSFER
    elif kind is None:
        kind = JournalLineKind.NEGATIVE if quantity < 0 else JournalLineKind.POSITIVE
        quantity = abs(quantity)
    return ItemJournalLine(
        owner_id=journal.user_id,
        batch=journal.batch,
        line_no=row.line_no,
        kind=kind,
        posting_date=row["posting_date"] or defaults.posting_date,
        item=row["item_no"],
        variant=row["variant"],
        location=row["location"] or defaults.location,
        new_location=row["new_location"],
        quantity=quantity,
        unit_cost=row["unit_cost"],
        lot_no=row.text("lot_no"),
        serial_no=row.text("serial_no"),
        reason_code=row["reason_code"],
    )


def _refusals(line: ItemJournalLine, row: ParsedRow, *, location_mandatory: bool) -> Iterator[RowProblem]:
    for problem in journal_lines.line_problems(line, location_mandatory=location_mandatory):
        yield RowProblem(row.line_no, "", str(problem.message), problem.code)
    for name in ("location", "new_location"):
        place = getattr(line, name)
        if place is not None and place.in_transit:
            message = _("%(code)s is for goods in transit. Choose a location where goods stand.")
            yield RowProblem(row.line_no, name, message % {"code": place.code})
    if line.reason_code is not None and line.reason_code.blocked:
        yield RowProblem(row.line_no, "reason_code", _("Reason %(code)s is blocked.") % {"code": line.reason_code})


def _by_row(problems: Sequence[RowProblem]) -> Iterator[Problem]:
    for problem in sorted(problems, key=lambda each: each.line_no):
        message = _("Row %(row)s: %(problem)s") % {"row": problem.line_no, "problem": problem.message}
        yield Problem(message, problem.code, line_no=problem.line_no)


def defaults_of(journal: Journal, *, today: date, location: Location | None, may_see_cost: bool) -> Defaults:
    """Blank dates and locations are those of the journal's last line, as in a row that is typed."""
    found = Defaults(today, today, location, may_see_cost)
    last = journal.lines().select_related("location").order_by("-line_no").first()
    return found if last is None else replace(found, posting_date=last.posting_date, location=last.location)


def heads_of(journal: Journal, defaults: Defaults) -> list[Any]:
    """The heads that a table may have, for the help text."""
    return [column.label for column in columns_of(journal, defaults)]
