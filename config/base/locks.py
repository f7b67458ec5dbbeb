"""Locks for the length of a transaction, in one order: the books, the items by key, number series, nothing after.

They are PostgreSQL advisory locks of the transaction (a session's lock would survive the return of a connection to
its pool). Shared and then exclusive in one transaction is a deadlock: a use case asks for the strongest once, first.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode

BOOKS_SPACE = 1
ITEM_SPACE = 2
JOB_KEY_SPACE = 3
CLOSE_SPACE = 4

LOCK_NOT_AVAILABLE = "55P03"
DEFAULT_LOCK_TIMEOUT_MS = 10_000


class Busy(DomainError):
    """Somebody else held a lock for longer than we wait."""

    code = ErrorCode.BUSY


def require_transaction() -> None:
    """Raise unless a transaction is open: locks and postings mean nothing outside one."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("This must run inside a transaction that the use case opened.")


@contextmanager
def lock_timeout_as_busy() -> Iterator[None]:
    """Turn the database's lock timeout into the refusal "try again". The transaction is to be rolled back."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise Busy(_("Somebody else is posting or running at this moment. Nothing was written: try again.")) from error


def lock_books(*, alone: bool) -> datetime:
    """Lock the books until the transaction ends, and return the time at which the lock was held.

    Postings share the books. What must see no half-done posting (a close, a sign-off, a change of setup) takes them
    alone, for a short section: while it waits, everybody queues behind it. The time comes from the database's clock,
    after the lock, so a posting that is not visible yet can never carry an earlier one.
    """
    require_transaction()
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    timeout = int(getattr(settings, "LOCK_TIMEOUT_MS", DEFAULT_LOCK_TIMEOUT_MS))
    with connection.cursor() as cursor, lock_timeout_as_busy():
        # Three statements in one round trip; they run in this order.
        cursor.execute(
            f"SET LOCAL lock_timeout = {timeout}; SELECT {function}({BOOKS_SPACE}, 0); SELECT clock_timestamp()"
        )
        cursor.nextset()
        cursor.nextset()
        row: tuple[Any, ...] = cursor.fetchone() or ()
    held_at: datetime = row[0]
    return held_at


def lock_items(item_ids: Iterable[int]) -> list[int]:
    """Lock items until the transaction ends; return their ids, sorted, each once.

    Take the books first, and draw entry numbers only while the lock is held: then the entries of one item are
    numbered in the order in which they were committed.
    """
    require_transaction()
    ids = sorted(set(item_ids))
    if ids:
        with lock_timeout_as_busy():
            statements.run(
                f"SELECT pg_advisory_xact_lock({ITEM_SPACE}, i) FROM unnest(%s::int[]) WITH ORDINALITY AS t(i, n)",
                [ids],
            )
    return ids


def try_lock_items(item_ids: Iterable[int]) -> set[int]:
    """Lock those items that nobody else holds, without waiting; return them. For what a later run can do as well."""
    require_transaction()
    ids = sorted(set(item_ids))
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT i FROM unnest(%s::int[]) AS i WHERE pg_try_advisory_xact_lock({ITEM_SPACE}, i)", [ids])
        return {row[0] for row in cursor.fetchall()}


def lock_key(space: int, key: str) -> None:
    """Lock a name until the transaction ends. Two names may share a lock; that only makes one wait."""
    require_transaction()
    with connection.cursor() as cursor, lock_timeout_as_busy():
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [space, key])
