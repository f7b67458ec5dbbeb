"""What an item has at a place, kept up to date by every posting."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models

import config.base.fields


class Migration(migrations.Migration):
    dependencies = [
        ("costing", "0002_append_only"),
        ("inventory", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="ItemBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "quantity",
                    config.base.fields.QuantityField(
                        db_default=Decimal("0"), default=Decimal("0"), verbose_name="quantity"
                    ),
                ),
                (
                    "invoiced_quantity",
                    config.base.fields.QuantityField(
                        db_default=Decimal("0"), default=Decimal("0"), verbose_name="invoiced quantity"
                    ),
                ),
                (
                    "cost",
                    config.base.fields.AmountField(db_default=Decimal("0"), default=Decimal("0"), verbose_name="cost"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balances",
                        to="inventory.item",
                        verbose_name="item",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.location",
                        verbose_name="location",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="inventory.variant",
                        verbose_name="variant",
                    ),
                ),
            ],
            options={
                "verbose_name": "item balance",
                "verbose_name_plural": "item balances",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item", "variant", "location"), name="item_balance_unique", nulls_distinct=False
                    )
                ],
            },
        ),
    ]
