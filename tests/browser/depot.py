"""A depot for the journeys of clerks: goods, orders and stock, and a scanner that types into the page."""

import json
from datetime import date
from decimal import Decimal

from playwright.sync_api import expect

from costing.company import complete_posting_setup
from costing.posting.documents import post_document
from inventory.enums import DocumentKind
from inventory.models import (
    Bin,
    BinContent,
    Customer,
    Document,
    DocumentLine,
    GenProdPostingGroup,
    InventoryPostingGroup,
    Item,
    ItemLedgerEntry,
    ItemModelGroup,
    Location,
    UnitOfMeasure,
    Vendor,
)

DAY = date(2026, 3, 2)

# All signs of a scanner in one go, each as the keyboard sends it; then Enter. Nobody scans while he types.
WEDGE = """async code => {
    await new Promise((resolve) => setTimeout(resolve, 80));
    const target = document.activeElement ?? document.body;
    const press = (key, extra = {}) => target.dispatchEvent(
        new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...extra}));
    for (const sign of code) sign === "\\u001d" ? press("]", {ctrlKey: true}) : press(sign);
    press("Enter");
}"""
TOO_SMALL = """() => [...document.querySelectorAll("#station :is(button, a, input)")]
    .filter((each) => each.checkVisibility() && !each.closest("p, h2, li > span"))
    .filter((each) => each.getBoundingClientRect().height < 48).map((each) => each.outerHTML)"""
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"


# --- the books -------------------------------------------------------------------------------------------------------


def item(no, **fields):
    """An item by FIFO, sold and bought by piece."""
    return Item.objects.create(
        no=no,
        description=no.capitalize(),
        item_model_group=ItemModelGroup.objects.get(code="FIFO"),
        inventory_posting_group=InventoryPostingGroup.objects.get(code="RESALE"),
        gen_prod_posting_group=GenProdPostingGroup.objects.get(code="RETAIL"),
        base_unit_of_measure=UnitOfMeasure.objects.get(code="PCS"),
        **fields,
    )


def order(kind, no, *, price=5, fields=None, vendor="V-1", **lines):
    """An order of these items at OSLO, at the same price each; `fields`: more of each line, by item."""
    partner = (
        {"vendor": Vendor.objects.get(no=vendor)} if kind.is_purchase else {"customer": Customer.objects.get(no="C-1")}
    )
    made = Document.objects.create(kind=kind, no=no, order_date=DAY, **partner)
    for index, (item_no, quantity) in enumerate(lines.items(), start=1):
        more = (fields or {}).get(item_no, {})
        DocumentLine.objects.create(
            document=made,
            line_no=index * 10_000,
            item=Item.objects.get(no=item_no),
            **{"location": Location.objects.get(code="OSLO"), "unit_amount": Decimal(price)} | more,
            **dict.fromkeys(("quantity", "quantity_to_handle", "quantity_to_invoice"), Decimal(quantity)),
        )
    return made


def stock(no, **lines):
    """Goods that stand at OSLO: received on DAY and not invoiced. The arguments are those of `order`."""
    bought = order(DocumentKind.PURCHASE_ORDER, no, **lines)
    post_document(document_id=bought.pk, posting_date=DAY, handle=True, invoice=False, user_id=None)
    return bought


def place(code, **fields):
    """A location that can be posted to."""
    made = Location.objects.create(code=code, name=code.capitalize(), **fields)
    complete_posting_setup()
    return made


def bins(location_code="OSLO", **contents):
    """Bins of a location and the pieces in them: A={"CHAIR": 5}."""
    location = Location.objects.get(code=location_code)
    for code, goods in contents.items():
        made = Bin.objects.create(location=location, code=code)
        for item_no, quantity in goods.items():
            BinContent.objects.create(bin=made, item=Item.objects.get(no=item_no), quantity=Decimal(quantity))


def held():
    """What stands in bins: (bin, item, quantity); empty ones are left out."""
    rows = BinContent.objects.filter(quantity__gt=0).order_by("bin__code", "item__no")
    return list(rows.values_list("bin__code", "item__no", "quantity"))


def on_hand(item_no, location_code):
    """What stands at a place by the ledger."""
    entries = ItemLedgerEntry.objects.filter(item__no=item_no, location__code=location_code)
    return sum(entries.values_list("quantity", flat=True), Decimal(0))


# --- the scanner -----------------------------------------------------------------------------------------------------


def scan(page, code):
    page.evaluate(WEDGE, code)


def scanned(page, code, words):
    """Scan a code that is applied, and wait for its answer."""
    scan(page, code)
    expect(tone(page, "ok")).to_contain_text(words)


def tone(page, name):
    return page.locator(f"#scan-state[data-tone={name}]")


def line(page, code):
    """The figures of a line of the task: scanned of wanted."""
    return page.locator(f"[data-take='{code}'] .scan-line-figures")


def kept(page):
    """What the browser keeps of scans: (code, state)."""
    found = page.evaluate("Object.entries(localStorage).filter(([name]) => /^lagerbok-scan-\\d/.test(name))")
    scans = sorted((json.loads(value) for _name, value in found), key=lambda each: each["turn"])
    return [(each["code"], each["state"]) for each in scans]


def offline(page, *codes):
    """Scan while the network is away, and wait until all of it has arrived once it is back."""
    page.context.set_offline(True)
    for code in codes:
        scan(page, code)
    expect(tone(page, "wait")).to_be_visible()
    assert [state for _code, state in kept(page)] == ["waiting"] * len(codes)
    page.context.set_offline(False)
    expect(page.locator("#scan-count")).to_have_text("0")
    assert kept(page) == []


def begin(page, hand, task):
    """From Home into a task of the scan station."""
    page.goto("/")
    hand.use(page.get_by_role("navigation", name="Tasks").get_by_role("link", name=task, exact=True))
    listens(page)


def listens(page):
    """Wait until the station hears the scanner."""
    expect(page.locator("#scan-text")).not_to_be_empty()


def looks_right(page):
    """Nothing leaves the page at the side, and what is tapped at the scan station is big enough."""
    assert not page.evaluate(TOO_WIDE), page.url
    assert page.evaluate(TOO_SMALL) == [], page.url
