import pytest
from django.contrib.auth.models import User

from config.base import jobs
from config.base.jobs import queue
from tests.jobs import handlers, processes


@pytest.fixture(autouse=True)
def _fresh_handlers():
    handlers.calls.clear()
    handlers.actions.clear()


@pytest.fixture
def sent(monkeypatch):
    """Messages for workers, instead of a broker."""
    messages = []

    def send_task(name, *, kwargs, **_options):
        messages.append((name, kwargs["job_id"]))

    monkeypatch.setattr(queue.current_app, "send_task", send_task)
    return messages


@pytest.fixture
def nina():
    return User.objects.create_user("nina")


@pytest.fixture
def make_job(sent):
    def make(key=None, **parameters):
        return jobs.enqueue("test.work", parameters=parameters, requested_by=None, title="Work", key=key)

    return make


@pytest.fixture
def start_worker():
    """Start real Celery workers; they are killed at the end."""
    workers = []

    def start():
        workers.append(processes.start_worker_process())
        return workers[-1]

    yield start
    for worker in workers:
        processes.kill(worker)
