"""G/L entries, vouchers and registers."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.pages import Action, Badge, Field, Figure, Related, Section, fields_of
from config.base.views import CardView, ListView
from ledger import journals, selectors
from ledger.filters import GLEntryFilter, GLRegisterFilter, GLTransactionFilter
from ledger.models import GLEntry, GLRegister, GLTransaction
from ledger.selectors import GL_JOURNAL, GL_VIEW
from ledger.tables import GLEntryTable, GLRegisterTable, GLTransactionTable


class GLEntryListView(ListView):
    permission_required = GL_VIEW
    title = gettext_lazy("G/L entries")
    queryset = (
        GLEntry.objects.with_sides()
        .select_related("gl_account", "dimension_set")
        .order_by("-posting_date", "-transaction_id", "pk")
    )
    filterset_class = GLEntryFilter
    table_class = GLEntryTable
    totals = ("debit", "credit", "amount")
    cost_columns = frozenset({"values"})
    actions = (
        Action(gettext_lazy("Vouchers"), "ledger:voucher_list"),
        Action(gettext_lazy("G/L registers"), "ledger:glregister_list"),
    )
    empty_text = gettext_lazy("Nothing is posted to the general ledger yet.")


class VoucherListView(ListView):
    permission_required = GL_VIEW
    title = gettext_lazy("Vouchers")
    queryset = GLTransaction.objects.with_debit().order_by("-posting_date", "-pk")
    filterset_class = GLTransactionFilter
    table_class = GLTransactionTable
    parent = "ledger:glentry_list"
    parent_title = gettext_lazy("G/L entries")
    empty_text = gettext_lazy("Nothing is posted to the general ledger yet.")


class GLRegisterListView(ListView):
    permission_required = GL_VIEW
    title = gettext_lazy("G/L registers")
    queryset = GLRegister.objects.with_figures().select_related("user").order_by("-pk")
    filterset_class = GLRegisterFilter
    table_class = GLRegisterTable
    parent = "ledger:glentry_list"
    parent_title = gettext_lazy("G/L entries")
    empty_text = gettext_lazy("Nothing is posted to the general ledger yet.")


class VoucherView(CardView):
    """A voucher: its entries, and through the higher app's list the value entries behind it."""

    permission_required = GL_VIEW
    template_name = "ledger/voucher.html"
    queryset = GLTransaction.objects.with_debit().select_related("register__user", "reverses", "reversed_by")
    parent = "ledger:voucher_list"
    parent_title = gettext_lazy("Vouchers")

    def get_kind(self) -> Any:
        return _("Voucher")

    def get_title(self) -> str:
        return str(self.object.pk)

    def get_subtitle(self) -> str:
        return f"{self.object.document_no} {self.object.description}".strip()

    def get_badges(self) -> list[Badge]:
        badges = [Badge(self.object.get_source_code_display(), "info", self.object.source_code)]
        if hasattr(self.object, "reversed_by"):
            badges.append(Badge(_("Reversed"), "warn", "reversed"))
        return badges

    def get_figures(self) -> list[Figure]:
        url = self._entries_url()
        return [
            Figure(_("Debit"), self.object.debit, url=url),
            Figure(_("Lines"), self.object.line_count, "integer", url=url),
        ]

    def get_sections(self) -> list[Section]:
        fields = fields_of(self.object, "posting_date", "document_no", "description", "source_code", "created_at")
        register = self.object.register
        fields.append(
            Field(_("G/L register"), register.pk, "code", f"{reverse('ledger:voucher_list')}?register={register.pk}")
        )
        fields.append(Field(_("User"), register.user.username if register.user else ""))
        if self.object.reverses:
            fields.append(_voucher_field(_("Reverses"), self.object.reverses))
        if hasattr(self.object, "reversed_by"):
            fields.append(_voucher_field(_("Reversed by"), self.object.reversed_by))
        return [Section("general", _("General"), fields)]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        entries = Related("entries", _("G/L entries"), self._entries_url())
        return super().get_context_data(entries=entries, **context)

    def get_related(self) -> list[Related]:
        """What stands behind the voucher; told by the app that knows items."""
        try:
            behind = reverse("reconciliation:relation_list")
        except NoReverseMatch:
            return []
        url = f"{behind}?voucher={self.object.pk}"
        return [Related("values", _("Value entries"), url, permission="base.cost_view")]

    def get_actions(self) -> list[Action]:
        found = selectors.find_entries_url(self.object.document_no, self.object.posting_date)
        return [
            Action(_("Find entries"), found),
            Action(
                _("Reverse"),
                reverse("ledger:voucher_reverse", args=[self.object.pk]),
                permission=GL_JOURNAL,
                disabled=self._why_not_reversible(),
            ),
        ]

    def _why_not_reversible(self) -> str:
        try:
            journals.check_reversible(self.object)
        except DomainError as error:
            return str(error)
        return ""

    def _entries_url(self) -> str:
        return selectors.entries_url(voucher=str(self.object.pk))


def _voucher_field(label: str, voucher: GLTransaction) -> Field:
    return Field(label, voucher.pk, "code", reverse("ledger:voucher_detail", args=[voucher.pk]))
