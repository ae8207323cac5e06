"""The words for what the house knows by codes: kinds of readings and facts, reasons, zones, states."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

KINDS: Final[dict[str, Any]] = {
    "plate_read": _("Plate read"),
    "container_read": _("Container number read"),
    "weight": _("Weight shown"),
    "weighing": _("Weighing"),
    "rpm_background": _("Radiation background"),
    "rpm_sample": _("Radiation sample"),
    "rpm_occupancy": _("Radiation portal passed"),
    "rpm_fault": _("Radiation portal fault"),
    "rpm_tamper": _("Radiation portal opened"),
    "rpm_setup": _("Radiation portal settings"),
    "passage": _("Passage"),
    "scan_request": _("Scan asked for"),
    "scan_result": _("Scan result"),
    "position": _("Position"),
    "seal_status": _("Seal state"),
    "seal_event": _("Seal locked or unlocked"),
    "document": _("Document number read"),
    "health": _("Device health"),
    "tick": _("Clock"),
    "describe_post": _("Layout of the post ordered"),
    "post_described": _("Layout of the post in force"),
    "crossing_opened": _("Crossing opened"),
    "crossing_identified": _("Identified"),
    "evidence_attached": _("Evidence attached"),
    "evidence_moved": _("Evidence moved here"),
    "crossing_unexplained": _("Not explained"),
    "crossing_explained": _("Explained"),
    "crossings_joined": _("Joined with another crossing"),
    "crossing_departed": _("Departed"),
    "crossing_closed": _("Closed"),
    "device_failed": _("Device failed"),
    "device_recovered": _("Device recovered"),
    "clock_found_wrong": _("Device clock is wrong"),
    "clock_found_right": _("Device clock is right again"),
}
"""Every kind an entry may have (words/readings.py, decisions.py, facts.py); a test holds this complete."""

UNEXPLAINED: Final[dict[str, Any]] = {
    "no_plate": _("Plate not readable"),
    "weighing_without_plate": _("Weighed without a plate"),
    "portal_without_plate": _("At the portal without a plate"),
    "container_without_plate": _("Container without a plate"),
    "passage_without_plate": _("Passed without a plate"),
    "departure_without_arrival": _("Left without having arrived"),
}
CLOSED: Final[dict[str, Any]] = {
    "departed": _("Departed"),
    "backed_out": _("Backed out"),
    "seen_again_without_departure": _("Came again; its leaving was not seen"),
    "seen_leaving_elsewhere": _("Left in the other direction"),
    "expired_no_departure": _("Expired: leaving was not seen"),
    "expired_unexplained": _("Expired without explanation"),
}
ZONES: Final[dict[str, Any]] = {
    "arrival": _("arrival"),
    "control": _("control area"),
    "departure": _("departure"),
}
ROLES_SEEN: Final[dict[str, Any]] = {
    "front": _("Front plate"),
    "rear": _("Rear plate"),
    "trailer": _("Trailer"),
    "container": _("Container"),
    "exit_front": _("Front plate at the exit"),
    "exit_rear": _("Rear plate at the exit"),
}
VIEWS: Final[dict[str, Any]] = {"front": _("front"), "rear": _("rear"), "side": _("side"), "none": ""}
DEVICE_STATES: Final[dict[str, Any]] = {"up": _("Works"), "down": _("Down"), "unknown": _("Not heard yet")}
VEHICLES: Final[dict[str, Any]] = {
    "truck": _("lorry"),
    "bus": _("bus"),
    "largeBus": _("bus"),
    "vehicle": _("car"),
    "SUVMPV": _("car"),
    "van": _("van"),
}
"""What cameras call a vehicle; a word we do not know is shown as it came."""

PICTURES: Final[dict[str, Any]] = {
    "scene": _("Scene"),
    "plate": _("Plate"),
    "vehicle": _("Vehicle"),
    "other": _("Other picture"),
}


def word(table: dict[str, Any], code: str | None) -> str:
    """The word for a code; a code without one is shown as it is, never hidden."""
    return str(table.get(code, code)) if code else ""
