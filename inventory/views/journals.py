"""A user's own adjustment and reclassification journals, each in batches."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Figure, GridColumn
from config.base.preferences import today_of
from config.base.views import LineGridView, PageView
from inventory import journal_lines, scopes, selectors
from inventory.enums import JournalLineKind
from inventory.forms import JournalLineForm, MoveLineForm
from inventory.journal_lines import Journal
from inventory.models import Item, ItemJournalLine, JournalBatch


class OwnJournal:
    """What all pages of a journal know: whose it is, and which batch the link names."""

    moves = False
    stem = ""
    heading: Any = ""
    request: Any
    kwargs: dict[str, Any]

    @cached_property
    def journal(self) -> Journal:
        """The journal of the signed-in user; nobody else sees or posts it. Raises Http404 for somebody else's batch."""
        user_id = self.request.user.pk
        code = self.kwargs.get("batch")
        if not code:
            return Journal(user_id, self.moves)
        batch = get_object_or_404(JournalBatch, owner_id=user_id, moves=self.moves, code=code)
        return Journal(user_id, self.moves, batch)

    def url(self, page: str) -> str:
        """A page of this batch: `journal`, `lines`, `paste` and so on."""
        return journal_url(self.stem, page, self.journal.batch)


def journal_url(stem: str, page: str, batch: JournalBatch | None, *, app: str = "inventory") -> str:
    """The address of a page of a journal, or of one of its batches."""
    if batch is None:
        return reverse(f"{app}:{stem}_{page}")
    return reverse(f"{app}:{stem}_batch_{page}", args=[batch.code])


class Adjustments(OwnJournal):
    stem = "adjustment"
    heading = gettext_lazy("Adjustment journal")


class Reclassifications(OwnJournal):
    moves = True
    stem = "reclassification"
    heading = gettext_lazy("Reclassification journal")


class _JournalLinesView(OwnJournal, LineGridView):
    """The lines of the signed-in user."""

    @cached_property
    def document(self) -> Any:
        """The journal is the user's: there is no header."""
        return self.request.user

    def get_lines(self) -> QuerySet[Any]:
        lines = self.journal.lines()
        related = ("item__base_unit_of_measure", "location", "new_location", "reason_code", "applies_to_entry")
        return lines.select_related(*related).annotate(on_hand=selectors.on_hand_at_line()).order_by("line_no", "pk")

    def get_document_url(self) -> str:
        return self.url("journal")

    def get_grid_url(self) -> str:
        return self.url("lines")

    def get_paste_url(self) -> str:
        return self.url("paste")

    def new_line(self) -> ItemJournalLine:
        """A line like the last one, of the item that the link names."""
        last = self.journal.lines().order_by("-line_no").first()
        kind = JournalLineKind.TRANSFER if self.moves else JournalLineKind.POSITIVE
        line = ItemJournalLine(owner_id=self.journal.user_id, batch=self.journal.batch, kind=kind)
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


class AdjustmentLinesView(Adjustments, _JournalLinesView):
    heading = gettext_lazy("Lines")
    permission_required = "base.adjust_post"
    form_class = JournalLineForm
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


class ReclassificationLinesView(Reclassifications, _JournalLinesView):
    heading = gettext_lazy("Lines")
    permission_required = "base.reclass_post"
    form_class = MoveLineForm
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


class _JournalView(OwnJournal, PageView):
    template_name = "inventory/journal.html"
    lines_view: type[_JournalLinesView]
    explanation: Any = ""

    def get_title(self) -> Any:
        return self.heading

    def get_subtitle(self) -> str:
        batch = self.journal.batch
        return f"{batch.code} {batch.description}".strip() if batch else ""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        grid = self.lines_view.for_page(self.request, self.request.user, **self.kwargs)
        return super().get_context_data(grid=grid, explanation=self.explanation, batches=self._batches(), **context)

    def _batches(self) -> list[dict[str, Any]]:
        """The batches as tabs, each with its number of lines; none where the user made none."""
        journal = self.journal
        own = JournalBatch.objects.filter(owner_id=journal.user_id, moves=journal.moves).annotate(count=Count("lines"))
        batches = list(own.order_by("code"))
        if not batches:
            return []
        unsorted = journal_lines.lines_of(journal.user_id, moves=journal.moves).count()
        first = {"label": _("Without batch"), "count": unsorted, "url": journal_url(self.stem, "journal", None)}
        tabs = [
            {"label": batch.code, "count": batch.count, "url": journal_url(self.stem, "journal", batch)}
            for batch in batches
        ]
        return [tab | {"current": tab["url"] == self.url("journal")} for tab in [first, *tabs]]

    def get_actions(self) -> list[Action]:
        batch = self.journal.batch
        nothing = "" if self.journal.lines().exists() else _("The journal has no lines.")
        post = journal_url(self.stem, "post", batch, app="costing")
        actions = [
            Action(_("Post"), post, primary=True, disabled=nothing, shortcut="F9"),
            Action(_("Paste or import"), self.url("paste")),
            Action(_("Get standard journal"), self.url("get")),
            Action(_("Save as standard"), self.url("save"), disabled=nothing),
            Action(_("New batch"), reverse(f"inventory:{self.stem}_new_batch")),
        ]
        if batch is not None:
            actions.append(Action(_("Delete batch"), self.url("delete"), danger=True))
        return actions


class AdjustmentJournalView(Adjustments, _JournalView):
    permission_required = "base.adjust_post"
    lines_view = AdjustmentLinesView
    explanation = gettext_lazy(
        "Goods found or lost, without an order behind them. The lines are yours alone until you post them."
    )


class ReclassificationJournalView(Reclassifications, _JournalView):
    permission_required = "base.reclass_post"
    lines_view = ReclassificationLinesView
    explanation = gettext_lazy("Goods that stand elsewhere than the books say. Their cost goes with them.")
