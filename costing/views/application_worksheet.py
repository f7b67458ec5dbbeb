"""The application worksheet: an item's entries, what each is applied to, and the steps that change it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Badge, Done, Figure, Related, Section, fields_of
from config.base.views import ActionView, CardView, ListView
from costing import application_worksheet, worksheet_selectors
from costing.tables.worksheet import AppliedTable, PartnerTable, WorksheetEntryTable, WorksheetItemTable
from costing.worksheet_filters import AppliedFilter, PartnerFilter, WorksheetEntryFilter, WorksheetItemFilter
from inventory.models import ApplicationWorksheet, Item, ItemApplicationEntry, ItemLedgerEntry

COST_ADJUST = "base.cost_adjust"
TITLE = gettext_lazy("Application worksheet")


def open_session(item: Item) -> ApplicationWorksheet | None:
    return ApplicationWorksheet.objects.select_related("user").filter(pk=item.pk).first()


def session_actions(item: Item, session: ApplicationWorksheet | None) -> list[Action]:
    """Closing and undoing, while the item is unapplied."""
    if session is None:
        return []
    return [
        Action(_("Close worksheet"), reverse("costing:worksheet_close", args=[item.no]), primary=True, shortcut="F9"),
        Action(_("Undo applications"), reverse("costing:worksheet_undo", args=[item.no])),
    ]


class WorksheetItemListView(ListView):
    """Which item; those that somebody has unapplied come first."""

    permission_required = COST_ADJUST
    title = TITLE
    filterset_class = WorksheetItemFilter
    table_class = WorksheetItemTable
    parent = "inventory:itemapplicationentry_list"
    parent_title = gettext_lazy("Item application entries")
    empty_text = gettext_lazy("No goods are posted yet: there is nothing that is applied.")

    def get_queryset(self) -> QuerySet[Any]:
        return worksheet_selectors.worksheet_items()


class WorksheetView(ListView):
    """The entries of one item with what they are applied to."""

    permission_required = COST_ADJUST
    template_name = "costing/application_worksheet.html"
    title = TITLE
    filterset_class = WorksheetEntryFilter
    table_class = WorksheetEntryTable
    cost_columns = frozenset({"cost"})
    totals = ("quantity", "remaining_quantity")
    parent = "costing:worksheet_items"
    parent_title = TITLE
    empty_text = gettext_lazy("Nothing of this item is posted yet.")

    def get_queryset(self) -> QuerySet[Any]:
        self.item = get_object_or_404(Item, no=self.kwargs["no"])
        self.session = open_session(self.item)
        return worksheet_selectors.worksheet_entries(self.item)

    def get_subtitle(self) -> str:
        return f"{self.item.no} {self.item.description}"

    def get_actions(self) -> list[Action]:
        return session_actions(self.item, self.session)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"session": self.session}


class WorksheetEntryView(CardView):
    """One entry: what it is applied to, to be taken apart, and what it could be applied to."""

    permission_required = COST_ADJUST
    queryset = ItemLedgerEntry.objects.select_related("item", "location", "variant", "applies_to_entry")

    def get_title(self) -> str:
        return _("Entry %(no)s") % {"no": self.object.pk}

    def get_subtitle(self) -> str:
        return f"{self.object.get_entry_type_display()} {self.object.item.no} {self.object.item.description}"

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        item = self.object.item
        return [(TITLE, reverse("costing:worksheet_items")), (item.no, reverse("costing:worksheet", args=[item.no]))]

    def get_badges(self) -> list[Badge]:
        badges = [Badge(_("Open"), "info", "open") if self.object.open else Badge(_("Closed"), "neutral", "closed")]
        session = open_session(self.object.item)
        if session is not None:
            text = _("Unapplied by %(user)s") % {"user": session.user.get_username()}
            badges.append(Badge(text, "warn", "unapplied"))
        return badges

    def get_figures(self) -> list[Figure]:
        entry = self.object
        applications = f"{reverse('inventory:itemapplicationentry_list')}?entry={entry.pk}"
        return [
            Figure(_("Quantity"), entry.quantity, "quantity"),
            Figure(_("Remaining"), entry.remaining_quantity, "quantity", applications),
            Figure(_("Not returned"), entry.shipped_quantity_not_returned, "quantity", applications),
        ]

    def get_sections(self) -> list[Section]:
        fields = fields_of(self.object, "posting_date", "document_no", "location", "variant", "lot_no", "serial_no")
        return [Section("origin", _("Origin"), [*fields, *fields_of(self.object, "applies_to_entry")])]

    def get_related(self) -> list[Related]:
        pk = self.object.pk
        return [
            Related("applied", _("Applied to"), reverse("costing:worksheet_applied", args=[pk])),
            Related("partners", _("May be applied to"), reverse("costing:worksheet_partners", args=[pk])),
        ]

    def get_actions(self) -> list[Action]:
        return session_actions(self.object.item, open_session(self.object.item))


class OfEntryListView(ListView):
    """A list that hangs on one entry of the worksheet."""

    permission_required = COST_ADJUST
    saved_views = False

    def get_entry(self) -> ItemLedgerEntry:
        return get_object_or_404(ItemLedgerEntry.objects.select_related("item"), pk=self.kwargs["pk"])

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        pk = self.kwargs["pk"]
        entry = reverse("costing:worksheet_entry", args=[pk])
        return [(TITLE, reverse("costing:worksheet_items")), (_("Entry %(no)s") % {"no": pk}, entry)]


class AppliedListView(OfEntryListView):
    """What the entry is applied to, each with the step that takes it apart."""

    title = gettext_lazy("Applied to")
    filterset_class = AppliedFilter
    table_class = AppliedTable
    empty_text = gettext_lazy("The entry is applied to nothing.")

    def get_queryset(self) -> QuerySet[Any]:
        return worksheet_selectors.applications_of(self.get_entry())


class PartnerListView(OfEntryListView):
    """What the entry could be applied to, each with the step that does it."""

    title = gettext_lazy("May be applied to")
    filterset_class = PartnerFilter
    table_class = PartnerTable
    cost_columns = frozenset({"cost"})
    empty_text = gettext_lazy("Nothing fits: the entry has nothing left, or no other entry has. Unapply one first.")

    def get_queryset(self) -> QuerySet[Any]:
        return worksheet_selectors.partners_of(self.get_entry())


class WorksheetActionView(ActionView):
    """A question of the worksheet, asked by somebody who is signed in."""

    permission_required = COST_ADJUST

    @property
    def user_id(self) -> int:
        user_id = self.request.user.pk
        assert user_id is not None
        return user_id


class StepView(WorksheetActionView):
    """A question about one step of the worksheet; it ends at the entry."""

    def entry_url(self, entry_id: int, tab: str = "applied") -> str:
        return f"{reverse('costing:worksheet_entry', args=[entry_id])}?tab={tab}"


class UnapplyView(StepView):
    title = gettext_lazy("Unapply")
    verb = gettext_lazy("Unapply")

    def get_record(self) -> ItemApplicationEntry:
        links = ItemApplicationEntry.objects.select_related("item_ledger_entry__item").exclude(outbound_item_entry=None)
        return get_object_or_404(links, pk=self.kwargs["pk"])

    def get_question(self) -> str:
        link = self.record
        return _(
            "Entries %(inbound)s and %(outbound)s of %(item)s are taken apart. Nobody else posts %(item)s until you "
            "close the worksheet."
        ) % {
            "inbound": link.inbound_item_entry_id,
            "outbound": link.outbound_item_entry_id,
            "item": link.item_ledger_entry.item.no,
        }

    def get_back_url(self) -> str:
        return self.entry_url(self.record.item_ledger_entry_id)

    def perform(self, form: Any) -> Done:
        application_worksheet.unapply(application_id=self.record.pk, user_id=self.user_id)
        words = {"inbound": self.record.inbound_item_entry_id, "outbound": self.record.outbound_item_entry_id}
        url = self.entry_url(self.record.item_ledger_entry_id, "partners")
        return Done(_("Entries %(inbound)s and %(outbound)s are unapplied.") % words, url)


class ApplyView(StepView):
    title = gettext_lazy("Apply")
    verb = gettext_lazy("Apply")

    def get_record(self) -> ItemLedgerEntry:
        self.partner = get_object_or_404(ItemLedgerEntry, pk=self.kwargs["to"])
        return get_object_or_404(ItemLedgerEntry.objects.select_related("item"), pk=self.kwargs["pk"])

    def get_question(self) -> str:
        words = {"one": self.record.pk, "other": self.partner.pk, "item": self.record.item.no}
        if self.record.open and self.partner.open:
            return (
                _(
                    "Entries %(one)s and %(other)s of %(item)s are applied to each other, and fixed: the issue costs "
                    "what the receipt cost."
                )
                % words
            )
        return (
            _("The return of %(item)s takes its cost from the issue that it brings back (%(one)s, %(other)s).") % words
        )

    def get_back_url(self) -> str:
        return self.entry_url(self.record.pk, "partners")

    def perform(self, form: Any) -> Done:
        application_worksheet.apply(entry_id=self.record.pk, to_entry_id=self.partner.pk, user_id=self.user_id)
        words = {"one": self.record.pk, "other": self.partner.pk}
        return Done(
            _("Entries %(one)s and %(other)s are applied to each other.") % words, self.entry_url(self.record.pk)
        )


class SessionView(WorksheetActionView):
    """A question about the whole worksheet of an item."""

    def get_record(self) -> ApplicationWorksheet:
        sessions = ApplicationWorksheet.objects.select_related("item", "user")
        return get_object_or_404(sessions, item__no=self.kwargs["no"])

    def get_back_url(self) -> str:
        return reverse("costing:worksheet", args=[self.kwargs["no"]])

    def words(self) -> dict[str, Any]:
        touched = self.record.touched
        return {
            "item": self.record.item.no,
            "user": self.record.user.get_username(),
            "count": touched.count(),
            "open": touched.filter(entry__open=True).count(),
        }


class CloseWorksheetView(SessionView):
    title = gettext_lazy("Close worksheet")
    verb = gettext_lazy("Close worksheet")

    def get_question(self) -> str:
        return (
            _(
                "%(user)s changed %(count)s entries of %(item)s; %(open)s of them have something left, which is "
                "applied by the ordinary rules. Then %(item)s can be posted again."
            )
            % self.words()
        )

    def perform(self, form: Any) -> Done:
        application_worksheet.close(item_id=self.record.item_id, user_id=self.user_id)
        return Done(_("The worksheet of %(item)s is closed.") % {"item": self.record.item.no})


class UndoWorksheetView(SessionView):
    title = gettext_lazy("Undo applications")
    verb = gettext_lazy("Undo applications")
    danger = True

    def get_question(self) -> str:
        return (
            _("All that %(user)s changed of %(item)s is taken back: %(count)s entries are applied as they were.")
            % self.words()
        )

    def perform(self, form: Any) -> Done:
        application_worksheet.undo(item_id=self.record.item_id, user_id=self.user_id)
        return Done(_("The applications of %(item)s are as they were.") % {"item": self.record.item.no})
