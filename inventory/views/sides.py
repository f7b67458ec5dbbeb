"""What differs between the pages of purchase and sales orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory.enums import DocumentKind, DocumentType
from inventory.tables import PURCHASE_PROGRESS, SALES_PROGRESS


@dataclass(frozen=True, slots=True)
class OrderSide:
    """`stem` begins the URL names; `handle` and `handle_and_invoice` are the names of the posting pages of costing.

    `prices`: any of these permissions shows prices and amounts. A purchase price is a cost: who neither orders nor
    invoices nor sees cost does not see it. A sales price is for everybody who sees the document.
    """

    kind: DocumentKind
    stem: str
    partner: str
    title: Any
    new_title: Any
    partner_label: Any
    price_label: Any
    handle_label: Any
    handled_label: Any
    handle_action: Any
    both_action: Any
    handle: str
    invoice: str
    both: str
    handle_permission: str
    invoice_permission: str
    handled_type: DocumentType
    invoiced_type: DocumentType
    handled_title: Any
    handled_list: str
    invoice_list: str
    progress: dict[str, Any]
    prices: tuple[str, ...]

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"inventory:{self.stem}_{page}", args=args)

    def may_see_prices(self, user: Any) -> bool:
        return not self.prices or any(user.has_perm(name) for name in self.prices)


PURCHASE = OrderSide(
    kind=DocumentKind.PURCHASE_ORDER,
    stem="purchase",
    partner="vendor",
    title=_("Purchase orders"),
    new_title=_("New purchase order"),
    partner_label=_("Vendor"),
    price_label=_("Unit cost"),
    handle_label=_("To receive"),
    handled_label=_("Received"),
    handle_action=_("Receive"),
    both_action=_("Receive and invoice"),
    handle="costing:purchase_receive",
    invoice="costing:purchase_invoice",
    both="costing:purchase_receive_invoice",
    handle_permission="base.purchase_receive",
    invoice_permission="base.purchase_invoice",
    handled_type=DocumentType.PURCHASE_RECEIPT,
    invoiced_type=DocumentType.PURCHASE_INVOICE,
    handled_title=_("Receipts"),
    handled_list="inventory:purchasereceipt_list",
    invoice_list="inventory:purchaseinvoice_list",
    progress=PURCHASE_PROGRESS,
    prices=("base.cost_view", "base.document_edit", "base.purchase_invoice"),
)
SALE = OrderSide(
    kind=DocumentKind.SALES_ORDER,
    stem="sale",
    partner="customer",
    title=_("Sales orders"),
    new_title=_("New sales order"),
    partner_label=_("Customer"),
    price_label=_("Unit price"),
    handle_label=_("To ship"),
    handled_label=_("Shipped"),
    handle_action=_("Ship"),
    both_action=_("Ship and invoice"),
    handle="costing:sale_ship",
    invoice="costing:sale_invoice",
    both="costing:sale_ship_invoice",
    handle_permission="base.sale_ship",
    invoice_permission="base.sale_invoice",
    handled_type=DocumentType.SALES_SHIPMENT,
    invoiced_type=DocumentType.SALES_INVOICE,
    handled_title=_("Shipments"),
    handled_list="inventory:salesshipment_list",
    invoice_list="inventory:salesinvoice_list",
    progress=SALES_PROGRESS,
    prices=(),
)
