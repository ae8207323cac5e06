"""The words of documents: kinds, roles, ways in, why one is a crossing's, and what is compared of them."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beket.web.phrases import word

KINDS_OF_DOCUMENT: Final[dict[str, Any]] = {
    "goods_declaration": _("Goods declaration"),
    "transit_declaration": _("Transit declaration"),
    "advance_information": _("Advance information"),
    "consignment_note": _("Consignment note (CMR)"),
    "tir_carnet": _("TIR carnet"),
    "waybill": _("Waybill"),
    "invoice": _("Invoice"),
    "certificate": _("Certificate"),
    "register": _("Register"),
    "control_result": _("Result of control"),
    "permit": _("Permit for a heavy or large vehicle"),
}
"""Every kind of words/documents.py; a test holds this complete."""

PARTIES: Final[dict[str, Any]] = {
    "consignor": _("Consignor"),
    "consignee": _("Consignee"),
    "declarant": _("Declarant"),
    "representative": _("Representative"),
    "carrier": _("Carrier"),
    "successive_carrier": _("Successive carrier"),
    "driver": pgettext_lazy("person", "Driver"),
    "principal": _("Principal"),
    "guarantor": _("Guarantor"),
    "payer": _("Payer"),
    "seller": _("Seller"),
    "buyer": _("Buyer"),
    "importer": _("Importer"),
    "exporter": _("Exporter"),
    "issuer": _("Issuer"),
    "signatory": _("Signatory"),
    "forwarder": _("Forwarder"),
    "other": _("Other party"),
}
PLACES: Final[dict[str, Any]] = {
    "entry": _("Entry"),
    "exit": _("Exit"),
    "departure": _("Departure"),
    "destination": _("Destination"),
    "taking_over": _("Taking over"),
    "delivery": _("Delivery"),
    "goods_location": _("Location of goods"),
    "reloading": _("Reloading"),
    "itinerary": _("Itinerary"),
    "declaration": _("Office of declaration"),
    "loading": _("Loading"),
    "unloading": _("Unloading"),
    "border": _("Border"),
    "transit": _("Transit office"),
    "control": _("Place of control"),
}
WAYS: Final[dict[str, Any]] = {
    "desk": _("brought at the desk"),
    "form": _("written into the form"),
    "folder": _("laid into the folder"),
    "api": _("sent by a program"),
}
FITS: Final[dict[str, Any]] = {
    "plate": _("by the plate"),
    "trailer": _("by the trailer's plate"),
    "container": _("by the container"),
    "number": _("by its number, which another paper names"),
    "reference": _("by the number of a paper that it names"),
    "order": _("a person said so"),
}
GONE: Final[dict[str, Any]] = {
    "order": _("a person took it away"),
    "sign_gone": _("the plate had been misread"),
    "replaced": _("a later version took its place"),
}
STATES_OF_DOCUMENT: Final[dict[str, Any]] = {
    "joined": _("In a dossier"),
    "waiting": _("Waiting for its lorry"),
    "offered": _("Fits several: choose"),
    "odd": _("Contradicts itself"),
}
INBOX_STATES: Final[dict[str, Any]] = {
    "waiting": _("Waits to be read"),
    "taken": _("Taken"),
    "refused": _("Refused"),
}
REFUSALS: Final[dict[str, Any]] = {
    "empty": _("There is nothing in it."),
    "size": _("It is too large."),
    "malformed": _("It is not well formed."),
    "truncated": _("It breaks off."),
    "encoding": _("Its letters are in another encoding than it says."),
    "doctype": _("It declares a document type, which no message needs and attackers use."),
    "depth": _("Its parts lie too deep."),
    "elements": _("It has too many parts."),
    "items": _("It has too many lines."),
    "counts": _("It contradicts its own counts."),
    "unknown_format": _("Nobody here reads this format."),
    "not_this_format": _("It is another format than the one named."),
    "container": _("Its container is damaged."),
    "signature": _("Its signature does not fit its bytes."),
    "ambiguous": _("It fits several maps."),
    "unreadable": _("Reading it failed for a fault of this program."),
    "damaged": _("What was kept of it is damaged. Have it brought again."),
}
REMARKS: Final[dict[str, Any]] = {
    "version": _("Unknown version"),
    "number": _("Not a number"),
    "date": _("Not a date"),
    "code": _("Odd code"),
    "layout": _("Odd layout"),
    "count": _("Counts differ"),
    "unit": _("Odd unit"),
    "signature": _("Signature"),
    "source": _("At the source"),
    "container": _("Odd container"),
    "typed": _("Typed instead of read"),
}
SIGNATURES: Final[dict[str, Any]] = {
    "valid": _("fits the bytes"),
    "invalid": _("does not fit the bytes"),
    "unchecked": _("present, not checked"),
}
ANSWERS: Final[dict[str, Any]] = {
    "agrees": _("The source says the same."),
    "differs": _("The source says other things."),
    "another": _("The code leads to another certificate."),
    "not_found": _("The source knows no such certificate."),
    "unreachable": _("The source could not be reached."),
    "other_answer": _("The source answered something else."),
    "leads_elsewhere": _("The code does not lead to the issuer."),
}
"""What a certificate's source said (words/readings.py); a test holds this complete."""

