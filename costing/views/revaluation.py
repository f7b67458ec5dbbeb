"""A user's own revaluation journal: calculate what stock is worth, give it another value, post."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.formatting import format_number
from config.base.models import Company
from config.base.pages import Action, Done, Figure, GridColumn, Preview, Text
from config.base.preferences import today_of
from config.base.views import ActionView, LineGridView, PageView
from costing import revaluation_journal, selectors
from costing.inventory_value import Calculation, NewCost
from costing.models import RevaluationJournalLine
from costing.posting.revaluation import post_revaluation_journal
from costing.tables.words import entry_url
from costing.valuing_forms import PER_ENTRY, CalculateValueForm, RevaluationLineForm
from costing.views.posting import preview_of
from inventory.models import Item

COST_REVALUE = "base.cost_revalue"
ZERO = Decimal(0)


def _entries_behind(line: RevaluationJournalLine) -> str:
    """The value entries behind what a line is worth: of its entry, or of its item up to the date."""
    if line.applies_to_entry_id is not None:
        return selectors.value_entries_url(item_ledger_entry=line.applies_to_entry_id)
    place = {"location": line.location.code} if line.location else {}
    entries = selectors.value_entries_url(item=line.item.no, inventoriable="yes", **place)
    return f"{entries}&valuation_date=..{line.posting_date}"


def _entry_of(line: RevaluationJournalLine) -> str:
    return entry_url(line.applies_to_entry_id) or ""


class RevaluationLinesView(LineGridView):
    """The lines of the signed-in user; nobody else sees or posts them."""

    permission_required = COST_REVALUE
    form_class = RevaluationLineForm
    columns = (
        GridColumn("posting_date", kind="date"),
        GridColumn("item", width="wide"),
        GridColumn("place", gettext_lazy("Location"), figure=True),
        GridColumn("applies_to_entry", gettext_lazy("Entry"), url=_entry_of),
        GridColumn("quantity", gettext_lazy("Quantity"), "quantity", figure=True),
        GridColumn("unit_cost_calculated", gettext_lazy("Unit cost"), "unit_cost", figure=True),
        GridColumn("value_calculated", gettext_lazy("Value"), "amount", figure=True, url=_entries_behind),
        GridColumn("unit_cost_revalued", kind="unit_cost"),
        GridColumn("value_revalued", gettext_lazy("New value"), "amount"),
        GridColumn("amount", gettext_lazy("Difference"), "amount", figure=True),
        GridColumn("update_standard_cost", gettext_lazy("Update standard")),
        GridColumn("reason_code"),
    )

    @cached_property
    def document(self) -> Any:
        """The journal is the user's: there is no header."""
        return self.request.user

    def get_lines(self) -> QuerySet[Any]:
        related = ("item", "location", "variant", "reason_code", "applies_to_entry")
        return revaluation_journal.lines_of(self.request.user.pk).select_related(*related).order_by("line_no", "pk")

    def get_document_url(self) -> str:
        return reverse("costing:revaluation_journal")

    def get_grid_url(self) -> str:
        return reverse("costing:revaluation_lines")

    def new_line(self) -> RevaluationJournalLine:
        """A line for one entry; calculated ones come from "Calculate inventory value"."""
        user_id = self.request.user.pk
        assert user_id is not None  # Nobody comes here without signing in.
        line = RevaluationJournalLine(owner_id=user_id, document_no="", posting_date=today_of(self.request))
        wanted = Item.objects.filter(no=self.request.GET.get("item", "")).first()
        if wanted:
            line.item = wanted
        return line

    def save_line(self, form: Any, line: Any) -> Any:
        """What was changed decides: the value, else the unit cost."""
        changed = form.changed_data
        value = form.cleaned_data["value_revalued"] if "value_revalued" in changed else None
        unit_cost = form.cleaned_data["unit_cost_revalued"] if "unit_cost_revalued" in changed else None
        record = form.instance
        if value is None:
            stored = self.get_lines().filter(pk=record.pk).values_list("value_revalued", flat=True).first()
            record.value_revalued = stored or ZERO
        precision = Company.objects.values_list("amount_rounding_precision", flat=True).get()
        return revaluation_journal.save_line(record, unit_cost=unit_cost, value=value, precision=precision)

    def delete_line(self, line: Any) -> None:
        revaluation_journal.delete_line(line)

    def get_totals(self) -> list[Figure]:
        found = _totals(self.request.user.pk)
        return [
            Figure(_("Value"), found["calculated"] or ZERO),
            Figure(_("New value"), found["revalued"] or ZERO),
            Figure(_("Difference"), found["amount"] or ZERO),
        ]


