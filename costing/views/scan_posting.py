"""The button of the scan station that posts what was scanned."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Done, Text
from config.base.preferences import today_of
from config.base.views import ActionView
from costing import scan_posting
from inventory.enums import ScanTask
from inventory.models import ScanSession
from inventory.scanning import sessions
from inventory.scanning.work import POST_VERBS
from inventory.views.scan import check_task


class PostScannedView(ActionView):
    """Post the document or move of a session; refused, it can go on being scanned."""

    permission_required = sessions.STATION
    verb = gettext_lazy("Post")

    def get_record(self) -> ScanSession:
        session = get_object_or_404(ScanSession, pk=self.kwargs["pk"])
        check_task(self.request.user, session.task)
        return session

    def get_title(self) -> Text:
        return f"{self.get_verb()} {self.record.document_no}".strip()

    def get_verb(self) -> Text:
        return POST_VERBS[ScanTask(self.record.task)]

    def get_question(self) -> Text:
        return _("What was scanned is posted today, %(day)s.") % {"day": today_of(self.request).isoformat()}

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(_("Scan station"), reverse("inventory:scan")), (self.record.get_task_display(), self._session_url())]

    def _session_url(self) -> str:
        if self.record.task == ScanTask.MOVE:
            return reverse("inventory:scan_move")
        return reverse("inventory:scan_session", args=[self.record.task, self.record.document_no])

    def perform(self, form: Any) -> Done:
        scan_posting.post(session_id=self.record.pk, posting_date=today_of(self.request), user=self.request.user)
        return Done(url=reverse("inventory:scan_done", args=[self.record.pk]))
