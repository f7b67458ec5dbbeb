"""What is done to a whole batch of a journal: rows brought in, standard journals, new batches and their end."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Done, GridColumn, Preview, PreviewTable, Text
from config.base.preferences import today_of
from config.base.views import ActionView
from inventory import journal_lines, journal_sheets, scopes, standard_journals
from inventory.forms.journals import BatchForm, GetStandardForm, PasteLinesForm, SaveStandardForm
from inventory.views.journals import Adjustments, OwnJournal, Reclassifications, journal_url

SHOWN_ROWS = 200
COST = "base.cost_view"
ADJUST, RECLASS = "base.adjust_post", "base.reclass_post"


class _BatchAction(OwnJournal, ActionView):
    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        batch = self.journal.batch
        crumbs: list[tuple[Text, str]] = [(self.heading, journal_url(self.stem, "journal", None))]
        return [*crumbs, (batch.code, self.url("journal"))] if batch else crumbs

    def make_form(self, form_class: Any, data: Any, **extra: Any) -> Any:
        return form_class(data, initial=self.get_initial(), user=self.request.user, **extra)


class _PasteView(_BatchAction):
    """Rows of a spreadsheet become lines: all of them or, where a row is faulty, none."""

    form_class = PasteLinesForm
    title = gettext_lazy("Paste or import lines")
    verb = gettext_lazy("Add the lines")
    preview_label = gettext_lazy("Preview")

    def get_form(self, data: Any = None) -> PasteLinesForm:
        user = self.request.user
        defaults = journal_sheets.defaults_of(
            self.journal,
            today=today_of(self.request),
            location=scopes.scope_of(user).default_location,
            may_see_cost=self.may(COST),
        )
        files = self.request.FILES if data is not None else None
        return PasteLinesForm(data, files, user=user, journal=self.journal, defaults=defaults)

    def preview(self, form: Any) -> Preview:
        count = len(form.lines)
        notes = [
            ngettext("%(count)s line would be added.", "%(count)s lines would be added.", count) % {"count": count}
        ]
        if count > SHOWN_ROWS:
            notes.append(_("The first %(count)s rows are shown.") % {"count": SHOWN_ROWS})
        columns = [
            GridColumn("line_no", _("Row")),
            GridColumn("posting_date", _("Posting date"), "date"),
            *([] if self.journal.moves else [GridColumn("kind", _("Type"))]),
            GridColumn("item", _("Item")),
            GridColumn("description", _("Description")),
            GridColumn("location", _("Location")),
            *([GridColumn("new_location", _("New location"))] if self.journal.moves else []),
            GridColumn("quantity", _("Quantity"), "quantity"),
            GridColumn("unit_cost", _("Unit cost"), "unit_cost", permission=COST),
            GridColumn("reason_code", _("Reason")),
        ]
        rows = [_shown(line) for line in form.lines[:SHOWN_ROWS]]
        return Preview([PreviewTable(_("Lines"), columns, rows)], notes, _("Preview (nothing is added yet)"))

    def perform(self, form: Any) -> Done:
        count = journal_lines.add_lines(self.journal, form.lines)
        words = ngettext("%(count)s line was added.", "%(count)s lines were added.", count)
        return Done(words % {"count": count}, self.url("journal"))


def _shown(line: Any) -> dict[str, Any]:
    return {
        "line_no": line.line_no,
        "posting_date": line.posting_date,
        "kind": line.get_kind_display(),
        "item": line.item.no,
        "description": line.item.description,
        "location": line.location.code if line.location else "",
        "new_location": line.new_location.code if line.new_location else "",
        "quantity": line.quantity,
        "unit_cost": line.unit_cost,
        "reason_code": str(line.reason_code or ""),
    }


class PasteAdjustmentsView(Adjustments, _PasteView):
    permission_required = ADJUST


class PasteReclassificationsView(Reclassifications, _PasteView):
    permission_required = RECLASS


class _SaveStandardView(_BatchAction):
    form_class = SaveStandardForm
    title = gettext_lazy("Save as standard journal")
    verb = gettext_lazy("Save")

    def get_question(self) -> Text:
        count = self.journal.lines().count()
        words = ngettext(
            "%(count)s line is kept for everybody who posts this journal. It stays in the journal too.",
            "%(count)s lines are kept for everybody who posts this journal. They stay in the journal too.",
            count,
        )
        return words % {"count": count}

    def perform(self, form: Any) -> Done:
        given = form.cleaned_data
        kept = standard_journals.save_standard_journal(
            self.journal,
            code=given["code"],
            description=given["description"],
            replace=given["replace"],
            keep_cost=bool(given.get("keep_cost")),
            user=self.request.user,
        )
        return Done(_("Standard journal %(code)s is saved.") % {"code": kept.code}, self.url("journal"))


class SaveStandardAdjustmentsView(Adjustments, _SaveStandardView):
    permission_required = ADJUST


class SaveStandardReclassificationsView(Reclassifications, _SaveStandardView):
    permission_required = RECLASS


class _GetStandardView(_BatchAction):
    form_class = GetStandardForm
    title = gettext_lazy("Get standard journal")
    verb = gettext_lazy("Add its lines")

    def get_initial(self) -> dict[str, Any]:
        return {"posting_date": today_of(self.request)}

    def get_form(self, data: Any = None) -> GetStandardForm:
        form: GetStandardForm = self.make_form(GetStandardForm, data, journal=self.journal)
        return form

    def perform(self, form: Any) -> Done:
        given = form.cleaned_data
        count = standard_journals.get_standard_journal(
            given["standard"], self.journal, posting_date=given["posting_date"], with_cost=self.may(COST)
        )
        words = ngettext("%(count)s line was added.", "%(count)s lines were added.", count)
        return Done(words % {"count": count}, self.url("journal"))


class GetStandardAdjustmentsView(Adjustments, _GetStandardView):
    permission_required = ADJUST


class GetStandardReclassificationsView(Reclassifications, _GetStandardView):
    permission_required = RECLASS


class _NewBatchView(_BatchAction):
    form_class = BatchForm
    title = gettext_lazy("New batch")
    verb = gettext_lazy("Create")
    question = gettext_lazy("A batch holds lines of yours that are posted together, apart from the others.")

    def perform(self, form: Any) -> Done:
        journal = self.journal
        given = form.cleaned_data
        batch = journal_lines.create_batch(
            journal.user_id, moves=journal.moves, code=given["code"], description=given["description"]
        )
        return Done(_("Batch %(code)s is made.") % {"code": batch.code}, journal_url(self.stem, "journal", batch))


class NewAdjustmentBatchView(Adjustments, _NewBatchView):
    permission_required = ADJUST


class NewReclassificationBatchView(Reclassifications, _NewBatchView):
    permission_required = RECLASS


class _DeleteBatchView(_BatchAction):
    title = gettext_lazy("Delete batch")
    verb = gettext_lazy("Delete")
    danger = True

    def get_question(self) -> Text:
        count = self.journal.lines().count()
        words = ngettext(
            "The batch is deleted, with %(count)s unposted line.",
            "The batch is deleted, with %(count)s unposted lines.",
            count,
        )
        return words % {"count": count}

    def perform(self, form: Any) -> Done:
        batch = self.journal.batch
        assert batch is not None  # The address names one.
        journal_lines.delete_batch(batch)
        return Done(_("Batch %(code)s is deleted.") % {"code": batch.code}, reverse(f"inventory:{self.stem}_journal"))


class DeleteAdjustmentBatchView(Adjustments, _DeleteBatchView):
    permission_required = ADJUST


class DeleteReclassificationBatchView(Reclassifications, _DeleteBatchView):
    permission_required = RECLASS