def _totals(user_id: int | None) -> dict[str, Any]:
    return revaluation_journal.lines_of(user_id).aggregate(
        lines=Count("pk"),
        calculated=Sum("value_calculated"),
        revalued=Sum("value_revalued"),
        amount=Sum(F("value_revalued") - F("value_calculated")),
    )


class RevaluationJournalView(PageView):
    permission_required = COST_REVALUE
    template_name = "inventory/journal.html"
    title = gettext_lazy("Revaluation journal")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        explanation = _(
            "Stock gets another value, its quantity stays. Calculate what is there, then enter a new unit cost or new "
            "value; or name one entry, all of which is revalued. The lines are yours alone until you post them."
        )
        grid = RevaluationLinesView.for_page(self.request, self.request.user)
        return super().get_context_data(grid=grid, explanation=explanation, **context)

    def get_actions(self) -> list[Action]:
        has_lines = revaluation_journal.lines_of(self.request.user.pk).exists()
        nothing = "" if has_lines else _("The journal has no lines.")
        calculate = reverse("costing:revaluation_calculate")
        return [
            Action(_("Post"), reverse("costing:revaluation_post"), primary=True, disabled=nothing, shortcut="F9"),
            Action(_("Calculate inventory value"), calculate),
            Action(_("Remove all lines"), reverse("costing:revaluation_clear"), disabled=nothing),
        ]


class _JournalActionView(ActionView):
    permission_required = COST_REVALUE

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(_("Revaluation journal"), reverse("costing:revaluation_journal"))]


class CalculateValueView(_JournalActionView):
    """Add lines with what is on hand on a date and what it is worth."""

    form_class = CalculateValueForm
    title = gettext_lazy("Calculate inventory value")
    verb = gettext_lazy("Calculate")
    question = gettext_lazy(
        "Adds a line for what was on hand on the date, at what it is worth. Items at average cost are calculated per "
        "item, on the last day of their average period."
    )

    def get_initial(self) -> dict[str, Any]:
        return {"posting_date": today_of(self.request), "item": self.request.GET.get("item", "")}

    def perform(self, form: Any) -> Done:
        data = form.cleaned_data
        calculation = Calculation(
            posting_date=data["posting_date"],
            item_ids=(data["item"].pk,) if data["item"] else None,
            per_entry=data["calculate_per"] == PER_ENTRY,
            by_location=data["by_location"],
            by_variant=data["by_variant"],
            location_ids=(data["location"].pk,) if data["location"] else None,
            new_cost=NewCost(data["new_cost"]),
            update_standard_cost=data["update_standard_cost"],
            document_no=data["document_no"],
        )
        count = revaluation_journal.add_calculated(calculation, user_id=self.request.user.pk or 0)
        words = ngettext("%(count)s line was calculated.", "%(count)s lines were calculated.", count)
        return Done(words % {"count": count})


class ClearRevaluationView(_JournalActionView):
    title = gettext_lazy("Remove all lines")
    verb = gettext_lazy("Remove")
    danger = True

    def get_question(self) -> Text:
        count = revaluation_journal.lines_of(self.request.user.pk).count()
        words = ngettext("%(count)s line is removed, unposted.", "%(count)s lines are removed, unposted.", count)
        return words % {"count": count}

    def perform(self, form: Any) -> Done:
        revaluation_journal.lines_of(self.request.user.pk).delete()
        return Done(_("The journal is empty."))


class PostRevaluationView(_JournalActionView):
    """All lines of the user's own journal."""

    title = gettext_lazy("Post revaluation journal")
    verb = gettext_lazy("Post")

    def get_question(self) -> Text:
        found = _totals(self.request.user.pk)
        words = ngettext(
            "%(count)s line is posted; the value of stock changes by %(amount)s.",
            "%(count)s lines are posted; the value of stock changes by %(amount)s.",
            found["lines"],
        )
        return words % {"count": found["lines"], "amount": format_number(found["amount"] or ZERO, "amount")}

    def perform(self, form: Any) -> Done:
        result = self._post(preview=False)
        numbers = ", ".join(number for _type, number in result.documents)
        count = len(result.value_entry_ids)
        words = ngettext(
            "Revaluation %(no)s is posted: %(count)s value entry.",
            "Revaluation %(no)s is posted: %(count)s value entries.",
            count,
        )
        return Done(words % {"no": numbers, "count": count}, selectors.value_entries_url(register=result.register_id))

    def preview(self, form: Any) -> Preview:
        """A revaluation moves no goods: there are no item ledger entries to show."""
        return Preview(preview_of(self._post(preview=True)).tables[1:])

    def _post(self, *, preview: bool) -> Any:
        lines = revaluation_journal.lines_of(self.request.user.pk).order_by("line_no", "pk")
        return post_revaluation_journal(list(lines), user_id=self.request.user.pk, preview=preview)
