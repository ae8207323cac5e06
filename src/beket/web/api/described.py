"""The interface described by itself (OpenAPI 3.1): one table of routes makes the addresses and the description."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, re_path
from msgspec import Struct

from beket.log.inbox import LODGED_BYTES_MAX
from beket.web.access import OPEN
from beket.web.api import steps, views
from beket.web.api.bodies import FORM
from beket.web.api.problems import MEDIA_TYPE, answers
from beket.web.api.signed import ANSWER_BYTES_MAX, Answer
from beket.web.api.signed import MEDIA_TYPE as SIGNED
from beket.web.api.told import BASE, DocumentOnFile, Lodged, PaperStands, Problem
from beket.web.uploads import FILES_MAX

VERSION: Final = "1.1"
"""Grows in its second part with what is added; a change that breaks a program is another interface beside this one."""

JSON: Final = "application/json"
_COMPONENTS: Final = "#/components/schemas/{name}"

_WRONG: Final[Mapping[int, str]] = {
    400: "The request cannot be meant so.",
    401: "No token that is in force is shown.",
    403: "None of the account's roles may do that, or it is another's to do; `code` says which.",
    404: "There is no such thing, or it belongs to a checkpoint the account has no duty at.",
    405: "This method is not answered here.",
    408: "The body came too slowly.",
    409: "It does not fit what stands: the key or id named another request, or `code` says what is so.",
    413: "The body is larger than anything that is kept.",
    415: "The body is encoded or put together in a way that is not undone here.",
    422: "What is signed is no answer, or says what the procedure does not have; `code` says which.",
    429: "The token asks more often than it may; Retry-After says when to come again.",
    503: "It cannot be taken now; Retry-After says when to come again.",
}


class Parameter(Struct, frozen=True, kw_only=True):
    """Something a request says beside its body."""

    name: str
    within: str
    said: str
    required: bool = False


class Route(Struct, frozen=True, kw_only=True):
    """One address with one method: what is said, and what each answer is."""

    method: str
    path: str
    pattern: str
    view: Callable[..., HttpResponseBase]
    name: str
    said: str
    answers: Mapping[int, tuple[type[Struct], str]]
    wrong: tuple[int, ...]
    parameters: tuple[Parameter, ...] = ()
    takes_files: bool = False
    takes_signed: type[Struct] | None = None


@answers("GET")
def openapi(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - the same for all
    """The description."""
    return HttpResponse(_written(), content_type=JSON)


openapi.verb = OPEN  # type: ignore[attr-defined]

_PLACE: Final = Parameter(name="place", within="path", said="The checkpoint, e.g. KG-TOR-A.", required=True)

ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="post",
        path=f"{BASE}/documents",
        pattern=r"^api/v1/documents$",
        view=views.documents,
        name="lodgeDocuments",
        said="Lodge documents: the body is one, or a form holds several. They are durable when this is answered.",
        answers={
            201: (Lodged, "All were taken."),
            202: (Lodged, "They are durable and wait to be read; Location says where to ask."),
            422: (Lodged, "One was refused; all the same the others were taken."),
        },
        wrong=(400, 401, 403, 404, 405, 408, 409, 413, 415, 429, 503),
        parameters=(
            Parameter(name="place", within="query", said="The checkpoint they are for, e.g. KG-TOR-A.", required=True),
            Parameter(name="crossing", within="query", said="The crossing they are brought for, e.g. KG-TOR-A:71.2."),
            Parameter(name="as", within="query", said="Read as this format and no other, e.g. esadout_cu."),
            Parameter(
                name="Idempotency-Key",
                within="header",
                said="The sender's own name for this request: sent again it is the same papers and the same answer.",
            ),
        ),
        takes_files=True,
    ),
    Route(
        method="get",
        path=f"{BASE}/inbox/{{number}}",
        pattern=r"^api/v1/inbox/(?P<number>\d{1,18})$",
        view=views.inbox,
        name="seePaper",
        said="What became of a paper: for who brought it, and for who may see documents at its checkpoint.",
        answers={200: (PaperStands, "The paper as it stands.")},
        wrong=(401, 403, 404, 405, 429, 503),
        parameters=(Parameter(name="number", within="path", said="The paper's number.", required=True),),
    ),
    Route(
        method="get",
        path=f"{BASE}/documents/{{place}}/{{ref}}",
        pattern=r"^api/v1/documents/(?P<place>[\w.-]{1,64})/(?P<ref>\d{1,18}\.\d{1,6})$",
        view=views.document,
        name="readDocument",
        said="A document on file, in the neutral form.",
        answers={200: (DocumentOnFile, "The document.")},
        wrong=(401, 403, 404, 405, 429, 503),
        parameters=(
            _PLACE,
            Parameter(name="ref", within="path", said="Where it stands in the checkpoint's log.", required=True),
        ),
    ),
    Route(
        method="get",
        path=f"{BASE}/steps",
        pattern=r"^api/v1/steps$",
        view=steps.steps,
        name="listSteps",
        said="The steps that wait for the agency of this system, in parts, at the checkpoints of its duties.",
        answers={200: (steps.StepsWaiting, "A part of the list.")},
        wrong=(400, 401, 403, 404, 405, 429, 503),
        parameters=(
            Parameter(name="place", within="query", said="At this checkpoint only, e.g. KG-TOR-A."),
            Parameter(name="after", within="query", said="Where the list goes on, as `next` says."),
            Parameter(
                name="limit", within="query", said=f"How many, {steps.PAGE} where not said, {steps.PAGE_MAX} at most."
            ),
        ),
    ),
    Route(
        method="post",
        path=f"{BASE}/answers",
        pattern=r"^api/v1/answers$",
        view=steps.answer,
        name="answerStep",
        said="Say how a step ended, signed. Sent again, byte for byte, it is the same answer and no second decision.",
        answers={
            201: (steps.AnswerStands, "It is decided so."),
            202: (steps.AnswerStands, "It is in the log; what follows is awaited. Send it again to hear it."),
        },
        wrong=(400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429, 503),
        takes_signed=Answer,
    ),
    Route(
        method="get",
        path=f"{BASE}/openapi.json",
        pattern=r"^api/v1/openapi\.json$",
        view=openapi,
        name="describe",
        said="This description.",
        answers={},
        wrong=(405,),
    ),
)
"""Every route of the interface."""

urlpatterns: Final[list[URLPattern]] = [re_path(route.pattern, route.view) for route in ROUTES]


def description() -> dict[str, Any]:
    """Describe every route with every answer it gives."""
    named: list[type[Struct]] = [Problem, *(told for route in ROUTES for told, _ in route.answers.values())]
    named += [route.takes_signed for route in ROUTES if route.takes_signed is not None]
    types = list(dict.fromkeys(named))
    refs, components = msgspec.json.schema_components(types, ref_template=_COMPONENTS)
    schemas = dict(zip(types, refs, strict=True))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Beket: documents and steps",
            "version": VERSION,
            "description": "Programs lodge trade documents and read them in one neutral form, and answer steps.",
        },
        "paths": {route.path: {route.method: _operation(route, schemas)} for route in ROUTES},
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


@cache
def _written() -> bytes:
    return json.dumps(description(), ensure_ascii=False, indent=1).encode()


def _operation(route: Route, schemas: Mapping[type[Struct], dict[str, Any]]) -> dict[str, Any]:
    told = {str(status): _answer(said, JSON, schemas[kind]) for status, (kind, said) in route.answers.items()} or {
        "200": {"description": "It.", "content": {JSON: {"schema": {"type": "object"}}}}
    }
    wrong = {str(status): _answer(_WRONG[status], MEDIA_TYPE, schemas[Problem]) for status in route.wrong}
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.said, "responses": told | wrong}
    if route.parameters:
        operation["parameters"] = [
            {
                "name": one.name,
                "in": one.within,
                "required": one.required,
                "description": one.said,
                "schema": {"type": "string"},
            }
            for one in route.parameters
        ]
    if route.takes_files:
        operation["requestBody"] = _body()
    if route.takes_signed is not None:
        operation["requestBody"] = _signed_body(schemas[route.takes_signed])
    if 401 in route.wrong:
        operation["security"] = [{"token": []}]
    return operation


def _answer(said: str, media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": said, "content": {media_type: {"schema": schema}}}


def _signed_body(payload: dict[str, Any]) -> dict[str, Any]:
    form = {"type": "string", "maxLength": ANSWER_BYTES_MAX, "contentMediaType": JSON, "contentSchema": payload}
    said = "A compact JWS (RFC 7515) by the key that goes with the token, ES256 or Ed25519; its payload is the answer."
    return {"required": True, "description": said, "content": {SIGNED: {"schema": form}}}


def _body() -> dict[str, Any]:
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    form = {"type": "object", "properties": {"file": {"type": "array", "items": file, "maxItems": FILES_MAX}}}
    return {
        "required": True,
        "description": f"The document as it is, of any type, or a form of files; up to {LODGED_BYTES_MAX} bytes.",
        "content": {"*/*": {"schema": {}}, FORM: {"schema": form}},
    }
