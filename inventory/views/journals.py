"""A user's own adjustment and reclassification journals."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Figure, GridColumn
from config.base.preferences import today_of
from config.base.views import LineGridView, PageView
from inventory import journal_lines, scopes, selectors
from inventory.enums import JournalLineKind
from inventory.forms import JournalLineForm, MoveLineForm
from inventory.models import Item, ItemJournalLine


class _JournalLinesView(LineGridView):
    """The lines of the signed-in user; nobody else sees or posts them."""

    moves = False
    stem = ""

    @cached_property
    def document(self) -> Any:
        """The journal is the user's: there is no header."""
        return self.request.user

    def get_lines(self) -> QuerySet[Any]:
        lines = journal_lines.lines_of(self.request.user.pk, moves=self.moves)
        related = ("item__base_unit_of_measure", "location", "new_location", "reason_code", "applies_to_entry")
        return lines.select_related(*related).annotate(on_hand=selectors.on_hand_at_line()).order_by("line_no", "pk")

    def get_document_url(self) -> str:
        return reverse(f"inventory:{self.stem}_journal")

    def get_grid_url(self) -> str:
        return reverse(f"inventory:{self.stem}_lines")

    def new_line(self) -> ItemJournalLine:
        """A line like the last one, of the item that the link names."""
        user_id = self.request.user.pk
        assert user_id is not None  # Nobody comes here without signing in.
        last = journal_lines.lines_of(user_id, moves=self.moves).order_by("-line_no").first()
        kind = JournalLineKind.TRANSFER if self.moves else JournalLineKind.POSITIVE
        line = ItemJournalLine(owner_id=user_id, kind=kind)
        line.posting_date = last.posting_date if last else today_of(self.request)
        line.location = last.location if last else scopes.scope_of(self.request.user).default_location
        return line

    def make_form(self, data: Any, line: Any) -> Any:
        key = line.pk if line is not None else "new"
        initial: dict[str, Any] = {}
        if line is None:
            blank = self.new_line()
            initial = {"posting_date": blank.posting_date, "location": blank.location}
            wanted = self.request.GET.get("item", "")
            if wanted and Item.objects.filter(no=wanted).exists():
                initial["item"] = wanted
        instance = line if line is not None else blank
        user = self.request.user
        return self.form_class(data, user=user, instance=instance, initial=initial, auto_id=f"line-{key}-%s")

    def save_line(self, form: Any, line: Any) -> Any:
        return journal_lines.save_journal_line(form.instance)

    def delete_line(self, line: Any) -> None:
        journal_lines.delete_journal_line(line)

    @staticmethod
    def unit_of(line: Any) -> str:
        return str(line.item.base_unit_of_measure)


def _stock_url(line: Any) -> str:
    return selectors.entries_url(item=line.item.no, location=line.location.code if line.location else "")


class AdjustmentLinesView(_JournalLinesView):
    permission_required = "base.adjust_post"
    form_class = JournalLineForm
    stem = "adjustment"
    columns = (
        GridColumn("posting_date", kind="date"),
        GridColumn("kind"),
        GridColumn("item", width="wide"),
        GridColumn("location"),
        GridColumn("on_hand", gettext_lazy("On hand"), "quantity", figure=True, url=_stock_url),
        GridColumn("quantity", kind="quantity"),
        GridColumn("unit_cost", kind="unit_cost", permission="base.cost_view"),
        GridColumn("reason_code"),
        GridColumn("applies_to_entry"),
    )

    def get_totals(self) -> list[Figure]:
        found = (
            self.get_lines()
            .order_by()
            .aggregate(
                plus=Sum("quantity", filter=Q(kind=JournalLineKind.POSITIVE)),
                minus=Sum("quantity", filter=Q(kind=JournalLineKind.NEGATIVE)),
            )
        )
        return [
            Figure(_("Positive"), found["plus"] or selectors.ZERO, "quantity"),
            Figure(_("Negative"), -(found["minus"] or selectors.ZERO), "quantity"),
        ]


class ReclassificationLinesView(_JournalLinesView):
    permission_required = "base.reclass_post"
    form_class = MoveLineForm
    moves = True
    stem = "reclassification"
    columns = (
        GridColumn("posting_date", kind="date"),
        GridColumn("item", width="wide"),
        GridColumn("location"),
        GridColumn("on_hand", gettext_lazy("On hand"), "quantity", figure=True, url=_stock_url),
        GridColumn("new_location"),
        GridColumn("quantity", kind="quantity"),
        GridColumn("reason_code"),
    )

    def get_totals(self) -> list[Figure]:
        found = self.get_lines().order_by().aggregate(total=Sum("quantity"))
        return [Figure(_("Quantity"), found["total"] or selectors.ZERO, "quantity")]


class _JournalView(PageView):
    template_name = "inventory/journal.html"
    lines_view: type[_JournalLinesView]
    post_view = ""
    explanation: Any = ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        grid = self.lines_view.for_page(self.request, self.request.user)
        return super().get_context_data(grid=grid, explanation=self.explanation, **context)

    def get_actions(self) -> list[Action]:
        lines = journal_lines.lines_of(self.request.user.pk, moves=self.lines_view.moves)
        nothing = "" if lines.exists() else _("The journal has no lines.")
        post = Action(_("Post"), reverse(self.post_view), primary=True, disabled=nothing, shortcut="F9")
        return [post]


class AdjustmentJournalView(_JournalView):
    permission_required = "base.adjust_post"
    title = gettext_lazy("Adjustment journal")
    lines_view = AdjustmentLinesView
    post_view = "costing:adjustment_post"
    explanation = gettext_lazy(
        "Goods found or lost, without an order behind them. The lines are yours alone until you post them."
    )


class ReclassificationJournalView(_JournalView):
    permission_required = "base.reclass_post"
    title = gettext_lazy("Reclassification journal")
    lines_view = ReclassificationLinesView
    post_view = "costing:reclassification_post"
    explanation = gettext_lazy("Goods that stand elsewhere than the books say. Their cost goes with them.")
