"""What every page's frame needs: who looks, where they may go, which language and theme."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from beket.web import gathered_situations
from beket.web.access import eyes_of
from beket.web.eyes import NOBODY, Eyes
from beket.words.roles import Verb

THEMES: Final = ("auto", "light", "dark")
NAVIGATION: Final[tuple[tuple[str, str, Verb, Any], ...]] = (
    ("wall", "/wall", "see_wall", _("Wall")),
    ("crossings", "/crossings", "see_crossings", _("Crossings")),
    ("passages", "/passages", "record_passages", _("At the lane")),
    ("steps", "/steps", "decide_steps", _("Steps")),
    ("situations", "/situations", "see_situations", _("Situations")),
    ("findings", "/findings", "see_documents", _("Findings")),
    ("documents", "/documents", "see_documents", _("Documents")),
    ("alarms", "/alarms", "see_dossier", _("Alarms")),
    ("places", "/places", "see_wall", _("Checkpoints")),
    ("devices", "/devices", "see_devices", _("Equipment")),
    ("quarantine", "/quarantine", "handle_quarantine", _("Quarantine")),
    ("log", "/log", "see_log", _("Log")),
    ("accounts", "/accounts", "manage_accounts", _("Accounts")),
)


def theme_of(request: HttpRequest) -> str:
    """The theme a person chose, or the device's own."""
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def _leads(eyes: Eyes, name: str, verb: Verb) -> bool:
    """Whether a place of the bar is for these eyes; who inspects has the steps of a conveyance before them anyway."""
    return eyes.can(verb) and not (name == "steps" and eyes.can("record_passages"))


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give templates the frame's words; pages without an account get an empty navigation."""
    user = getattr(request, "user", None)
    eyes = eyes_of(request) if user is not None and user.is_authenticated else NOBODY
    return {
        "user": user,
        "eyes": eyes,
        "keys": "off" if request.COOKIES.get("keys") == "off" else "on",
        "theme": theme_of(request),
        "themes": (("auto", _("Auto")), ("light", _("Light")), ("dark", _("Dark"))),
        "languages": settings.LANGUAGES,
        "navigation": [(name, path, word) for name, path, verb, word in NAVIGATION if _leads(eyes, name, verb)],
        "finds": eyes.can("see_crossings"),
        "line": gathered_situations.line(eyes),
    }
