"""What differs between the pages of orders, return orders and credit memos, of purchase and of sale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inventory.enums import DocumentKind, DocumentType


@dataclass(frozen=True, slots=True)
class OrderSide:
    """`stem` begins the URL names; `handle`, `invoice` and `both` are the names of the posting pages of costing.

    A credit memo is posted in one step: it has `both` alone. `sources`: the posted documents that a return or credit
    memo takes lines from. `prices`: any of these permissions shows prices and amounts. A purchase price is a cost: who
    neither orders nor invoices nor sees cost does not see it. A sales price is for everybody who sees the document.
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
    invoice_action: Any
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
    invoices_title: Any
    invoice_list: str
    invoiced_label: Any
    nothing_moved: Any
    propose_action: Any
    prices: tuple[str, ...]
    sources: tuple[DocumentType, ...] = ()

    @property
    def is_purchase(self) -> bool:
        return self.kind.is_purchase

    @property
    def is_return(self) -> bool:
        """Whether goods go back, and lines are taken from posted documents."""
        return bool(self.sources)

    @property
    def in_one_step(self) -> bool:
        """Whether goods and invoice are posted at once, always."""
        return not self.handle

    @property
    def may_be_closed(self) -> bool:
        """Whether the rest of a document may be given up: orders that wait for a partner."""
        return self.kind in (DocumentKind.PURCHASE_ORDER, DocumentKind.SALES_ORDER)

    def url(self, page: str, *args: Any) -> str:
        return reverse(f"inventory:{self.stem}_{page}", args=args)

    def may_see_prices(self, user: Any) -> bool:
        return not self.prices or any(user.has_perm(name) for name in self.prices)


_PURCHASE_PRICES = ("base.cost_view", "base.document_edit", "base.purchase_invoice")

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
    invoice_action=_("Invoice"),
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
    invoices_title=_("Invoices"),
    invoice_list="inventory:purchaseinvoice_list",
    invoiced_label=_("Invoiced"),
    nothing_moved=_("Nothing is received that is not invoiced."),
    propose_action=_("Invoice only what is received"),
    prices=_PURCHASE_PRICES,
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
    invoice_action=_("Invoice"),
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
    invoices_title=_("Invoices"),
    invoice_list="inventory:salesinvoice_list",
    invoiced_label=_("Invoiced"),
    nothing_moved=_("Nothing is shipped yet."),
    propose_action=_("Invoice only what is shipped"),
    prices=(),
)
PURCHASE_RETURN = replace(
    PURCHASE,
    kind=DocumentKind.PURCHASE_RETURN,
    stem="purchasereturn",
    title=_("Purchase returns"),
    new_title=_("New purchase return"),
    handle_label=_("To ship"),
    handled_label=_("Shipped"),
    handle_action=_("Ship"),
    invoice_action=_("Credit"),
    both_action=_("Ship and credit"),
    handle="costing:purchasereturn_ship",
    invoice="costing:purchasereturn_credit",
    both="costing:purchasereturn_ship_credit",
    handled_type=DocumentType.PURCHASE_RETURN_SHIPMENT,
    invoiced_type=DocumentType.PURCHASE_CREDIT_MEMO,
    handled_title=_("Return shipments"),
    handled_list="inventory:purchasereturnshipment_list",
    invoices_title=_("Credit memos"),
    invoice_list="inventory:purchasecreditmemo_list",
    invoiced_label=_("Credited"),
    nothing_moved=_("Nothing is shipped that is not credited."),
    propose_action=_("Credit only what is shipped"),
    sources=(DocumentType.PURCHASE_RECEIPT, DocumentType.PURCHASE_INVOICE),
)
SALES_RETURN = replace(
    SALE,
    kind=DocumentKind.SALES_RETURN,
    stem="salereturn",
    title=_("Sales returns"),
    new_title=_("New sales return"),
    handle_label=_("To receive"),
    handled_label=_("Received"),
    handle_action=_("Receive"),
    invoice_action=_("Credit"),
    both_action=_("Receive and credit"),
    handle="costing:salereturn_receive",
    invoice="costing:salereturn_credit",
    both="costing:salereturn_receive_credit",
    handled_type=DocumentType.SALES_RETURN_RECEIPT,
    invoiced_type=DocumentType.SALES_CREDIT_MEMO,
    handled_title=_("Return receipts"),
    handled_list="inventory:salesreturnreceipt_list",
    invoices_title=_("Credit memos"),
    invoice_list="inventory:salescreditmemo_list",
    invoiced_label=_("Credited"),
    nothing_moved=_("Nothing is received that is not credited."),
    propose_action=_("Credit only what is received"),
    sources=(DocumentType.SALES_SHIPMENT, DocumentType.SALES_INVOICE),
)
PURCHASE_CREDIT = replace(
    PURCHASE_RETURN,
    kind=DocumentKind.PURCHASE_CREDIT,
    stem="purchasecredit",
    title=_("Purchase credit memos, not posted"),
    new_title=_("New purchase credit memo"),
    both_action=_("Post credit memo"),
    handle="",
    invoice="",
    both="costing:purchasecredit_post",
    handle_permission="base.purchase_invoice",
)
SALES_CREDIT = replace(
    SALES_RETURN,
    kind=DocumentKind.SALES_CREDIT,
    stem="salecredit",
    title=_("Sales credit memos, not posted"),
    new_title=_("New sales credit memo"),
    both_action=_("Post credit memo"),
    handle="",
    invoice="",
    both="costing:salecredit_post",
    handle_permission="base.sale_invoice",
)
SIDES = {side.kind: side for side in (PURCHASE, SALE, PURCHASE_RETURN, SALES_RETURN, PURCHASE_CREDIT, SALES_CREDIT)}
