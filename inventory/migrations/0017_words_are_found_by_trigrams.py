"""Quick search finds a part of a word anywhere in a number or name: indexes of trigrams, as `icontains` compares."""

from django.db import migrations

SEARCHED = {
    "inventory_item": ("no", "description", "gtin"),
    "inventory_barcode": ("code",),
    "inventory_itemreference": ("reference_no", "description"),
    "inventory_catalogueitem": ("vendor_item_no", "description", "gtin"),
    "inventory_vendor": ("no", "name"),
    "inventory_customer": ("no", "name"),
    "inventory_document": ("no", "external_document_no"),
    "inventory_posteddocument": ("no", "order_no", "external_document_no"),
}


def _index(table: str, columns: tuple[str, ...]) -> migrations.RunSQL:
    name = f"{table.removeprefix('inventory_')}_words"
    searched = ", ".join(f"upper({column}) gin_trgm_ops" for column in columns)
    return migrations.RunSQL(f"CREATE INDEX {name} ON {table} USING gin ({searched})", f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0016_lists_of_many_begin_at_an_index")]

    operations = [
        # It belongs to PostgreSQL and is trusted: who owns the database may create it.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop),
        *(_index(table, columns) for table, columns in SEARCHED.items()),
    ]
