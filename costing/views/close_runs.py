"""Starting a close, a rehearsal or a recalculation; following it; reversing the latest; giving up what was lost."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_htmx.http import HttpResponseClientRedirect

from config.base.errors import DomainError
from config.base.formatting import format_date
from config.base.models import Job, JobState
from config.base.pages import Done, Text
from config.base.parsing import NotReadable, parse_date
from config.base.preferences import today_of
from config.base.views import ActionView, PageView
from config.base.views.job_pages import job_context
from config.base.views.page import is_fragment
from costing import close_checks, close_status, closing
from costing.close_forms import RunForm
from costing.closing import Options
from costing.enums import CloseKind, RunState
from costing.models import InventoryClose, InventoryPeriod, ValueEntry
from costing.views.adjustment import start_job
from costing.views.closing import CLOSE_REVERSE, CLOSE_RUN, LIST, LIST_TITLE, WATCHERS, title_of

JOB_KIND, REVERSAL = "close_inventory", "reverse_close"
JOB_KINDS = (JOB_KIND, REVERSAL)
REAL_KEY, REHEARSAL_KEY = "close_inventory", "rehearse_close"
REHEARSE = "rehearse"
PROGRESS = "costing:close_progress"


def day_of(request: HttpRequest) -> Any:
    """The day that a page is about: the one in the link, else that of the next close."""
    today = today_of(request)
    try:
        return parse_date(request.GET.get("on", ""), today=today)
    except NotReadable:
        return close_status.next_close(today).on


class _StartView(ActionView):
    """Options of a run; the second button rehearses it with the same ones."""

    permission_required = CLOSE_RUN
    template_name = "costing/close_start.html"
    form_class = RunForm
    parent = LIST
    parent_title = LIST_TITLE
    kind = CloseKind.CLOSE
    rehearses = False

    def get_initial(self) -> dict[str, Any]:
        return {"on": day_of(self.request), "items": self.request.GET.get("items", "")}

    def perform(self, form: Any) -> Done:
        data = form.cleaned_data
        rehearsal = self.rehearses or self.request.POST.get("mode") == REHEARSE
        kind = self.kind
        if self.rehearses and self.request.POST.get("mode") == CloseKind.RECALCULATION:
            kind = CloseKind.RECALCULATION
        options = Options(
            on=data["on"],
            kind=kind,
            item_ids=data["item_ids"],
            update_ledger=data["update_ledger"],
            max_iterations=data["max_iterations"],
            min_adjustment=data["min_adjustment"],
            rehearsal=rehearsal,
        )
        return start_run(options, self.request.user)

    def show(self, form: Any, status: int = 200, **context: Any) -> HttpResponse:
        on = day_of(self.request)
        found = close_checks.all_checks(close_status.next_close(today_of(self.request)), on)
        return super().show(
            form,
            status,
            checked_on=on,
            blocking=[each for each in found if each.count and each.level == close_checks.BLOCKS],
            warning=[each for each in found if each.count and each.level == close_checks.WARNS],
            rehearses=self.rehearses,
            closes=self.kind == CloseKind.CLOSE,
            **context,
        )


class StartCloseView(_StartView):
    title = gettext_lazy("Close inventory")
    verb = gettext_lazy("Close inventory")

    def get_question(self) -> Text:
        on = day_of(self.request)
        parts = [
            _(
                "Settles issues with receipts, adjusts their cost, and shuts the period: nothing dated up to %(date)s "
                "can be posted any more."
            )
            % {"date": format_date(on)}
        ]
        ends = InventoryPeriod.objects.filter(closed=False, ending_date__lte=on).order_by("ending_date")
        days = [format_date(each.ending_date) for each in ends]
        if days:
            words = ngettext("It closes the inventory period %(days)s.", "It closes the periods %(days)s.", len(days))
            parts.append(words % {"days": ", ".join(days)})
        return " ".join(parts)


class RecalculateView(_StartView):
    kind = CloseKind.RECALCULATION
    title = gettext_lazy("Recalculate inventory")
    verb = gettext_lazy("Recalculate")
    question = gettext_lazy("Adjusts the cost of issues as a close would, settles nothing and shuts nothing.")


class RehearseView(_StartView):
    rehearses = True
    title = gettext_lazy("Rehearse a close")
    verb = gettext_lazy("Rehearse")
    question = gettext_lazy(
        "Works out the whole run and posts nothing; nobody waits for it. The report is kept, and the real run is "
        "compared with it line by line. Costs of items settled at posting count as they are adjusted now."
    )


def start_run(options: Options, user: Any) -> Done:
    """Start the job of a run. Raises: DomainError for what refuses a real run before it begins."""
    if not options.rehearsal:
        closing.check_start(options)
    parameters = {
        "on": options.on.isoformat(),
        "kind": options.kind.value,
        "item_ids": None if options.item_ids is None else list(options.item_ids),
        "update_ledger": options.update_ledger,
        "max_iterations": options.max_iterations,
        "min_adjustment": str(options.min_adjustment),
        "rehearsal": options.rehearsal,
    }
    words = _("Rehearsal: %(kind)s %(date)s") if options.rehearsal else _("%(kind)s %(date)s")
    title = words % {"kind": options.kind.label, "date": format_date(options.on)}
    message = _("The rehearsal has started.") if options.rehearsal else _("The run has started.")
    key = REHEARSAL_KEY if options.rehearsal else REAL_KEY
    return start_job(JOB_KIND, parameters, user, title, message, key=key, page=PROGRESS)


class CloseProgressView(PageView):
    """A run while it runs, by stage and item. The row of the job is the truth: any tab may be closed."""

    permission_any = WATCHERS
    template_name = "costing/close_progress.html"
    partial_template_name = "costing/_close_progress.html"
    parent = LIST
    parent_title = LIST_TITLE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The stages; once the run is there and over, its page."""
        self.job = get_object_or_404(Job.objects.select_related("requested_by"), pk=kwargs["job"], kind__in=JOB_KINDS)
        self.close = InventoryClose.objects.filter(job=self.job).first()
        url = self._page_of_the_outcome()
        if url:
            return HttpResponseClientRedirect(url) if is_fragment(request) else HttpResponseRedirect(url)
        return super().get(request, *args, **kwargs)

    def _page_of_the_outcome(self) -> str:
        if self.job.is_active or self.job.state != JobState.DONE:
            return ""
        close_id = self.job.result.get("close") or (self.close.pk if self.close else None)
        return reverse("costing:close_detail", args=[close_id]) if close_id else reverse(LIST)

    def get_title(self) -> str:
        return self.job.title

    def get_subtitle(self) -> str:
        by = self.job.requested_by
        return _("started by %(user)s") % {"user": by.get_username()} if by else ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        job = job_context(self.job, self.request.user)
        return super().get_context_data(**{**job, "stages": self._stages(), "poll_url": self.request.path}, **context)

    def _stages(self) -> list[tuple[Text, str]]:
        """(words, state) of each stage; the state is done, current, failed or waiting."""
        words = _stages_of(self.job)
        present = self._present_stage(len(words))
        state = "current" if self.job.is_active else "failed"
        return [
            (each, "done" if number < present else state if number == present else "waiting")
            for number, each in enumerate(words)
        ]

    def _present_stage(self, count: int) -> int:
        if self.job.state == JobState.QUEUED:
            return 0
        if self.job.kind == REVERSAL:
            return count - 1
        if self.close is None:
            return 0 if self.job.is_active or not self.job.total else 1
        is_planned = self.job.total and self.job.done >= self.job.total
        return count - 1 if is_planned else 1


