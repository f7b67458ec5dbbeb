"""The sales lines of the sample, and what is made up about items and vendors: pure functions of the lines."""

from __future__ import annotations

import csv
import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

DATA_FILE = Path(__file__).parent / "data" / "online_retail_sample.csv"

HOME_COUNTRY = "United Kingdom"
_EU = "Austria,Belgium,Cyprus,Denmark,EIRE,Finland,France,Germany,Greece,Italy,Lithuania,Netherlands,Poland,Portugal"
EU_COUNTRIES = frozenset((*_EU.split(","), "Spain", "Sweden"))
_SERVICE_CODES = ("POST", "DOT", "GIFT")
_CENT = Decimal("0.01")
_FALLBACK_PRICE = Decimal("1.00")

# The first category with one of its words in the description wins.
CATEGORIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "CHRISTMAS": ("Christmas", ("CHRISTMAS", "XMAS", "REINDEER", "ADVENT", "SANTA", "SNOWMAN")),
    "CANDLES": ("Candles and lights", ("CANDLE", "T-LIGHT", "LANTERN", "LIGHTS", "INCENSE", "LAMP")),
    "BAGS": ("Bags and travel", ("BAG", "SHOPPER", "PURSE", "LUGGAGE", "UMBRELLA", "PASSPORT")),
    "KITCHEN": (
        "Kitchen and table",
        ("KITCHEN", "MUG", "CUP", "PLATE", "BOWL", "TEA", "CAKE", "JAM", "CUTLERY", "PANTRY", "LUNCH", "TIN", "EGG"),
    ),
    "STATIONERY": (
        "Paper and stationery",
        ("CARD", "PAPER", "PENCIL", "NOTEBOOK", "TAPE", "WRAP", "TISSUE", "RIBBON", "PEN", "STICKER"),
    ),
    "TOYS": (
        "Toys and crafts",
        ("DOLL", "SPACEBOY", "GAME", "PUPPET", "JIGSAW", "KIT", "CRAFT", "FELTCRAFT", "CHILDRENS", "TOY", "SKITTLES"),
    ),
    "GARDEN": ("Garden", ("GARDEN", "PLANT", "BIRD", "WATERING", "DOORMAT", "PARASOL", "TROWEL")),
    "JEWELLERY": ("Jewellery", ("NECKLACE", "BRACELET", "EARRING", "EARRINGS", "RING", "TRINKET", "BROOCH")),
    "HOME": ("Home decoration", ()),
}
SERVICE_CATEGORY = "SERVICES"


@dataclass(frozen=True, slots=True)
class DemoVendor:
    no: str
    name: str
    country: str
    gen_bus_posting_group: str
    categories: tuple[str, ...]


VENDORS = (
    DemoVendor("V-100", "Stoke Pottery Works", HOME_COUNTRY, "DOMESTIC", ("KITCHEN",)),
    DemoVendor("V-200", "Leicester Bag Company", HOME_COUNTRY, "DOMESTIC", ("BAGS", "JEWELLERY")),
    DemoVendor("V-300", "Papierhaus Nord", "Germany", "EU", ("STATIONERY", "CHRISTMAS")),
    DemoVendor("V-400", "Legetøj Århus", "Denmark", "EU", ("TOYS",)),
    DemoVendor("V-500", "Pearl River Gifts", "China", "EXPORT", ("HOME",)),
    DemoVendor("V-600", "Bougies de Provence", "France", "EU", ("CANDLES", "GARDEN")),
)
VENDOR_OF_CATEGORY = {category: vendor.no for vendor in VENDORS for category in vendor.categories}


@dataclass(frozen=True, slots=True)
class SaleLine:
    line_no: int
    invoice_no: str
    item_no: str
    description: str
    quantity: Decimal
    day: date
    unit_price: Decimal
    customer_no: str
    country: str

    @property
    def location(self) -> str:
        return "LONDON" if self.country == HOME_COUNTRY else "HARWICH"


@dataclass(frozen=True, slots=True)
class DemoItem:
    """An item as the demo knows it; `cost` is what it is bought for at first, `pack` how many come together."""

    no: str
    description: str
    is_service: bool
    category: str
    unit_price: Decimal
    cost: Decimal
    pack: int
    item_model_group: str

    @property
    def vendor_no(self) -> str:
        return VENDOR_OF_CATEGORY[self.category]


@dataclass(frozen=True, slots=True)
class Source:
    """The sample: lines in the order of the file, items by number, and lines that were left out with the reason."""

    lines: list[SaleLine]
    items: dict[str, DemoItem]
    left_out: list[str]


def number_from(text: str) -> int:
    """Return a number that is always the same for a text, and looks random."""
    return zlib.crc32(text.encode())


def read_source(limit: int | None = None) -> Source:
    """Read the sample, or its first lines only."""
    lines: list[SaleLine] = []
    left_out: list[str] = []
    with DATA_FILE.open(encoding="utf-8", newline="") as file:
        for line_no, row in enumerate(csv.DictReader(file), start=2):
            if limit is not None and len(lines) >= limit:
                break
            line = _sale_line(line_no, row)
            if line.quantity > 0:
                lines.append(line)
            else:
                left_out.append(f"line {line_no}: quantity {line.quantity} of {line.item_no} is a cancellation")
    return Source(lines, _items(lines), left_out)


def _sale_line(line_no: int, row: dict[str, str]) -> SaleLine:
    country = row["country"]
    customer = f"C{row['customer_id']}" if row["customer_id"] else f"CASH {country}"[:20].upper()
    return SaleLine(
        line_no=line_no,
        invoice_no=row["invoice_no"],
        item_no=row["stock_code"],
        # The sample writes a pound sign as an octal number.
        description=" ".join(row["description"].replace("\\243", "£").split()),
        quantity=Decimal(row["quantity"]),
        day=date.fromisoformat(row["invoice_date"][:10]),
        unit_price=Decimal(row["unit_price"]),
        customer_no=customer,
        country=country,
    )


def _items(lines: Sequence[SaleLine]) -> dict[str, DemoItem]:
    by_item: dict[str, list[SaleLine]] = defaultdict(list)
    for line in lines:
        by_item[line.item_no].append(line)
    shuffled = sorted(by_item, key=lambda no: (number_from(no), no))
    method = {no: "FIFO" if place % 2 else "AVERAGE" for place, no in enumerate(shuffled)}
    return {no: _item(no, found, method[no]) for no, found in sorted(by_item.items())}


def _item(no: str, lines: Sequence[SaleLine], item_model_group: str) -> DemoItem:
    names = Counter(line.description for line in lines if line.description)
    description = max(names, key=lambda name: names[name]) if names else f"Item {no}"
    price = next((line.unit_price for line in lines if line.unit_price), _FALLBACK_PRICE)
    is_service = no.upper().startswith(_SERVICE_CODES)
    percent = 52 + number_from(f"cost {no}") % 7
    return DemoItem(
        no=no,
        description=description,
        is_service=is_service,
        category=SERVICE_CATEGORY if is_service else _category(description),
        unit_price=price,
        cost=max((price * percent / 100).quantize(_CENT), _CENT),
        pack=(1, 2, 4, 6, 12)[number_from(f"pack {no}") % 5],
        item_model_group=item_model_group,
    )


def _category(description: str) -> str:
    words = description.upper().replace("/", " ").split()
    for code, (_name, keywords) in CATEGORIES.items():
        if any(word.startswith(keyword) and len(word) - len(keyword) <= 1 for word in words for keyword in keywords):
            return code
    return "HOME"
