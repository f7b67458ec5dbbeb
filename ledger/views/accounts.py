"""The chart of accounts and the card of an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Badge, Fact, Figure, Related, Section, fields_of
from config.base.preferences import today_of
from config.base.tables import Table
from config.base.views import CardView, ListView
from ledger import selectors
from ledger.filters import GLAccountFilter
from ledger.models import GLAccount
from ledger.selectors import GL_VIEW, AccountNode
from ledger.tables import GLAccountTable

SETUP_EDIT = "base.setup_edit"


class GLAccountListView(ListView):
    permission_required = GL_VIEW
    title = gettext_lazy("Chart of accounts")
    queryset = GLAccount.objects.order_by("no")
    filterset_class = GLAccountFilter
    table_class = GLAccountTable
    paginate_by = 250
    empty_text = gettext_lazy("There are no accounts yet. Create them in the setup.")

    def get_actions(self) -> list[Action]:
        new = [Action(_("New account"), reverse("admin:ledger_glaccount_add"), permission=SETUP_EDIT)]
        return [
            Action(_("Trial balance"), "ledger:trial_balance"),
            *(new if getattr(self.request.user, "is_staff", False) else []),
        ]

    @cached_property
    def nodes(self) -> Mapping[int, AccountNode]:
        """Every account at its place in the tree, with its balance in the chosen dates."""
        dates = self.filterset.form.cleaned_data.get("date") if self.filterset.is_valid() else None
        within = dates.q("posting_date") if dates else None
        return {node.account.pk: node for node in selectors.chart(within=within)}

    def make_table(self, rows: Iterable[Any]) -> Table:
        table = super().make_table(rows)
        assert isinstance(table, GLAccountTable)
        table.nodes = self.nodes
        table.dates = self.params.get("date", "")
        return table


class GLAccountCardView(CardView):
    permission_required = GL_VIEW
    queryset = GLAccount.objects.select_related("parent")
    slug_field = slug_url_kwarg = "no"
    parent = "ledger:glaccount_list"
    parent_title = gettext_lazy("Chart of accounts")

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        return str(self.object.name)

    def get_badges(self) -> list[Badge]:
        if self.object.blocked:
            return [Badge(_("Blocked"), "danger", "blocked")]
        return [Badge(_("Active"), "ok", "active")]

    @cached_property
    def node(self) -> AccountNode:
        """The account in the tree, with the balance of all dates."""
        return next(node for node in selectors.chart() if node.account.pk == self.object.pk)

    def get_figures(self) -> list[Figure]:
        """The balance, and the net change of this month and of this year so far."""
        today = today_of(self.request)
        month, year = today.replace(day=1), today.replace(month=1, day=1)
        return [
            Figure(_("Balance"), self.node.balance, url=self._entries_url()),
            self._net_change(_("Net change this month"), month, today),
            self._net_change(_("Net change this year"), year, today),
        ]

    def _net_change(self, label: str, date_from: date, date_to: date) -> Figure:
        accounts = GLAccount.objects.filter(no__in=self.node.posting_nos or (self.object.no,))
        changes = selectors.net_changes(
            list(accounts.values_list("pk", flat=True)), within=selectors.dated(date_from, date_to)
        )
        url = self._entries_url(dates=selectors.date_range(date_from, date_to))
        return Figure(label, sum(changes.values(), selectors.ZERO), url=url)

    def get_actions(self) -> list[Action]:
        """Accounts are changed in the setup, by whoever edits it."""
        if not getattr(self.request.user, "is_staff", False):
            return []
        url = reverse("admin:ledger_glaccount_change", args=[self.object.pk])
        return [Action(_("Edit"), url, permission=SETUP_EDIT)]

    def get_sections(self) -> list[Section]:
        names = ("no", "name", "account_type", "income_balance", "category", "parent", "direct_posting", "blocked")
        return [Section("general", _("General"), fields_of(self.object, *names))]

    def get_related(self) -> list[Related]:
        return [Related("entries", _("Entries"), self._entries_url())]

    def get_facts(self) -> list[Fact]:
        """What stock uses the account for; told by the app that knows the posting setup."""
        try:
            url = reverse("reconciliation:account_roles", args=[self.object.no])
        except NoReverseMatch:
            return []
        return [Fact(_("Used for"), url, permission="base.recon_view")]

    def _entries_url(self, *, dates: str = "") -> str:
        return selectors.entries_url(self.node.posting_nos or (self.object.no,), dates=dates)
