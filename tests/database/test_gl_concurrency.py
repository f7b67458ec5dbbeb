"""Two users at once at the general journal: each voucher is posted and reversed once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from config.base.errors import DomainError
from ledger import locks
from ledger.journals import post_general_journal, reverse_transaction
from ledger.models import GeneralJournalLine, GLTransaction
from tests import factories, threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user():
    factories.company()
    return factories.user("controller")


@pytest.fixture
def lines(user):
    common = {"owner": user, "posting_date": date(2026, 3, 31)}
    accounts = (factories.gl_account("6300"), factories.gl_account("1920"))
    return [
        GeneralJournalLine.objects.create(line_no=number, gl_account=account, amount=amount, **common)
        for number, account, amount in zip((1, 2), accounts, (Decimal(5), Decimal(-5)), strict=True)
    ]


def outcome(future):
    error = future.exception(timeout=30)
    return error.code if isinstance(error, DomainError) else error


def test_a_voucher_is_reversed_by_one_of_two(lines, user):
    voucher = post_general_journal(lines=lines, user_id=user.pk).transaction_ids[0]

    with transaction.atomic():
        locks.lock_transaction(voucher)
        both = [
            threads.start(lambda: reverse_transaction(transaction_id=voucher, user_id=user.pk)) for _each in range(2)
        ]
        threads.wait_until_blocked(2)

    assert {outcome(future) for future in both} == {None, "already_posted"}
    assert GLTransaction.objects.count() == 2


def test_a_journal_is_posted_by_one_of_two(lines, user):
    with transaction.atomic():
        locks.lock_journal_lines([line.pk for line in lines])
        both = [threads.start(lambda: post_general_journal(lines=lines, user_id=user.pk)) for _each in range(2)]
        threads.wait_until_blocked(2)

    assert {outcome(future) for future in both} == {None, "changed_meanwhile"}
    assert GLTransaction.objects.count() == 1
    assert not GeneralJournalLine.objects.exists()
