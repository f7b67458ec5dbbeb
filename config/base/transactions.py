"""The one way to open the transaction of a use case that writes to the books."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from config.base import locks


@dataclass(frozen=True, slots=True)
class PostingContext:
    """What holds for one posting: its time (on all its rows), whether it is a rehearsal, and has the books alone."""

    created_at: datetime
    preview: bool
    alone: bool = False


@contextmanager
def posting(*, preview: bool = False, alone: bool = False) -> Iterator[PostingContext]:
    """Open the durable transaction of one use case, with the books locked.

    Only a use case opens it; inner functions require it. ``alone`` locks everybody else out of the books. A preview
    runs the very same code, has the deferred constraints and triggers checked, and is rolled back: results must be
    plain data, complete before the end, for a lazy queryset would come back empty.

    Raises: locks.Busy when a lock, also one taken inside, was not to be had in time. Then nothing is written.
    """
    with locks.lock_timeout_as_busy(), transaction.atomic(durable=True):
        created_at = locks.lock_books(alone=alone)
        yield PostingContext(created_at=created_at, preview=preview, alone=alone)
        if preview:
            connection.check_constraints()
            transaction.set_rollback(True)
