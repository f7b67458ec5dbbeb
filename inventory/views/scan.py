"""The scan station: choose a task, choose its document, scan, post. What is scanned is sent to one address."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.locks import Busy
from config.base.pages import Action, Done, Text
from config.base.preferences import today_of
from config.base.views import ActionView, PageView
from config.base.views.access import AccessMixin
from inventory import links, scopes
from inventory.enums import DocumentType, ScanTask
from inventory.home import task_url, tasks
from inventory.models import ScanSession
from inventory.scanning import applying, codes, lookup, quantities, sessions
from inventory.scanning.applying import Answer, Sent
from inventory.scanning.work import work_of

PROMPTS = {
    ScanTask.RECEIVE: gettext_lazy("Scan the order, the vendor, or any item on it."),
    ScanTask.SHIP: gettext_lazy("Scan the order, the customer, or any item on it."),
    ScanTask.TRANSFER_SHIP: gettext_lazy("Scan the transfer order, or any item on it."),
    ScanTask.TRANSFER_RECEIVE: gettext_lazy("Scan the transfer order, or any item on it."),
    ScanTask.COUNT: gettext_lazy("Scan the count, or choose it."),
}
BIGGEST_BODY = 4096


def check_task(user: Any, task: str) -> None:
    """Raise PermissionDenied unless the user may do the task at the scan station."""
    if not sessions.may(user, task):
        raise PermissionDenied(_(" or ").join(sessions.PERMISSIONS[task]))


class _StationView(PageView):
    permission_required: Any = sessions.STATION
    parent = "inventory:scan"
    parent_title = gettext_lazy("Scan station")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        place = scopes.scope_of(self.request.user).default_location
        return super().get_context_data(**{"place": place, "scan_user": self.request.user.pk, **context})

    def task(self) -> ScanTask:
        """The task of the address. Raises: Http404, PermissionDenied."""
        task = self.kwargs["task"]
        if task not in ScanTask.values:
            raise Http404
        check_task(self.request.user, task)
        return ScanTask(task)


class ScanHomeView(_StationView):
    """The tasks, as big buttons; a scan here finds the document or the goods."""

    title = gettext_lazy("Scan station")
    template_name = "inventory/scan/home.html"
    parent = ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(tasks=tasks(self.request.user), **context)


class ScanTaskView(_StationView):
    """Which document? One that was scanned is opened at once."""

    template_name = "inventory/scan/choose.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        task = self.task()
        if task == ScanTask.MOVE:
            return HttpResponseRedirect(task_url(task))
        code, error = request.GET.get("code", "").strip(), ""
        try:
            found = lookup.waiting_documents(task, user=request.user, today=today_of(request), code=code)
        except DomainError as refusal:
            found, error = [], str(refusal)
        if code and len(found) == 1:
            return HttpResponseRedirect(reverse("inventory:scan_session", args=[task.value, found[0].no]))
        if code and not found and not error:
            error = _("Nothing that waits is found by %(code)s.") % {"code": codes.shown(code)}
        page = {"task": task, "code": code, "documents": found, "error": error, "prompt": PROMPTS[task]}
        return self.render_to_response(self.get_context_data(**page))

    def get_title(self) -> Text:
        return self.task().label


class ScanSessionView(_StationView):
    """The task itself: lines, quantity, what was scanned last, and the button that posts."""

    template_name = "inventory/scan/session.html"

    @cached_property
    def session(self) -> ScanSession:
        """The session under way, begun by opening the page."""
        return sessions.start(self.task(), document_no=self.kwargs.get("no", ""), user=self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        task = self.task()
        try:
            session = self.session
        except DomainError as error:
            page: dict[str, Any] = {
                "task": task,
                "code": "",
                "documents": [],
                "error": str(error),
                "prompt": PROMPTS.get(task, ""),
            }
            self.template_name = "inventory/scan/choose.html"
            return self.render_to_response(self.get_context_data(**page), status=409)
        page = {
            "task": task,
            "session": session,
            "work": work_of(session, self.request.user),
            "request_key": uuid4().hex,
        }
        return self.render_to_response(self.get_context_data(**page))

    def get_title(self) -> Text:
        return f"{self.task().label} {self.kwargs.get('no', '')}".strip()

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        crumbs = super().get_breadcrumbs()
        task = self.task()
        return crumbs if task == ScanTask.MOVE else [*crumbs, (task.label, task_url(task))]


class ScanMoveView(ScanSessionView):
    """A move of the user's own; it has no document."""

    def task(self) -> ScanTask:
        check_task(self.request.user, ScanTask.MOVE)
        return ScanTask.MOVE


