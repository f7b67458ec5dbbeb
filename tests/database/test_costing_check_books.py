import pytest

from costing import check_books
from tests import factories

pytestmark = pytest.mark.django_db


class TestCleanBooks:
    def test_a_new_company_breaks_no_rule(self):
        factories.company()

        assert check_books.breaches() == []
