import pytest
from django.db import transaction

from config.base import dimensions
from config.base.errors import DomainError
from config.base.models import Dimension, DimensionSet, DimensionValue
from tests import threads


@pytest.mark.django_db
class TestDimensionSet:
    def test_is_one_row_for_the_same_values_in_any_order(self):
        first = DimensionSet.objects.get_or_make({"DEPT": "SALES", "PROJECT": "X"})
        second = DimensionSet.objects.get_or_make({"PROJECT": "X", "DEPT": "SALES", "AREA": ""})

        assert first.pk == second.pk
        assert DimensionSet.objects.get().values == {"DEPT": "SALES", "PROJECT": "X"}

    def test_is_another_row_for_other_values(self):
        first = DimensionSet.objects.get_or_make({"DEPT": "SALES"})
        second = DimensionSet.objects.get_or_make({"DEPT": "SALE", "S": "x"})

        assert first.pk != second.pk

    def test_of_nothing_is_a_row_too(self):
        assert DimensionSet.objects.get_or_make({}).values == {}


@pytest.mark.django_db(transaction=True)
class TestTwoUsers:
    def test_who_make_the_same_set_get_one_row(self):
        with transaction.atomic():
            mine = DimensionSet.objects.get_or_make({"DEPT": "SALES"})
            other = threads.start(lambda: DimensionSet.objects.get_or_make({"DEPT": "SALES"}).pk)
            threads.wait_until_blocked()

        assert other.result(10) == mine.pk


@pytest.mark.django_db
class TestCheck:
    @pytest.fixture(autouse=True)
    def department(self):
        department = Dimension.objects.create(code="DEPT")
        DimensionValue.objects.create(dimension=department, code="SALES")
        DimensionValue.objects.create(dimension=department, code="OLD", blocked=True)

    def test_lets_known_values_through(self):
        dimensions.check({"DEPT": "SALES", "AREA": ""})

    def test_names_everything_that_is_wrong(self):
        with pytest.raises(DomainError) as caught:
            dimensions.check({"DEPT": "BUYING", "AREA": "NORTH"})

        assert [problem.code for problem in caught.value.problems] == ["invalid_input", "invalid_input"]
        assert "DEPT has no value BUYING" in str(caught.value)
        assert "There is no dimension AREA" in str(caught.value)

    def test_refuses_a_blocked_value(self):
        with pytest.raises(DomainError) as caught:
            dimensions.check({"DEPT": "OLD"})

        assert caught.value.code == "blocked_dimension"


class TestMerge:
    def test_the_later_wins_and_blanks_do_not(self):
        merged = dimensions.merge({"DEPT": "SALES", "AREA": "NORTH"}, {"DEPT": "BUYING", "AREA": ""})

        assert merged == {"DEPT": "BUYING", "AREA": "NORTH"}
