"""A connection beside the work's own, so that progress is seen while a transaction is open.

One connection for the beating thread and for the reports of the working thread; a lock lets one in at a time.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

logger = logging.getLogger(__name__)


class SideConnection:
    """Autocommitting statements on a connection of their own."""

    def __init__(self) -> None:
        self._connection = connections[DEFAULT_DB_ALIAS].copy()
        self._connection.inc_thread_sharing()
        self._lock = threading.Lock()

    def execute(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run one statement; return its rows (none for a statement that returns none)."""
        with self._lock:
            try:
                with self._connection.cursor() as cursor:
                    cursor.execute(sql, parameters)
                    return cursor.fetchall() if cursor.description else []
            except (DatabaseError, InterfaceError):
                # The server may have gone: the next statement connects anew.
                self._connection.close()
                raise

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._connection.close()


class Heartbeat(threading.Thread):
    """Beats until stopped. ``beat`` returns False when there is nothing left to beat for."""

    def __init__(self, beat: Callable[[], bool], *, every: float) -> None:
        super().__init__(name="job-heartbeat", daemon=True)
        self._beat = beat
        self._every = every
        self._stopped = threading.Event()

    def run(self) -> None:
        """Beat at equal intervals. A beat that the database refuses is not the end: the sweep judges by the row."""
        while not self._stopped.wait(self._every):
            try:
                if not self._beat():
                    return
            except (DatabaseError, InterfaceError) as error:
                logger.warning("A job's heartbeat did not reach the database: %s", error)

    def stop(self) -> None:
        """Stop beating and wait for the last beat."""
        self._stopped.set()
        self.join()
