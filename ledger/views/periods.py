"""Accounting periods, and the closing of a fiscal year with its preview."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import format_date
from config.base.pages import Action, Done, GridColumn, Preview, PreviewTable
from config.base.views import ActionView, ListView
from config.base.views.access import require
from ledger import periods, year_end
from ledger.filters import AccountingPeriodFilter
from ledger.forms import CloseYearForm, CreateYearForm
from ledger.models import AccountingPeriod
from ledger.selectors import GL_VIEW, periods_with_years
from ledger.tables import AccountingPeriodTable

CLOSE, REOPEN = "base.period_close", "base.period_reopen"
LIST = "ledger:period_list"
LIST_TITLE = gettext_lazy("Accounting periods")


class AccountingPeriodListView(ListView):
    permission_required = GL_VIEW
    title = LIST_TITLE
    filterset_class = AccountingPeriodFilter
    table_class = AccountingPeriodTable
    actions = (
        Action(gettext_lazy("Create year"), "ledger:year_create", permission=CLOSE),
        Action(gettext_lazy("Close year"), "ledger:year_close", permission=CLOSE, primary=True),
    )
    empty_text = gettext_lazy("There are no accounting periods yet. Create the first year.")

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Whoever may not close or open a period sees no link to it."""
        may = self.may(CLOSE) or self.may(REOPEN)
        return frozenset() if may else frozenset({"change"})

    def get_queryset(self) -> QuerySet[Any]:
        return periods_with_years().order_by("-starting_date")


class _PeriodActionView(ActionView):
    permission_required: Any = CLOSE
    parent = LIST
    parent_title = LIST_TITLE


class CreateYearView(_PeriodActionView):
    form_class = CreateYearForm
    title = gettext_lazy("Create fiscal year")
    verb = gettext_lazy("Create")
    question = gettext_lazy("Monthly periods are made from the first day on. They are open for posting.")

    def get_initial(self) -> dict[str, Any]:
        last = AccountingPeriod.objects.filter(new_fiscal_year=True).order_by("-starting_date").first()
        return {"start": last.starting_date if last else None, "periods": 12}

    def perform(self, form: Any) -> Done:
        made = periods.create_year(**form.cleaned_data)
        text = _("The fiscal year from %(start)s has %(count)s periods.")
        return Done(text % {"start": format_date(made[0].starting_date), "count": len(made)})


class ChangePeriodView(ActionView):
    """Close a period for posting to the general ledger, or open it again."""

    parent = LIST
    parent_title = LIST_TITLE
    permission_any = (CLOSE, REOPEN)

    def get_record(self) -> AccountingPeriod:
        return get_object_or_404(AccountingPeriod, pk=self.kwargs["pk"])

    def get_title(self) -> str:
        words = _("Open accounting period %(start)s") if self.record.closed else _("Close accounting period %(start)s")
        return words % {"start": format_date(self.record.starting_date)}

    def get_verb(self) -> str:
        return _("Open period") if self.record.closed else _("Close period")

    def get_question(self) -> str:
        if self.record.closed:
            return _("Postings to the general ledger are allowed in it again.")
        return _("No posting to the general ledger is allowed in it any more. What waits for it is skipped and listed.")

    def perform(self, form: Any) -> Done:
        require(self.request.user, REOPEN if self.record.closed else CLOSE)
        period = periods.set_closed(period_id=self.record.pk, closed=not self.record.closed)
        words = _("Period %(start)s is closed.") if period.closed else _("Period %(start)s is open.")
        return Done(words % {"start": format_date(period.starting_date)})


class CloseYearView(_PeriodActionView):
    form_class = CloseYearForm
    title = gettext_lazy("Close year")
    verb = gettext_lazy("Close year")
    danger = True
    question = gettext_lazy(
        "The income accounts are emptied into the account of retained earnings on the last day of the year, by one "
        "voucher of the journal “Year end closing”. The periods of the year are closed."
    )

    def get_initial(self) -> dict[str, Any]:
        still_open = next((year for year in year_end.fiscal_years() if not year.closed), None)
        given = self.request.GET.get("end", "")
        return {"end": given or (still_open.end.isoformat() if still_open else "")}

    def perform(self, form: Any) -> Done:
        result = self._close(form)
        if result.transaction_id is None:
            return Done(_("The year is closed. Its income accounts were empty."))
        url = reverse("ledger:voucher_detail", args=[result.transaction_id])
        return Done(_("The year is closed by document %(no)s.") % {"no": result.document_no}, url)

    def preview(self, form: Any) -> Preview:
        result = self._close(form, preview=True)
        columns = (
            GridColumn("account_no", _("G/L account")),
            GridColumn("account_name", _("Account name")),
            GridColumn("amount", _("Amount"), kind="amount"),
        )
        return Preview([PreviewTable(_("G/L entries"), columns, result.gl_lines, totals=("amount",))])

    def _close(self, form: Any, *, preview: bool = False) -> year_end.YearEndResult:
        return year_end.close_year(
            end=date.fromisoformat(form.cleaned_data["end"]),
            retained_earnings_no=form.cleaned_data["retained_earnings"].no,
            user_id=self.request.user.pk,
            preview=preview,
        )
