"""Forms come in UTF-8: in other letters a stranger writes what is no letter, which no table and no log takes."""

from __future__ import annotations

import codecs

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class FormsInUtf8(MiddlewareMixin):
    """Refuses a form in parts that names other letters; Django itself refuses forms of the plainer kind."""

    def process_request(self, request: HttpRequest) -> None:
        """Look before anybody reads a field; a document that is posted by itself may have any letters."""
        named = (request.content_params or {}).get("charset", "utf-8")
        if request.content_type == "multipart/form-data" and not _is_utf8(named):
            raise BadRequest(f"a form comes in UTF-8, not in {named[:40]!r}")


def _is_utf8(named: str) -> bool:
    try:
        return codecs.lookup(named).name == "utf-8"
    except LookupError:
        return True  # an unknown name is as good as none
