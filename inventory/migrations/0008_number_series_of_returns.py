"""A company that was set up before returns had number series of their own gets them."""

from django.db import migrations

SERIES = {
    "purchase_return_shipment_series": "Purchase return shipments",
    "purchase_credit_draft_series": "Unposted purchase credit memos",
    "sales_return_receipt_series": "Sales return receipts",
    "sales_credit_draft_series": "Unposted sales credit memos",
}


def make_series(apps, _schema_editor):
    setup = apps.get_model("inventory", "InventorySetup").objects.first()
    if setup is None:
        return
    series_model, line_model = apps.get_model("base", "NumberSeries"), apps.get_model("base", "NumberSeriesLine")
    for name, description in SERIES.items():
        code = getattr(setup, name)
        series, made = series_model.objects.get_or_create(code=code, defaults={"description": description})
        if made:
            line_model.objects.create(series=series, starting_no=f"{code[:13]}-000001")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0007_application_worksheet")]

    operations = [migrations.RunPython(make_series, migrations.RunPython.noop)]
