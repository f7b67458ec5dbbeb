"""Handing out a file: the right to export, a line in the audit trail, and a background job where the file is long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.base import changelog, exports, jobs
from config.base.formatting import Region
from config.base.views.access import require

if TYPE_CHECKING:
    from config.base.jobs import RunningJob

EXPORT = "base.export"
AT_ONCE = 10_000
"""So many rows are handed out at once; a longer file is made by a background job."""
KIND = "export"
SHEET_ROWS = 1_048_575
REPORT_EVERY = 1000


def deliver(
    request: HttpRequest, export: exports.Export, file_format: str, *, region: Region | None = None
) -> HttpResponseBase:
    """The file for a user who may export, noted in the audit trail; or the job that makes it, where it is long.

    A job asks the same address again (``config.base.tasks``): then the rows are reported to it. Raises:
    PermissionDenied.
    """
    require(request.user, EXPORT)
    export, count = _counted(export)
    if file_format == "xlsx" and count > SHEET_ROWS:
        text = _("%(count)s rows do not fit into a sheet of %(limit)s. Take CSV, or filter the list first.")
        return _refused(text % {"count": count, "limit": SHEET_ROWS})
    job: RunningJob | None = getattr(request, "export_job", None)
    if job is not None:
        return exports.respond(replace(export, rows=_reported(job, export.rows, count)), file_format, region=region)
    note(request, file_format, count)
    if count > AT_ONCE:
        return _in_background(request, export, file_format, count)
    return exports.respond(export, file_format, region=region)


def note(request: HttpRequest, file_format: str, count: int | None = None) -> None:
    """Write to the audit trail who took what out, by which address and filters."""
    query = request.GET.urlencode()
    words = {"format": file_format, "rows": count, "filters": query}
    changelog.record_export(request.user, request.path, {name: value for name, value in words.items() if value})


def _counted(export: exports.Export) -> tuple[exports.Export, int]:
    """The export with the number of its rows; where nobody has counted, so many are read as are handed out at once."""
    if export.count is not None:
        return export, export.count
    rows = iter(export.rows)
    head = list(islice(rows, AT_ONCE + 1))
    return replace(export, rows=chain(head, rows)), len(head)


def _reported(job: RunningJob, rows: Iterable[Sequence[Any]], count: int) -> Iterator[Sequence[Any]]:
    """The rows, telling the job how far they are. A stop takes hold here."""
    done = 0
    for done, row in enumerate(rows, start=1):
        if done % REPORT_EVERY == 0:
            job.check_cancelled()
            job.report(done, max(done, count))
        yield row
    job.report(done, done)
    job.result["rows"] = done


def _in_background(request: HttpRequest, export: exports.Export, file_format: str, count: int) -> HttpResponseBase:
    address = {"path": request.path, "query": request.GET.urlencode(), "host": request.get_host()}
    name = f"{request.user.pk}:{address['path']}?{address['query']}"
    job = jobs.enqueue(
        KIND,
        parameters={**address, "name": f"{export.filename}.{file_format}"},
        requested_by=request.user,
        title=_("Export: %(list)s") % {"list": export.title},
        key=f"export:{sha256(name.encode()).hexdigest()}",
    )
    url = reverse("base:job_detail", args=[job.pk])
    if file_format == "json":
        return JsonResponse({"job": url, "count": count}, status=202)
    text = ngettext(
        "The list has more than %(count)s row. The file is made in the background; the bell has the link.",
        "The list has more than %(count)s rows. The file is made in the background; the bell has the link.",
        AT_ONCE,
    )
    messages.info(request, text % {"count": AT_ONCE})
    return HttpResponseRedirect(url)


def _refused(text: str) -> HttpResponse:
    return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
