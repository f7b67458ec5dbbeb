"""Transfer orders: goods that move from one location to another, at once or by way of a third."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import changelog
from config.base.formatting import format_number
from config.base.pages import Action, Badge, Done, Field, Figure, GridColumn, Related, Section, Text, fields_of
from config.base.preferences import today_of
from config.base.views import ActionView, CreateView, DocumentView, ListView, UpdateView
from config.base.views.logged_lines import LoggedLinesView
from inventory import checks, scopes, selectors, transfers
from inventory.enums import DocumentStatus
from inventory.filters import TransferFilter
from inventory.forms import TransferForm, TransferLineForm
from inventory.models import TransferLine, TransferOrder
from inventory.selectors import list_url
from inventory.tables import PROGRESS_TONES, GoodsInTransitTable, TransferTable
from inventory.transfer_filters import GoodsInTransitFilter


class TransferListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Transfer orders")
    queryset = selectors.with_transfer_progress(
        TransferOrder.objects.select_related("from_location", "to_location", "in_transit_location")
    ).order_by("-order_date", "-no")
    filterset_class = TransferFilter
    table_class = TransferTable
    totals = ("ordered", "shipped", "received", "under_way")
    actions = (
        Action(
            gettext_lazy("New transfer order"),
            "inventory:transfer_create",
            permission="base.transfer_edit",
            primary=True,
            shortcut="Alt+N",
        ),
        Action(gettext_lazy("Goods in transit"), "inventory:goods_in_transit"),
        Action(gettext_lazy("Transfer shipments"), "inventory:transfershipment_list"),
        Action(gettext_lazy("Transfer receipts"), "inventory:transferreceipt_list"),
        Action(gettext_lazy("Direct transfers"), "inventory:directtransfer_list"),
    )
    empty_text = gettext_lazy("There are no transfer orders yet.")


class GoodsInTransitView(ListView):
    """What is under way, seen from either end by the filter."""

    permission_required = "base.stock_view"
    title = gettext_lazy("Goods in transit")
    parent = "inventory:transfer_list"
    parent_title = gettext_lazy("Transfer orders")
    filterset_class = GoodsInTransitFilter
    table_class = GoodsInTransitTable
    totals = ("quantity_shipped", "quantity_received", "under_way")
    empty_text = gettext_lazy("Nothing is under way: all that was shipped has arrived.")

    def get_queryset(self) -> Any:
        return selectors.goods_in_transit().order_by("order__expected_date", "order__no", "line_no", "pk")


class TransferLinesView(LoggedLinesView):
    permission_required = "base.stock_view"
    edit_permission = "base.transfer_edit"
    form_class = TransferLineForm

    def get_document(self) -> TransferOrder:
        return get_object_or_404(TransferOrder.objects.select_related("from_location"), no=self.kwargs["no"])

    def get_lines(self) -> Any:
        lines = self.document.lines.select_related("item__base_unit_of_measure")
        return lines.annotate(
            item_no=F("item__no"),
            description=F("item__description"),
            unit=F("item__base_unit_of_measure__code"),
            on_hand=selectors.on_hand_at(self.document.from_location_id),
        ).order_by("line_no", "pk")

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        item = GridColumn("item", _("Item")) if self.editable else GridColumn("item_no", _("Item"), figure=True)
        return [
            GridColumn("line_no", _("Line"), figure=True),
            item,
            GridColumn("description", _("Description"), figure=True, width="wide"),
            GridColumn("quantity", _("Quantity"), "quantity", figure=not self.editable),
            GridColumn("unit", _("Unit"), figure=True),
            GridColumn("on_hand", _("On hand there"), "quantity", figure=True, url=self._stock_url),
            GridColumn("quantity_shipped", _("Shipped"), "quantity", figure=True),
            GridColumn("quantity_received", _("Received"), "quantity", figure=True),
        ]

    def _stock_url(self, line: Any) -> str:
        return selectors.entries_url(item=line.item_no, location=self.document.from_location.code)

    def is_editable(self) -> bool:
        return self.document.status not in checks.CLOSED_STATES

    def may_delete(self, line: Any) -> bool:
        return not line.quantity_shipped

    def get_document_url(self) -> str:
        return reverse("inventory:transfer_detail", args=[self.document.no])

    def get_grid_url(self) -> str:
        return reverse("inventory:transfer_lines", args=[self.document.no])

    def new_line(self) -> TransferLine:
        return TransferLine(order=self.document)

    def save_line(self, form: Any, line: Any) -> Any:
        return transfers.save_transfer_line(form.instance)

    def delete_line(self, line: Any) -> None:
        transfers.delete_transfer_line(line)

    def get_totals(self) -> list[Figure]:
        found = self.document.lines.aggregate(total=Sum("quantity"))
        return [Figure(_("Quantity"), found["total"] or selectors.ZERO, "quantity")]


class TransferView(DocumentView):
    permission_required = "base.stock_view"
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:transfer_list"
    parent_title = gettext_lazy("Transfer orders")
    lines_view = TransferLinesView

    def get_queryset(self) -> Any:
        found = TransferOrder.objects.select_related(
            "from_location", "to_location", "in_transit_location", "created_by"
        )
        return selectors.with_transfer_progress(found)

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        return f"{self.object.from_location.code} → {self.object.to_location.code}"

    def get_badges(self) -> list[Badge]:
        """How far it is, with figures where that is part of the way."""
        order = self.object
        words = {
            "ordered": format_number(order.ordered, "quantity"),
            "shipped": format_number(order.shipped, "quantity"),
            "received": format_number(order.received, "quantity"),
        }
        if order.status in checks.CLOSED_STATES or not order.shipped:
            return [Badge(order.get_status_display(), PROGRESS_TONES.get(order.status, "neutral"), order.status)]
        if order.received:
            return [Badge(_("Received %(received)s of %(ordered)s") % words, "info", "part_received")]
        if order.shipped < order.ordered:
            return [Badge(_("Shipped %(shipped)s of %(ordered)s") % words, "info", "part_shipped")]
        return [Badge(_("Shipped"), "info", "shipped")]

    def get_figures(self) -> list[Figure]:
        order = self.object
        arrived = selectors.entries_url(order_no=order.no, location=order.to_location.code)
        entries = f"{arrived}&entry_type=transfer&positive=yes"
        return [
            Figure(_("Ordered"), order.ordered, "quantity"),
            Figure(
                _("Shipped"), order.shipped, "quantity", list_url("inventory:transfershipment_list", order_no=order.no)
            ),
            Figure(
                _("On the way"), order.under_way, "quantity", list_url("inventory:goods_in_transit", order=order.no)
            ),
            Figure(_("Received"), order.received, "quantity", entries),
        ]

    def get_sections(self) -> list[Section]:
        order = self.object
        fields = [
            *fields_of(order, "from_location", "to_location"),
            Field(_("In-transit location"), order.in_transit_location or _("None: moved directly")),
            *fields_of(order, "order_date", "expected_date"),
            Field(_("Created by"), order.created_by.get_username() if order.created_by else ""),
        ]
        return [Section("general", _("General"), fields)]

    def get_related(self) -> list[Related]:
        own = {"order_no": self.object.no}
        return [
            *self._posted(own),
            Related("entries", _("Item ledger entries"), selectors.entries_url(**own)),
            Related("values", _("Value entries"), list_url("costing:valueentry_list", **own), None, "base.cost_view"),
        ]

    def _posted(self, own: dict[str, str]) -> list[Related]:
        """The documents of the order: a direct one has a shipment and a receipt only where the setup says so."""
        direct = Related("direct", _("Direct transfers"), list_url("inventory:directtransfer_list", **own))
        moves = [
            Related("shipments", _("Shipments"), list_url("inventory:transfershipment_list", **own)),
            Related("receipts", _("Receipts"), list_url("inventory:transferreceipt_list", **own)),
        ]
        return moves if self.object.in_transit_location_id else [direct, *moves]

    def get_actions(self) -> list[Action]:
        order = self.object
        closed = _("The order is completed.") if order.status in checks.CLOSED_STATES else ""
        nothing = closed or ("" if order.ordered else _("The order has no lines."))
        return [
            *self._post_actions(nothing),
            Action(
                _("Edit"),
                reverse("inventory:transfer_update", args=[order.no]),
                permission="base.transfer_edit",
                disabled=closed,
            ),
            Action(
                _("Delete"),
                reverse("inventory:transfer_delete", args=[order.no]),
                danger=True,
                permission="base.transfer_edit",
                disabled=_("Something of the order is posted.") if order.shipped else "",
            ),
        ]

    def _post_actions(self, nothing: Text) -> list[Action]:
        """The next step first: what is under way is received, what is left is shipped, or all of it moves at once."""
        order = self.object
        post = "base.transfer_post"
        if order.in_transit_location_id is None:
            url = reverse("costing:transfer_post", args=[order.no])
            label = _("Post direct transfer")
            return [Action(label, url, primary=not nothing, permission=post, disabled=nothing, shortcut="F9")]
        no_ship = nothing or ("" if order.shipped < order.ordered else _("All is shipped."))
        no_receive = nothing or ("" if order.under_way else _("Nothing is under way."))
        return [
            Action(
                _("Ship"),
                reverse("costing:transfer_ship", args=[order.no]),
                primary=not no_ship,
                permission=post,
                disabled=no_ship,
                shortcut="" if no_ship else "F9",
            ),
            Action(
                _("Receive"),
                reverse("costing:transfer_receive", args=[order.no]),
                primary=bool(no_ship) and not no_receive,
                permission=post,
                disabled=no_receive,
                shortcut="F9" if no_ship and not no_receive else "",
            ),
        ]


class TransferCreateView(CreateView):
    permission_required = "base.transfer_edit"
    model = TransferOrder
    form_class = TransferForm
    title = gettext_lazy("New transfer order")
    parent = "inventory:transfer_list"
    parent_title = gettext_lazy("Transfer orders")

    def get_initial(self) -> dict[str, Any]:
        proposed = scopes.proposals(self.request.user, "from_location")
        return {"order_date": today_of(self.request)} | proposed | super().get_initial()

    def save(self, form: Any) -> Any:
        return transfers.create_transfer_order(form.instance, user_id=self.request.user.pk)

    def get_success_url(self) -> str:
        return reverse("inventory:transfer_detail", args=[self.object.no])


class TransferUpdateView(UpdateView):
    permission_required = "base.transfer_edit"
    form_class = TransferForm
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:transfer_list"
    parent_title = gettext_lazy("Transfer orders")

    def get_queryset(self) -> Any:
        open_states = (DocumentStatus.OPEN, DocumentStatus.RELEASED)
        return TransferOrder.objects.filter(status__in=open_states).select_related(
            "from_location", "to_location", "in_transit_location"
        )

    def save(self, form: Any) -> Any:
        return transfers.change_transfer_order(form.instance, [name for name in form.changed_data if name != "no"])

    def get_success_url(self) -> str:
        return reverse("inventory:transfer_detail", args=[self.object.no])

    def get_back_url(self) -> str:
        return self.get_success_url()


class TransferDeleteView(ActionView):
    permission_required = "base.transfer_edit"
    verb = gettext_lazy("Delete order")
    question = gettext_lazy("The order and its lines are deleted. Its number is not used again.")
    danger = True

    def get_record(self) -> TransferOrder:
        return get_object_or_404(TransferOrder, no=self.kwargs["no"])

    def get_title(self) -> Text:
        return _("Delete order %(no)s") % {"no": self.record.no}

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        url = reverse("inventory:transfer_detail", args=[self.record.no])
        return [(_("Transfer orders"), reverse("inventory:transfer_list")), (self.record.no, url)]

    def perform(self, form: Any) -> Done:
        with transaction.atomic():
            before = changelog.snapshot(self.record)
            transfers.delete_transfer_order(self.record.pk)
            changelog.record(self.request.user, before, None)
        return Done(_("%(no)s is deleted.") % {"no": self.record.no}, reverse("inventory:transfer_list"))
