"""A live server with a real worker, and people who sign in to it."""

import os
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from config.base.jobs import queue
from costing.company import CompanyOptions, complete_posting_setup, create_standard_company
from costing.demo import users as demo_users
from inventory.models import Customer, GenBusPostingGroup, Location, Vendor
from tests.browser import hands
from tests.jobs import processes
from tests.web.one_of_each import one_of_each
from tests.web.permissions_table import ANONYMOUS
from tests.web.shop import open_shop

# Playwright's loop runs in the thread of the test: Django would refuse its own database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A machine that does much else at the same time is no failure of a page.
expect.set_options(timeout=15_000)


@pytest.fixture
def company(transactional_db):
    """The standard company with a location, two partners and everybody who works there."""
    create_standard_company(CompanyOptions(starting_date=date(2026, 1, 1), expected_cost_posting=True))
    business = GenBusPostingGroup.objects.get(code="DOMESTIC")
    Location.objects.create(code="OSLO", name="Oslo")
    Vendor.objects.create(no="V-1", name="Nordic Oak", gen_bus_posting_group=business)
    Customer.objects.create(no="C-1", name="Cafe Sol", gen_bus_posting_group=business)
    complete_posting_setup()
    demo_users.create_users()


@pytest.fixture
def worker(transactional_db):
    """A real Celery worker on the test database."""
    process = processes.start_worker_process()
    yield process
    processes.kill(process)


@pytest.fixture
def sign_in(browser, live_server, company):
    """Sign somebody in, in a browser of their own; returns their page. Pages of the test end with it.

    Nobody signs in as "anonymous".
    """
    contexts = []

    def open_as(username, **options):
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.failures = []
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.on("response", lambda response: response.status >= 500 and page.failures.append(response.url))
        if username == ANONYMOUS:
            return page
        page.goto("/accounts/login/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(demo_users.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(live_server.url + "/")
        return page

    yield open_as
    for context in contexts:
        for page in context.pages:
            assert page.failures == []
        context.close()


@pytest.fixture
def world(transactional_db, settings, tmp_path, monkeypatch):
    """One of everything that an address can name, and somebody with the rights of a lead and of an accountant."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)
    made = one_of_each(open_shop())
    made.of["both"] = made.of["lead"]
    both = get_user_model().objects.create_user(username="both", password=demo_users.PASSWORD)
    both.groups.set(Group.objects.filter(name__in=("Warehouse lead", "Accountant")))
    return made


@pytest.fixture
def on_tablet(sign_in):
    """Sign somebody in on a tablet, upright and with touch; returns their page."""

    def open_as(username):
        page = sign_in(username, has_touch=True)
        page.set_viewport_size({"width": 800, "height": 1280})
        return page

    return open_as


@pytest.fixture(params=[hands.Finger(), hands.Keyboard()], ids=["touch", "keyboard"])
def hand(request):
    """How a journey is made: by touch, or by nothing but keys."""
    return request.param
