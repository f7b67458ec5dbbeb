"""The cells of an XLSX workbook, and why one is refused: it comes from anybody, and may be built to do harm."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from config.base.errors import DomainError, ErrorCode

MAX_UNPACKED = 200 * 1024 * 1024
MAX_LINES = 200_000
"""Rows below this one must be blank: a sheet with something far below would fill the memory with what is not there."""
MAX_COLUMNS = 1_000
SHEET_ROWS = 1_048_576
FORMULA = b"<f"
CHUNK = 1024 * 1024
# What openpyxl and the modules below it raise for files that are broken in one way or another; SyntaxError is bad XML.
BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    OSError,
)


class UnreadableFile(DomainError):
    """The file as a whole cannot be used: not there, another format, wrong columns."""

    code = ErrorCode.INVALID_INPUT


def rows_of(source: Path | io.BytesIO, name: str) -> list[tuple[Any, ...]]:
    """The values of the first sheet that is shown, blank rows too. Raises: UnreadableFile.

    A formula gives its result, as the program that saved the file has left it there; one without is refused.
    """
    try:
        has_formulas = _look_inside(source, name)
        rows = _read(source, name, data_only=True)
        if has_formulas:
            _refuse_open_formulas(rows, _read(source, name, data_only=False), name)
    except BROKEN as error:
        raise UnreadableFile(
            _("%(name)s is not a workbook that can be read. Save it as .xlsx or .csv again.") % {"name": name}
        ) from error
    return rows


def _look_inside(source: Path | io.BytesIO, name: str) -> bool:
    """Whether there are formulas in it. Raises: UnreadableFile where it unpacks to more than we read."""
    with zipfile.ZipFile(source) as packed:
        if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
            words = {"name": name, "limit": MAX_UNPACKED // 1024**2}
            raise UnreadableFile(_("%(name)s unpacks to more than %(limit)s MB. Bring it in parts.") % words)
        sheets = [part for part in packed.infolist() if part.filename.startswith("xl/worksheets/")]
        return any(_holds_formula(packed, part) for part in sheets)


def _holds_formula(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with packed.open(part) as stream:
        end = b""
        while chunk := stream.read(CHUNK):
            text = end + chunk
            if FORMULA + b">" in text or FORMULA + b" " in text or FORMULA + b"/" in text:
                return True
            end = text[-len(FORMULA) :]
    return False


def _read(source: Path | io.BytesIO, name: str, *, data_only: bool) -> list[tuple[Any, ...]]:
    with warnings.catch_warnings():
        # Workbooks by other programs lack styles and the like; openpyxl warns and reads on.
        warnings.simplefilter("ignore", UserWarning)
        workbook = openpyxl.load_workbook(source, read_only=True, data_only=data_only)
        try:
            shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
            sheet = (shown or workbook.worksheets)[0]
            # What a file says of its own size is not always so.
            sheet.reset_dimensions()
            return list(_rows(sheet.iter_rows(values_only=True), name))
        finally:
            workbook.close()


def _rows(found: Iterator[tuple[Any, ...]], name: str) -> Iterator[tuple[Any, ...]]:
    """Rows up to the last one that is filled."""
    blank = 0
    for line, values in enumerate(found, start=1):
        if len(values) > MAX_COLUMNS:
            words = {"name": name, "line": line, "limit": MAX_COLUMNS}
            raise UnreadableFile(_("Row %(line)s of %(name)s has more than %(limit)s columns.") % words)
        is_blank = all(value is None for value in values)
        if line > (SHEET_ROWS if is_blank else MAX_LINES):
            words = {"name": name, "line": line, "limit": MAX_LINES}
            text = _("%(name)s reaches down to row %(line)s; %(limit)s are read. Delete what stands below.")
            raise UnreadableFile(text % words)
        if is_blank:
            blank += 1
            continue
        yield from ((),) * blank
        blank = 0
        yield values


def _refuse_open_formulas(rows: list[tuple[Any, ...]], formulas: list[tuple[Any, ...]], name: str) -> None:
    """Raise where a formula has no result: what is read as blank would be lost without a word."""
    for line, (values, texts) in enumerate(zip_longest(rows, formulas, fillvalue=()), start=1):
        for place, (value, text) in enumerate(zip_longest(values, texts), start=1):
            if value is None and text is not None:
                words = {"name": name, "cell": f"{get_column_letter(place)}{line}"}
                text = _("%(name)s: the formula in %(cell)s has no result. Save it in a spreadsheet program first.")
                raise UnreadableFile(text % words)
