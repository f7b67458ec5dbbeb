"""How the books are read to be compared: at one moment, and by the indexes that are made for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# An index that is read in order costs what a table does, page for page; the server's own figure thinks of a disk arm.
_READING = """
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL random_page_cost = 1.1
"""


@contextmanager
def one_moment() -> Iterator[None]:
    """Read all that is inside from one snapshot: what is posted in between is no difference.

    Within a transaction nothing is changed: it has begun to read already.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_READING)
        yield
