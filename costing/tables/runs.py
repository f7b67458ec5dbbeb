"""Tables of cost adjustment and of posting to the general ledger."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from config.base.expressions import exact_value
from config.base.tables import (
    AmountColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    IntegerColumn,
    LinkColumn,
    StateColumn,
    Table,
    UnitCostColumn,
    YesNoColumn,
)
from costing import selectors
from costing.models import AdjustmentRun, AdjustmentRunItem, PostToGLRun, SkippedEntry
from costing.tables.words import RUN_TONES, cause_label, item_url, value_entry_url
from inventory.models import Item


class CostStatusTable(Table):
    no = LinkColumn("inventory:item_detail", args=["no"], verbose_name=_("Item"))
    description = Column(verbose_name=_("Description"))
    costing_method = Column(
        accessor="item_model_group__costing_method",
        verbose_name=_("Costing method"),
    )
    settle_at = Column(
        accessor="item_model_group__settle_at",
        verbose_name=_("Settled"),
    )
    adjusted = YesNoColumn(verbose_name=_("Cost is adjusted"))
    unadjusted_from = DateColumn(verbose_name=_("Not adjusted from"))
    excluded = YesNoColumn(accessor="cost_state__excluded", verbose_name=_("Excluded"))
    adjusted_at = DateTimeColumn(accessor="cost_state__adjusted_at", verbose_name=_("Last adjusted"))
    last_run = Column(
        accessor="last_run_id",
        verbose_name=_("Last run"),
        linkify=lambda record: reverse("costing:run_detail", args=[record.last_run_id]) if record.last_run_id else None,
    )
    last_run_made = IntegerColumn(verbose_name=_("Entries made"))
    failure = Column(verbose_name=_("Failure"))
    point_count = IntegerColumn(
        verbose_name=_("Entry points"),
        linkify=lambda record: f"{reverse('costing:entry_point_list')}?item={exact_value(record.no)}",
    )
    order_count = IntegerColumn(
        verbose_name=_("Orders not adjusted"),
        linkify=lambda record: (
            f"{reverse('costing:order_state_list')}?item={exact_value(record.no)}&is_finished=yes&cost_is_adjusted=no"
        ),
    )
    adjust = Column(
        accessor="no",
        verbose_name=_("Adjust"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: f"{reverse('costing:adjust')}?item={quote(record.no)}",
    )
    unit_cost = UnitCostColumn(
        verbose_name=_("Unit cost"), linkify=lambda record: reverse("costing:item_cost", args=[record.no])
    )

    hidden_columns = ("settle_at", "excluded", "last_run_made", "point_count", "order_count")
    main_columns = ("no", "adjusted", "unadjusted_from")

    def render_adjust(self) -> Any:
        return _("Adjust")

    def render_excluded(self, value: bool, record: Item) -> Any:
        words = _("Yes") if value else _("No")
        if not self.request.user.has_perm("base.cost_adjust"):
            return words
        return format_html('<a href="{}">{}</a>', reverse("costing:item_exclude", args=[record.no]), words)

    class Meta:
        model = Item
        fields = (
            "no",
            "description",
            "costing_method",
            "settle_at",
            "adjusted",
            "unadjusted_from",
            "excluded",
            "adjusted_at",
            "last_run",
            "last_run_made",
            "failure",
            "point_count",
            "order_count",
            "unit_cost",
            "adjust",
        )


class AdjustmentRunTable(Table):
    id = LinkColumn("costing:run_detail", args=["pk"], verbose_name=_("Run"))
    created_at = DateTimeColumn(verbose_name=_("Started"))
    finished_at = DateTimeColumn(verbose_name=_("Finished"))
    state = StateColumn(tones=RUN_TONES, verbose_name=_("State"))
    through = DateColumn(verbose_name=_("Through"))
    preview = YesNoColumn(verbose_name=_("Preview"))
    requested_by = Column(accessor="job__requested_by__username", verbose_name=_("Started by"))
    item_count = IntegerColumn(
        verbose_name=_("Items"), linkify=lambda record: reverse("costing:run_items", args=[record.pk])
    )
    failed_count = IntegerColumn(
        verbose_name=_("Failed"),
        linkify=lambda record: f"{reverse('costing:run_items', args=[record.pk])}?state=failed",
    )
    entries_made = IntegerColumn(verbose_name=_("Entries made"))
    amount = AmountColumn(verbose_name=_("Net amount"))

    main_columns = ("id", "created_at", "state")

    class Meta:
        model = AdjustmentRun
        fields = (
            "id",
            "created_at",
            "finished_at",
            "state",
            "through",
            "preview",
            "requested_by",
            "item_count",
            "failed_count",
            "entries_made",
            "amount",
        )


class RunItemTable(Table):
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    description = Column(accessor="item__description", verbose_name=_("Description"))
    level = Column(verbose_name=_("Low-level code"))
    state = StateColumn(tones=RUN_TONES, verbose_name=_("State"))
    entries_read = IntegerColumn(verbose_name=_("Entries read"))
    entries_made = IntegerColumn(
        verbose_name=_("Entries made"),
        linkify=lambda record: selectors.value_entries_url(item=record.item.no, adjustment="yes"),
    )
    amount = AmountColumn(
        verbose_name=_("Net amount"),
        linkify=lambda record: f"{reverse('costing:item_cost', args=[record.item.no])}#adjustments",
    )
    seconds = Column(verbose_name=_("Seconds"))
    rounds = IntegerColumn(verbose_name=_("Rounds"))
    error_code = Column(verbose_name=_("Cause"))
    failure = Column(verbose_name=_("Failure"))
    again = Column(
        accessor="item_id",
        verbose_name=_("Again"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: reverse("costing:run_item_retry", args=[record.run_id, record.item_id]),
    )

    hidden_columns = ("level", "rounds", "error_code")
    main_columns = ("item", "state", "amount")

    def render_again(self) -> Any:
        return _("Adjust again")

    def render_error_code(self, value: str) -> str:
        return cause_label(value)

    def render_seconds(self, value: float) -> str:
        return f"{value:.3f}"

    class Meta:
        model = AdjustmentRunItem
        fields = (
            "item",
            "description",
            "level",
            "state",
            "entries_read",
            "entries_made",
            "amount",
            "seconds",
            "rounds",
            "error_code",
            "failure",
            "again",
        )


class PostToGLRunTable(Table):
    id = LinkColumn("costing:gl_run", args=["pk"], verbose_name=_("Run"))
    created_at = DateTimeColumn(verbose_name=_("Started"))
    state = StateColumn(tones=RUN_TONES, verbose_name=_("State"))
    through = DateColumn(verbose_name=_("Through"))
    post = YesNoColumn(verbose_name=_("Posted"))
    is_test = YesNoColumn(verbose_name=_("Test report"))
    document_no = Column(verbose_name=_("Document no."))
    item_nos = Column(verbose_name=_("Items"))
    user = Column(accessor="user__username", verbose_name=_("Started by"))
    posted_count = IntegerColumn(verbose_name=_("Value entries posted"))
    posted_amount = AmountColumn(verbose_name=_("Amount posted"))
    skipped_count = IntegerColumn(
        verbose_name=_("Skipped"), linkify=lambda record: reverse("costing:gl_run_skipped", args=[record.pk])
    )

    main_columns = ("id", "created_at", "state")
    hidden_columns = ("item_nos",)

    class Meta:
        model = PostToGLRun
        fields = (
            "id",
            "created_at",
            "state",
            "through",
            "post",
            "is_test",
            "document_no",
            "item_nos",
            "user",
            "posted_count",
            "posted_amount",
            "skipped_count",
        )


class SkippedTable(Table):
    value_entry = Column(
        accessor="value_entry_id",
        verbose_name=_("Value entry"),
        linkify=lambda record: value_entry_url(record.value_entry_id),
    )
    posting_date = DateColumn(accessor="value_entry__posting_date", verbose_name=_("Posting date"))
    item = Column(
        accessor="value_entry__item__no",
        verbose_name=_("Item"),
        linkify=lambda record: item_url(record.value_entry.item and record.value_entry.item.no),
    )
    document_no = Column(accessor="value_entry__document_no", verbose_name=_("Document no."))
    amount = AmountColumn(accessor="value_entry__cost_amount_actual", verbose_name=_("Cost amount (actual)"))
    code = Column(verbose_name=_("Cause"))
    reason = Column(verbose_name=_("Reason"))
    waits = YesNoColumn(accessor="still_waits", verbose_name=_("Still waits"))

    main_columns = ("value_entry", "reason")

    def render_code(self, value: str) -> str:
        return cause_label(value)

    class Meta:
        model = SkippedEntry
        fields = ("value_entry", "posting_date", "item", "document_no", "amount", "code", "reason", "waits")
