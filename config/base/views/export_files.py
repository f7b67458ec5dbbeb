"""Files that a background job makes: asked for as their page is, kept some days, handed out to their owner."""

from __future__ import annotations

import tempfile
from contextvars import copy_context
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxMiddleware

from config.base import jobs
from config.base.errors import DomainError, ErrorCode
from config.base.models import Job
from config.base.preferences import PreferenceMiddleware
from config.base.views.access import AccessMixin
from config.base.views.exporting import EXPORT, KIND

KEPT = timedelta(days=7)
FOLDER = "exports"


def make(job: jobs.RunningJob) -> None:
    """Ask the list for the whole file, keep it, and tell where it is. Raises: DomainError where it is refused now."""
    forget_old()
    # The region of the user holds for this file alone, not for what the worker does next.
    copy_context().run(_make, job)


def _make(job: jobs.RunningJob) -> None:
    name = get_valid_filename(job.parameters["name"])
    try:
        response = _ask(job)
    except PermissionDenied as error:
        raise DomainError(_("You may not export this list any more: %(reason)s") % {"reason": error}) from error
    if response.status_code != 200:
        text = b"".join(response).decode(errors="replace")[:200]
        raise DomainError(_("The list refuses the file: %(reason)s") % {"reason": text}, code=ErrorCode.INVALID_INPUT)
    with tempfile.TemporaryFile() as file:
        for part in response:
            file.write(part)
        file.seek(0)
        job.result["file"] = default_storage.save(f"{FOLDER}/{job.id}-{get_random_string(12)}-{name}", File(file))
    job.result["name"] = name
    job.result["url"] = job.notice_url = reverse("base:export_file", args=[job.id])


def _ask(job: jobs.RunningJob) -> Any:
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = job.parameters["path"]
    request.META["HTTP_HOST"] = job.parameters["host"]
    request.GET = QueryDict(job.parameters["query"])
    request.user = get_user_model().objects.filter(pk=job.requested_by_id, is_active=True).first() or AnonymousUser()
    request.export_job = job  # type: ignore[attr-defined]
    return HtmxMiddleware(PreferenceMiddleware(_view))(request)  # type: ignore[arg-type]


def _view(request: HttpRequest) -> HttpResponseBase:
    match = request.resolver_match = resolve(request.path_info)
    answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return answer


def forget_old() -> None:
    """Delete files that are older than they are kept."""
    old = Job.objects.filter(kind=KIND, finished_at__lt=timezone.now() - KEPT, result__has_key="file")
    for job in old:
        default_storage.delete(job.result.pop("file"))
        job.save(update_fields=["result"])


class ExportFileView(AccessMixin):
    """Hands out a file to whoever asked for it."""

    permission_required = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:
        """The file. Not found where it is somebody else's, or no longer kept."""
        job = Job.objects.filter(pk=kwargs["pk"], kind=KIND, requested_by_id=request.user.pk).first()
        if job is None or not default_storage.exists(job.result.get("file") or "-"):
            raise Http404
        return FileResponse(
            default_storage.open(job.result["file"]), as_attachment=True, filename=job.result.get("name", "export")
        )
