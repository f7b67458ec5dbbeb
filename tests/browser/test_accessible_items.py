"""Every page of items, their categories and attributes: accessible in both themes, and on small screens."""

import pytest

from tests.browser.pages_of_all import walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]


@pytest.fixture
def company(world):
    return world


def test_every_page(world, sign_in):
    walked = walk(world, sign_in, "items")
    assert walked.found == []
    assert len(walked.pages()) > 30
