import pytest
from django.contrib.auth.models import User

from config.base import requests
from config.base.errors import DomainError
from config.base.models import ReasonCode, RequestKey
from tests import threads


@pytest.fixture
def nina(db):
    return User.objects.create_user("nina")


@pytest.fixture
def ole(db):
    return User.objects.create_user("ole")


class TestOnce:
    def test_the_second_time_is_refused_with_the_first_result(self, nina):
        with requests.once("k1", nina) as request:
            request.finish({"url": "/receipts/R-1/"})

        with pytest.raises(requests.AlreadySent) as caught, requests.once("k1", nina):
            raise AssertionError("applied twice")
        assert caught.value.result == {"url": "/receipts/R-1/"}
        assert caught.value.code == "already_sent"

    def test_a_refusal_frees_the_key(self, nina):
        with pytest.raises(DomainError), requests.once("k1", nina):
            raise DomainError("Too late.")

        with requests.once("k1", nina):
            pass

    def test_a_crash_does_not(self, nina):
        with pytest.raises(ZeroDivisionError), requests.once("k1", nina):
            raise ZeroDivisionError

        with pytest.raises(requests.AlreadySent), requests.once("k1", nina):
            pass
        assert RequestKey.objects.count() == 1

    def test_another_user_has_keys_of_his_own(self, nina, ole):
        for user in (nina, ole):
            with requests.once("k1", user):
                pass

        assert RequestKey.objects.count() == 2


@pytest.mark.django_db(transaction=True)
class TestTwice:
    def test_a_double_click_is_applied_once(self, nina):
        def send():
            with requests.once("k1", nina):
                ReasonCode.objects.create(code="DAMAGED")

        outcomes = [future.exception(10) for future in [threads.start(send), threads.start(send)]]

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadySent", "NoneType"]
        assert ReasonCode.objects.count() == 1
