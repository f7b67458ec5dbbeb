"""Which column a head names: by its name, by its label in any of our languages, or by another word for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from config.base.sheets.columns import Column
from config.base.sheets.files import Cell, SourceRow, SourceTable, UnreadableFile, column_name

MAX_ROWS = 20_000


def known_heads(columns: Sequence[Column]) -> dict[str, str]:
    """Each normalised head -> the name of its column. What comes first in the order of columns wins."""
    found: dict[str, str] = {}
    for column in columns:
        for word in (column.name, *column.also):
            found.setdefault(column_name(word), column.name)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for column in columns:
                found.setdefault(column_name(str(column.label)), column.name)
    return found


def table_of(
    rows: Sequence[Sequence[Cell]], columns: Sequence[Column], *, positions: bool = False, limit: int = MAX_ROWS
) -> SourceTable:
    """The rows under the names of their columns; a row is numbered as it stands in the file or in the box.

    The first row names the columns. With `positions` it may be a row like the others: then the columns stand in their
    own order. Raises: UnreadableFile where a head is unknown or stands twice, or a needed column is missing.
    """
    numbered = [(place, list(row)) for place, row in enumerate(rows, start=1) if any(cell != "" for cell in row)]
    if not numbered:
        raise UnreadableFile(_("There are no rows. Paste them, or choose a file."))
    if len(numbered) > limit + 1:
        raise UnreadableFile(_("There are more than %(limit)s rows. Bring them in parts.") % {"limit": limit})
    known = known_heads(columns)
    heads = [str(cell).strip() for cell in numbered[0][1]]
    while heads and not heads[-1]:
        heads.pop()
    if positions and not _names_columns(heads, known):
        names = tuple(column.name for column in columns)
        return SourceTable(names, tuple(_row(line, cells, names) for line, cells in numbered))
    names = _names(heads, known, columns)
    return SourceTable(names, tuple(_row(line, cells, names) for line, cells in numbered[1:]))


def _names_columns(heads: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether most of the row's cells are heads."""
    filled = [head for head in heads if head]
    return 2 * sum(column_name(head) in known for head in filled) > len(filled)


def _names(heads: Sequence[str], known: Mapping[str, str], columns: Sequence[Column]) -> tuple[str, ...]:
    unknown = [head or "-" for head in heads if column_name(head) not in known]
    names = tuple(known[column_name(head)] for head in heads if column_name(head) in known)
    missing = [str(column.label) for column in columns if column.required and column.name not in names]
    twice = sorted({name for name in names if names.count(name) > 1})
    parts = []
    if unknown:
        parts.append(_("Unknown columns: %(names)s.") % {"names": ", ".join(unknown)})
    if twice:
        parts.append(_("Columns that stand twice: %(names)s.") % {"names": ", ".join(twice)})
    if missing:
        parts.append(_("Missing columns: %(names)s.") % {"names": ", ".join(missing)})
    if parts:
        labels = ", ".join(f"{column.label}*" if column.required else str(column.label) for column in columns)
        parts.append(_("The columns are: %(names)s. Those with a star must be there.") % {"names": labels})
        raise UnreadableFile(" ".join(parts))
    return names


def _row(line_no: int, cells: Sequence[Cell], names: Sequence[str]) -> SourceRow:
    width = len(names)
    surplus = tuple(str(cell) for cell in cells[width:] if cell != "")
    padded = [*cells[:width], *[""] * (width - len(cells))]
    return SourceRow(line_no, dict(zip(names, padded, strict=True)), surplus)
