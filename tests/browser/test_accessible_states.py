"""States of pages that an address alone does not show: menus, dialogs, refusals, previews, panels, scans, errors."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Error, expect

from config.base.models import Job, JobState, Notification
from tests import factories
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

    def look(username, path, act=None, *, frame=False):
        if username not in pages:
            pages[username] = sign_in(username, reduced_motion="reduce")
            listen(pages[username])
        page = pages[username]
        page.goto(path)
        settle(page)
        page.complaints.clear()
        try:
            if act:
                act(page)
        except (AssertionError, Error) as error:  # the others are asked all the same
            found.append((username, path, act.__name__, "cannot be done", str(error)[:300]))
            return
        found.extend((username, path, act and act.__name__, *each) for each in everything_against(page, frame=frame))

    look.found, look.sign_in = found, sign_in
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


SECTIONS = []


def section(part):
    """Make a function one of the parts of the walk below."""
    SECTIONS.append(part)
    return part


@section
def homes_menus_and_dialogs(ask, world):
    def palette(page):
        page.keyboard.press("Control+k")
        page.keyboard.type("CHAIR")
        expect(page.locator("#palette-hits [role=option]").first).to_be_visible()
        page.complaints.clear()  # htmx calls a search that a newer one replaces an error

    def keys(page):
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()

    def chosen(page):
        page.get_by_role("checkbox", name="Select all rows of this page").check()

    for username in factories.USERNAMES:
        ask(username, "/", frame=True)
    for act in (palette, keys, opened("purchaser")):
        ask("purchaser", "/", act, frame=True)
    for act in (opened("Filter"), opened("Views"), opened("Columns"), opened("Export"), opened("More"), chosen):
        ask("purchaser", "/items/", act)
    ask("purchaser", "/items/CHAIR/", opened("More"))


@section
def lists_that_are_filtered_sorted_empty_or_asked_wrongly(ask, world):
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


@section
def forms_that_are_refused_and_previews(ask, world):
    rows = "Item\tLocation\tQuantity\nCHAIR\tOSLO\t1\nNOBODY\tOSLO\tx\n"
    for path in ("/items/new/", "/purchases/new/", "/sales-returns/new/", "/categories/new/", "/catalogue-items/new/"):
        ask("purchaser", path, refused("Save"))
    ask("purchaser", "/import/items/", refused("Preview"))
    ask("lead", "/journals/adjustment/paste/", refused("Preview", Rows=rows))
    ask("lead", "/journals/adjustment/post/", pressed("Preview posting"))
    ask("lead", f"/purchases/{world.purchase_of_more.no}/receive/", pressed("Preview posting"))


@section
def pages_about_chosen_rows(ask, world):
    def chosen(button):
        def act(page):
            page.get_by_role("checkbox", name="Select all rows of this page").check()
            page.locator("#bulk-form").get_by_role("button", name=button, exact=True).click()
            expect(page.get_by_role("checkbox", name="Select all rows of this page")).to_have_count(0)

        act.__name__ = f"chosen: {button}"
        return act

    ask("purchaser", "/items/", chosen("Edit chosen"))
    ask("purchaser", "/items/", chosen("Labels"))
    ask("accountant", "/received-not-invoiced/", chosen("Invoice"))


@section
def lines_of_a_document_that_are_wrong(ask, world):
    def wrong(page):
        row = page.locator(f"#line-{world.purchase.lines.first().pk}")
        row.get_by_label("Quantity", exact=True).fill("a lot")
        row.get_by_role("button", name="Save line").click()
        expect(page.locator(".row-errors").first).to_be_visible()
        page.locator("#lines .table-region").evaluate("each => each.scrollTo(0, 0)")
        page.complaints.clear()

    ask("purchaser", f"/purchases/{world.purchase.no}/", wrong)


@section
def rows_of_every_height(ask, world):
    for density in ("compact", "touch"):
        for path in ("/items/", f"/purchases/{world.purchase.no}/", "/journals/adjustment/"):

            def dense(page, density=density):
                page.evaluate("density => { document.documentElement.dataset.density = density; }", density)

            ask("lead" if "journals" in path else "purchaser", path, dense)


@section
def jobs_in_every_state_and_notifications(ask, world):
    user = world.of["controller"].user
    for state in JobState.values:
        over = {} if state in (JobState.QUEUED, JobState.RUNNING) else {"finished_at": timezone.now()}
        job = Job.objects.create(kind="adjust_cost", title="Adjust cost", state=state, requested_by=user, **over)
        ask("controller", f"/jobs/{job.pk}/")
        if state != JobState.DONE:
            closing = Job.objects.create(kind="close_inventory", title="Close", state=state, requested_by=user, **over)
            ask("controller", f"/close/jobs/{closing.pk}/")
    for level in ("info", "success", "warning", "error"):
        Notification.objects.create(user=user, text=f"A {level}", level=level)
    ask("controller", "/notifications/")


@section
def the_scan_station_at_every_task(ask, world):
    def scanned(code, name):
        def act(page):
            scan(page, code)
            expect(tone(page, name)).to_be_visible()
            page.complaints.clear()

        act.__name__ = f"scan {code}"
        return act

    for task in ("receive", "ship", "transfer-ship", "transfer-receive", "count"):
        ask("clerk", f"/scan/{task}/")
    for path, no in (("receive", world.purchase_of_more.no), ("ship", world.sale.no)):
        for act in (None, scanned("CHAIR", "ok"), scanned("NOBODY", "bad")):
            ask("clerk", f"/scan/{path}/{no}/", act)
    ask("clerk", f"/scan/transfer-ship/{world.transfer.no}/")
    ask("clerk", f"/scan/count/{world.count.no}/")
    ask("clerk", "/scan/lookup/?code=CHAIR")
    ask("clerk", "/scan/lookup/?code=NOBODY")


@section
def pages_of_refusal_and_error(ask, world):
    def wrong(page):
        page.get_by_label("User name").fill("clerk")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()

    ask("anonymous", "/accounts/login/", wrong)
    ask("clerk", "/costing/")
    ask("clerk", "/items/NOBODY/")
    page = ask.sign_in("anonymous")
    listen(page)
    for name in ("500.html", "403_csrf.html", "registration/locked.html"):
        page.unroute_all()
        page.route("**/healthz", answer_with(render_to_string(name)))
        page.goto("/healthz")
        expect(page.locator("h1")).to_be_visible()
        ask.found.extend((name, *each) for each in everything_against(page))


def answer_with(html):
    """What a request gets instead of the server's answer: pages that only a fault would show."""
    return lambda route: route.fulfill(body=html, content_type="text/html")


def test_every_state(ask, world):
    for part in SECTIONS:
        part(ask, world)
    assert ask.found == []
