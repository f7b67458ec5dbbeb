"""States of pages that an address alone does not show: menus, dialogs, refusals, previews, panels, scans, errors."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import expect

from config.base.models import Job, JobState, Notification
from tests import factories
from tests.browser import axe
from tests.browser.depot import scan, tone
from tests.browser.pages_of_all import everything_against, listen, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


@pytest.fixture
def company(world):
    oslo = world.locations["OSLO"]
    world.purchase_of_more = factories.purchase_order(world.chair, quantity="3", unit_cost="20", location=oslo)
    return world


@pytest.fixture
def ask(sign_in):
    """Open a path as somebody, do something there, and ask what is wrong with the page; collects what is found."""
    pages, found = {}, []

    def look(username, path, act=None):
        if username not in pages:
            pages[username] = sign_in(username, reduced_motion="reduce")
            listen(pages[username])
        page = pages[username]
        page.goto(path)
        settle(page)
        page.complaints.clear()
        if act:
            act(page)
        found.extend((username, path, act and act.__name__, *each) for each in everything_against(page))

    look.found = found
    return look


def opened(name):
    """Open the menu of this name."""

    def act(page):
        summary = page.locator("details > summary").filter(has_text=re.compile(name)).first
        summary.click()
        assert summary.evaluate("each => each.parentElement.open")

    act.__name__ = f"menu {name}"
    return act


def pressed(name, *, into="main", **fields):
    """Fill in fields and press the button of this name; waits for the answer."""

    def act(page):
        for label, value in fields.items():
            page.locator(into).get_by_label(label.replace("_", " ")).first.fill(value)
        page.locator(into).get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_load_state("networkidle")

    act.__name__ = f"button {name}"
    return act


def refused(name, **fields):
    """The same, where the answer says what is wrong."""

    def act(page):
        pressed(name, **fields)(page)
        expect(page.locator("main [role=alert]").first).to_be_visible()
        page.complaints.clear()  # the browser calls an answer of 422 an error

    act.__name__ = f"refused {name}"
    return act


def test_homes_menus_and_dialogs(ask):
    def palette(page):
        page.keyboard.press("Control+k")
        page.keyboard.type("CHAIR")
        expect(page.locator("#palette-hits [role=option]").first).to_be_visible()

    def keys(page):
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()

    def chosen(page):
        page.get_by_role("checkbox", name="Select all rows of this page").check()

    for username in factories.USERNAMES:
        ask(username, "/")
    for act in (palette, keys, opened("purchaser")):
        ask("purchaser", "/", act)
    for act in (opened("Filter"), opened("Views"), opened("Columns"), opened("Export"), opened("More"), chosen):
        ask("purchaser", "/items/", act)
    ask("purchaser", "/items/CHAIR/", opened("More"))
    assert ask.found == []


def test_lists_that_are_filtered_sorted_empty_or_asked_wrongly(ask):
    for path in (
        "/items/?q=CHAIR&sort=-no&no=CHAIR&nonsense=1",
        "/items/?q=nobody+has+this",
        "/items/?unit_price=2..x",
        "/ledger/items/?posting_date=2026-02-30",
        "/search/?q=CHAIR",
        "/search/?q=nobody+has+this",
        "/find-entries/?q=nobody",
        "/items/PUMP/availability/",
        "/items/CHAIR/availability/?by=period",
        "/items/CHAIR/availability/?by=location",
        "/reconciliation/?show=1&warning=1&panel=difference.inventory",
        "/reconciliation/?show=1&warning=1&item=CHAIR&panel=cogs.gl_total",
        "/reports/inventory-valuation/?date_to=2020-01-01",
    ):
        ask("controller", path)
    assert ask.found == []


def test_forms_that_are_refused_and_previews(ask, world):
    rows = "Item\tLocation\tQuantity\nCHAIR\tOSLO\t1\nNOBODY\tOSLO\tx\n"
    for path in ("/items/new/", "/purchases/new/", "/sales-returns/new/", "/categories/new/", "/catalogue-items/new/"):
        ask("purchaser", path, refused("Save"))
    ask("purchaser", "/import/items/", refused("Preview"))
    ask("lead", "/journals/adjustment/paste/", refused("Preview", Rows=rows))
    ask("lead", "/journals/adjustment/post/", pressed("Preview posting"))
    ask("lead", f"/purchases/{world.purchase_of_more.no}/receive/", pressed("Preview posting"))
    ask("controller", "/close/rehearse/", refused("Rehearse"))
    assert ask.found == []


def test_lines_of_a_document_that_are_wrong(ask, world):
    def wrong(page):
        row = page.locator(f"#line-{world.purchase.lines.first().pk}")
        row.get_by_label("Quantity", exact=True).fill("a lot")
        row.get_by_role("button", name="Save line").click()
        expect(page.locator(".row-errors").first).to_be_visible()
        page.complaints.clear()

    ask("purchaser", f"/purchases/{world.purchase.no}/", wrong)
    assert ask.found == []


def test_rows_of_every_height(ask, world):
    for density in ("compact", "touch"):
        for path in ("/items/", f"/purchases/{world.purchase.no}/", "/journals/adjustment/"):

            def dense(page, density=density):
                page.evaluate("density => { document.documentElement.dataset.density = density; }", density)

            ask("lead" if "journals" in path else "purchaser", path, dense)
    assert ask.found == []


def test_jobs_in_every_state_and_notifications(ask, world):
    user = world.of["controller"].user
    for state in JobState.values:
        job = Job.objects.create(kind="adjust_cost", title="Adjust cost", state=state, requested_by=user)
        ask("controller", f"/jobs/{job.pk}/")
    for level in ("info", "success", "warning", "error"):
        Notification.objects.create(user=user, text=f"A {level}", level=level)
    ask("controller", "/notifications/")
    assert ask.found == []


def test_the_scan_station_at_every_task(ask, world):
    def scanned(code, name):
        def act(page):
            scan(page, code)
            expect(tone(page, name)).to_be_visible()
            page.complaints.clear()

        act.__name__ = f"scan {code}"
        return act

    for task in ("receive", "ship", "transfer-ship", "transfer-receive", "count"):
        ask("clerk", f"/scan/{task}/")
    for path, no in (("receive", world.purchase_of_more.no), ("ship", world.sale.no), ("count", world.count.no)):
        for act in (None, scanned("CHAIR", "ok"), scanned("NOBODY", "bad")):
            ask("clerk", f"/scan/{path}/{no}/", act)
    ask("clerk", f"/scan/transfer-ship/{world.transfer.no}/")
    ask("clerk", "/scan/lookup/?code=CHAIR")
    ask("clerk", "/scan/lookup/?code=NOBODY")
    assert ask.found == []


def test_pages_of_refusal_and_error(ask, sign_in):
    def wrong(page):
        page.get_by_label("User name").fill("clerk")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()

    ask("anonymous", "/accounts/login/", wrong)
    ask("clerk", "/costing/")
    ask("clerk", "/items/NOBODY/")
    for name in ("500.html", "403_csrf.html", "registration/locked.html"):
        page = sign_in("anonymous")
        listen(page)
        page.route(
            "**/healthz", lambda route, name=name: route.fulfill(body=render_to_string(name), content_type="text/html")
        )
        page.goto("/healthz")
        expect(page.locator("h1")).to_be_visible()
        ask.found.extend((name, *each) for each in everything_against(page))
    assert ask.found == []


def test_what_is_wrong_would_be_found(sign_in):
    page = sign_in("controller")
    listen(page)
    page.goto("/reports/")
    planted = """<h1>Second</h1><img src=/static/icon.svg>
        <p style="color: light-dark(#fff, #000); background: canvas">Pale</p>
        <button style="inline-size: 9px; block-size: 9px; padding: 0" aria-label="Small"></button>
        <div style="inline-size: 900px">Wide</div>"""
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", planted)

    found = everything_against(page)
    assert {("light", "image-alt"), ("light", "color-contrast"), ("dark", "color-contrast")} <= {
        each[:2] for each in found
    }
    assert {(360, "2 h1"), (800, "target 9 x 9"), (360, "target 9 x 9")} <= {each[:2] for each in found}
    assert any(re.fullmatch(r"9\d\d px wide", str(each[1])) for each in found if each[0] == 360)


def test_the_themes_differ_in_nothing_but_colours():
    """So the second theme is asked for contrast alone (axe.py)."""
    styles = {path: path.read_text() for path in (Path(settings.BASE_DIR) / "static" / "css").glob("*.css")}
    themed = [
        path.name for path, text in styles.items() if re.search(r"data-theme|prefers-color-scheme|light-dark", text)
    ]
    assert themed == ["tokens.css"]
    tokens = next(text for path, text in styles.items() if path.name == "tokens.css")
    assert re.findall(r'\[data-theme="\w+"\] \{([^}]*)\}', tokens) == [
        "\n    color-scheme: light;\n  ",
        "\n    color-scheme: dark;\n  ",
    ]
    assert all(name.startswith("--") for name in re.findall(r"([\w-]+): light-dark\(", tokens))
    assert axe.THEMES == ("light", "dark")
