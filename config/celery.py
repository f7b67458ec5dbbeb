"""The Celery application: `celery -A config worker`."""

import os
from typing import Any

from celery import Celery, signals

from config.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

SWEEP_EVERY_SECONDS = 15.0

app = Celery("lagerbok")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "sweep": {"task": "config.sweep", "schedule": SWEEP_EVERY_SECONDS, "options": {"expires": SWEEP_EVERY_SECONDS}}
}


@app.task(name="config.sweep", ignore_result=True)
def sweep() -> None:
    """Send jobs again whose worker went silent or whose message was lost."""
    from config.base import jobs  # the models it needs are ready only when a worker runs

    jobs.sweep()


@signals.beat_embedded_init.connect
@signals.worker_process_init.connect
def _follow_the_worker(**_signal: Any) -> None:
    # A pool child or beat that outlives a killed worker would go on beside its successor.
    die_with_parent()
