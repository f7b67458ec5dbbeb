"""Is a run of the inventory close that says "running" still worked on, or was it left behind?

A run of a job lives as long as its job waits or runs: the sweep hands a lost one to another worker. A run without a job
(a command) holds a lock on a connection of its own; the lock ends with its process, however that ends. What is dead
shuts no date and bars no other run; whoever starts the next one gives it up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.locks import CLOSE_SPACE
from costing.models import InventoryClose

IS_ALIVE = f"""
CASE WHEN c.job_id IS NULL THEN EXISTS (
         SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = {CLOSE_SPACE} AND l.granted
           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
     ELSE EXISTS (SELECT 1 FROM base_job j WHERE j.id = c.job_id AND j.state IN ('queued', 'running')) END
"""  # noqa: S608 our own text
"""Of a row `c` of runs."""
_UNFINISHED = f"""
SELECT c.id FROM costing_inventoryclose c
WHERE c.state IN ('waiting', 'running') AND NOT c.rehearsal AND {{negation}} {IS_ALIVE} ORDER BY c.id
"""  # noqa: S608 our own text


class RunUnfinished(DomainError):
    code = ErrorCode.ALREADY_RUNNING


def alive() -> QuerySet[InventoryClose]:
    """The runs that somebody works on."""
    return InventoryClose.objects.filter(pk__in=_ids(negation="")).order_by("pk")


def left_behind() -> QuerySet[InventoryClose]:
    """The runs that say "running" and will never end by themselves."""
    return InventoryClose.objects.filter(pk__in=_ids(negation="NOT")).order_by("pk")


def check_none_alive() -> None:
    """Raises: RunUnfinished naming the run that somebody works on."""
    unfinished = alive().first()
    if unfinished is not None:
        raise RunUnfinished(
            _("%(kind)s %(no)s of %(date)s is not finished. Wait for it, or cancel it.")
            % {"kind": unfinished.get_kind_display(), "no": unfinished.pk, "date": unfinished.closing_date}
        )


def _ids(*, negation: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_UNFINISHED.format(negation=negation))
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def held() -> Iterator[None]:
    """Say that this process works on a run without a job, until the body ends. Raises: RunUnfinished where one does."""
    side = connections[DEFAULT_DB_ALIAS].copy()
    side.set_autocommit(False)
    try:
        with side.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [CLOSE_SPACE])
            (is_ours,) = cursor.fetchone()
        if not is_ours:
            raise RunUnfinished(_("Another inventory close, recalculation or adjustment is not finished. Wait for it."))
        yield
    finally:
        # Closing alone would leave the lock until the server notices; a server that is gone holds none.
        with suppress(Error):
            side.rollback()
        side.close()
