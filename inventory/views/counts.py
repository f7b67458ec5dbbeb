"""Physical inventory: counts, calculated from the books and counted blind."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import ExpressionWrapper, F
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.fields import QuantityField
from config.base.pages import Action, Badge, Field, Figure, GridColumn, Related, Section, fields_of
from config.base.preferences import today_of
from config.base.views import CreateView, DocumentView, LineGridView, ListView
from inventory import counts, scopes, selectors
from inventory.enums import CountStatus
from inventory.filters import CountFilter
from inventory.forms import CountForm, CountLineForm
from inventory.models import Count, CountLine, Item
from inventory.tables import CountTable

TONES = {CountStatus.OPEN: "info", CountStatus.FINISHED: "warn", CountStatus.POSTED: "ok"}


class CountListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Physical inventory")
    queryset = selectors.with_count_progress(Count.objects.select_related("location")).order_by("-posting_date", "-no")
    filterset_class = CountFilter
    table_class = CountTable
    totals = ("counted", "line_count")
    actions = (
        Action(
            gettext_lazy("New count"),
            "inventory:count_create",
            permission="base.count_post",
            primary=True,
            shortcut="Alt+N",
        ),
    )
    empty_text = gettext_lazy("There are no counts yet.")


class CountLinesView(LineGridView):
    """Counted blind: what the books say is sent only to those who post counts."""

    permission_required = "base.stock_view"
    edit_permission = "base.count_record"
    form_class = CountLineForm

    def get_document(self) -> Count:
        return get_object_or_404(Count, no=self.kwargs["no"])

    def get_lines(self) -> Any:
        lines = self.document.lines.select_related("item", "location", "variant", "counted_by")
        return lines.annotate(
            item_no=F("item__no"),
            location_code=F("location__code"),
            description=F("item__description"),
            unit=F("item__base_unit_of_measure__code"),
            counted_by_name=F("counted_by__username"),
            difference=ExpressionWrapper(
                F("quantity_counted") - F("quantity_calculated"), output_field=QuantityField()
            ),
        ).order_by("line_no", "pk")

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        columns = [
            GridColumn("item", _("Item")) if self.editable else GridColumn("item_no", _("Item"), figure=True),
            GridColumn("description", _("Description"), figure=True, width="wide"),
            GridColumn("location", _("Location"), figure=not self.editable),
            GridColumn("unit", _("Unit"), figure=True),
            GridColumn("quantity_counted", _("Counted"), "quantity", figure=not self.editable),
            GridColumn("counted_by_name", _("Counted by"), figure=True),
        ]
        if self.shows_books:
            columns += [
                GridColumn("quantity_calculated", _("By the books"), "quantity", figure=True, url=self._entries_url),
                GridColumn("difference", _("Difference"), "quantity", figure=True),
            ]
        return columns

    @cached_property
    def shows_books(self) -> bool:
        return self.may("base.count_post") or self.document.status == CountStatus.POSTED

    def _entries_url(self, line: Any) -> str:
        url = selectors.entries_url(item=line.item_no, location=line.location_code or "")
        return f"{url}&posting_date=..{self.document.posting_date:%Y-%m-%d}"

    def is_editable(self) -> bool:
        return bool(self.document.status != CountStatus.POSTED)

    def may_delete(self, line: Any) -> bool:
        return self.may("base.count_post")

    def get_document_url(self) -> str:
        return reverse("inventory:count_detail", args=[self.document.no])

    def get_grid_url(self) -> str:
        return reverse("inventory:count_lines", args=[self.document.no])

    def new_line(self) -> CountLine:
        return CountLine(count=self.document, location=self.document.location)

    def save_line(self, form: Any, line: Any) -> Any:
        user_id = self.request.user.pk
        if line is None:
            return counts.add_line(form.instance, user_id=user_id)
        return counts.record(line, quantity=form.cleaned_data["quantity_counted"], user_id=user_id)

    def delete_line(self, line: Any) -> None:
        if not self.may("base.count_post"):
            raise PermissionDenied(_("Lines are taken out by those who post counts."))
        counts.delete_line(line)

    def get_totals(self) -> list[Figure]:
        total = self.document.lines.count()
        counted = self.document.lines.filter(quantity_counted__isnull=False).count()
        return [Figure(_("Lines counted"), counted, "integer"), Figure(_("Lines"), total, "integer")]


class CountView(DocumentView):
    permission_required = "base.stock_view"
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:count_list"
    parent_title = gettext_lazy("Physical inventory")
    lines_view = CountLinesView

    def get_queryset(self) -> Any:
        return selectors.with_count_progress(Count.objects.select_related("location", "created_by"))

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        return str(self.object.location.name or self.object.location.code) if self.object.location else ""

    def get_badges(self) -> list[Badge]:
        count = self.object
        return [Badge(count.get_status_display(), TONES[CountStatus(count.status)], count.status)]

    def get_figures(self) -> list[Figure]:
        count = self.object
        return [
            Figure(_("Lines counted"), count.counted, "integer"),
            Figure(_("Lines"), count.line_count, "integer"),
        ]

    def get_sections(self) -> list[Section]:
        count = self.object
        fields = [
            *fields_of(count, "posting_date", "location"),
            Field(_("Created by"), count.created_by.get_username() if count.created_by else ""),
        ]
        return [Section("general", _("General"), fields)]

    def get_related(self) -> list[Related]:
        url = selectors.entries_url(document_no=self.object.no)
        return [Related("entries", _("Item ledger entries"), url)]

    def get_actions(self) -> list[Action]:
        count = self.object
        if count.status == CountStatus.POSTED:
            why = _("The count is posted.")
        else:
            left = count.line_count - count.counted
            words = ngettext("%(count)s line is not counted.", "%(count)s lines are not counted.", left)
            why = words % {"count": left} if left else "" if count.line_count else _("The count has no lines.")
        return [
            Action(
                _("Post"),
                reverse("costing:count_post", args=[count.no]),
                primary=not why,
                permission="base.count_post",
                disabled=why,
                shortcut="F9",
            )
        ]


class CountCreateView(CreateView):
    permission_required = "base.count_post"
    model = Count
    form_class = CountForm
    title = gettext_lazy("New count")
    parent = "inventory:count_list"
    parent_title = gettext_lazy("Physical inventory")

    def get_initial(self) -> dict[str, Any]:
        proposed = scopes.proposals(self.request.user, "location")
        return {"posting_date": today_of(self.request)} | proposed | super().get_initial()

    def save(self, form: Any) -> Any:
        category = form.cleaned_data["category"]
        items = Item.objects.filter(category=category) if category else None
        return counts.create_count(form.instance, items=items, user_id=self.request.user.pk)

    def get_success_url(self) -> str:
        return reverse("inventory:count_detail", args=[self.object.no])
