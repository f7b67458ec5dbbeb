"""The menu, as data: areas, their pages, and who may see them. The palette finds the same pages by name.

A page is shown to whoever has one of its permissions. ``also`` are other words that people look for it by.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.pages import Hit, MenuArea, MenuPage

ITEM = ("base.item_view",)
STOCK = ("base.stock_view",)
DOCUMENT = ("base.document_view",)
COST = ("base.cost_view",)
LEDGER = ("base.gl_view",)
LOCATION = ("base.location_view", "base.setup_edit")

MENU: tuple[MenuArea, ...] = (
    MenuArea("home", _("Home"), "house", (MenuPage(_("Home"), "base:home", also="start dashboard", shortcut="g h"),)),
    MenuArea(
        "items",
        _("Items"),
        "package",
        (
            MenuPage(_("Items"), "inventory:item_list", ITEM, also="stock goods products", shortcut="g i"),
            MenuPage(_("Items by location"), "inventory:availability", STOCK, also="availability on hand"),
            MenuPage(
                _("Projected availability"),
                "inventory:availability_list",
                STOCK,
                also="shortage missing reorder promise",
                in_menu=False,
            ),
            MenuPage(_("Item ledger entries"), "inventory:itemledgerentry_list", STOCK, also="movements"),
            MenuPage(
                _("Find entries"),
                "costing:find_entries",
                (*STOCK, *DOCUMENT, *LEDGER),
                also="navigate document lot serial partner",
                shortcut="g f",
            ),
            MenuPage(_("Catalogue items"), "inventory:catalogueitem_list", ITEM, also="nonstock vendor import"),
            MenuPage(_("Item categories"), "inventory:itemcategory_list", ITEM, also="groups tree"),
            MenuPage(_("Item attributes"), "inventory:itemattribute_list", ITEM, also="colour size options"),
            MenuPage(_("Item templates"), "inventory:itemtemplate_list", ITEM, in_menu=False),
            MenuPage(_("Variants"), "inventory:variant_list", ITEM, in_menu=False),
            MenuPage(_("Barcodes"), "inventory:barcode_list", ITEM, also="ean gtin codes", in_menu=False),
            MenuPage(_("Item references"), "inventory:itemreference_list", ITEM, also="cross", in_menu=False),
            MenuPage(_("Stockkeeping units"), "inventory:stockkeepingunit_list", ITEM, also="sku", in_menu=False),
            MenuPage(_("Units of measure"), "inventory:unitofmeasure_list", ITEM, also="pieces", in_menu=False),
            MenuPage(_("Application entries"), "inventory:itemapplicationentry_list", STOCK, in_menu=False),
            MenuPage(_("Capacity ledger entries"), "costing:capacityentry_list", STOCK, also="work", in_menu=False),
            MenuPage(_("Physical inventory ledger entries"), "costing:countedentry_list", STOCK, in_menu=False),
        ),
    ),
    MenuArea(
        "purchasing",
        _("Purchasing"),
        "shopping-cart",
        (
            MenuPage(_("Purchase orders"), "inventory:purchase_list", DOCUMENT, also="buy receive", shortcut="g p"),
            MenuPage(_("Purchase receipts"), "inventory:purchasereceipt_list", DOCUMENT, also="received posted"),
            MenuPage(_("Purchase invoices"), "inventory:purchaseinvoice_list", DOCUMENT, also="invoiced posted"),
            MenuPage(_("Purchase returns"), "inventory:purchasereturn_list", DOCUMENT, also="send back vendor"),
            MenuPage(
                _("Purchase credit memos, not posted"),
                "inventory:purchasecredit_list",
                DOCUMENT,
                also="correct invoice",
                in_menu=False,
            ),
            MenuPage(
                _("Purchase return shipments"),
                "inventory:purchasereturnshipment_list",
                DOCUMENT,
                also="posted returns",
                in_menu=False,
            ),
            MenuPage(_("Purchase credit memos"), "inventory:purchasecreditmemo_list", DOCUMENT, also="credited posted"),
            MenuPage(
                _("Received not invoiced"),
                "costing:received_not_invoiced",
                ("base.purchase_invoice", "base.cost_view"),
                also="combine receipts invoice waiting accrual",
            ),
            MenuPage(_("Vendors"), "inventory:vendor_list", DOCUMENT, also="suppliers creditors"),
            MenuPage(
                _("Purchase prices"),
                "inventory:purchaseprice_list",
                ("base.cost_view", "base.document_edit", "base.purchase_invoice"),
                also="price list discounts vendor direct cost",
            ),
            MenuPage(
                _("Item charges"),
                "inventory:itemcharge_list",
                ("base.purchase_invoice", "base.document_edit", "base.cost_view", "base.setup_edit"),
                also="freight duty",
                in_menu=False,
            ),
        ),
    ),
    MenuArea(
        "sales",
        _("Sales"),
        "receipt",
        (
            MenuPage(_("Sales orders"), "inventory:sale_list", DOCUMENT, also="sell ship", shortcut="g s"),
            MenuPage(_("Sales shipments"), "inventory:salesshipment_list", DOCUMENT, also="shipped posted"),
            MenuPage(_("Sales invoices"), "inventory:salesinvoice_list", DOCUMENT, also="invoiced posted"),
            MenuPage(_("Sales returns"), "inventory:salereturn_list", DOCUMENT, also="come back customer"),
            MenuPage(
                _("Sales credit memos, not posted"),
                "inventory:salecredit_list",
                DOCUMENT,
                also="correct invoice",
                in_menu=False,
            ),
            MenuPage(
                _("Sales return receipts"),
                "inventory:salesreturnreceipt_list",
                DOCUMENT,
                also="posted returns",
                in_menu=False,
            ),
            MenuPage(_("Sales credit memos"), "inventory:salescreditmemo_list", DOCUMENT, also="credited posted"),
            MenuPage(
                _("Shipped not invoiced"),
                "costing:shipped_not_invoiced",
                ("base.sale_invoice", "base.cost_view"),
                also="combine shipments invoice waiting",
            ),
            MenuPage(_("Customers"), "inventory:customer_list", DOCUMENT, also="debtors buyers"),
            MenuPage(
                _("Sales prices"),
                "inventory:salesprice_list",
                (*ITEM, *DOCUMENT),
                also="price list discounts customer",
            ),
            MenuPage(_("Order lines"), "inventory:orderline_list", DOCUMENT, also="open orders", in_menu=False),
            MenuPage(_("Posted lines"), "inventory:postedline_list", DOCUMENT, also="posted documents", in_menu=False),
        ),
    ),
    MenuArea(
        "warehouse",
        _("Warehouse"),
        "warehouse",
        (
            MenuPage(_("Scan station"), "inventory:scan", ("base.scan_use",), also="scanner barcode receive ship move"),
            MenuPage(_("Locations"), "inventory:location_list", LOCATION, also="places warehouses"),
            MenuPage(
                _("Adjustment journal"), "inventory:adjustment_journal", ("base.adjust_post",), also="item journal"
            ),
            MenuPage(_("Reclassification journal"), "inventory:reclassification_journal", ("base.reclass_post",)),
            MenuPage(_("Transfer orders"), "inventory:transfer_list", STOCK, also="move", shortcut="g t"),
            MenuPage(_("Physical inventory"), "inventory:count_list", STOCK, also="counts stocktaking"),
            MenuPage(_("Count sheets"), "inventory:countsheet_list", STOCK, also="blind recount", in_menu=False),
            MenuPage(_("Items to count"), "inventory:countplan", STOCK, also="due cycle counting", in_menu=False),
            MenuPage(_("Counting periods"), "inventory:countingperiod_list", STOCK, in_menu=False),
            MenuPage(_("Goods in transit"), "inventory:goods_in_transit", STOCK, also="under way transfer"),
            MenuPage(_("Transfer shipments"), "inventory:transfershipment_list", STOCK, also="posted", in_menu=False),
            MenuPage(_("Transfer receipts"), "inventory:transferreceipt_list", STOCK, also="posted", in_menu=False),
            MenuPage(_("Direct transfers"), "inventory:directtransfer_list", STOCK, also="posted", in_menu=False),
        ),
    ),
    MenuArea(
        "costing",
        _("Costing"),
        "calculator",
        (
            MenuPage(
                _("Cost adjustment"),
                "costing:adjustment_status",
                ("base.cost_adjust", "base.cost_view"),
                also="adjust cost run",
            ),
            MenuPage(_("Value entries"), "costing:valueentry_list", COST, also="values cost entries"),
            MenuPage(
                _("Revaluation journal"),
                "costing:revaluation_journal",
                ("base.cost_revalue",),
                also="revalue calculate inventory value write down",
            ),
            MenuPage(
                _("Standard cost worksheet"),
                "costing:standard_worksheet",
                ("base.std_implement",),
                also="standard roll up implement",
            ),
            MenuPage(
                _("Application worksheet"),
                "costing:worksheet_items",
                ("base.cost_adjust",),
                also="apply unapply reapply entries",
            ),
            MenuPage(
                _("Closing and adjustment"),
                "costing:close_list",
                ("base.close_run", "base.close_reverse", "base.gl_view"),
                also="inventory close recalculate rehearse reverse settlement voucher log",
                shortcut="g c",
            ),
            MenuPage(
                _("Close readiness"),
                "costing:close_readiness",
                ("base.close_run", "base.close_reverse", "base.gl_view", "base.recon_view"),
                also="check blockers pre-close cannot be settled",
            ),
            MenuPage(
                _("Inventory periods"),
                "costing:period_list",
                ("base.period_close", "base.period_reopen", "base.audit_view"),
                also="close reopen month",
            ),
            MenuPage(_("Settlements"), "costing:settlement_list", COST, also="close issue receipt", in_menu=False),
            MenuPage(_("Marks"), "costing:mark_list", COST, also="mark issue receipt settle", in_menu=False),
            MenuPage(
                _("Runs of cost adjustment"),
                "costing:run_list",
                ("base.cost_adjust", "base.cost_view"),
                in_menu=False,
            ),
        ),
    ),
    MenuArea(
        "finance",
        _("Finance"),
        "landmark",
        (
            MenuPage(
                _("Reconciliation"),
                "reconciliation:matrix",
                ("base.recon_view",),
                also="matrix inventory g/l difference",
                shortcut="g r",
            ),
            MenuPage(
                _("Signed reconciliations"),
                "reconciliation:snapshot_list",
                ("base.recon_view",),
                also="snapshots sign-off",
                in_menu=False,
            ),
            MenuPage(
                _("Reports"),
                "reconciliation:report_list",
                ("base.report_view",),
                also="valuation ageing wip received not invoiced register tie-out",
            ),
            MenuPage(_("Post inventory cost"), "costing:gl_waiting", ("base.gl_post_inventory",), also="g/l waiting"),
            MenuPage(_("Chart of accounts"), "ledger:glaccount_list", LEDGER, also="g/l balance"),
            MenuPage(_("G/L entries"), "ledger:glentry_list", LEDGER, also="general ledger finance"),
            MenuPage(_("General journal"), "ledger:journal", ("base.gl_journal",), also="voucher book"),
            MenuPage(_("Trial balance"), "ledger:trial_balance", LEDGER, also="balances accounts"),
            MenuPage(_("Accounting periods"), "ledger:period_list", LEDGER, also="fiscal year end close income"),
            MenuPage(_("Vouchers"), "ledger:voucher_list", LEDGER, also="transactions", in_menu=False),
            MenuPage(_("G/L registers"), "ledger:glregister_list", LEDGER, in_menu=False),
            MenuPage(_("Runs of posting to G/L"), "costing:gl_run_list", LEDGER, in_menu=False),
        ),
    ),
    MenuArea(
        "setup",
        _("Setup"),
        "settings",
        (
            MenuPage(
                _("Import and export"),
                "costing:import_list",
                ("base.item_edit", "base.document_edit", "base.adjust_post", "base.count_post", "base.setup_edit"),
                also="upload file csv xlsx spreadsheet opening balances prices",
            ),
            MenuPage(_("Audit trail"), "base:audit", ("base.audit_view",), also="change log history exports who when"),
            MenuPage(_("Background jobs"), "base:job_list", also="runs tasks progress queue"),
            MenuPage(_("Setup"), "admin:index", ("base.setup_edit", "base.users_manage"), also="admin users groups"),
            MenuPage(_("My settings"), "base:preferences", also="language theme density region", in_menu=False),
            MenuPage(_("Notifications"), "base:notification_list", in_menu=False),
            MenuPage(_("Help"), "base:help", also="glossary keys", in_menu=False),
        ),
    ),
)


def address(page: MenuPage) -> str:
    """The page's address."""
    return reverse(page.url_name)


