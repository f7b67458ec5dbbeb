"""What the page tests share: a small shop with something posted of everything, and signing in."""

import pytest

from config.base.jobs import queue
from tests import factories
from tests.web import small_shop
from tests.web.small_shop import TODAY, post

__all__ = ["TODAY", "post"]


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
    """A chair bought at 20.00 (10 received, 6 of them invoiced), 4 of 5 sold at 45.00; a transfer order and a count."""
    return small_shop.make()
