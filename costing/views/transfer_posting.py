"""The pages that post transfer orders: ship, receive, move directly, and take a shipment back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.formatting import format_number
from config.base.pages import Text
from config.base.preferences import today_of
from costing.posting import transfers as order_posting
from costing.posting import undo
from costing.posting.results import PostingResult
from costing.views.posting import PostingDateForm, PostView
from inventory import transfers
from inventory.enums import DocumentType
from inventory.forms.transfers import QuantitiesForm, UndoForm
from inventory.models import PostedDocument, PostedDocumentLine, TransferLine, TransferOrder


class _TransferPostView(PostView):
    permission_required = "base.transfer_post"

    def get_record(self) -> TransferOrder:
        orders = TransferOrder.objects.select_related("from_location", "to_location", "in_transit_location")
        return get_object_or_404(orders, no=self.kwargs["no"])

    def get_initial(self) -> dict[str, Any]:
        return {"posting_date": today_of(self.request)}

    def get_title(self) -> Text:
        return f"{self.verb}: {self.record.no}"

    def get_subtitle(self) -> Text:
        return f"{self.record.from_location.code} → {self.record.to_location.code}"

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        url = reverse("inventory:transfer_detail", args=[self.record.no])
        return [(_("Transfer orders"), reverse("inventory:transfer_list")), (self.record.no, url)]


class PostTransferView(_TransferPostView):
    """Everything that is left, straight to its destination."""

    verb = gettext_lazy("Post direct transfer")
    form_class = PostingDateForm

    def get_question(self) -> Text:
        return _("What is outstanding moves from %(source)s to %(target)s.") % {
            "source": self.record.from_location.code,
            "target": self.record.to_location.code,
        }

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        return order_posting.post_direct_transfer(
            transfer_order_id=self.record.pk,
            posting_date=form.cleaned_data["posting_date"],
            user_id=self.request.user.pk,
            preview=preview,
        )


class _PartsView(_TransferPostView):
    """So much of each line as is written beside it."""

    form_class = QuantitiesForm
    words: Any = ""

    def left(self, line: TransferLine) -> Decimal:
        """What is left to move of a line."""
        raise NotImplementedError

    @cached_property
    def lines(self) -> Sequence[tuple[TransferLine, Decimal]]:
        found = self.record.lines.select_related("item").order_by("line_no")
        return [(line, self.left(line)) for line in found if self.left(line)]

    def get_form(self, data: Any = None) -> QuantitiesForm:
        return QuantitiesForm(data, initial=self.get_initial(), user=self.request.user, lines=self.lines)

    def get_question(self) -> Text:
        total = sum((left for _line, left in self.lines), Decimal(0))
        return str(self.words) % {
            "quantity": format_number(total, "quantity"),
            "source": self.record.from_location.code,
            "road": self.record.in_transit_location.code if self.record.in_transit_location else "",
            "target": self.record.to_location.code,
        }


class ShipTransferView(_PartsView):
    verb = gettext_lazy("Ship")
    words = gettext_lazy(
        "%(quantity)s is left to ship from %(source)s. It goes to %(road)s until %(target)s receives it."
    )

    def left(self, line: TransferLine) -> Decimal:
        outstanding: Decimal = line.quantity - line.quantity_shipped
        return outstanding

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        return order_posting.ship_transfer_order(
            transfer_order_id=self.record.pk,
            posting_date=form.cleaned_data["posting_date"],
            quantities=form.quantities,
            user_id=self.request.user.pk,
            preview=preview,
        )


class ReceiveTransferView(_PartsView):
    verb = gettext_lazy("Receive")
    words = gettext_lazy("%(quantity)s is on the way to %(target)s.")

    def left(self, line: TransferLine) -> Decimal:
        under_way: Decimal = line.quantity_shipped - line.quantity_received
        return under_way

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        return order_posting.receive_transfer_order(
            transfer_order_id=self.record.pk,
            posting_date=form.cleaned_data["posting_date"],
            quantities=form.quantities,
            user_id=self.request.user.pk,
            preview=preview,
        )


class UndoShipmentView(PostView):
    """Take back what was shipped and has not been received."""

    permission_required = "base.transfer_post"
    form_class = UndoForm
    verb = gettext_lazy("Undo shipment")
    danger = True
    question = gettext_lazy(
        "Reversing entries bring the goods back, at the cost they left with. The order can ship them again."
    )

    def get_record(self) -> PostedDocument:
        return get_object_or_404(PostedDocument, type=DocumentType.TRANSFER_SHIPMENT, no=self.kwargs["no"])

    def get_title(self) -> Text:
        return f"{self.verb}: {self.record.no}"

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        url = reverse("inventory:transfershipment_detail", args=[self.record.no])
        return [(_("Transfer shipments"), reverse("inventory:transfershipment_list")), (self.record.no, url)]

    @cached_property
    def posted(self) -> list[PostedDocumentLine]:
        """The lines that are not taken back yet."""
        lines = self.record.lines.filter(quantity__gt=0, invoice_lines__isnull=True)
        return list(lines.select_related("item").order_by("line_no"))

    def get_form(self, data: Any = None) -> UndoForm:
        under_way = set(transfers.lines_to_take_back(self.record).values_list("pk", flat=True))
        given = {"initial": self.get_initial(), "user": self.request.user}
        return UndoForm(data, posted=self.posted, under_way=under_way, **given)

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        if not form.chosen:
            raise DomainError(_("Tick the lines to take back."))
        return undo.undo_posted_lines(
            posted_line_ids=form.chosen,
            posting_date=form.cleaned_data["posting_date"],
            user_id=self.request.user.pk,
            preview=preview,
        )
