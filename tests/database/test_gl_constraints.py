"""The database refuses vouchers that do not balance and changes to posted ones, whoever sends them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from config.base import triggers
from ledger.enums import SourceCode
from ledger.models import GeneralJournalLine, GLAccount, GLEntry, GLRegister, GLTransaction, LedgerSetup

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
COMMON = {"posting_date": DAY, "document_no": "V-1", "source_code": SourceCode.GENERAL_JOURNAL, "created_at": MOMENT}


@pytest.fixture
def account():
    return GLAccount.objects.create(no="1460", name="Inventory")


@pytest.fixture
def write(account):
    """Write a voucher by bulk_create, round the use cases."""

    def write(*amounts, line_count=None):
        register = GLRegister.objects.create(source_code=SourceCode.GENERAL_JOURNAL, created_at=MOMENT)
        count = len(amounts) if line_count is None else line_count
        header = GLTransaction.objects.create(register=register, line_count=count, **COMMON)
        add(header, account, *amounts)
        return header

    return write


def add(header, account, *amounts, **changes):
    rows = [
        GLEntry(
            transaction=header, gl_account=account, amount=Decimal(amount), system_created=False, **COMMON | changes
        )
        for amount in amounts
    ]
    return GLEntry.objects.bulk_create(rows)


def refused(match):
    return pytest.raises(IntegrityError, match=match)


class TestBalance:
    def test_balanced_voucher_is_taken(self, write):
        write("10.00", "-7.50", "-2.50")

        connection.check_constraints()

    def test_sum_other_than_zero(self, write):
        with refused("does not balance: its entries sum to 0.01000"), transaction.atomic():
            write("10.00", "-9.99")
            connection.check_constraints()

    def test_fewer_entries_than_the_header_says(self, write):
        with refused("has 2 entries, its header says 3"), transaction.atomic():
            write("10.00", "-10.00", line_count=3)
            connection.check_constraints()

    def test_header_without_entries(self, write):
        with refused("has 0 entries"), transaction.atomic():
            write()
            connection.check_constraints()

    def test_entry_of_another_date(self, write, account):
        with refused("another date"), transaction.atomic():
            header = write("10.00", line_count=2)
            add(header, account, "-10.00", posting_date=date(2026, 4, 1))
            connection.check_constraints()

    def test_late_lines_even_if_they_balance(self, write, account):
        header = write("10.00", "-10.00")
        connection.check_constraints()

        with refused("is complete: it has 2 entries"), transaction.atomic():
            add(header, account, "5.00", "-5.00")

    def test_late_line_by_raw_sql(self, write):
        header = write("10.00", "-10.00")

        with refused("is complete"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_glentry (transaction_id, gl_account_id, posting_date, document_no, amount,"
                " source_code, created_at) SELECT transaction_id, gl_account_id, posting_date, document_no, 1,"
                " source_code, created_at FROM ledger_glentry WHERE transaction_id = %s LIMIT 1",
                [header.pk],
            )

    def test_late_line_by_copy(self, write, account):
        header = write("10.00", "-10.00")
        row = (header.pk, account.pk, DAY, "V-1", Decimal(1), "GENJNL", MOMENT)
        names = "transaction_id, gl_account_id, posting_date, document_no, amount, source_code, created_at"

        # The driver's own error: Django does not wrap copy().
        refusal = pytest.raises(psycopg.errors.CheckViolation, match="is complete")
        statement = f"COPY ledger_glentry ({names}) FROM STDIN"
        with refusal, transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write_row(row)

    def test_voucher_written_in_two_statements(self, write, account):
        header = write("10.00", line_count=2)
        add(header, account, "-10.00")

        connection.check_constraints()


class TestAppendOnly:
    @pytest.mark.parametrize("change", [{"amount": F("amount") * 2}, {"posting_date": date(2026, 4, 1)}])
    def test_entry_is_not_updated(self, write, change):
        write("10.00", "-10.00")

        with refused("append-only"), transaction.atomic():
            GLEntry.objects.update(**change)

    def test_voucher_and_register_are_not_updated(self, write):
        write("10.00", "-10.00")

        with refused("append-only"), transaction.atomic():
            GLTransaction.objects.update(line_count=3)
        with refused("append-only"), transaction.atomic():
            GLRegister.objects.update(source_code=SourceCode.YEAR_END)

    @pytest.mark.parametrize("table", ["ledger_glentry", "ledger_gltransaction", "ledger_glregister"])
    def test_nothing_is_deleted(self, write, table):
        write("10.00", "-10.00")

        with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")

    @pytest.mark.parametrize("table", ["ledger_glentry", "ledger_gltransaction", "ledger_glregister"])
    def test_nothing_is_truncated(self, table):
        with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lagerbok.allow_truncate = 'off'")
            cursor.execute(f"TRUNCATE {table} CASCADE")

    @pytest.mark.parametrize("model", [GLRegister, GLTransaction, GLEntry])
    def test_every_column_is_frozen(self, model):
        columns = {field.column for field in model._meta.concrete_fields}

        assert triggers.frozen_columns(model._meta.db_table) == columns - set(model.PROGRESS_FIELDS)


class TestChecks:
    def test_entry_of_zero(self, write):
        with refused("gl_entry_amount_not_zero"), transaction.atomic():
            write("0", "0")

    def test_voucher_is_reversed_once(self, write, account):
        header = write("10.00", "-10.00")
        register = header.register
        GLTransaction.objects.create(register=register, line_count=2, reverses=header, **COMMON)

        with refused("reverses_id"), transaction.atomic():
            GLTransaction.objects.create(register=register, line_count=2, reverses=header, **COMMON)
        add(GLTransaction.objects.get(reverses=header), account, "-10.00", "10.00")

    def test_account_with_entries_is_not_deleted(self, write, account):
        write("10.00", "-10.00")

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_glaccount WHERE id = %s", [account.pk])
            connection.check_constraints()

    def test_two_accounts_of_one_number(self, account):
        with refused("no"), transaction.atomic():
            GLAccount.objects.bulk_create([GLAccount(no="1460", name="Twin")])

    def test_setup_has_one_row_with_dates_in_order(self):
        LedgerSetup.load()

        with refused("ledger_setup_single_row"), transaction.atomic():
            LedgerSetup.objects.bulk_create([LedgerSetup(pk=2)])
        with refused("ledger_setup_dates_in_order"), transaction.atomic():
            LedgerSetup.objects.update(allow_posting_from=date(2026, 2, 1), allow_posting_to=date(2026, 1, 1))

    def test_journal_line_of_zero_and_double_number(self, account, django_user_model):
        line = {"owner": django_user_model.objects.create(username="u"), "posting_date": DAY, "gl_account": account}
        GeneralJournalLine.objects.create(line_no=1, amount=Decimal(1), **line)

        with refused("general_journal_line_amount_not_zero"), transaction.atomic():
            GeneralJournalLine.objects.update(amount=0)
        with refused("general_journal_line_no_unique"), transaction.atomic():
            GeneralJournalLine.objects.bulk_create([GeneralJournalLine(line_no=1, amount=Decimal(1), **line)])
