"""Every constraint of inventory and costing, met by a row that goes round the model: the database refuses it."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from costing.enums import CloseKind, RunState, ValueEntryType, VarianceType
from costing.models import (
    AccountSet,
    AdjustmentRunItem,
    AvgCostAdjmtEntryPoint,
    ClosingTransfer,
    CostChange,
    GeneralPostingSetup,
    GLItemLedgerRelation,
    InventoryAdjmtEntryOrder,
    InventoryClose,
    InventoryPostingSetup,
    ItemBalance,
    Mark,
    RevaluationJournalLine,
    Settlement,
    StandardCostWorksheetLine,
    ValueEntry,
)
from inventory.enums import CostingMethod, CountSheetStatus, DocumentKind, OrderType, PriceSide, SettleAt
from inventory.models import (
    Bin,
    BinContent,
    BomLine,
    CatalogueItem,
    CategoryAttribute,
    ChargeAssignment,
    Count,
    CountingPeriod,
    CountLine,
    CountSheet,
    CountSheetLine,
    Customer,
    Document,
    DocumentLine,
    InventorySetup,
    Item,
    ItemApplicationEntry,
    ItemAttributeOption,
    ItemAttributeValue,
    ItemCategory,
    ItemJournalLine,
    ItemLedgerEntry,
    ItemModelGroup,
    ItemUnitOfMeasure,
    JournalBatch,
    LocationNumberSeries,
    Lot,
    OrderComponent,
    OrderHeader,
    PhysicalInventoryLedgerEntry,
    PostedDocument,
    PostedDocumentLine,
    PriceListLine,
    Reservation,
    ScanSession,
    Serial,
    StandardJournal,
    StandardJournalLine,
    StockkeepingUnit,
    TouchedEntry,
    TransferLine,
    TransferOrder,
    Variant,
    Vendor,
)
from tests.database.rows import insert, one, voucher_pair

pytestmark = pytest.mark.django_db


def one_entry_twice():
    entry = voucher_pair()["gl_entry"]
    return {"gl_entry": entry, "balancing_gl_entry": entry}


# Constraint -> a row that breaks it and no other rule.
CHECKS = {
    "item_model_group_specific_at_posting": (
        ItemModelGroup,
        {"costing_method": CostingMethod.SPECIFIC, "settle_at": SettleAt.CLOSE},
    ),
    "item_inventory_has_posting_group": (Item, {"inventory_posting_group": None}),
    "item_unit_quantity_positive": (ItemUnitOfMeasure, {"quantity_per": 0}),
    "bom_line_quantity_positive": (BomLine, {"quantity_per": 0}),
    "bom_line_not_itself": (BomLine, lambda: {"parent": one(Item), "component": one(Item)}),
    "inventory_setup_single_row": (InventorySetup, {"pk": 2}),
    "document_partner_of_its_side": (
        Document,
        lambda: {"kind": DocumentKind.SALES_ORDER, "vendor": None, "customer": None},
    ),
    "document_line_quantity_positive": (DocumentLine, {"quantity": 0}),
    "document_line_item_or_charge": (DocumentLine, {"item": None}),
    "document_line_handled_within_quantity": (DocumentLine, {"quantity": 1, "quantity_handled": 2}),
    "document_line_invoiced_within_handled": (DocumentLine, {"quantity_handled": 0, "quantity_invoiced": 1}),
    "item_ledger_entry_open_iff_remaining": (ItemLedgerEntry, {"open": False}),
    "item_ledger_entry_remaining_within_quantity": (ItemLedgerEntry, {"quantity": 1, "remaining_quantity": 2}),
    "item_ledger_entry_invoiced_within_quantity": (ItemLedgerEntry, {"quantity": 1, "invoiced_quantity": -1}),
    "item_ledger_entry_completely_invoiced_iff_all": (
        ItemLedgerEntry,
        {"completely_invoiced": True, "invoiced_quantity": 0},
    ),
    "item_application_entry_quantity_not_zero": (ItemApplicationEntry, {"quantity": 0}),
    "physical_inventory_counted_not_negative": (PhysicalInventoryLedgerEntry, {"quantity_counted": -1}),
    "item_journal_line_quantity_positive": (ItemJournalLine, {"quantity": 0}),
    "standard_journal_line_quantity_positive": (StandardJournalLine, {"quantity": 0}),
    "transfer_order_two_places": (TransferOrder, lambda: dict.fromkeys(("from_location", "to_location"), one_place())),
    "item_unit_rounding_not_negative": (ItemUnitOfMeasure, {"rounding_precision": -1}),
    "item_attribute_value_one_type": (ItemAttributeValue, {"value_number": 1, "value_date": date(2026, 1, 31)}),
    "category_attribute_one_type": (CategoryAttribute, {"value_number": 1, "value_date": date(2026, 1, 31)}),
    "bin_content_not_negative": (BinContent, {"quantity": -1}),
    "transfer_line_received_within_shipped": (TransferLine, {"quantity_shipped": 1, "quantity_received": 2}),
    "order_header_makes_goods": (OrderHeader, {"type": OrderType.TRANSFER}),
    "order_header_quantity_positive": (OrderHeader, {"quantity": 0}),
    "order_component_item_or_centre": (OrderComponent, {"item": None}),
    "price_list_line_item_or_category": (PriceListLine, {"item": None}),
    "price_list_line_category_has_discount_only": (
        PriceListLine,
        lambda: {"item": None, "category": one(ItemCategory), "unit_amount": 1},
    ),
    "price_list_line_price_or_discount": (PriceListLine, {"unit_amount": None}),
    "price_list_line_not_negative": (PriceListLine, {"minimum_quantity": -1}),
    "price_list_line_discount_is_percent": (PriceListLine, {"line_discount_percent": 101}),
    "price_list_line_dates_in_order": (
        PriceListLine,
        {"starting_date": date(2026, 2, 1), "ending_date": date(2026, 1, 31)},
    ),
    "price_list_line_partner_of_its_side": (PriceListLine, lambda: {"side": PriceSide.SALES, "vendor": one(Vendor)}),
    "count_tolerance_not_negative": (Count, {"tolerance_percent": -1}),
    "counting_period_times_per_year": (CountingPeriod, {"times_per_year": 366}),
    "count_sheet_finished_has_time": (CountSheet, {"status": CountSheetStatus.FINISHED}),
    "count_sheet_line_not_negative": (CountSheetLine, {"quantity_counted": -1}),
    "reservation_quantity_positive": (Reservation, {"quantity": 0}),
    "account_set_key_filled": (AccountSet, {"key": ""}),
    "value_entry_item_or_capacity": (ValueEntry, {"item_ledger_entry": None}),
    "value_entry_variance_type_iff_variance": (ValueEntry, {"variance_type": VarianceType.PURCHASE}),
    "value_entry_average_only_outbound": (ValueEntry, {"valued_by_average_cost": True, "valued_quantity": 1}),
    "value_entry_adjustment_invoices_nothing": (ValueEntry, {"adjustment": True, "invoiced_quantity": 1}),
    "value_entry_expected_only_direct_or_revaluation": (
        ValueEntry,
        {"entry_type": ValueEntryType.ROUNDING, "cost_amount_expected": 1},
    ),
    "gl_relation_amount_not_zero": (GLItemLedgerRelation, {"amount": 0}),
    "gl_relation_two_entries": (GLItemLedgerRelation, one_entry_twice),
    "order_cost_state_makes_goods": (InventoryAdjmtEntryOrder, {"order_type": OrderType.TRANSFER}),
    "cost_change_one_source": (CostChange, {"average_period_end": date(2026, 1, 31)}),
    "settlement_quantity_positive": (Settlement, {"quantity": 0}),
    "settlement_one_issue": (Settlement, lambda: two_sides("issue", "issue_transfer")),
    "settlement_one_receipt": (Settlement, lambda: two_sides("receipt", "receipt_transfer")),
    "closing_transfer_quantity_positive": (ClosingTransfer, {"quantity": 0}),
    "mark_quantity_positive": (Mark, {"quantity": 0}),
}

# Constraint -> a row that may exist once; what is left out is blank, and blank counts as a value.
UNIQUES = {
    "item_unit_unique": (ItemUnitOfMeasure, {}),
    "variant_code_unique": (Variant, {}),
    "stockkeeping_unit_unique": (StockkeepingUnit, {}),
    "item_attribute_unique": (ItemAttributeValue, {}),
    "item_attribute_option_unique": (ItemAttributeOption, {}),
    "category_attribute_unique": (CategoryAttribute, {}),
    "bin_content_unique": (BinContent, {}),
    "catalogue_item_unique": (CatalogueItem, {}),
    "bom_line_unique": (BomLine, {}),
    "bin_code_unique": (Bin, {}),
    "location_numbers_unique": (LocationNumberSeries, {}),
    "scan_session_open_once": (ScanSession, {"document_no": "PO-1"}),
    "scan_session_of_user_open_once": (ScanSession, {"document_no": ""}),
    "document_line_no_unique": (DocumentLine, {}),
    "posted_document_no_unique": (PostedDocument, {}),
    "posted_document_line_no_unique": (PostedDocumentLine, {}),
    "charge_assignment_unique": (ChargeAssignment, {}),
    "item_application_entry_active_once": (ItemApplicationEntry, {}),
    "touched_entry_once": (TouchedEntry, {}),
    "item_journal_line_no_unique": (ItemJournalLine, {}),
    "journal_batch_code_unique": (JournalBatch, {}),
    "standard_journal_code_unique": (StandardJournal, {}),
    "standard_journal_line_no_unique": (StandardJournalLine, {}),
    "transfer_line_no_unique": (TransferLine, {}),
    "order_component_no_unique": (OrderComponent, {}),
    "count_line_no_unique": (CountLine, {}),
    "count_sheet_no_unique": (CountSheet, {}),
    "count_sheet_line_unique": (CountSheetLine, {}),
    "lot_no_unique": (Lot, {}),
    "serial_no_unique": (Serial, {}),
    "inventory_posting_setup_unique": (InventoryPostingSetup, {}),
    "general_posting_setup_unique": (GeneralPostingSetup, {}),
    "gl_relation_posted_once": (GLItemLedgerRelation, {}),
    "cost_entry_point_unique": (AvgCostAdjmtEntryPoint, {}),
    "item_balance_unique": (ItemBalance, {}),
    "order_cost_state_unique": (InventoryAdjmtEntryOrder, {}),
    "adjustment_run_item_unique": (AdjustmentRunItem, {}),
    "inventory_close_one_unfinished": (InventoryClose, {"state": RunState.WAITING}),
    "inventory_close_date_once": (InventoryClose, {"kind": CloseKind.CLOSE, "state": RunState.DONE}),
    "settlement_active_once": (Settlement, {}),
    "mark_pair_unique": (Mark, {}),
    "revaluation_journal_line_no_unique": (RevaluationJournalLine, {}),
    "standard_cost_worksheet_unique": (StandardCostWorksheetLine, {}),
}


def two_sides(*names):
    return {name: one(Settlement._meta.get_field(name).related_model) for name in names}


def one_place():
    return one(TransferOrder._meta.get_field("to_location").related_model)


def constraints_of(kind):
    return {
        constraint.name
        for label in ("inventory", "costing")
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, kind)
    }


class TestCheckConstraint:
    def test_each_is_tried_here(self):
        assert set(CHECKS) == constraints_of(models.CheckConstraint)

    @pytest.mark.parametrize("name", CHECKS)
    def test_refuses(self, name):
        model, values = CHECKS[name]

        with pytest.raises(IntegrityError, match=f'"{name}"'), transaction.atomic():
            insert(model, **(values() if callable(values) else values))

    def test_refuses_an_update_past_the_model(self):
        entry = insert(ItemLedgerEntry)

        with pytest.raises(IntegrityError, match="open_iff_remaining"), transaction.atomic():
            ItemLedgerEntry.objects.filter(pk=entry.pk).update(remaining_quantity=0)
        with pytest.raises(IntegrityError, match="remaining_within_quantity"), transaction.atomic():
            ItemLedgerEntry.objects.filter(pk=entry.pk).update(remaining_quantity=-1)

    def test_a_sale_needs_a_customer(self):
        with pytest.raises(IntegrityError, match="document_partner_of_its_side"), transaction.atomic():
            insert(Document, kind=DocumentKind.PURCHASE_ORDER, vendor=None, customer=one(Customer))


class TestUniqueConstraint:
    def test_each_is_tried_here(self):
        assert set(UNIQUES) == constraints_of(models.UniqueConstraint)

    @pytest.mark.parametrize("name", UNIQUES)
    def test_refuses_a_second_row(self, name):
        model, values = UNIQUES[name]
        first = insert(model, **values)
        same = {field.attname: getattr(first, field.attname) for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields:
            if field.primary_key or field.generated:
                del same[field.attname]

        with pytest.raises(IntegrityError, match=f'"{name}"'), transaction.atomic():
            insert(model, **same)

    def test_a_cancelled_application_gives_room_for_another(self):
        first = insert(ItemApplicationEntry)
        ItemApplicationEntry.objects.filter(pk=first.pk).update(cancelled_by=first.register)

        second = insert(
            ItemApplicationEntry,
            item_ledger_entry=first.item_ledger_entry,
            inbound_item_entry=first.inbound_item_entry,
        )

        assert second.pk != first.pk
