"""Append-only tables: triggers for migrations.

    operations = [append_only("costing_valueentry", frozen=["item_id", "cost_amount_actual", ...])]

Rows may be inserted, never deleted, and updated only in columns that are not listed as frozen. ``TRUNCATE`` is
refused too, unless the session set ``lagerbok.allow_truncate`` to ``on``, which only test settings do.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.migrations.operations import RunSQL

# SQLSTATE 23000 reaches Django as an IntegrityError.
_FUNCTION = """
CREATE OR REPLACE FUNCTION base_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""

_TRIGGERS = """
CREATE TRIGGER "{table}_frozen" BEFORE UPDATE ON "{table}" FOR EACH ROW
    WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION base_refuse_change();
CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION base_refuse_change();
CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT
    WHEN (current_setting('lagerbok.allow_truncate', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION base_refuse_change();
"""

_REVERSE = """
DROP TRIGGER IF EXISTS "{table}_frozen" ON "{table}";
DROP TRIGGER IF EXISTS "{table}_no_delete" ON "{table}";
DROP TRIGGER IF EXISTS "{table}_no_truncate" ON "{table}";
"""


def append_only(table: str, *, frozen: Sequence[str]) -> RunSQL:
    """Return the migration operation that makes a table append-only, but for the columns that are not frozen.

    ``frozen`` names database columns (``item_id``, not ``item``). Never list a stored generated column: it is NULL in
    a BEFORE trigger. To add a column later: ``RunSQL(reverse of the old list)``, then ``append_only`` with the new one.
    """
    old = ", ".join(f'OLD."{column}"' for column in frozen)
    new = ", ".join(f'NEW."{column}"' for column in frozen)
    return RunSQL(
        sql=_FUNCTION + _TRIGGERS.format(table=table, old=old, new=new), reverse_sql=_REVERSE.format(table=table)
    )


def frozen_columns(table: str) -> set[str]:
    """Return the columns that the append-only trigger of a table watches, as the database has it now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_trigger t JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum > 0"
            " WHERE t.tgrelid = %s::regclass AND t.tgname = %s"
            " AND pg_get_triggerdef(t.oid) ~ ('\\mold\\.\"?' || a.attname || '\\M')",
            [f'"{table}"', f"{table}_frozen"],
        )
        return {row[0] for row in cursor.fetchall()}
