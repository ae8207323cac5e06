"""Sessions as Django keeps them; one that ends while its own request is answered leads to the sign-in page."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from beket.web.in_json import sign_in_first, wants_json


class Sessions(SessionMiddleware):
    """Keeps what a request wrote into its session, where that is still there.

    An administrator who locks their own account ends the session that they do it in, and so does a second one who
    locks an officer while a page of theirs is drawn: what was done stands, and there is nobody to show it to.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session; whose was ended meanwhile is asked to sign in, and not told of a bad request."""
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            return sign_in_first() if wants_json(request) else redirect(settings.LOGIN_URL)
