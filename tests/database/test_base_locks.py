import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from config.base import locks
from config.base.models import NumberSeries, ReasonCode
from config.base.transactions import posting
from tests import threads


def held_locks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT classid, objid, mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            " ORDER BY classid, objid"
        )
        return [(int(space), int(key), mode) for space, key, mode in cursor.fetchall()]


@pytest.mark.django_db
class TestPosting:
    def test_shares_the_books(self):
        with posting():
            assert held_locks() == [(1, 0, "ShareLock")]

    def test_takes_the_books_alone(self):
        with posting(alone=True):
            assert held_locks() == [(1, 0, "ExclusiveLock")]

    def test_is_not_opened_inside_another(self):
        with posting(), pytest.raises(RuntimeError), posting():
            pass

    def test_keeps_what_was_written(self):
        with posting():
            ReasonCode.objects.create(code="DAMAGED")

        assert ReasonCode.objects.get().code == "DAMAGED"

    def test_preview_leaves_nothing(self):
        with posting(preview=True) as context:
            ReasonCode.objects.create(code="DAMAGED")

        assert context.preview
        assert not ReasonCode.objects.exists()

    def test_preview_sees_the_refusals_of_deferred_constraints(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'not balanced' USING ERRCODE = '23000'; END $$"
            )
            cursor.execute(
                "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON base_reasoncode DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
            )

        with pytest.raises(Exception, match="not balanced"), posting(preview=True):
            ReasonCode.objects.create(code="DAMAGED")

    def test_its_time_is_that_of_the_database(self):
        with posting() as context, connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            now = cursor.fetchone()[0]

        assert context.created_at <= now
        assert context.created_at.tzinfo is not None


@pytest.mark.django_db(transaction=True)
class TestBooks:
    def test_postings_run_beside_each_other(self):
        def post():
            with posting():
                return "posted"

        with posting():
            assert threads.start(post).result(10) == "posted"

    def test_the_time_is_taken_after_waiting_for_the_books(self):
        def close():
            with posting(alone=True) as context:
                return context.created_at

        with posting():
            waiting = threads.start(close)
            threads.wait_until_blocked()
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                before_commit = cursor.fetchone()[0]

        assert waiting.result(10) > before_commit

    def test_waiting_too_long_is_busy_and_writes_nothing(self, settings):
        settings.LOCK_TIMEOUT_MS = 50

        def post():
            with posting():
                ReasonCode.objects.create(code="DAMAGED")

        with posting(alone=True):
            error = threads.start(post).exception(10)

        assert isinstance(error, locks.Busy)
        assert error.code == "busy"
        assert not ReasonCode.objects.exists()

    def test_a_row_lock_waited_for_inside_is_busy_too(self, settings):
        settings.LOCK_TIMEOUT_MS = 50
        NumberSeries.objects.create(code="PO")

        def post():
            with posting():
                NumberSeries.objects.update(description="mine")

        with posting():
            NumberSeries.objects.update(description="theirs")
            error = threads.start(post).exception(10)

        assert isinstance(error, locks.Busy)


@pytest.mark.django_db
class TestItems:
    def test_locks_each_once_in_order(self):
        with posting():
            assert locks.lock_items([30, 10, 20, 10]) == [10, 20, 30]
            assert held_locks()[1:] == [(2, 10, "ExclusiveLock"), (2, 20, "ExclusiveLock"), (2, 30, "ExclusiveLock")]

    def test_locks_nothing_for_no_items(self):
        with posting():
            assert locks.lock_items([]) == []


@pytest.mark.django_db(transaction=True)
class TestRequireTransaction:
    @pytest.mark.parametrize(
        "lock", [lambda: locks.lock_books(alone=False), lambda: locks.lock_items([1]), lambda: locks.lock_key(3, "x")]
    )
    def test_a_lock_outside_a_transaction_is_a_bug(self, lock):
        with pytest.raises(TransactionManagementError):
            lock()

    def test_two_users_with_the_same_items_in_any_order_never_deadlock(self):
        def post(items):
            for _round in range(20):
                with posting():
                    locks.lock_items(items)

        both = [threads.start(lambda: post([1, 2, 3])), threads.start(lambda: post([3, 2, 1]))]

        assert [future.result(20) for future in both] == [None, None]

    def test_a_key_is_locked_until_the_transaction_ends(self):
        def take():
            with transaction.atomic():
                locks.lock_key(3, "adjust_cost")
            return "taken"

        with transaction.atomic():
            locks.lock_key(3, "adjust_cost")
            waiting = threads.start(take)
            threads.wait_until_blocked()
            assert not waiting.done()

        assert waiting.result(10) == "taken"