OUTCOMES: Final[dict[str, Any]] = {
    "awaited": _("It is in the log; what follows from it is still awaited."),
    "not_allowed": _("Your role may not decide this."),
    "no_such_document": _("This document is not on file any more."),
    "no_such_crossing": _("This crossing is not held any more."),
    "is_there_already": _("The document is in this dossier already."),
    "is_not_there": _("The document is not in this dossier."),
    "no_reason": _("Write down the reason."),
    "no_map_name": _("A map is called by small letters, digits and _, and begins with a letter."),
    "no_map_title": _("A map needs a title, and not a long one."),
    "map_too_long": _("There is no text, or it is too long for a map."),
    "map_torn": _("The text came torn. Save it again."),
    "map_changed_meanwhile": _("Somebody saved this map meanwhile. Look at what stands there now, then save again."),
    "map_name_in_use": _(
        "A map of this name is in force. Look at it, then save again to take its place, or choose another name."
    ),
    "map_is_the_same": _("This is the version in force, word for word."),
    "too_many_maps": _("There are too many maps."),
    "no_such_map": _("This map is not in force any more."),
}
"""What became of a decision about documents or maps."""

COMPARED: Final[dict[str, Any]] = {
    "gross": _("Gross mass, kg"),
    "net": _("Net mass, kg"),
    "conveyance": _("Mass of the vehicle, kg"),
    "packages": _("Packages"),
    "items": _("Lines of goods"),
    "goods": _("Codes of goods"),
    "value": pgettext_lazy("money", "Value"),
    "consignor": _("Consignor"),
    "consignee": _("Consignee"),
    "carrier": _("Carrier"),
    "plates": _("Plates"),
    "containers": _("Containers"),
    "seals": _("Seals"),
    "valid": _("Valid until"),
}
"""The rows of the comparison, in their order."""

MARKS: Final[dict[str, tuple[str, ...]]] = {
    "W01": ("conveyance",), "W02": ("gross",), "W03": ("gross",), "W04": ("gross", "conveyance"),
    "W05": ("gross", "conveyance"), "W10": ("conveyance",), "W12": ("gross",),
    "S01": ("gross",), "S02": ("net",), "S03": ("packages",), "S04": ("items",),
    "S05": ("net", "gross"), "S06": ("value",), "N01": ("containers",), "N02": ("goods",), "N04": ("plates",),
    "C01": ("valid",), "C02": ("goods",), "C03": ("consignee",), "D01": ("gross",), "D02": ("packages",),
    "D03": ("value",), "D04": ("consignee",), "D05": ("consignor",), "D06": ("goods",), "D07": ("seals",),
    "P01": ("plates",), "P02": ("plates",), "P03": ("containers",), "P04": ("plates",), "P05": ("seals",),
}  # fmt: skip
"""Which rows of the comparison a rule's finding marks."""


def paper_named(kind: str, number: str | None) -> str:
    """Name a paper in a line: its kind, and its number where it has one."""
    return f"{word(KINDS_OF_DOCUMENT, kind)} {number or ''}".strip()
