"""Background jobs. The row is the truth; the broker only wakes a worker; a sweep repairs what either lost.

    @jobs.handler("adjust_cost")
    def adjust_cost(job: jobs.RunningJob) -> None:
        adjustment.adjust_items_in_batches(item_ids=job.parameters["item_ids"], report=job.report)

    jobs.enqueue("adjust_cost", parameters={...}, requested_by=user, title=_("Adjust cost"), key="adjust_cost")

States: ``queued`` → ``running`` → ``done``, ``failed`` or ``cancelled``. Each claim raises ``attempt``. A worker beats
from a thread with a connection of its own; when the beat stops, the sweep queues the job again, and a worker that
wakes up late finds that the attempt is no longer its own (``RunningJob.check_attempt``) and writes nothing.
"""

from config.base.jobs.queue import cancel, enqueue, retry, send
from config.base.jobs.registry import handler, handler_of, kinds
from config.base.jobs.runner import AttemptLost, JobCancelled, NotClaimed, RunningJob, running
from config.base.jobs.schedules import run_due
from config.base.jobs.sweeping import sweep

__all__ = [
    "AttemptLost",
    "JobCancelled",
    "NotClaimed",
    "RunningJob",
    "cancel",
    "enqueue",
    "handler",
    "handler_of",
    "kinds",
    "retry",
    "run_due",
    "running",
    "send",
    "sweep",
]
