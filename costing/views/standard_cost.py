"""The standard cost worksheet: suggest, roll up, compare old with new, implement."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Action, Done, Figure, GridColumn, Text
from config.base.preferences import today_of
from config.base.views import ActionView, LineGridView, PageView
from costing import standard_cost_worksheet as worksheets
from costing.models import StandardCostWorksheetLine
from costing.standard_cost_worksheet import Factors
from costing.valuing_forms import ImplementForm, RollUpForm, SuggestForm, WorksheetLineForm

STD_IMPLEMENT = "base.std_implement"
WORKSHEET = "DEFAULT"


def _item_url(line: StandardCostWorksheetLine) -> str:
    return reverse("inventory:item_detail", args=[line.item.no])


class WorksheetLinesView(LineGridView):
    permission_required = STD_IMPLEMENT
    form_class = WorksheetLineForm
    columns = (
        GridColumn("item_no", gettext_lazy("Item"), figure=True, url=_item_url),
        GridColumn("item_description", gettext_lazy("Description"), figure=True, width="wide"),
        GridColumn("standard_cost", gettext_lazy("Standard cost"), "unit_cost", figure=True),
        GridColumn("new_standard_cost", kind="unit_cost"),
        GridColumn("new_material_share", gettext_lazy("Material"), "unit_cost", figure=True),
        GridColumn("new_capacity_share", gettext_lazy("Capacity"), "unit_cost", figure=True),
        GridColumn("new_manufacturing_overhead_share", gettext_lazy("Overhead"), "unit_cost", figure=True),
        GridColumn("new_indirect_cost_percent", kind="percent"),
        GridColumn("new_overhead_rate", kind="unit_cost"),
    )

    @cached_property
    def document(self) -> Any:
        """There is one worksheet for all."""
        return WORKSHEET

    def get_lines(self) -> QuerySet[Any]:
        lines = worksheets.lines_of(WORKSHEET).filter(implemented=False)
        return lines.select_related("item").order_by("item__no", "pk")

    def may_add(self) -> bool:
        """Lines come from suggestions and from rolling up."""
        return False

    def get_document_url(self) -> str:
        return reverse("costing:standard_worksheet")

    def get_grid_url(self) -> str:
        return reverse("costing:standard_lines")

    def save_line(self, form: Any, line: Any) -> Any:
        """A new standard scales the shares that the line had."""
        new = form.cleaned_data["new_standard_cost"]
        record = form.instance
        if "new_standard_cost" in form.changed_data:
            worksheets.change_standard(record, new)
        else:
            record.save()
        return record

    def delete_line(self, line: Any) -> None:
        line.delete()

    def get_totals(self) -> list[Figure]:
        return []


class WorksheetView(PageView):
    permission_required = STD_IMPLEMENT
    template_name = "inventory/journal.html"
    title = gettext_lazy("Standard cost worksheet")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        explanation = _(
            "Standard costs as they are to be. Suggest the present ones, roll up what is built, change what you know "
            "better. Implementing writes the cards and adds lines to your revaluation journal for what is on hand."
        )
        grid = WorksheetLinesView.for_page(self.request, WORKSHEET)
        return super().get_context_data(grid=grid, explanation=explanation, **context)

    def get_actions(self) -> list[Action]:
        has_lines = worksheets.lines_of(WORKSHEET).filter(implemented=False).exists()
        nothing = "" if has_lines else _("The worksheet has no lines.")
        return [
            Action(_("Implement"), reverse("costing:standard_implement"), primary=True, disabled=nothing),
            Action(_("Suggest"), reverse("costing:standard_suggest")),
            Action(_("Roll up"), reverse("costing:standard_roll_up")),
            Action(_("Remove all lines"), reverse("costing:standard_clear"), disabled=nothing),
        ]


class _WorksheetActionView(ActionView):
    permission_required = STD_IMPLEMENT

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(_("Standard cost worksheet"), reverse("costing:standard_worksheet"))]


def _written(count: int) -> Done:
    words = ngettext("%(count)s line is in the worksheet.", "%(count)s lines are in the worksheet.", count)
    return Done(words % {"count": count})


class SuggestView(_WorksheetActionView):
    form_class = SuggestForm
    title = gettext_lazy("Suggest standard costs")
    verb = gettext_lazy("Suggest")
    question = gettext_lazy("A line for each item kept at standard cost, with its present standard times the factor.")

    def get_initial(self) -> dict[str, Any]:
        return {"factor": Decimal(1), "overhead_factor": Decimal(1)}

    def perform(self, form: Any) -> Done:
        data = form.cleaned_data
        factors = Factors(
            standard_cost=data["factor"],
            indirect_cost_percent=data["overhead_factor"],
            overhead_rate=data["overhead_factor"],
            rounding=data["rounding"],
        )
        item_ids = (data["item"].pk,) if data["item"] else None
        return _written(worksheets.suggest(WORKSHEET, item_ids=item_ids, factors=factors))


class RollUpView(_WorksheetActionView):
    form_class = RollUpForm
    title = gettext_lazy("Roll up standard costs")
    verb = gettext_lazy("Roll up")
    question = gettext_lazy("A line for each item with a bill of material: its components, and its overhead.")

    def get_initial(self) -> dict[str, Any]:
        return {"all_levels": True}

    def perform(self, form: Any) -> Done:
        data = form.cleaned_data
        item_ids = (data["item"].pk,) if data["item"] else None
        return _written(worksheets.roll_up(WORKSHEET, item_ids=item_ids, all_levels=data["all_levels"]))


class ImplementView(_WorksheetActionView):
    form_class = ImplementForm
    title = gettext_lazy("Implement standard costs")
    verb = gettext_lazy("Implement")

    def get_initial(self) -> dict[str, Any]:
        return {"posting_date": today_of(self.request)}

    def get_question(self) -> Text:
        count = worksheets.lines_of(WORKSHEET).filter(implemented=False).count()
        words = ngettext(
            "%(count)s standard cost is written to its card. Stock keeps its value until you post the lines.",
            "%(count)s standard costs are written to their cards. Stock keeps its value until you post the lines.",
            count,
        )
        return words % {"count": count}

    def perform(self, form: Any) -> Done:
        made = worksheets.implement(WORKSHEET, on=form.cleaned_data["posting_date"], user_id=self.request.user.pk or 0)
        words = ngettext(
            "Standard costs are implemented. %(count)s revaluation line waits to be posted.",
            "Standard costs are implemented. %(count)s revaluation lines wait to be posted.",
            made.revaluation_lines,
        )
        url = reverse("costing:revaluation_journal") if made.revaluation_lines else ""
        return Done(words % {"count": made.revaluation_lines}, url if self.may("base.cost_revalue") else "")


class ClearWorksheetView(_WorksheetActionView):
    title = gettext_lazy("Remove all lines")
    verb = gettext_lazy("Remove")
    danger = True

    def get_question(self) -> Text:
        count = worksheets.lines_of(WORKSHEET).filter(implemented=False).count()
        words = ngettext("%(count)s line is removed.", "%(count)s lines are removed.", count)
        return words % {"count": count}

    def perform(self, form: Any) -> Done:
        worksheets.lines_of(WORKSHEET).filter(implemented=False).delete()
        return Done(_("The worksheet is empty."))
