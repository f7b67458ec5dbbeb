"""The menu, as data: areas, their pages, and who may see them. The palette finds the same pages by name.

A page is shown to whoever has one of its permissions. ``also`` are other words that people look for it by.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from config.base.pages import Hit, MenuArea, MenuPage

MENU: tuple[MenuArea, ...] = (
    MenuArea("home", _("Home"), "house", (MenuPage(_("Home"), "base:home", also="start dashboard", shortcut="g h"),)),
    MenuArea(
        "items",
        _("Items"),
        "package",
        (
            MenuPage(
                _("Items"), "inventory:item_list", ("base.item_view",), also="stock goods products", shortcut="g i"
            ),
            MenuPage(_("Locations"), "inventory:location_list", ("base.location_view",), also="warehouses places"),
            MenuPage(
                _("Item ledger entries"), "inventory:itemledgerentry_list", ("base.stock_view",), also="movements"
            ),
        ),
    ),
    MenuArea(
        "purchasing",
        _("Purchasing"),
        "shopping-cart",
        (
            MenuPage(
                _("Purchase orders"),
                "inventory:purchase_list",
                ("base.document_view", "base.document_edit"),
                also="buy receive receipts",
                shortcut="g p",
            ),
            MenuPage(_("Vendors"), "inventory:vendor_list", ("base.document_view",), also="suppliers creditors"),
        ),
    ),
    MenuArea(
        "sales",
        _("Sales"),
        "receipt",
        (
            MenuPage(
                _("Sales orders"),
                "inventory:sale_list",
                ("base.document_view", "base.document_edit"),
                also="sell ship shipments",
                shortcut="g s",
            ),
            MenuPage(_("Customers"), "inventory:customer_list", ("base.document_view",), also="debtors buyers"),
        ),
    ),
    MenuArea(
        "warehouse",
        _("Warehouse"),
        "warehouse",
        (
            MenuPage(
                _("Adjustment journal"), "inventory:adjustment_journal", ("base.adjust_post",), also="item journal"
            ),
            MenuPage(_("Transfer orders"), "inventory:transfer_list", ("base.transfer_post", "base.transfer_edit")),
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
                ("base.cost_adjust",),
                also="adjust cost run",
                shortcut="g c",
            ),
            MenuPage(_("Value entries"), "costing:valueentry_list", ("base.cost_view",), also="values cost entries"),
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
                _("Post inventory cost to G/L"), "costing:gl_waiting", ("base.gl_post_inventory",), also="waiting"
            ),
            MenuPage(_("Chart of accounts"), "ledger:glaccount_list", ("base.gl_view",), also="accounts balance"),
            MenuPage(_("G/L entries"), "ledger:glentry_list", ("base.gl_view",), also="general ledger finance"),
            MenuPage(_("General journal"), "ledger:journal", ("base.gl_journal",), also="voucher book"),
        ),
    ),
    MenuArea(
        "setup",
        _("Setup"),
        "settings",
        (
            MenuPage(_("Background jobs"), "base:job_list", also="runs tasks progress queue"),
            MenuPage(_("Setup"), "admin:index", ("base.setup_edit", "base.users_manage"), also="admin users groups"),
            MenuPage(_("My settings"), "base:preferences", also="language theme density region", in_menu=False),
            MenuPage(_("Notifications"), "base:notification_list", in_menu=False),
            MenuPage(_("Help"), "base:help", also="glossary keys", in_menu=False),
        ),
    ),
)


def address(page: MenuPage) -> str:
    """The page's address; blank where this installation does not have the page."""
    try:
        return reverse(page.url_name)
    except NoReverseMatch:
        return ""


def may_open(page: MenuPage, user: Any) -> bool:
    """Whether the user has one of the page's permissions. Setup is Django admin: for staff alone."""
    if page.url_name.startswith("admin:") and not user.is_staff:
        return False
    return not page.permissions or any(user.has_perm(name) for name in page.permissions)


def pages_of(user: Any) -> list[tuple[MenuArea, list[tuple[MenuPage, str]]]]:
    """The areas with the pages that the user may open, and their addresses."""
    found = []
    for area in MENU:
        pages = [(page, address(page)) for page in area.pages if may_open(page, user)]
        found.append((area, [(page, url) for page, url in pages if url]))
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
