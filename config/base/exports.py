"""A list as CSV, XLSX or JSON: the same query, columns and rights as the page, all rows of it.

Texts that begin with a sign that a spreadsheet would take for a formula are guarded. Numbers are exact.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from config.base.formatting import Region, format_date, format_datetime, format_number, plain_number

FORMATS = ("csv", "xlsx", "json")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX_NUMBERS = {"amount": "#,##0.00", "unit_cost": "#,##0.00###", "quantity": "#,##0.#####", "percent": "0.00"}
NUMERIC = ("amount", "unit_cost", "quantity", "percent")


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column of the file."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported: rows are values in the order of the columns. ``count`` is None where nobody has counted."""

    title: str
    filename: str
    columns: Sequence[ExportColumn]
    rows: Iterable[Sequence[Any]]
    count: int | None
    totals: Mapping[str, Decimal | int] = field(default_factory=dict)
    total_kinds: Mapping[str, str] = field(default_factory=dict)
    filters: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()


def guard(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def respond(export: Export, file_format: str, *, region: Region | None = None) -> HttpResponseBase:
    """The file as a download (JSON: as an answer). With a region, CSV is written as its spreadsheets read it."""
    response: HttpResponseBase
    if file_format == "json":
        return StreamingHttpResponse(_json_parts(export), content_type="application/json")
    if file_format == "csv":
        response = StreamingHttpResponse(_csv_lines(export, region), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(_xlsx(export), content_type=XLSX_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{export.filename}.{file_format}"'
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv_lines(export: Export, region: Region | None) -> Iterator[str]:
    separator = ";" if region and region.decimal == "," else ","
    writer = csv.writer(_Echo(), delimiter=separator)
    yield "\ufeff" + writer.writerow([guard(column.label) for column in export.columns])
    for row in export.rows:
        cells = zip(row, export.columns, strict=True)
        yield writer.writerow([_csv_cell(value, column.kind, region) for value, column in cells])


def _csv_cell(value: Any, kind: str, region: Region | None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, (Decimal, int)) and kind in NUMERIC:
        if region is None:
            return plain_number(value, kind)
        return format_number(value, kind, Region("csv", "", region.decimal, "")).replace("\u2212", "-")
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).isoformat(timespec="seconds")
            if region is None
            else format_datetime(value, region)
        )
    if isinstance(value, date):
        return value.isoformat() if region is None else format_date(value, region)
    return str(value) if isinstance(value, (Decimal, int)) else guard(force_str(value))


def _json_parts(export: Export) -> Iterator[str]:
    head = {
        "title": export.title,
        "count": export.count,
        "filters": dict(export.filters),
        "ignored": list(export.ignored),
        "totals": {
            name: _json_value(value, export.total_kinds.get(name, "amount")) for name, value in export.totals.items()
        },
        "columns": {column.name: column.label for column in export.columns},
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": ['
    mark = ""
    for row in export.rows:
        record = {
            column.name: _json_value(value, column.kind) for value, column in zip(row, export.columns, strict=True)
        }
        yield mark + "\n" + json.dumps(record, ensure_ascii=False)
        mark = ","
    yield "\n]}\n"


def _json_value(value: Any, kind: str) -> Any:
    """Decimals as exact strings, dates as ISO; whole numbers and booleans as they are."""
    if isinstance(value, Decimal):
        return plain_number(value, kind if kind in NUMERIC else "quantity")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if value is None or (isinstance(value, (bool, int, str)) and not isinstance(value, Promise)):
        return value
    return force_str(value)


def _xlsx(export: Export) -> bytes:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in XLSX_NUMBERS.items()}
    formats |= {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "datetime": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "head": book.add_format({"bold": True, "bottom": 1}),
    }
    sheet = book.add_worksheet(_("List"))
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(export.columns):
        sheet.set_column(index, index, 30 if column.kind == "text" and index == 1 else 16)
        sheet.write_string(0, index, column.label, formats["head"])
    last = 0
    for last, row in enumerate(export.rows, start=1):
        for index, (value, column) in enumerate(zip(row, export.columns, strict=True)):
            _xlsx_cell(sheet, last, index, value, formats.get(column.kind), formats)
    if export.columns:
        sheet.autofilter(0, 0, last, len(export.columns) - 1)
    _xlsx_about(book, export, last, formats["head"])
    book.close()
    return buffer.getvalue()


def _xlsx_cell(sheet: Any, row: int, index: int, value: Any, cell_format: Any, formats: Mapping[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, index, value)
    elif isinstance(value, (Decimal, int)):
        sheet.write_number(row, index, value, cell_format)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, index, timezone.localtime(value).replace(tzinfo=None), formats["datetime"])
    elif isinstance(value, date):
        sheet.write_datetime(row, index, value, formats["date"])
    else:
        sheet.write_string(row, index, force_str(value))


def _xlsx_about(book: Any, export: Export, last: int, head: Any) -> None:
    """The second sheet: what the figures are, so that a file explains itself."""
    sheet = book.add_worksheet(_("About"))
    sheet.set_column(0, 1, 28)
    lines = [
        (_("List"), export.title),
        (_("Exported at"), timezone.localtime().isoformat(timespec="seconds")),
        (_("Rows"), str(last if export.count is None else export.count)),
    ]
    lines += [(label, value) for label, value in export.filters.items()]
    labels = {column.name: column.label for column in export.columns}
    lines += [(_("Total %s") % labels.get(name, name), str(value)) for name, value in export.totals.items()]
    for row, (label, value) in enumerate(lines):
        sheet.write_string(row, 0, label, head)
        sheet.write_string(row, 1, value)
