"""Who may do what, as data: a role is a set of verbs, scoped by place where it is granted."""

from __future__ import annotations

from typing import Final, Literal, get_args

from beket.words.procedures import Agency

Role = Literal[
    "duty_officer",
    "inspector",
    "device_engineer",
    "administrator",
    "auditor",
    "document_sender",
    "risk_analyst",
    "call_operator",
    "partner_officer",
    "leadership",
    "compliance_monitor",
    "agency_system",
]

Verb = Literal[
    "see_wall",
    "see_crossings",
    "see_dossier",
    "see_evidence",
    "see_raw",
    "see_devices",
    "handle_quarantine",
    "plan_maintenance",
    "adjudicate",
    "order_equipment",
    "see_documents",
    "lodge_documents",
    "handle_documents",
    "map_documents",
    "see_log",
    "verify_log",
    "manage_accounts",
    "see_situations",
    "handle_situations",
    "take_shift",
    "see_procedures",
    "write_procedures",
    "decide_steps",
    "record_passages",
    "answer_steps",
    "issue_acts",
    "write_limits",
    "propose_posts",
    "approve_posts",
]

MAY: Final[dict[Role, frozenset[Verb]]] = {
    "duty_officer": frozenset(
        {
            "see_wall",
            "see_crossings",
            "see_dossier",
            "see_evidence",
            "see_raw",
            "see_devices",
            "see_log",
            "adjudicate",
            "order_equipment",
            "see_documents",
            "lodge_documents",
            "handle_documents",
            "map_documents",  # a map counts for the whole house, and who makes one sees the paper: not for one post
            "see_situations",
            "handle_situations",
            "take_shift",
            "see_procedures",
            "write_procedures",
            "decide_steps",
            "record_passages",
            "issue_acts",
            "write_limits",
        }
    ),
    "inspector": frozenset(
        {
            "see_wall",
            "see_crossings",
            "see_dossier",
            "see_evidence",
            "see_devices",
            "adjudicate",
            "order_equipment",
            "see_documents",
            "lodge_documents",
            "handle_documents",
            "see_situations",
            "handle_situations",
            "take_shift",
            "see_procedures",
            "decide_steps",
            "record_passages",
            "issue_acts",
        }
    ),
    "device_engineer": frozenset(
        {
            "see_wall",
            "see_devices",
            "see_raw",
            "handle_quarantine",
            "plan_maintenance",
            "see_log",
            "propose_posts",
        }
    ),
    "administrator": frozenset(
        {
            "see_wall",
            "see_devices",
            "see_log",
            "verify_log",
            "manage_accounts",
            "see_procedures",
            "write_procedures",
            "propose_posts",
            "approve_posts",
        }
    ),
    "auditor": frozenset(
        {
            "see_wall",
            "see_crossings",
            "see_dossier",
            "see_evidence",
            "see_raw",
            "see_devices",
            "see_documents",
            "see_log",
            "verify_log",
            "see_situations",
            "see_procedures",
        }
    ),
    "document_sender": frozenset({"lodge_documents"}),
    "risk_analyst": frozenset({"see_wall", "see_crossings", "see_dossier", "see_evidence", "see_documents"}),
    "call_operator": frozenset({"see_wall", "see_crossings"}),
    "partner_officer": frozenset({"see_wall", "see_crossings", "see_dossier", "see_documents", "decide_steps"}),
    "leadership": frozenset({"see_wall", "see_crossings", "see_devices"}),
    "compliance_monitor": frozenset({"see_wall", "see_devices", "see_log"}),
    "agency_system": frozenset({"answer_steps"}),  # a program of another agency: it signs what it answers
}
"""Nobody may edit what was said, so there is no verb for it."""

SCOPED: Final[frozenset[Role]] = frozenset(
    {"inspector", "device_engineer", "document_sender", "partner_officer", "agency_system"}
)
"""Roles that are granted for named places; the others see the whole country."""


AGENCIES: Final[tuple[Agency, ...]] = get_args(Agency)
"""Whose officer somebody can be; a decision carries the agency of the duty it was taken under."""

PARTNERS: Final[frozenset[Role]] = frozenset({"partner_officer", "agency_system"})
"""Roles of agencies other than customs."""

SYSTEMS: Final[frozenset[Role]] = frozenset({"agency_system"})
"""Roles of programs that answer steps: all such duties of one account are of one agency."""

DECIDES: Final[frozenset[Verb]] = frozenset(
    {
        "adjudicate",
        "order_equipment",
        "map_documents",
        "manage_accounts",
        "write_procedures",
        "write_limits",
        "propose_posts",
        "approve_posts",
        "decide_steps",
        "issue_acts",
    }
)
"""Verbs whose every use asks for a fresh proof of presence: what they do moves goods, barriers, rules or powers."""


def may(role: Role, verb: Verb) -> bool:
    """Tell whether a role carries a verb."""
    return verb in MAY[role]
