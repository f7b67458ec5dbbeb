"""Books with nothing in them yet: the pages say so, and are accessible."""

import pytest

from tests.browser.pages_of_all import everything_against, listen, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

# A page of each template that has something to say where there is nothing.
PAGES = {
    "purchaser": ["/", "/items/", "/purchases/", "/categories/", "/labels/items/", "/search/?q=CHAIR"],
    "lead": ["/", "/counts/", "/count-plan/", "/journals/adjustment/", "/scan/receive/", "/scan/lookup/?code=CHAIR"],
    "controller": [
        *(
            "/",
            "/availability/",
            "/close/",
            "/close/readiness/",
            "/costing/",
            "/gl/trial-balance/",
            "/gl/post-inventory/",
        ),
        *(
            "/gl/journal/",
            "/reconciliation/",
            "/reconciliation/?show=1",
            "/reconciliation/snapshots/",
            "/reports/ageing/",
        ),
        *("/received-not-invoiced/", "/find-entries/", "/notifications/", "/jobs/", "/journals/revaluation/"),
    ],
}


def test_nothing_is_against_pages_without_records(sign_in):
    found = []
    for username, paths in PAGES.items():
        page = sign_in(username, reduced_motion="reduce")
        listen(page)
        for path in paths:
            page.complaints.clear()
            assert page.goto(path).status == 200, path
            settle(page)
            found += [(path, *each) for each in everything_against(page)]
    assert found == []
