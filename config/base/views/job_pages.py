"""Background jobs: the list, and one job with its progress."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.base import jobs
from config.base.errors import DomainError
from config.base.filters import ChoiceFilter, DateFilter, FilterSet, TextFilter
from config.base.models import ACTIVE_STATES, Job, JobState, ShownJobState
from config.base.pages import JOB_TONES, Figure, allowed
from config.base.tables import Column, DateTimeColumn, IntegerColumn, LinkColumn, StateColumn, Table
from config.base.views.lists import ListView
from config.base.views.page import PageMixin, is_fragment

MANAGE = "base.job_manage"
LOG_TAIL = 20
COST = "base.cost_view"
RESULT_LABELS = {
    "items": _("Items changed"),
    "entries": _("Entries made"),
    "amount": _("Amount"),
    "posted": _("Posted"),
    "skipped": _("Skipped"),
    "rows": _("Rows"),
}
# Poll fast while somebody is likely to watch, then back off (seconds run -> seconds to the next look).
POLL_STEPS = ((60, 2), (300, 5))
POLL_SLOWEST = 10


class JobFilter(FilterSet):
    """Filters of the job list."""

    state = ChoiceFilter(choices=JobState.choices, label=_("State"))
    kind = TextFilter(label=_("Kind"))
    created_at = DateFilter("created_at__date", label=_("Created"))
    requested_by = TextFilter("requested_by__username", label=_("Requested by"))
    search_fields = ("title", "message")

    class Meta:
        model = Job
        fields: ClassVar[list[str]] = []


class JobTable(Table):
    """Columns of the job list."""

    id = LinkColumn("base:job_detail", args=["pk"], verbose_name=_("No."))
    title = LinkColumn("base:job_detail", args=["pk"], verbose_name=_("Job"))
    state = StateColumn(tones=JOB_TONES, verbose_name=_("State"))
    done = IntegerColumn(verbose_name=_("Done"))
    total = IntegerColumn(verbose_name=_("Of"))
    warnings = IntegerColumn(verbose_name=_("Warnings"))
    requested_by = Column(accessor="requested_by__username", verbose_name=_("Requested by"))
    created_at = DateTimeColumn(verbose_name=_("Created"))
    finished_at = DateTimeColumn(verbose_name=_("Finished"))
    message = Column(verbose_name=_("Message"), orderable=False)

    hidden_columns = ("total", "message")
    main_columns = ("title", "state")

    class Meta:
        model = Job
        fields = (
            "id",
            "title",
            "state",
            "done",
            "total",
            "warnings",
            "requested_by",
            "created_at",
            "finished_at",
            "message",
        )


def visible_jobs(user: Any) -> QuerySet[Job]:
    """The user's own jobs; all of them for whoever manages jobs."""
    found = Job.objects.select_related("requested_by")
    return found if user.has_perm(MANAGE) else found.filter(requested_by_id=user.pk)


class JobListView(ListView):
    """All background jobs that the user may see."""

    permission_required = ()
    title = _("Background jobs")
    filterset_class = JobFilter
    table_class = JobTable
    empty_text = _("No job has run yet. Cost adjustment, posting to G/L and imports run as jobs.")

    def get_queryset(self) -> QuerySet[Job]:
        """Newest first."""
        return visible_jobs(self.request.user).order_by(F("id").desc())


def job_context(job: Job, user: Any) -> dict[str, Any]:
    """What ``partials/_job.html`` shows of a job: figures, estimate, log, and when to look again."""
    now = timezone.now()
    state = job.shown_state(now)
    seconds = int(((job.finished_at or now) - job.started_at).total_seconds()) if job.started_at else 0
    fraction = job.done / job.total if job.total else 0.0
    left = int(seconds * (1 - fraction) / fraction) if job.is_active and fraction >= 0.05 else None
    log = list(job.log.order_by("-pk")[: LOG_TAIL + 1])
    return {
        "job": job,
        "state": state.value,
        "state_label": state.label,
        "tone": JOB_TONES[state],
        "elapsed": _clock(seconds),
        "left": _clock(left) if left is not None else "",
        "percent": min(int(fraction * 100), 100) if job.total else None,
        "result_url": str(job.result.get("url", "")),
        "result_figures": result_figures(job, user),
        "log": list(reversed(log[:LOG_TAIL])),
        "has_more_log": len(log) > LOG_TAIL,
        "poll_seconds": _poll_seconds(seconds) if job.is_active else 0,
        "may_cancel": job.is_active and state != ShownJobState.STOPPING and _may_steer(job, user),
        "may_retry": job.state in (JobState.FAILED, JobState.CANCELLED) and _may_steer(job, user),
        "stalled_since": job.heartbeat_at if state == ShownJobState.STALLED else None,
    }


def result_figures(job: Job, user: Any) -> list[Figure]:
    """What the job's ``result`` counts, in words. Amounts are cost: only for those who may see it."""
    figures = []
    for name, value in job.result.items():
        if name in RESULT_LABELS:
            is_amount = name == "amount"
            shown = Decimal(value) if is_amount else value
            permission = COST if is_amount else ""
            figures.append(
                Figure(RESULT_LABELS[name], shown, "amount" if is_amount else "integer", permission=permission)
            )
    return allowed(figures, user)


def _poll_seconds(seconds: int) -> int:
    return next((pause for limit, pause in POLL_STEPS if seconds < limit), POLL_SLOWEST)


def _clock(seconds: int) -> str:
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _may_steer(job: Job, user: Any) -> bool:
    return bool(job.requested_by_id == user.pk or user.has_perm(MANAGE))


class JobView(PageMixin):
    """One job; a fragment request gets its card, which asks again by itself until the job has ended."""

    permission_required = ()
    template_name = "base/job_detail.html"
    partial_template_name = "partials/_job.html"
    parent = "base:job_list"
    parent_title = _("Background jobs")
    job: Job

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show it. Job results (totals, links) come from the job's ``result``."""
        self.job = get_object_or_404(visible_jobs(request.user), pk=kwargs["pk"])
        context = job_context(self.job, request.user)
        if is_fragment(request):
            return self.render_to_response(context)
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> str:
        """What the job does."""
        return self.job.title

    def get_subtitle(self) -> str:
        """Its number."""
        return f"#{self.job.pk}"


class JobSteerView(PageMixin):
    """Cancel or retry: ``steer`` is one of the two."""

    permission_required = ()
    http_method_names = ["post"]
    steer = "cancel"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for it; the page shows what became of it."""
        job = visible_jobs(request.user).filter(pk=kwargs["pk"]).first()
        if job is None:
            raise Http404
        if not _may_steer(job, request.user):
            raise PermissionDenied(MANAGE)
        try:
            if self.steer == "cancel":
                jobs.cancel(job.pk)
                messages.info(request, _("The job stops at the next step. What is done stays done."))
            else:
                jobs.retry(job.pk)
                messages.info(request, _("The job waits to run again."))
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(reverse("base:job_detail", args=[job.pk]))


__all__ = ["ACTIVE_STATES", "JobListView", "JobSteerView", "JobView", "job_context", "visible_jobs"]
