"""The change log of master data and setup: called by the views and the admin, in plain sight.

before = changelog.snapshot(item)
... change and save ...
changelog.record(user, before, changelog.snapshot(item), reason="New supplier")
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from config.base.models import ChangeAction, ChangeLog

_SECRETS = {"password"}
EXPORTED = "export"
LINE = "line"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The values of a record at a moment: what it is called, and its columns as JSON values."""

    model_label: str
    record_no: str
    values: Mapping[str, Any] = field(default_factory=dict)


def snapshot(record: models.Model) -> Snapshot:
    """Keep a record's columns. Without queries, but for columns that were deferred."""
    values = {column.attname: _plain(column, record) for column in record._meta.concrete_fields}
    return Snapshot(model_label=record._meta.label_lower, record_no=record_no(record), values=values)


def lists(record: models.Model) -> Snapshot:
    """Keep a record's many-to-many lists as words (a user's groups, a group's permissions). One query a list."""
    values = {
        field.name: sorted(str(row) for row in getattr(record, field.name).all()) for field in record._meta.many_to_many
    }
    return Snapshot(model_label=record._meta.label_lower, record_no=record_no(record), values=values)


def words(record: models.Model, values: Mapping[str, Any]) -> Snapshot:
    """Name values that belong to a record but stand in rows of their own (a unit, an attribute of an item)."""
    return Snapshot(model_label=record._meta.label_lower, record_no=record_no(record), values=dict(values))


def line_words(record: models.Model, line: models.Model | None, names: Iterable[str]) -> Snapshot:
    """Name values of a line of a record: ``line 10000 quantity``. What is blank is left out; no line, no values."""
    if line is None:
        return words(record, {})
    called = getattr(line, "line_no", None) or getattr(line, "code", None) or line.pk
    wanted = set(names)
    values = {}
    for column in line._meta.concrete_fields:
        value = getattr(line, column.name) if column.is_relation else _plain(column, line)
        if column.name in wanted and value not in (None, "", "0", False):
            values[f"{LINE} {called} {column.attname}"] = str(value) if column.is_relation else value
    return words(record, values)


def record_no(record: models.Model) -> str:
    """Return what people call a record: its number, code or user name, else its key; ``record_no`` where it says so."""
    for name in ("record_no", "no", "code", "username"):
        value = getattr(record, name, None)
        if isinstance(value, str) and value:
            return value
    return str(record.pk)


def record(
    user: AbstractBaseUser | AnonymousUser | None,
    before: Snapshot | None,
    after: Snapshot | None,
    reason: str = "",
    *,
    origin: str = "",
) -> ChangeLog | None:
    """Write who changed what, in the caller's transaction. No ``before``: added. No ``after``: deleted.

    Returns None, and writes nothing, where nothing changed.
    """
    row = _row(user, before, after, reason, origin)
    if row is not None:
        row.save(force_insert=True)
    return row


def record_many(
    user: AbstractBaseUser | AnonymousUser | None,
    changes: Iterable[tuple[Snapshot | None, Snapshot | None]],
    reason: str = "",
    *,
    origin: str = "",
) -> int:
    """Write the changes of many records, (before, after) each, in one statement; return how many really changed."""
    rows = [_row(user, before, after, reason, origin) for before, after in changes]
    return len(ChangeLog.objects.bulk_create([row for row in rows if row is not None], batch_size=1000))


def record_export(user: AbstractBaseUser | AnonymousUser, address: str, what: Mapping[str, Any]) -> None:
    """Write who took which list out as a file. Such a row is about no record: its number is the list's address."""
    ChangeLog.objects.create(
        user_id=user.pk,
        model_label=EXPORTED,
        record_no=address[:100],
        action=ChangeAction.EXPORT,
        changes={name: [None, value] for name, value in what.items()},
    )


def _row(
    user: AbstractBaseUser | AnonymousUser | None,
    before: Snapshot | None,
    after: Snapshot | None,
    reason: str,
    origin: str,
) -> ChangeLog | None:
    about = after or before
    if about is None:
        raise ValueError("A change needs a record before or after it")
    changes = _differences(before.values if before else {}, after.values if after else {})
    if not changes:
        return None
    action = ChangeAction.ADD if before is None else ChangeAction.DELETE if after is None else ChangeAction.CHANGE
    return ChangeLog(
        user_id=user.pk if user else None,
        model_label=about.model_label,
        record_no=about.record_no,
        action=action,
        changes=changes,
        reason=reason,
        origin=origin,
    )


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    names = dict.fromkeys([*before, *after])
    changed = {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}
    return {name: ["***", "***"] if name in _SECRETS else pair for name, pair in changed.items()}


def _plain(column: "models.Field[Any, Any]", record: models.Model) -> Any:
    """Return a column's value as JSON has it: equal amounts must be equal, 5 and 5.00000 too."""
    value = column.value_from_object(record)
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return value
    if isinstance(column, models.DecimalField):
        return _decimal_text(column.to_python(value))
    if isinstance(column, models.FileField):
        return str(value)
    return DjangoJSONEncoder().default(value)


def _decimal_text(value: Any) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
