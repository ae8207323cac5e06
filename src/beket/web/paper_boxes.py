"""What papers look like that are written down here: their boxes, in the order of the paper, and the fields of each."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from beket.words.documents import DocumentKind

Sort = Literal["text", "day", "country", "number", "currency", "code", "count", "choice", "several", "long"]
"""How a field is typed and read."""

GOODS_MAX: Final = 60
"""Most lines of goods of the form; a longer paper comes as a file."""

GOODS_FIRST: Final = 5
"""Lines of goods that stand on the page at first, and how many more each time."""

ATTACHED_MAX: Final = 20
"""Most attached documents of the form."""

ATTACHED_FIRST: Final = 3
"""Lines of attached documents that stand on the page at first, and how many more each time."""

SEVERAL_MAX: Final = 40
"""Most containers, or seals, in one field."""


class Field(Struct, frozen=True, kw_only=True):
    """One field: its name in the form, what stands beside it, and how many characters it takes."""

    name: str
    label: Any
    sort: Sort = "text"
    most: int = 140
    wide: bool = False
    choices: tuple[tuple[str, Any], ...] = ()


class Box(Struct, frozen=True, kw_only=True):
    """One box of a paper; `number` is the one that is printed on a CMR."""

    name: str
    title: Any
    number: str = ""
    width: int = 2
    fields: tuple[Field, ...] = ()


DAYS: Final = 20
COUNTRIES: Final = 60
QR_CHARS_MAX: Final = 2000
"""Longest text of a code that is typed or read in: an address has a hundred signs."""


def _country(name: str) -> Field:
    return Field(name=name, label=_("Country"), sort="country", most=COUNTRIES)


def _party(name: str, title: Any, number: str = "", *, width: int = 3, address: bool = True) -> Box:  # noqa: ANN401
    fields = (Field(name=f"{name}_name", label=_("Name or company")), _country(f"{name}_country"))
    where = Field(name=f"{name}_address", label=_("Address"), wide=True)
    return Box(name=name, title=title, number=number, width=width, fields=(*fields, where) if address else fields)


CERTIFICATES: Final[dict[str, Any]] = {
    "veterinary": _("veterinary"),
    "phytosanitary": _("phytosanitary"),
    "conformity": _("of conformity"),
    "origin": _("of origin"),
    "quality": _("of quality"),
    "other": _("other"),
}
"""What a certificate is of (words/documents.py)."""

_NUMBER: Final = Field(name="number", label=_("Number"), most=70, wide=True)
_DAY: Final = Field(name="day", label=_("Date"), sort="day", most=DAYS, wide=True)
_UNTIL: Final = Field(name="until", label=_("Valid until"), sort="day", most=DAYS, wide=True)
_SORT: Final = Field(
    name="certificate", label=_("Certificate"), sort="choice", most=20, wide=True, choices=tuple(CERTIFICATES.items())
)

_QR: Final = Field(name="qr", label=_("Text of its QR code"), most=QR_CHARS_MAX, wide=True)

HEAD: Final = Box(name="head", title=_("Document"), fields=(_NUMBER, _DAY))
HEAD_UNTIL: Final = Box(name="head", title=_("Document"), fields=(_NUMBER, _DAY, _UNTIL))
HEAD_CERTIFICATE: Final = Box(name="head", title=_("Document"), fields=(_SORT, _NUMBER, _DAY, _UNTIL, _QR))
DELIVERY: Final = Box(
    name="delivery",
    title=_("Place of delivery"),
    number="3",
    fields=(Field(name="delivery_name", label=_("Place")), _country("delivery_country")),
)
TAKING_OVER: Final = Box(
    name="taking_over",
    title=_("Taking over"),
    number="4",
    fields=(
        Field(name="taking_over_name", label=_("Place")),
        _country("taking_over_country"),
        Field(name="taking_over_day", label=_("Date"), sort="day", most=DAYS, wide=True),
    ),
)
ATTACHED: Final = Box(name="attached", title=_("Documents attached"), number="5", width=4)
GOODS: Final = Box(name="goods", title=_("Goods"), number="6–12", width=8)
INSTRUCTIONS: Final = Box(
    name="instructions",
    title=_("Sender's instructions"),
    number="13",
    width=3,
    fields=(Field(name="instructions", label=_("Instructions"), sort="long", most=1000, wide=True),),
)
RESERVATIONS: Final = Box(
    name="reservations",
    title=_("Carrier's reservations"),
    number="18",
    width=3,
    fields=(Field(name="reservations", label=_("Reservations"), sort="long", most=1000, wide=True),),
)
VEHICLE: Final = Box(
    name="vehicle",
    title=_("Vehicle"),
    number="25",
    width=8,
    fields=(
        Field(name="plate", label=_("Plate"), most=32),
        _country("plate_country"),
        Field(name="trailer", label=_("Trailer's plate"), most=32),
        _country("trailer_country"),
        Field(name="containers", label=_("Containers"), sort="several", most=480, wide=True),
        Field(name="seals", label=_("Seals"), sort="several", most=480, wide=True),
    ),
)
TOTAL: Final = Box(
    name="total",
    title=_("Total"),
    fields=(
        Field(name="total_value", label=_("Amount"), sort="number", most=24),
        Field(name="total_currency", label=_("Currency"), sort="currency", most=3),
    ),
)
CONSIGNOR: Final = _party("consignor", _("Consignor"), "1")
CONSIGNEE: Final = _party("consignee", _("Consignee"), "2")
CARRIER: Final = _party("carrier", _("Carrier"), "16", width=2, address=False)

PAPERS: Final[dict[DocumentKind, tuple[Box, ...]]] = {
    "consignment_note": (
        HEAD, CONSIGNOR, CONSIGNEE, DELIVERY, TAKING_OVER, ATTACHED, GOODS, INSTRUCTIONS, CARRIER, RESERVATIONS,
        VEHICLE,
    ),
    "waybill": (HEAD, CONSIGNOR, CONSIGNEE, DELIVERY, TAKING_OVER, ATTACHED, GOODS, CARRIER, VEHICLE),
    "invoice": (HEAD, _party("seller", _("Seller")), _party("buyer", _("Buyer")), ATTACHED, GOODS, TOTAL),
    "tir_carnet": (HEAD_UNTIL, _party("principal", _("Holder of the carnet")), ATTACHED, GOODS, VEHICLE),
    "certificate": (HEAD_CERTIFICATE, _party("issuer", _("Issuer")), CONSIGNOR, CONSIGNEE, GOODS, VEHICLE),
}  # fmt: skip
"""Kinds of paper that can be written down, and the boxes of each in the order of the Tab key."""

GOODS_FIELDS: Final = (
    Field(name="code", label=_("Code"), sort="code", most=60),
    Field(name="description", label=_("Description"), most=500),
    Field(name="packages", label=_("Packages"), sort="count", most=12),
    Field(name="packing", label=_("Kind"), most=40),
    Field(name="gross", label=_("Gross, kg"), sort="number", most=24),
    Field(name="net", label=_("Net, kg"), sort="number", most=24),
    Field(name="value", label=_("Amount"), sort="number", most=24),
    Field(name="currency", label=_("Currency"), sort="currency", most=3),
)
"""One line of goods; the code takes words too, which are looked for in the nomenclature."""

ATTACHED_KINDS: Final[dict[str, Any]] = {
    "invoice": _("Invoice"),
    "consignment_note": _("Consignment note (CMR)"),
    "tir_carnet": _("TIR carnet"),
    "certificate": _("Certificate"),
    "waybill": _("Waybill"),
    "goods_declaration": _("Goods declaration"),
    "transit_declaration": _("Transit declaration"),
    "packing_list": _("Packing list"),
    "permit": _("Permit"),
    "other": _("other"),
}
"""What an attached document is, in the words that its reference is then kept by."""

ATTACHED_FIELDS: Final = (
    Field(name="kind", label=_("Document"), sort="choice", most=20, choices=tuple(ATTACHED_KINDS.items())),
    Field(name="number", label=_("Number"), most=70),
    Field(name="day", label=_("Date"), sort="day", most=DAYS),
)


def fields_of(kind: DocumentKind) -> tuple[Field, ...]:
    """Give the single fields of a kind of paper, in their order."""
    return tuple(field for box in PAPERS[kind] for field in box.fields)


def has(kind: DocumentKind, box: Box) -> bool:
    """Tell whether a kind of paper has a box."""
    return box in PAPERS[kind]
