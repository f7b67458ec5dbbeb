"""The chart of accounts and the card of an account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Badge, Fact, Figure, Related, Section, fields_of
from config.base.tables import Table
from config.base.views import CardView, ListView
from ledger import selectors
from ledger.filters import GLAccountFilter
from ledger.models import GLAccount
from ledger.selectors import GL_VIEW, AccountNode
from ledger.tables import GLAccountTable


class GLAccountListView(ListView):
    permission_required = GL_VIEW
    title = gettext_lazy("Chart of accounts")
    queryset = GLAccount.objects.order_by("no")
    filterset_class = GLAccountFilter
    table_class = GLAccountTable
    paginate_by = 250
    empty_text = gettext_lazy("There are no accounts yet. Create them in the setup.")

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
        return [Figure(_("Balance"), self.node.balance, url=self._entries_url())]

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

    def _entries_url(self) -> str:
        return selectors.entries_url(self.node.posting_nos or (self.object.no,))
