"""Gunicorn's settings, for `make run` and for production: `gunicorn --config python:config.gunicorn config.wsgi`."""

import os
import signal
from typing import Any

from config.processes import die_with_parent

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 5
control_socket_disable = True
loglevel = "warning"


def post_fork(_server: Any, _worker: Any) -> None:
    """A worker that outlives a killed server would keep the port, and answer beside its successor."""
    die_with_parent(signal.SIGKILL)
