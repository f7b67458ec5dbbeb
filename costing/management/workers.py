"""Further processes that share a run of cost adjustment with a command.

They start afresh (no fork: a child must not use its parent's database connection) and know the run by its number. Each
has a name, so that the items of one that dies can be given back.
"""

from __future__ import annotations

import logging
import multiprocessing
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from uuid import uuid4

from costing.adjustment import claims

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class FurtherWorkers:
    """The processes beside the command's own; `count` of them once started."""

    count: int
    run_id: int = 0
    processes: dict[str, BaseProcess] = field(default_factory=dict)

    def start(self, run_id: int) -> None:
        """Start the processes; they end when no item of the run is open."""
        self.run_id = run_id
        context = multiprocessing.get_context("spawn")
        for _number in range(self.count):
            token = f"command:{uuid4().hex}"
            self.processes[token] = context.Process(target=work, args=(run_id, token, self.count + 1), daemon=True)
            self.processes[token].start()

    def watch(self) -> None:
        """Give back the items of processes that died."""
        dead = [token for token, process in self.processes.items() if process.exitcode not in (None, 0)]
        for token in dead:
            logger.error("A worker of run %s died (exit code %s)", self.run_id, self.processes.pop(token).exitcode)
        if dead:
            claims.release(self.run_id, tokens=dead)

    def join(self) -> None:
        """Wait for the processes to end."""
        for process in self.processes.values():
            process.join()


def work(run_id: int, token: str, workers: int) -> None:
    """What such a process does."""
    import django

    django.setup()

    from django.utils import timezone

    from costing import adjustment
    from costing.adjustment.terms import Worker
    from costing.models import AdjustmentRun

    run = AdjustmentRun.objects.get(pk=run_id)
    adjustment.work(run, Worker(token), user_id=None, today=timezone.localdate(), workers=workers)
