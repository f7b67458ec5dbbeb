"""Adjusting by hand what is settled at the close (on hand after it, a receipt before it), and marking issues."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.fields import QuantityField
from config.base.formatting import format_date
from config.base.pages import Action, Done, GridColumn, Preview, PreviewTable, Text
from config.base.preferences import today_of
from config.base.views import ActionView, ListView
from costing import close_status, closing, marking
from costing.close_filters import MarkFilter
from costing.close_forms import MarkForm, OnHandForm, ReceiptForm
from costing.closing import PlannedValue
from costing.models import InventoryClose, Mark, Settlement
from costing.tables.marks import MarkTable
from costing.tables.words import entry_url
from costing.views.closing import LIST, LIST_TITLE, REVALUE

MARK, COST_VIEW = "base.cost_adjust", "base.cost_view"


class _ManualView(ActionView):
    permission_required = REVALUE
    verb = gettext_lazy("Adjust")
    parent = LIST
    parent_title = LIST_TITLE

    def done(self, run: InventoryClose) -> Done:
        return Done(_("The new value is posted."), reverse("costing:close_detail", args=[run.pk]))


class OnHandView(_ManualView):
    """What the last close left open gets another value, on its date."""

    form_class = OnHandForm
    title = gettext_lazy("Adjust what is on hand")

    def get_question(self) -> Text:
        last = close_status.latest_close()
        if last is None:
            return _("There is no completed inventory close. Close first, or adjust single receipts.")
        text = _(
            "Gives the open quantities of receipts another value as of the close of %(date)s, posted on that date. "
            "What is settled keeps its cost, and so do its issues."
        )
        return text % {"date": format_date(last.closing_date)}

    def get_initial(self) -> dict[str, Any]:
        return {"item": self.request.GET.get("item", "")}

    def perform(self, form: Any) -> Done:
        return self.done(closing.adjust_on_hand(**self._arguments(form), user_id=self.request.user.pk))

    def preview(self, form: Any) -> Preview:
        return _preview_of(closing.plan_on_hand(**self._arguments(form)))

    def _arguments(self, form: Any) -> dict[str, Any]:
        data = form.cleaned_data
        location = data["location"]
        return {"item_id": data["item"].pk, "location_id": location.pk if location else None, "new": data["new"]}


class ReceiptView(_ManualView):
    """A receipt that no close has settled gets another cost; its issues follow at the next run."""

    form_class = ReceiptForm
    title = gettext_lazy("Adjust a receipt")
    question = gettext_lazy(
        "Gives a receipt that no close has settled another cost, typically for a wrong purchase price. "
        "Its issues follow at the next recalculation or close."
    )

    def get_initial(self) -> dict[str, Any]:
        return {"receipt": self.request.GET.get("receipt", ""), "on": today_of(self.request)}

    def perform(self, form: Any) -> Done:
        return self.done(closing.adjust_receipt(**self._arguments(form), user_id=self.request.user.pk))

    def preview(self, form: Any) -> Preview:
        return _preview_of(closing.plan_receipt(**self._arguments(form)))

    def _arguments(self, form: Any) -> dict[str, Any]:
        data = form.cleaned_data
        return {"entry_id": data["receipt"].pk, "on": data["on"], "new": data["new"]}


def _preview_of(planned: list[PlannedValue]) -> Preview:
    columns = (
        GridColumn("entry_id", _("Receipt"), url=lambda row: entry_url(row["entry_id"]) or ""),
        GridColumn("quantity", _("Open quantity"), "quantity"),
        GridColumn("cost", _("Cost"), "amount"),
        GridColumn("change", _("Change"), "amount"),
        GridColumn("new_cost", _("New cost"), "amount"),
    )
    rows = [
        {
            "entry_id": each.entry_id,
            "quantity": each.quantity,
            "cost": each.cost,
            "change": each.change,
            "new_cost": each.cost + each.change,
        }
        for each in planned
    ]
    return Preview([PreviewTable(_("Open receipts"), columns, rows, ("quantity", "cost", "change", "new_cost"))])


class MarkListView(ListView):
    """Which issues are to be settled against which receipts."""

    permission_required = COST_VIEW
    title = gettext_lazy("Marks")
    filterset_class = MarkFilter
    table_class = MarkTable
    totals = ("quantity", "settled")
    parent = LIST
    parent_title = LIST_TITLE
    actions = (Action(gettext_lazy("Mark"), "costing:mark_create", permission=MARK, primary=True, shortcut="Alt+N"),)
    empty_text = gettext_lazy("No issue is marked: the method of each item decides what it is settled with.")

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset() if self.may(MARK) else frozenset({"remove"})

    def get_queryset(self) -> QuerySet[Any]:
        of_pair = Settlement.objects.filter(
            issue=OuterRef("issue"), receipt=OuterRef("receipt"), marked=True, cancelled_by__isnull=True
        )
        sums = of_pair.order_by().values("issue").annotate(found=Sum("quantity")).values("found")
        marks = Mark.objects.annotate(
            settled=Coalesce(Subquery(sums, output_field=QuantityField()), Value(0), output_field=QuantityField())
        )
        return marks.select_related("issue__item", "receipt", "user").order_by("-pk")


class CreateMarkView(ActionView):
    permission_required = MARK
    form_class = MarkForm
    title = gettext_lazy("Mark an issue to a receipt")
    verb = gettext_lazy("Mark")
    question = gettext_lazy(
        "The close settles the issue against this receipt, whatever the method of the item. A receipt that is later or "
        "not invoiced keeps the issue waiting."
    )
    parent = "costing:mark_list"
    parent_title = gettext_lazy("Marks")

    def get_initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name, "") for name in ("issue", "receipt", "quantity")}

    def perform(self, form: Any) -> Done:
        data = form.cleaned_data
        marking.mark(
            issue_id=data["issue"].pk,
            receipt_id=data["receipt"].pk,
            quantity=data["quantity"],
            user_id=self.request.user.pk,
        )
        return Done(_("The issue is marked."))


class DeleteMarkView(ActionView):
    permission_required = MARK
    verb = gettext_lazy("Unmark")
    question = gettext_lazy("The issue goes back to the method of its item. What a close settled by it stays settled.")
    danger = True
    parent = "costing:mark_list"
    parent_title = gettext_lazy("Marks")

    def get_record(self) -> Mark:
        return get_object_or_404(Mark, pk=self.kwargs["pk"])

    def get_title(self) -> Text:
        words = {"issue": self.record.issue_id, "receipt": self.record.receipt_id}
        return _("Unmark issue %(issue)s from receipt %(receipt)s") % words

    def perform(self, form: Any) -> Done:
        marking.unmark(mark_id=self.record.pk)
        return Done(_("The mark is taken back."))
