"""Set-based writes: many rows in one statement.

``insert`` sends one array a column and lets the database unnest them, so the statement is the same for one row and
for thousands, its text is made once, and no limit of placeholders is met. ``copy_in`` is for huge writes.
Both skip ``save()`` and Python defaults: a column that is not given takes the database's default.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from config.base import statements
from config.base.locks import require_transaction

Row = Mapping[str, Any]


def insert(model: type[models.Model], rows: Sequence[Row]) -> list[int]:
    """Insert rows given as {column attname: value}, all with the same keys; return their keys in the same order.

    Values are Decimal, int, bool, date, datetime, str or None; JSON columns take dicts and lists.
    """
    if not rows:
        return []
    keys = tuple(rows[0])
    flags = _json_flags(model, keys)
    if len(rows) == 1:
        # A third cheaper for the database to read than arrays of one.
        sql = _insert_one_sql(model, keys)
        values = [_plain(value, is_json=flag) for value, flag in zip(rows[0].values(), flags, strict=True)]
    else:
        sql = _insert_sql(model, keys)
        values = [_array([row[key] for row in rows], is_json=flag) for key, flag in zip(keys, flags, strict=True)]
    return [row[0] for row in statements.rows(sql, values)]


def array_literal(values: Iterable[object]) -> str:
    """Write an array of numbers, dates or plain words for ``%s::bigint[]``: ten times cheaper than adapting a list.

    ``"NULL"`` is a null; a word that is blank or has a comma, quote or brace must come quoted.
    """
    return "{" + ",".join(map(str, values)) + "}"


def draw_ids(model: type[models.Model], count: int) -> list[int]:
    """Draw primary keys from the table's sequence, ascending. For ledger entries: while the item lock is held."""
    if count == 0:
        return []
    pk = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s) FROM pg_get_serial_sequence(%s, %s) AS s, generate_series(1, %s)",
            [f'"{model._meta.db_table}"', pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_in(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows by COPY through a temporary table; return how many. ``columns`` are attnames; draw the ids first.

    The temporary table lives until the statement after it, so this may be called again in the same transaction.
    Triggers and foreign keys hold as usual.
    """
    require_transaction()
    quoted = ", ".join(_column(model, name) for name in columns)
    table = f'"{model._meta.db_table}"'
    flags = _json_flags(model, tuple(columns))
    with connection.cursor() as cursor:
        # "WHERE false" instead of LIKE: the same types, without NOT NULL and defaults of columns that are not given.
        cursor.execute(f"CREATE TEMP TABLE base_copy_in ON COMMIT DROP AS SELECT {quoted} FROM {table} WHERE false")
        with cursor.copy(f"COPY base_copy_in ({quoted}) FROM STDIN") as copy:
            if any(flags):
                rows = (tuple(_json(v) if json else v for v, json in zip(row, flags, strict=True)) for row in rows)
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({quoted}) SELECT {quoted} FROM base_copy_in")
        count: int = cursor.rowcount
        cursor.execute("DROP TABLE base_copy_in")
    return count


@lru_cache(maxsize=512)
def _insert_one_sql(model: type[models.Model], keys: tuple[str, ...]) -> str:
    quoted = ", ".join(_column(model, key) for key in keys)
    values = ", ".join(["%s"] * len(keys))
    return f'INSERT INTO "{model._meta.db_table}" ({quoted}) VALUES ({values}) RETURNING "{model._meta.pk.column}"'


@lru_cache(maxsize=512)
def _insert_sql(model: type[models.Model], keys: tuple[str, ...]) -> str:
    """Write the statement. Types come without length: a cast to varchar(20) would cut text off silently."""
    quoted = ", ".join(_column(model, key) for key in keys)
    arrays = ", ".join(f"%s::{name}[]" for name in _types(model, keys))
    return (
        f'INSERT INTO "{model._meta.db_table}" ({quoted}) SELECT * FROM unnest({arrays})'
        f' RETURNING "{model._meta.pk.column}"'
    )


@lru_cache(maxsize=512)
def _types(model: type[models.Model], keys: tuple[str, ...]) -> list[str]:
    names = []
    for key in keys:
        name = _field(model, key).db_type(connection)
        if not name or name.endswith("]"):
            raise TypeError(f"{model.__name__}.{key} has no plain column type")
        names.append(name.split("(")[0])
    return names


@lru_cache(maxsize=512)
def _json_flags(model: type[models.Model], keys: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(isinstance(_field(model, key), models.JSONField) for key in keys)


def _field(model: type[models.Model], attname: str) -> "models.Field[Any, Any]":
    for field in model._meta.concrete_fields:
        if field.attname == attname:
            return field
    raise KeyError(f"{model.__name__} has no column {attname}")


def _column(model: type[models.Model], attname: str) -> str:
    return f'"{_field(model, attname).column}"'


def _array(values: list[Any], *, is_json: bool) -> str:
    """Write a PostgreSQL array literal: far cheaper than adapting each value on its own."""
    if is_json:
        values = [_json(value) for value in values]
    return "{" + ",".join([_LITERALS.get(type(value), _other)(value) for value in values]) + "}"


def _json(value: Any) -> str | None:
    return None if value is None else _ENCODER.encode(value)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(value: Any, *, is_json: bool) -> str | None:
    """Write a single value as text: then its type is the column's, and the statement is one for all values."""
    if value is None:
        return None
    if is_json:
        return _json(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return _LITERALS.get(type(value), _other)(value)


def _other(value: Any) -> str:
    """Write a value of a subclass of a known type (an enum member, a safe string), and remember how."""
    if isinstance(value, str):
        _LITERALS[type(value)] = lambda text: _quoted(str.__str__(text))
    elif isinstance(value, int):
        _LITERALS[type(value)] = int.__repr__
    else:
        raise TypeError(f"A column cannot take a {type(value).__name__}: {value!r}")
    return _LITERALS[type(value)](value)


_ENCODER = DjangoJSONEncoder()
_LITERALS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _none: "NULL",
    bool: lambda value: "t" if value else "f",
    int: str,
    Decimal: str,
    date: date.isoformat,
    datetime: lambda value: f'"{value.isoformat()}"',
    str: _quoted,
}
