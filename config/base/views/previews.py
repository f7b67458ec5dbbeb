"""Tables of previews: columns the user may see, cells ready to show, sums below."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from config.base.pages import GridColumn, Preview, PreviewTable, allowed


def shown_tables(preview: Preview, user: Any) -> list[dict[str, Any]]:
    """The tables of a preview as plain cells."""
    return [_shown_table(table, allowed(table.columns, user)) for table in allowed(preview.tables, user)]


def _shown_table(table: PreviewTable, columns: Sequence[GridColumn]) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": columns,
        "rows": [[{"column": column, "value": value_of(row, column.name)} for column in columns] for row in table.rows],
        "totals": [_total(table, column) for column in columns] if _has_totals(table, columns) else [],
    }


def _has_totals(table: PreviewTable, columns: Sequence[GridColumn]) -> bool:
    return any(column.name in table.totals for column in columns)


def value_of(row: Any, name: str) -> Any:
    """The value of a row that is an object or a dict."""
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def _total(table: PreviewTable, column: GridColumn) -> dict[str, Any]:
    if column.name not in table.totals:
        return {"column": column, "value": None}
    values = [value_of(row, column.name) for row in table.rows]
    return {"column": column, "value": sum((value for value in values if value is not None), Decimal(0))}
