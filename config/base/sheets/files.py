"""CSV and XLSX files and pasted text as rows of cells, each with the line that a person sees in the editor or sheet."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from config.base.exports import FORMULA_SIGNS
from config.base.sheets import workbooks
from config.base.sheets.workbooks import UnreadableFile

_DELIMITERS = ("\t", ";", ",")
_EXCEL_DIGITS = 15


# A number of a spreadsheet is none of a region: it must not be read as text of one.
Cell = str | Decimal


__all__ = ["UnreadableFile"]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: its line in the file, and its cells by column name: text without blanks around it, or an exact number.

    `surplus` holds what stands to the right of the last column.
    """

    line_no: int
    cells: dict[str, Cell]
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file's columns (normalised names) and its rows; blank rows are left out."""

    columns: tuple[str, ...]
    rows: tuple[SourceRow, ...] = field(default=())

    @classmethod
    def of(cls, rows: Sequence[dict[str, Cell]]) -> SourceTable:
        """Make a table of plain dicts, as a program does that has no file. Lines are numbered from 2, as in one."""
        columns = tuple(rows[0]) if rows else ()
        return cls(columns, tuple(SourceRow(number, dict(row)) for number, row in enumerate(rows, start=2)))


def read_file(path: Path) -> SourceTable:
    """Read a CSV (UTF-8; comma, semicolon or tab) or the first sheet of an XLSX file. Its first row names the columns.

    Raises: UnreadableFile.
    """
    if not path.is_file():
        raise UnreadableFile(_("There is no file %(path)s.") % {"path": path})
    if path.suffix.lower() == ".xlsx":
        return _table(_xlsx_rows(path, path.name), path)
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _table(_csv_rows(path), path)
    raise UnreadableFile(
        _("%(name)s is neither a .csv nor a .xlsx file. Save it as one of them.") % {"name": path.name}
    )


def column_name(header: str) -> str:
    """Return the name of a column as people may write it: "Item No." is ``item_no``."""
    words = header.strip().lower().replace(".", " ").replace("-", " ").replace("_", " ").split()
    return "_".join(words)


def _table(numbered: Iterable[tuple[int, list[Cell]]], path: Path) -> SourceTable:
    rows = ((line, cells) for line, cells in numbered if any(cell != "" for cell in cells))
    header = [str(cell) for cell in next(rows, (0, None))[1] or ()]
    if not header:
        raise UnreadableFile(_("%(name)s is empty. Its first row must name the columns.") % {"name": path.name})
    while header and not header[-1]:
        header = header[:-1]
    columns = tuple(column_name(cell) for cell in header)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice or "" in columns:
        raise UnreadableFile(
            _("The first row of %(name)s must give each column one name of its own; see %(columns)s.")
            % {"name": path.name, "columns": ", ".join(twice) or _("the column without a name")}
        )
    width = len(columns)
    found = []
    for line, cells in rows:
        surplus = tuple(str(cell) for cell in cells[width:] if cell != "")
        found.append(SourceRow(line, dict(zip(columns, cells + [""] * width, strict=False)), surplus))
    return SourceTable(columns, tuple(found))


def _csv_rows(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("%(name)s is not in UTF-8: byte %(position)s. Save it as CSV UTF-8.")
            % {"name": path.name, "position": error.start + 1}
        ) from error
    return _text_rows(text, path.name)


def _text_rows(text: str, name: str) -> Iterator[tuple[int, list[Cell]]]:
    # As a file has lines: signs that are line breaks only in Unicode may stand inside a cell.
    lines = list(io.StringIO(text, newline=""))
    heading = next((line for line in lines if line.strip()), "")
    # Tabs before semicolons before commas where there are as many: a decimal comma is in many cells.
    reader = csv.reader(lines, delimiter=max(_DELIMITERS, key=heading.count), strict=True)
    line_no = 1
    try:
        for cells in reader:
            yield line_no, [_unguarded(cell.strip()) for cell in cells]
            # A cell may hold line breaks: the row is known by the line where it begins.
            line_no = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(
            _("Line %(line)s of %(name)s cannot be read: %(reason)s.")
            % {"line": line_no, "name": name, "reason": error}
        ) from error


def _unguarded(cell: str) -> str:
    """A text as it was before an export guarded it against being taken for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell


def read_cells(content: bytes, name: str) -> list[list[Cell]]:
    """The rows of an uploaded CSV, TSV or XLSX file, blank ones too. Raises: UnreadableFile.

    Text is UTF-8, or what spreadsheets call Unicode text, or else what older ones of Western Europe write.
    """
    if name.lower().endswith(".xlsx"):
        return [cells for _line, cells in _xlsx_rows(io.BytesIO(content), name)]
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp1252"):
        try:
            return split_text(content.decode(encoding), name)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("%(name)s is no text and no workbook. Save it as CSV or XLSX.") % {"name": name})


def split_text(text: str, name: str = "") -> list[list[Cell]]:
    """The rows of pasted text, blank ones too: tabs, semicolons or commas between cells. Raises: UnreadableFile."""
    return [cells for _line, cells in _text_rows(text, name or _("the text"))]


def as_text(rows: Sequence[Sequence[Cell]], decimal: str) -> str:
    """Rows as text with tabs, for a box that `split_text` reads again; numbers get the decimal mark of the region."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter="\t", lineterminator="\n")
    for row in rows:
        writer.writerow([_written(cell, decimal) for cell in row])
    return target.getvalue()


def _written(cell: Cell, decimal: str) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", decimal)
    return " ".join(cell.split())


def _xlsx_rows(source: Path | io.BytesIO, name: str) -> Iterator[tuple[int, list[Cell]]]:
    for line_no, values in enumerate(workbooks.rows_of(source, name), start=1):
        yield line_no, [_cell(value) for value in values]


def _cell(value: object) -> Cell:
    """Return what a cell shows. A number is a binary one in the file: its 15 digits are what the user sees."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(format(value, f".{_EXCEL_DIGITS}g"))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
