"""Which kinds of documents speak of what: rules that compare papers choose them here."""

from __future__ import annotations

from typing import Final

from beket.words.documents import DocumentKind

DECLARATIONS: Final[tuple[DocumentKind, ...]] = ("goods_declaration", "transit_declaration")
"""Documents that put goods under a procedure; where both are there, the first is what the goods are held against."""

CARRIED: Final[tuple[DocumentKind, ...]] = ("consignment_note", "tir_carnet", "waybill")
"""Documents of the carriage itself."""

TRANSIT: Final[tuple[DocumentKind, ...]] = ("transit_declaration", "tir_carnet")
"""Documents under which goods are to leave the country as they came."""

GOODS: Final[tuple[DocumentKind, ...]] = (*DECLARATIONS, *CARRIED)
"""Documents whose mass is that of the goods on this lorry; an invoice or a certificate may be for more than it."""
