"""Items in a tree of categories, with attributes: what the tests of the item pages share.

Furniture (COLOUR, default Oak; WEIGHT without a default)
  Seats (COLOUR, default Black)
    CHAIR    own COLOUR White, own WEIGHT 7.5 kg
    STOOL    inherits Black
  Tables
    TABLE    inherits Oak
(none)
  LAMP
"""

from decimal import Decimal
from types import SimpleNamespace

from inventory import attributes
from inventory.models import (
    CategoryAttribute,
    ItemAttribute,
    ItemAttributeOption,
    ItemAttributeValue,
    ItemCategory,
)
from tests import factories


def make():
    books = factories.company(locations=["OSLO"])
    furniture = ItemCategory.objects.create(code="FURNITURE", name="Furniture")
    seats = ItemCategory.objects.create(code="SEATS", name="Seats", parent=furniture)
    tables = ItemCategory.objects.create(code="TABLES", name="Tables", parent=furniture)
    colour = ItemAttribute.objects.create(code="COLOUR", name="Colour", name_nb="Farge", value_type="option")
    for position, (name, norwegian) in enumerate([("Oak", "Eik"), ("Black", "Svart"), ("White", "Hvit")]):
        ItemAttributeOption.objects.create(attribute=colour, name=name, name_nb=norwegian, position=position)
    weight = ItemAttribute.objects.create(code="WEIGHT", name="Weight", unit="kg", value_type="number")
    hand_down(furniture, colour, "Oak")
    hand_down(furniture, weight, "")
    hand_down(seats, colour, "Black")
    chair = factories.item("CHAIR", category=seats, unit_price=Decimal(45))
    stool = factories.item("STOOL", category=seats, unit_price=Decimal(30))
    table = factories.item("TABLE", category=tables, unit_price=Decimal(90))
    lamp = factories.item("LAMP")
    give(chair, colour, "White")
    give(chair, weight, "7.5")
    return SimpleNamespace(**{name: value for name, value in locals().items() if not name.startswith("_")})


def hand_down(category, attribute, text):
    row = CategoryAttribute(category=category, attribute=attribute)
    attributes.read_value(attribute, text).put(row)
    row.save()


def give(item, attribute, text):
    row = ItemAttributeValue(item=item, attribute=attribute)
    attributes.read_value(attribute, text).put(row)
    row.save()


def numbers(response):
    return [row.record.no for row in response.context["table"].rows]
