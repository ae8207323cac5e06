"""The words of what systems of agencies are answered at the door; those of the house are in `web/courses.py`."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

CODES: Final[dict[str, Any]] = {
    "decided": _("decided"),
    "awaited": _("in the log, awaited"),
    "not_signed": _("not signed"),
    "bad_signature": _("the signature is wrong"),
    "other_key": _("signed by another key"),
    "no_key": _("no key is registered with the token"),
    "not_an_answer": _("what is signed is no answer"),
    "id_used": _("its id named another answer"),
    "no_such_crossing": _("no such crossing"),
    "other_step": _("the token is not for this step"),
    "bad_request": _("the request cannot be meant so"),
    "request_entity_too_large": _("too large"),
    "unsupported_media_type": _("no answer by its type"),
}
"""What an answer was told; a test holds this complete."""
