"""Posting vouchers: what is written, what is refused, and in how many queries."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.errors import DomainError
from config.base.transactions import posting
from ledger.enums import AccountType, SourceCode
from ledger.models import GLAccount, GLEntry, GLRegister, GLTransaction
from ledger.posting import LineToPost, NotBalanced, TransactionToPost, post_transactions

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def inventory():
    return GLAccount.objects.create(no="1460", name="Inventory")


@pytest.fixture
def applied():
    return GLAccount.objects.create(no="4300", name="Direct cost applied")


def voucher(*lines, no="V-1"):
    to_post = [LineToPost(account.pk, Decimal(amount)) for account, amount in lines]
    return TransactionToPost(DAY, no, "Receipt", to_post)


def post(*vouchers, **options):
    with posting() as context:
        return post_transactions(
            vouchers,
            context=context,
            user_id=None,
            source_code=SourceCode.INVENTORY_POSTING,
            system_created=True,
            **options,
        )


class TestPosted:
    def test_voucher_is_written_whole(self, inventory, applied):
        (posted,) = post(voucher((inventory, "10.00"), (applied, "-10.00")))

        header = GLTransaction.objects.get()
        assert (header.pk, header.document_no, header.line_count) == (posted.transaction_id, "V-1", 2)
        assert header.register_id == posted.register_id == GLRegister.objects.get().pk
        entries = GLEntry.objects.order_by("pk").values_list(
            "pk",
            "gl_account__no",
            "posting_date",
            "document_no",
            "description",
            "amount",
            "source_code",
            "system_created",
        )
        assert list(entries) == [
            (posted.entry_ids[0], "1460", DAY, "V-1", "Receipt", Decimal("10.00"), "INVTPCOST", True),
            (posted.entry_ids[1], "4300", DAY, "V-1", "Receipt", Decimal("-10.00"), "INVTPCOST", True),
        ]

    def test_entry_ids_follow_the_lines_of_each_voucher(self, inventory, applied):
        first, second = post(
            voucher((inventory, "1"), (applied, "-1"), no="V-1"),
            voucher((inventory, "2"), (applied, "3"), (inventory, "-5"), no="V-2"),
        )

        amounts = dict(GLEntry.objects.values_list("pk", "amount"))
        assert [amounts[pk] for pk in first.entry_ids] == [Decimal(1), Decimal(-1)]
        assert [amounts[pk] for pk in second.entry_ids] == [Decimal(2), Decimal(3), Decimal(-5)]

    def test_nothing_to_post_writes_nothing(self):
        assert post() == []
        assert not GLRegister.objects.exists()

    def test_queries_do_not_grow_with_the_vouchers(self, inventory, applied):
        counts = []
        for number in (2, 200):
            vouchers = [voucher((inventory, "1"), (applied, "-1"), no=f"V-{n}") for n in range(number)]
            with CaptureQueriesContext(connection) as queries:
                post(*vouchers)
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestRefused:
    def test_unbalanced_voucher_names_its_accounts(self, inventory, applied):
        with pytest.raises(NotBalanced, match=r"V-1 on 2026-03-01 .* 1460, 4300 sum to 0\.5") as refusal:
            post(voucher((inventory, "10.50"), (applied, "-10.00")))

        assert refusal.value.code == "not_balanced"
        assert not GLRegister.objects.exists()

    def test_blocked_and_heading_accounts_are_named_together(self, inventory, applied):
        GLAccount.objects.filter(pk=inventory.pk).update(blocked=True)
        GLAccount.objects.filter(pk=applied.pk).update(account_type=AccountType.HEADING)

        with pytest.raises(DomainError) as refusal:
            post(voucher((inventory, "10.00"), (applied, "-10.00")))

        assert [problem.code for problem in refusal.value.problems] == ["blocked_account", "invalid_input"]
        assert "1460 Inventory is blocked" in str(refusal.value)
        assert "4300 Direct cost applied is a heading" in str(refusal.value)
        assert not GLEntry.objects.exists()

    def test_unknown_account(self, inventory):
        missing = GLAccount(pk=987654)

        with pytest.raises(DomainError) as refusal:
            post(voucher((inventory, "1"), (missing, "-1")))

        assert refusal.value.code == "not_found"