def _stages_of(job: Job) -> list[Text]:
    if job.kind == REVERSAL:
        return [_("Waiting"), _("Book back and reopen")]
    if job.parameters.get("rehearsal"):
        return [_("Start"), _("Settle and adjust, without storing"), _("Keep the report")]
    if job.parameters.get("kind") == CloseKind.RECALCULATION:
        return [_("Checks"), _("Adjust"), _("Store and post")]
    return [_("Checks"), _("Settle and adjust"), _("Store, post and lock")]


class ReverseCloseView(ActionView):
    """Take the latest run back. The closing date is typed to confirm."""

    permission_required = CLOSE_REVERSE
    template_name = "costing/close_reverse.html"
    verb = gettext_lazy("Reverse")
    danger = True

    def get_record(self) -> InventoryClose:
        return get_object_or_404(InventoryClose, pk=self.kwargs["pk"], rehearsal=False)

    def get_title(self) -> Text:
        return _("Reverse: %(run)s") % {"run": title_of(self.record)}

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        url = reverse("costing:close_detail", args=[self.record.pk])
        return [(LIST_TITLE, reverse(LIST)), (title_of(self.record), url)]

    def get_confirm_text(self) -> Text:
        return self.record.closing_date.isoformat()

    def show(self, form: Any, status: int = 200, **context: Any) -> HttpResponse:
        refusal = ""
        try:
            closing.check_reversible(self.record)
        except DomainError as error:
            refusal = str(error)
        return super().show(form, status, refusal=refusal, effects=self._effects(), **context)

    def _effects(self) -> list[str]:
        """What comes back, in figures."""
        run = self.record
        settlements = run.settlements.filter(cancelled_by__isnull=True).count()
        values = ValueEntry.objects.filter(register_id=run.register_id).count() if run.register_id else 0
        found = [
            ngettext("%(n)s settlement is cancelled.", "%(n)s settlements are cancelled.", settlements)
            % {"n": settlements},
            ngettext("%(n)s adjustment is booked back.", "%(n)s adjustments are booked back.", values) % {"n": values},
        ]
        if run.voucher_id:
            found.append(_("Voucher %(no)s gets its opposite, on the same accounts.") % {"no": run.voucher.document_no})
        if run.kind == CloseKind.CLOSE:
            found.append(
                _("Postings dated up to %(date)s are possible again.") % {"date": format_date(run.closing_date)}
            )
        periods = run.closed_periods.filter(closed=True).order_by("ending_date")
        days = [format_date(period.ending_date) for period in periods]
        if days:
            words = ngettext("Inventory period %(d)s is reopened.", "Inventory periods %(d)s are reopened.", len(days))
            found.append(words % {"d": ", ".join(days)})
        found.append(_("Costs of issues posted since stay as they are."))
        return found

    def perform(self, form: Any) -> Done:
        closing.check_reversible(self.record)
        title = _("Reverse: %(run)s") % {"run": title_of(self.record)}
        return start_job(
            REVERSAL,
            {"close": self.record.pk},
            self.request.user,
            title,
            _("The reversal has started."),
            key=REAL_KEY,
            page=PROGRESS,
        )


class GiveUpView(ActionView):
    """Leave the books as before a run that nobody finishes any more."""

    permission_required = CLOSE_RUN
    verb = gettext_lazy("Give up")
    question = gettext_lazy("The plan is thrown away, the books stay as they are, and its date is open again.")
    danger = True

    def get_record(self) -> InventoryClose:
        runs = InventoryClose.objects.select_related("job")
        return get_object_or_404(runs, pk=self.kwargs["pk"], state=RunState.RUNNING)

    def get_title(self) -> Text:
        return _("Give up: %(run)s") % {"run": title_of(self.record)}

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(LIST_TITLE, reverse(LIST))]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Not while a job works on it: that is cancelled."""
        record = self.get_record()
        if record.job is not None and record.job.is_active:
            return HttpResponseRedirect(reverse(PROGRESS, args=[record.job_id]))
        return super().post(request, *args, **kwargs)

    def perform(self, form: Any) -> Done:
        closing.give_up(self.record.pk)
        return Done(_("The run is given up; the books are as before."))
