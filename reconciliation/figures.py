"""A figure of the matrix under the options of the page, and the links to what is behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from ledger import selectors as ledger_selectors
from reconciliation import rows
from reconciliation.causes import SORTS
from reconciliation.enums import Cause
from reconciliation.rows import COLUMNS, DIFFERENCE, TOTAL, WARNING
from reconciliation.scopes import Scope


def figure_of(text: str) -> tuple[str, str] | None:
    """Read `row.column`; None where the matrix has no such cell."""
    row, _dot, column = text.partition(".")
    known_row = row in rows.ROW_LABELS or row in rows.FOOT_LABELS
    return (row, column) if known_row and column in rows.COLUMN_LABELS else None


@dataclass(frozen=True)
class Figure:
    """A cell of the matrix under the options of the page."""

    scope: Scope
    row: str
    column: str
    list_filters: dict[str, str]

    @property
    def is_foot(self) -> bool:
        return self.row in rows.FOOT_LABELS

    @property
    def kind(self) -> str:
        """Which of the amounts it is: a value, the G/L total, the difference ..."""
        kind = self.row if self.is_foot else self.column
        return TOTAL if kind in COLUMNS else DIFFERENCE if kind == WARNING else kind

    @property
    def title(self) -> str:
        first = rows.FOOT_LABELS[self.row] if self.is_foot else rows.ROW_LABELS[self.row]
        second = rows.COLUMN_LABELS[self.column]
        return f"{second}: {first}" if self.is_foot else f"{first}: {second}"

    def beside(self, kind: str) -> Figure:
        """Another amount of the same account."""
        return replace(self, row=kind) if self.is_foot else replace(self, column=kind)

    def url(self, name: str, **filters: str) -> str:
        """A list behind the figure, under the page's options."""
        dates = ledger_selectors.date_range(self.scope.date_from, self.scope.date_to)
        query = {"figure": f"{self.row}.{self.column}", "posting_date": dates, **self.list_filters, **filters}
        return f"{reverse(f'reconciliation:{name}')}?{_filled(query)}"

    def cause_url(self, cause: Cause) -> str:
        """The list of the entries behind a cause of this difference; blank for "Unexplained"."""
        if cause not in SORTS:
            return ""
        query = {"figure": f"{self.row}.{self.column}", "cause": cause.value, **self._options}
        return f"{reverse(f'reconciliation:cause_{SORTS[cause].value}')}?{_filled(query)}"

    @property
    def panel_url(self) -> str:
        """The matrix with the panel of this figure."""
        query = {**self._options, "show": "1", "warning": "1", "panel": f"{self.row}.{self.column}"}
        return f"{reverse('reconciliation:matrix')}?{_filled(query)}"

    @property
    def _options(self) -> dict[str, str]:
        """The options of the page."""
        return {
            "date_from": self.scope.date_from.isoformat() if self.scope.date_from else "",
            "date_to": self.scope.date_to.isoformat() if self.scope.date_to else "",
            **self.list_filters,
        }


def _filled(query: dict[str, str]) -> str:
    return urlencode({key: value for key, value in query.items() if value})
