"""The general journal of the signed-in user, its posting, and the reversal of a voucher."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Max, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Action, Done, Figure, GridColumn, Preview, PreviewTable
from config.base.preferences import today_of
from config.base.views import ActionView, LineGridView, PageView
from ledger import journals
from ledger.forms import GeneralJournalLineForm
from ledger.journals import JournalResult
from ledger.models import GeneralJournalLine, GLTransaction
from ledger.selectors import GL_JOURNAL, ZERO

LINE_NO_STEP = 10_000


def lines_of(user: Any) -> QuerySet[GeneralJournalLine]:
    """The lines of a user's journal, in order."""
    return GeneralJournalLine.objects.filter(owner=user).select_related("gl_account").order_by("line_no", "pk")


class JournalLinesView(LineGridView):
    """The lines of the signed-in user; nobody else sees or posts them."""

    permission_required = GL_JOURNAL
    edit_permission = GL_JOURNAL
    form_class = GeneralJournalLineForm
    columns = (
        GridColumn("posting_date", kind="date"),
        GridColumn("document_no"),
        GridColumn("gl_account", width="wide"),
        GridColumn("account_name", gettext_lazy("Account name"), figure=True),
        GridColumn("description", width="wide"),
        GridColumn("amount", gettext_lazy("Amount (debit +, credit −)"), kind="amount"),
    )

    @cached_property
    def document(self) -> Any:
        """The journal is the user's: there is no header."""
        return self.request.user

    def get_lines(self) -> QuerySet[Any]:
        return lines_of(self.request.user)

    def get_document_url(self) -> str:
        return reverse("ledger:journal")

    def get_grid_url(self) -> str:
        return reverse("ledger:journal_lines")

    def make_form(self, data: Any, line: Any) -> Any:
        if line is not None:
            return super().make_form(data, line)
        blank = self.new_line()
        names = ("posting_date", "document_no", "description")
        initial = {name: getattr(blank, name) for name in names}
        return self.form_class(data, user=self.request.user, instance=blank, initial=initial, auto_id="line-new-%s")

    def new_line(self) -> GeneralJournalLine:
        """A line like the last one: same date, number and text."""
        last = self.get_lines().last()
        line = GeneralJournalLine(owner=self.document, posting_date=today_of(self.request))
        if last is not None:
            line.posting_date, line.document_no, line.description = (
                last.posting_date,
                last.document_no,
                last.description,
            )
        return line

    def save_line(self, form: Any, line: Any) -> Any:
        saved = form.save(commit=False)
        if line is None:
            highest = self.get_lines().aggregate(highest=Max("line_no"))["highest"] or 0
            saved.line_no = highest + LINE_NO_STEP
        saved.save()
        return saved

    def delete_line(self, line: Any) -> None:
        line.delete()

    def get_totals(self) -> list[Figure]:
        total = self.get_lines().order_by().aggregate(total=Sum("amount"))["total"] or ZERO
        return [Figure(_("Balance"), total, hint=_("Must be 0.00 for each document number and date."))]


class JournalView(PageView):
    permission_required = GL_JOURNAL
    template_name = "ledger/journal.html"
    title = gettext_lazy("General journal")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        grid = JournalLinesView.for_page(self.request, self.request.user)
        return super().get_context_data(grid=grid, **context)

    def get_actions(self) -> list[Action]:
        """Never disabled: the grid adds rows without a new page; posting an empty journal says so."""
        return [Action(_("Post"), reverse("ledger:journal_post"), primary=True, shortcut="F9")]


class PostJournalView(ActionView):
    permission_required = GL_JOURNAL
    title = gettext_lazy("Post general journal")
    verb = gettext_lazy("Post")
    parent = "ledger:journal"
    parent_title = gettext_lazy("General journal")

    def get_question(self) -> str:
        count = lines_of(self.request.user).count()
        return ngettext(
            "%(count)s line is posted to the general ledger. A posted voucher is not changed, only reversed.",
            "%(count)s lines are posted to the general ledger. A posted voucher is not changed, only reversed.",
            count,
        ) % {"count": count}

    def perform(self, form: Any) -> Done:
        result = journals.post_general_journal(lines=list(lines_of(self.request.user)), user_id=self.request.user.pk)
        return _done(result, _("Posted: %(numbers)s."))

    def preview(self, form: Any) -> Preview:
        lines = list(lines_of(self.request.user))
        return _preview(journals.post_general_journal(lines=lines, user_id=self.request.user.pk, preview=True))


class ReverseVoucherView(ActionView):
    permission_required = GL_JOURNAL
    title = gettext_lazy("Reverse voucher")
    verb = gettext_lazy("Reverse")
    danger = True

    def get_record(self) -> GLTransaction:
        return get_object_or_404(GLTransaction, pk=self.kwargs["pk"])

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        url = reverse("ledger:voucher_detail", args=[self.kwargs["pk"]])
        return [(_("Vouchers"), reverse("ledger:voucher_list")), (str(self.kwargs["pk"]), url)]

    def get_question(self) -> str:
        text = _(
            "Voucher %(id)s, document %(no)s of %(date)s, gets opposite entries of the same date. Both stay visible."
        )
        return text % {
            "id": self.record.pk,
            "no": self.record.document_no,
            "date": self.record.posting_date.isoformat(),
        }

    def perform(self, form: Any) -> Done:
        result = journals.reverse_transaction(transaction_id=self.record.pk, user_id=self.request.user.pk)
        return _done(result, _("Reversed: %(numbers)s."))

    def preview(self, form: Any) -> Preview:
        return _preview(
            journals.reverse_transaction(transaction_id=self.record.pk, user_id=self.request.user.pk, preview=True)
        )


def _done(result: JournalResult, message: str) -> Done:
    url = f"{reverse('ledger:voucher_list')}?register={result.register_id}"
    if len(result.transaction_ids) == 1:
        url = reverse("ledger:voucher_detail", args=[result.transaction_ids[0]])
    return Done(message % {"numbers": ", ".join(dict.fromkeys(result.document_nos))}, url=url)


def _preview(result: JournalResult) -> Preview:
    columns = (
        GridColumn("posting_date", _("Posting date"), kind="date"),
        GridColumn("document_no", _("Document no.")),
        GridColumn("account_no", _("G/L account")),
        GridColumn("account_name", _("Account name")),
        GridColumn("description", _("Description")),
        GridColumn("amount", _("Amount"), kind="amount"),
    )
    return Preview([PreviewTable(_("G/L entries"), columns, result.gl_lines, totals=("amount",))])
