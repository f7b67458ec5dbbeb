"""Tables of count sheets, counting periods and of what is to be counted."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import Column, DateColumn, IntegerColumn, LinkColumn, StateColumn, Table, YesNoColumn
from inventory.models import CountingPeriod, CountSheet, Item
from inventory.selectors import list_url


class CountSheetTable(Table):
    sheet = Column(
        accessor="no",
        linkify=lambda record: reverse("inventory:countsheet_detail", args=[record.count.no, record.no]),
        verbose_name=_("Sheet"),
    )
    count = LinkColumn(
        "inventory:count_detail", args=["count__no"], accessor="count__no", verbose_name=_("Physical inventory")
    )
    person = Column(accessor="person__username", verbose_name=_("Person"))
    status = StateColumn(tones={"open": "info", "finished": "ok"}, verbose_name=_("Status"))
    is_recount = YesNoColumn(verbose_name=_("Recount"))
    location = Column(accessor="count__location__code", verbose_name=_("Location"))
    counted = IntegerColumn(verbose_name=_("Lines counted"))
    line_count = IntegerColumn(verbose_name=_("Lines"))

    main_columns = ("sheet", "count", "person", "status")

    class Meta:
        model = CountSheet
        fields = ("count", "sheet", "person", "status", "is_recount", "location", "counted", "line_count")


class CountingPeriodTable(Table):
    code = LinkColumn("inventory:countingperiod_update", args=["code"], verbose_name=_("Code"))
    name = Column(verbose_name=_("Name"))
    times_per_year = IntegerColumn(verbose_name=_("Counts per year"))
    item_count = IntegerColumn(
        verbose_name=_("Items"),
        linkify=lambda record: list_url("inventory:countplan", counting_period=record.code),
    )

    main_columns = ("code", "times_per_year")

    class Meta:
        model = CountingPeriod
        fields = ("code", "name", "times_per_year", "item_count")


class CountPlanTable(Table):
    no = LinkColumn("inventory:item_detail", args=["no"], verbose_name=_("No."))
    description = Column(verbose_name=_("Description"))
    category = Column(accessor="category__code", verbose_name=_("Category"))
    counting_period = Column(accessor="counting_period__code", verbose_name=_("Counting period"))
    last_counted = DateColumn(
        verbose_name=_("Last counted"),
        linkify=lambda record: list_url("costing:countedentry_list", item=record.no),
    )
    next_count = DateColumn(verbose_name=_("Next count"))

    main_columns = ("no", "next_count")

    class Meta:
        model = Item
        fields = ("no", "description", "category", "counting_period", "last_counted", "next_count")
