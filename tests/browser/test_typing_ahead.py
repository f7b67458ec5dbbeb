"""Who types the next line of a journal while the one before is still being saved loses nothing of it."""

from playwright.sync_api import expect

from inventory.models import ItemJournalLine
from tests.browser.test_pasting import chair


def test_what_is_typed_while_a_line_is_saved_begins_the_next(sign_in):
    chair()
    page = sign_in("lead", color_scheme="light")
    held = []
    page.goto("/journals/adjustment/")
    page.route("**/lines/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())

    page.locator("#line-new-item").fill("CHAIR")
    page.locator("#line-new-location").fill("OSLO")
    page.locator("#line-new-quantity").fill("3")
    with page.expect_request(lambda request: request.method == "POST"):
        for _box in page.locator("#line-new input:not([type=hidden])").all()[4:]:
            page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    page.keyboard.type("CHAIX")
    page.keyboard.press("Backspace")
    held[0].continue_()

    expect(page.locator("#line-rows tr")).to_have_count(2)
    first = page.locator("#line-new input:not([type=hidden])").first
    expect(first).to_be_focused()
    expect(first).to_have_value("CHAI")
    assert list(ItemJournalLine.objects.values_list("quantity", flat=True)) == [3]
