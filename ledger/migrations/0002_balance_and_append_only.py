"""Vouchers balance, whoever writes them, and nothing of the general ledger is ever rewritten."""

from pathlib import Path

from django.db import migrations

from config.base.triggers import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=(SQL / "balance.sql").read_text(encoding="utf-8"),
            reverse_sql=(SQL / "balance_reverse.sql").read_text(encoding="utf-8"),
        ),
        append_only("ledger_glregister", frozen=["id", "source_code", "user_id", "created_at"]),
        append_only(
            "ledger_gltransaction",
            frozen=[
                "id",
                "register_id",
                "posting_date",
                "document_no",
                "source_code",
                "description",
                "reverses_id",
                "line_count",
                "created_at",
            ],
        ),
        append_only(
            "ledger_glentry",
            frozen=[
                "id",
                "transaction_id",
                "gl_account_id",
                "posting_date",
                "document_no",
                "external_document_no",
                "description",
                "amount",
                "dimension_set_id",
                "source_code",
                "system_created",
                "created_at",
            ],
        ),
    ]