def may_open(page: MenuPage, user: Any) -> bool:
    """Whether the user has one of the page's permissions. Setup is Django admin: for staff alone."""
    if page.url_name.startswith("admin:") and not user.is_staff:
        return False
    return not page.permissions or any(user.has_perm(name) for name in page.permissions)


def pages_of(user: Any) -> list[tuple[MenuArea, list[tuple[MenuPage, str]]]]:
    """The areas with the pages that the user may open, and their addresses."""
    found = [(area, [(page, address(page)) for page in area.pages if may_open(page, user)]) for area in MENU]
    return [(area, pages) for area, pages in found if pages]


def menu(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu of the user, with the present page marked."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": []}
    areas = pages_of(user)
    urls = [url for _area, pages in areas for _page, url in pages if url != "/" and request.path.startswith(url)]
    current = max(urls, key=len, default="/" if request.path == "/" else "")
    shown = []
    for area, pages in areas:
        entries = [{"label": page.label, "url": url, "current": url == current} for page, url in pages if page.in_menu]
        if entries:
            has_current = any(entry["current"] for entry in entries)
            shown.append(
                {"key": area.key, "label": area.label, "icon": area.icon, "pages": entries, "current": has_current}
            )
    keys = {page.shortcut: url for _area, pages in areas for page, url in pages if page.shortcut}
    return {"menu": shown, "menu_keys": keys}


def find_pages(user: Any, text: str) -> list[Hit]:
    """The pages whose name, area or other words contain every word of the text."""
    words = text.casefold().split()
    hits = []
    for area, pages in pages_of(user):
        for page, url in pages:
            known = f"{page.label} {area.label} {page.also}".casefold()
            if all(word in known for word in words):
                hits.append(Hit(page.label, url, kind=_("Page"), hint="" if area.label == page.label else area.label))
    return hits
