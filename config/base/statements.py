"""SQL written by hand and run again and again, on statements that the server keeps prepared.

Django's own cursor puts the values into the text, so the server reads and plans each statement anew: for the small
statements of a posting that is half of their time. Here the server binds the values, and prepares what a connection
runs often (`prepare_threshold` in the settings). So it must see each value's type: `ANY(%s::bigint[])`, `%s::date`.
A statement should have under 4,096 characters and 50 values: psycopg keeps its reading of those.
"""

from collections.abc import Mapping, Sequence
from threading import local
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

Values = Sequence[Any] | Mapping[str, Any]
Row = TypeVar("Row", bound=models.Model)


class _BoundCursor(Cursor[Any]):
    """psycopg forgets the text of a prepared statement, which Django's log of queries asks for."""

    def _send_query_prepared(self, name: bytes, pgq: Any, **options: Any) -> None:
        self._query = pgq
        super()._send_query_prepared(name, pgq, **options)


def rows(sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Run a statement and return all of its rows."""
    opened = _cursor()
    opened.execute(sql, values)
    found: list[tuple[Any, ...]] = opened.fetchall()
    return found


def run(sql: str, values: Values = ()) -> int:
    """Run a statement and return how many rows it changed."""
    opened = _cursor()
    opened.execute(sql, values)
    count: int = opened.rowcount
    return count


# Kept by each thread: making a cursor takes as long as binding the values of a small statement.
_kept = local()


def _cursor() -> CursorWrapper:
    """Return a cursor that lets the server bind values; logged and guarded as Django's own."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    found: _BoundCursor | None = getattr(_kept, "cursor", None)
    if found is None or found.connection is not database.connection:
        found = _kept.cursor = _BoundCursor(database.connection)
    wrap = database.make_debug_cursor if database.queries_logged else database.make_cursor
    return wrap(found)  # type: ignore[arg-type]  # They take the driver's cursor; the stubs know their own.


def fetch(model: type[Row], clauses: str, values: Values = ()) -> list[Row]:
    """Read rows of a model: ``fetch(Document, "WHERE id = %s::bigint FOR NO KEY UPDATE", [5])``."""
    sql = f'SELECT {", ".join(columns(model))} FROM "{model._meta.db_table}" {clauses}'  # noqa: S608 our own names
    return [instance(model, row) for row in rows(sql, values)]


def columns(model: type[models.Model], alias: str = "") -> list[str]:
    """The columns of a model, in the order in which `instance` takes them."""
    prefix = f"{alias}." if alias else ""
    return [f'{prefix}"{field.column}"' for field in model._meta.concrete_fields]


def instance(model: type[Row], row: Sequence[Any]) -> Row:
    """Make an instance of a row. Not for fields that convert what comes from the database, such as JSON."""
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in model._meta.concrete_fields], row)
