"""What machines ask: is it alive, is it ready, what are its figures. Open to all but /metrics, without log-in."""

import logging
from collections.abc import Callable, Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.base.models import Job
from config.celery import app

logger = logging.getLogger(__name__)

BROKER_SECONDS = 2.0


@require_safe
@never_cache
@login_not_required
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the web process answers, and nothing about the rest."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say for database, migrations, broker and worker whether each works; 503 unless all do."""
    answers = {name: _works(name, check) for name, check in CHECKS.items()}
    ready = all(answers.values())
    words = {name: "ok" if works else "failed" for name, works in answers.items()}
    return JsonResponse(words, status=200 if ready else 503)


@require_safe
@never_cache
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the figures in Prometheus' text format, to the addresses of METRICS_ALLOWED_IPS."""
    if not _hops(request) <= set(settings.METRICS_ALLOWED_IPS):
        return HttpResponseForbidden("not an address of METRICS_ALLOWED_IPS\n", content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


def _hops(request: HttpRequest) -> set[str]:
    """Every address that the request says it came through: behind a proxy on this host, all would be 127.0.0.1."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return {request.META["REMOTE_ADDR"]} | {part.strip() for part in forwarded.split(",") if part.strip()}


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _broker() -> bool:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_SECONDS)
        return bool(broker.connected)


def _worker() -> bool:
    return bool(app.control.ping(timeout=BROKER_SECONDS, limit=1))


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "worker": _worker,
}


def _works(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:
        logger.exception("Not ready: %s", name)
        return False


class _Figures(Collector):
    """Read when asked, from the database: the same from whichever web process answers."""

    def collect(self) -> Iterator[Metric]:
        works = {name: _works(name, check) for name, check in CHECKS.items()}
        up = GaugeMetricFamily("lagerbok_up", "Whether a part works (1) or not (0)", labels=["part"])
        for name, answer in works.items():
            up.add_metric([name], int(answer))
        yield up
        if works["database"] and works["migrations"]:
            yield from _job_figures()
            yield _size_figure()


def _job_figures() -> Iterator[Metric]:
    jobs = GaugeMetricFamily("lagerbok_jobs", "Background jobs by kind and state", labels=["kind", "state"])
    for row in Job.objects.values("kind", "state").annotate(count=Count("pk")).order_by("kind", "state"):
        jobs.add_metric([row["kind"], row["state"]], row["count"])
    yield jobs


def _size_figure() -> Metric:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    return GaugeMetricFamily("lagerbok_database_bytes", f"Size of the {DEFAULT_DB_ALIAS} database", value=size)
