"""What the page tests share: a small shop with something posted of everything, and signing in."""

import pytest

from config.base.jobs import queue
from tests import factories
from tests.web.shop import open_shop


@pytest.fixture
def sign_in(client):
    """Sign in as one of the demo's users: `sign_in("clerk")`."""

    def enter(username):
        client.force_login(factories.user(username))
        return client

    return enter


@pytest.fixture
def no_broker(monkeypatch):
    """Jobs are queued, and no worker is told."""
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)


@pytest.fixture
def shop(db):
    """A chair bought and sold in part, a transfer order and a count."""
    return open_shop()
