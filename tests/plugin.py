"""A pytest plugin that gives the tests a PostgreSQL and a broker before pytest-django reads the settings.

Loaded by `-p tests.plugin`, at import: conftest.py would be too late. Servers that DATABASE_URL and REDIS_URL name are
used as they are. The data are thrown away at the end, and with the process should it be killed.
"""

import os
import shutil

import pytest

from config import embedded

_servers = None

# Playwright's synchronous interface keeps an event loop in the thread, which Django takes for an asynchronous caller.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

if embedded.needed() and "PYTEST_XDIST_WORKER" not in os.environ:
    try:
        _servers = embedded.Servers(embedded.temporary_home(), durable=False)
        _servers.start()
    except embedded.EmbeddedError as error:
        pytest.exit(str(error), returncode=3)
    os.environ.update(_servers.environment)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure():
    if _servers is not None:
        _servers.stop()
        shutil.rmtree(_servers.home.root, ignore_errors=True)