class ScanWorkerView(AccessMixin):
    """The service worker, at an address below the pages that it looks after."""

    permission_required = sessions.STATION

    def get(self, request: HttpRequest) -> HttpResponse:
        found = finders.find("js/scan/worker.js")
        if not isinstance(found, str):
            raise Http404
        return HttpResponse(Path(found).read_bytes(), content_type="text/javascript")


@method_decorator(login_not_required, name="dispatch")
class _SentView(AccessMixin):
    """What the queue of the browser talks to: JSON in, JSON out. A lost sign-in is answered as such, not by a page."""

    permission_required = sessions.STATION

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return JsonResponse({"signed_out": True}, status=401)
        return super().dispatch(request, *args, **kwargs)

    def body(self) -> dict[str, Any]:
        """The body as a dictionary of texts. Raises: ValueError."""
        if len(self.request.body) > BIGGEST_BODY:
            raise ValueError
        found = json.loads(self.request.body)
        if not isinstance(found, dict):
            raise TypeError
        return {name: str(value) for name, value in found.items() if value is not None}


class ApplyScanView(_SentView):
    """Apply one scan, once; answer it with what the task looks like now."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            body = self.body()
            key, session_id = UUID(body["key"]), int(body["session"])
            if not 0 < session_id < 2**63:
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError):
            return JsonResponse({"state": "refused", "text": _("This is no scan. Scan again.")}, status=400)
        if body.get("user", str(request.user.pk)) != str(request.user.pk):
            return JsonResponse({"signed_out": True}, status=401)
        try:
            answer = self._apply(key, session_id, body)
        except Busy as error:
            return JsonResponse({"busy": True, "text": str(error)}, status=503)
        except DomainError as error:
            answer = Answer("refused", str(error), str(error.code.value))
        page = {"state": str(answer.state), "text": answer.text, "ask": answer.ask, "repeated": answer.repeated}
        return JsonResponse({**page, "html": self._work(session_id)})

    def _apply(self, key: UUID, session_id: int, body: dict[str, str]) -> Answer:
        typed = body.get("quantity", "").strip()
        sent = Sent(
            key,
            session_id,
            body.get("code", ""),
            quantities.read(typed) if typed else None,
            body.get("lot", "")[:50],
            body.get("serial", "")[:50],
        )
        return applying.apply(sent, user=self.request.user, today=today_of(self.request))

    def _work(self, session_id: int) -> str:
        """The part of the page that a scan changes; blank where the user sees nothing of the task any more."""
        session = sessions.current(session_id)
        if session is None or not sessions.may(self.request.user, session.task):
            return ""
        if session.document_no and not sessions.documents_for(session.task, self.request.user).filter(
            no=session.document_no
        ):
            return ""
        context = {"session": session, "work": work_of(session, self.request.user)}
        return render_to_string("inventory/scan/_work.html", context, request=self.request)


class UndoScanView(ApplyScanView):
    """Take an applied scan back."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            body = self.body()
            key, session_id = UUID(body["key"]), int(body["session"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return JsonResponse({"state": "refused", "text": _("This is no scan. Scan again.")}, status=400)
        try:
            text, state = applying.undo(key, user=request.user), "undone"
        except Busy as error:
            return JsonResponse({"busy": True, "text": str(error)}, status=503)
        except DomainError as error:
            text, state = str(error), "refused"
        return JsonResponse({"state": state, "text": text, "html": self._work(session_id)})


class GiveUpScanView(ActionView):
    """Drop what was scanned and not posted."""

    permission_required = sessions.STATION
    title = gettext_lazy("Give up scanning")
    verb = gettext_lazy("Give up")
    danger = True

    def get_record(self) -> ScanSession:
        session = get_object_or_404(ScanSession, pk=self.kwargs["pk"])
        check_task(self.request.user, session.task)
        return session

    def get_question(self) -> Text:
        if self.record.task == ScanTask.COUNT:
            return _("What is counted stays. Begin again whenever you like.")
        return _("What was scanned and is not posted is forgotten. Stock stays as it is.")

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(_("Scan station"), reverse("inventory:scan"))]

    def perform(self, form: Any) -> Done:
        sessions.give_up(self.record.pk, user=self.request.user)
        return Done(_("Given up. Nothing was posted."), reverse("inventory:scan"))


class ScanDoneView(_StationView):
    """The big green confirmation: what was posted, labels, and what comes next."""

    template_name = "inventory/scan/done.html"

    @cached_property
    def session(self) -> ScanSession:
        session = get_object_or_404(ScanSession, pk=self.kwargs["pk"], ended_at__isnull=False)
        check_task(self.request.user, session.task)
        return session

    def get_title(self) -> Text:
        return ScanTask(self.session.task).label

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        result = self.session.result
        documents = [
            (DocumentType(type_).label if type_ else _("Journal"), no, links.document_url(type_, no))
            for type_, no in result.get("documents", [])
        ]
        labels = ""
        if self.session.task == ScanTask.RECEIVE and documents:
            labels = f"{reverse('inventory:labels_receipt', args=[documents[0][1]])}"
        return super().get_context_data(
            session=self.session,
            documents=documents,
            text=result.get("text", ""),
            order_url=self._order_url(),
            labels_url=labels,
            undo_url=self._undo_url(),
            again_url=task_url(ScanTask(self.session.task)),
            **context,
        )

    def _order_url(self) -> str:
        """The order that was received or shipped: it says what is left of it."""
        task = ScanTask(self.session.task)
        if task in sessions.TRANSFERS:
            return reverse("inventory:transfer_detail", args=[self.session.document_no])
        return links.order_url(sessions.KINDS[task], self.session.document_no) if task in sessions.KINDS else ""

    def _undo_url(self) -> str:
        """Where the receipt or shipment is taken back; its page says why not, where it is invoiced."""
        stem = {ScanTask.RECEIVE: "purchasereceipt", ScanTask.SHIP: "salesshipment"}.get(ScanTask(self.session.task))
        documents = self.session.result.get("documents", [])
        return reverse(f"costing:{stem}_undo", args=[documents[0][1]]) if stem and documents else ""

    def get_actions(self) -> list[Action]:
        return []


class LookUpView(_StationView):
    """What a code is: goods with where they stand and what waits for them, a place, or a document."""

    permission_required = (sessions.STATION, "base.stock_view")
    title = gettext_lazy("Look up")
    template_name = "inventory/scan/lookup.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        code = request.GET.get("code", "").strip()
        page: dict[str, Any] = {"code": codes.shown(code)}
        if code:
            if url := lookup.task_url(code, user=request.user):
                return HttpResponseRedirect(url)
            page |= self._found(code[: applying.LONGEST_CODE])
        return self.render_to_response(self.get_context_data(**page))

    def _found(self, code: str) -> dict[str, Any]:
        today = today_of(self.request)
        place = scopes.scope_of(self.request.user).default_location
        try:
            if (standing := codes.place_of(code, at=place, today=today)) is not None:
                return {"standing": standing, "contents": lookup.place_contents(standing)}
            return {"found": lookup.look_up(code, today=today, user=self.request.user)}
        except DomainError as error:
            return {"error": str(error)}
