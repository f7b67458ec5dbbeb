"""Rows copied in a spreadsheet and pasted into the grid of a journal: shown first, then added, then posted."""

from decimal import Decimal

from inventory.models import (
    GenProdPostingGroup,
    InventoryPostingGroup,
    Item,
    ItemJournalLine,
    ItemLedgerEntry,
    ItemModelGroup,
    UnitOfMeasure,
)

PASTE = """(text) => {
  const field = document.querySelector("[data-grid] td.editable input:not([type=hidden])");
  const clipboard = new DataTransfer();
  clipboard.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
}"""


def chair():
    Item.objects.create(
        no="CHAIR",
        description="Oak chair",
        item_model_group=ItemModelGroup.objects.get(code="FIFO"),
        inventory_posting_group=InventoryPostingGroup.objects.get(code="RESALE"),
        gen_prod_posting_group=GenProdPostingGroup.objects.get(code="RETAIL"),
        base_unit_of_measure=UnitOfMeasure.objects.get(code="PCS"),
    )


def test_a_faulty_row_is_named_and_good_ones_are_posted(sign_in):
    chair()
    page = sign_in("lead", color_scheme="light")

    page.goto("/journals/adjustment/")
    page.evaluate(PASTE, "Item\tLocation\tQuantity\nCHAIR\tOSLO\t12\nSTOOL\tOSLO\t1\n")
    page.get_by_text("Row 3: There is no item “STOOL”.").wait_for()
    refused = ItemJournalLine.objects.count()
    page.get_by_label("Or paste rows").fill("Item\tLocation\tQuantity\nCHAIR\tOSLO\t12\nCHAIR\tOSLO\t-2.5\n")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("2 lines would be added.").wait_for()
    page.get_by_role("button", name="Add the lines").click()
    page.get_by_text("2 lines were added.").wait_for()
    page.get_by_role("link", name="Post", exact=True).click()
    page.get_by_role("button", name="Post", exact=True).click()
    page.get_by_text("is posted.").wait_for()

    posted = ItemLedgerEntry.objects.order_by("pk").values_list("entry_type", "quantity", "location__code")
    assert refused == 0
    assert list(posted) == [("positive_adjmt", 12, "OSLO"), ("negative_adjmt", Decimal("-2.5"), "OSLO")]
