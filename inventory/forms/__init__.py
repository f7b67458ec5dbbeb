"""Forms of the inventory pages."""

from inventory.forms.common import NumberedForm
from inventory.forms.documents import (
    ChargeLineForm,
    CountForm,
    CountLineForm,
    JournalLineForm,
    MoveLineForm,
    OrderForm,
    OrderLineDetailForm,
    OrderLineForm,
    PurchaseForm,
    SaleForm,
    TransferForm,
    TransferLineForm,
)
from inventory.forms.master import (
    CustomerForm,
    ItemCategoryForm,
    ItemChargeForm,
    ItemForm,
    LocationForm,
    PartnerForm,
    UnitOfMeasureForm,
    VendorForm,
)

__all__ = [
    "ChargeLineForm",
    "CountForm",
    "CountLineForm",
    "CustomerForm",
    "ItemCategoryForm",
    "ItemChargeForm",
    "ItemForm",
    "JournalLineForm",
    "LocationForm",
    "MoveLineForm",
    "NumberedForm",
    "OrderForm",
    "OrderLineDetailForm",
    "OrderLineForm",
    "PartnerForm",
    "PurchaseForm",
    "SaleForm",
    "TransferForm",
    "TransferLineForm",
    "UnitOfMeasureForm",
    "VendorForm",
]
