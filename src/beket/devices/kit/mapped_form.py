"""The form of `map.toml`: what a map may say, checked whole when it is read: a node never starts on a wrong one."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
from msgspec import Struct, structs
from msgspec import field as member

from beket.devices.kit.driver import Link
from beket.devices.kit.mapped_tree import Route, route_of
from beket.devices.kit.mapped_values import SAMPLES, TRANSFORMS, Taken
from beket.words.readings import ImageRole, PlateRead, Reading, Said, UnreadReason

MAP_MAX: Final = 256 * 1024
"""Most characters of a map; the longest that is there has under 4,000."""

MESSAGES_MAX: Final = 64
FIELDS_MAX: Final = 64
PICTURES_MAX: Final = 8
"""Most messages of a map, fields of a message, pictures of a message: devices have a handful of each."""

Plain = str | int | float | bool
Medium = Literal["json", "xml", "form", "multipart"]
Nothing = Literal["alive", "ignored"]

KINDS: Final[Mapping[str, type[Said]]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Reading)}
"""The kinds of reading that a map can say."""

_OURS: Final = {"device_id", "reading_id", "received", "raw_sha256", "drift_ms", "images"}
"""Fields of a reading that the kit fills."""

_OF_LIFE: Final[Mapping[str, str]] = {"time": "", "sequence": "whole", "fault": "text"}
"""Fields that a sign of life may have."""

_NAMED_ONLY: Final = {"time", "started", "ended", "last_at"}
"""Instants are whole numbers too, so a map must say how they are written."""

UNREAD: Final[Mapping[str, UnreadReason]] = {
    "noplate": "no_plate", "no_plate": "no_plate", "none": "no_plate", "unknown": "unreadable",
    "unread": "unreadable", "unreadable": "unreadable", "not recognized": "unreadable", "null": "unreadable",
}  # fmt: skip
"""What cameras write in the place of a plate."""


class MapTrouble(Exception):
    """A map cannot be used; the message names the file, the key in it and what is wrong."""


# As it is written ----------------------------------------------------------------------------------------------------


class FieldRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one field of a reading is filled."""

    path: str = ""
    paths: tuple[str, ...] = ()
    value: Plain | None = None
    as_: str = member(name="as", default="")
    times: float = 1.0
    format: str = ""
    table: dict[str, Plain] = {}
    otherwise: Plain | None = None
    item: str = ""
    of: str = "text"
    unread: dict[str, UnreadReason] = {}
    fields: dict[str, Any] = {}


class PictureRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one picture is: a part of a multipart body (`*` for any), or base64 at a path."""

    role: ImageRole = "scene"
    part: str = ""
    path: str = ""
    when: dict[str, Plain | tuple[Plain, ...]] = {}


class MessageRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of message: what it is known by, what it says, and where that stands."""

    says: str
    when: dict[str, Plain | tuple[Plain, ...]] = {}
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    each: str | None = None
    key: tuple[str, ...] = ()
    clock: bool = True
    fields: dict[str, Any] = {}
    picture: tuple[PictureRow, ...] = ()


class ReplyRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the device is answered once what it said is durable."""

    status: int = 200
    body: str = ""
    type: str = ""


class MapRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole `map.toml`."""

    media: tuple[Medium, ...]
    document_part: str = ""
    framing: Literal["whole", "lines"] = "whole"
    identity: tuple[str, ...] = ()
    gaps: bool = False
    paths: tuple[str, ...] = ()
    silence_s_max: float = 60.0
    reply: ReplyRow = ReplyRow()
    message: tuple[MessageRow, ...]


# As it is used -------------------------------------------------------------------------------------------------------


class Field(Struct, frozen=True, kw_only=True):
    """One field, ready to be read; `rows` makes structs of a list's items."""

    name: str
    routes: tuple[Route, ...]
    constant: Any
    transform: Callable[[object, Taken], Any] | None
    taken: Taken
    required: bool
    nullable: bool
    unread: Mapping[str, UnreadReason]
    row_kind: type[Struct] | None = None
    row_fields: tuple[Field, ...] = ()
    local: bool = False


class Condition(Struct, frozen=True, kw_only=True):
    """What must stand, or must not, at a route; no words: anything but nothing."""

    name: str
    route: Route
    words: frozenset[str] = frozenset()
    there: bool = True


class PictureAt(Struct, frozen=True, kw_only=True):
    """One picture, ready to be found."""

    role: ImageRole
    part: str = ""
    route: Route | None = None
    conditions: tuple[Condition, ...] = ()


class MessageForm(Struct, frozen=True, kw_only=True):
    """One kind of message, ready to be read; no kind of reading: a sign of life, or nothing at all."""

    kind: type[Said] | None
    ignored: bool
    conditions: tuple[Condition, ...]
    each: Route | None
    key: tuple[Route, ...]
    clock: bool
    fields: tuple[Field, ...]
    pictures: tuple[PictureAt, ...]


class Map(Struct, frozen=True, kw_only=True):
    """A map, ready to be used."""

    media: frozenset[Medium]
    document_part: str
    framing: Literal["whole", "lines"]
    identity: tuple[Route, ...]
    gaps: bool
    reply: ReplyRow
    messages: tuple[MessageForm, ...]
    uses_topic: bool
    link: Link


def read_map(text: str, file: str) -> Map:
    """Read and check a map; raises MapTrouble naming the file, the key and what is wrong with it."""
    if len(text) > MAP_MAX:
        raise MapTrouble(f"{file}: longer than {MAP_MAX} characters")
    try:
        row = msgspec.convert(tomllib.loads(text), MapRow)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as wrong:
        raise MapTrouble(f"{file}: {wrong}") from wrong
    try:
        return _map(row)
    except _Wrong as wrong:
        raise MapTrouble(f"{file}: {wrong}") from wrong


class _Wrong(Exception):
    """What is wrong, with the key before it."""


def _map(row: MapRow) -> Map:
    if not 0 < len(row.message) <= MESSAGES_MAX:
        raise _Wrong(f"message: a map has from 1 to {MESSAGES_MAX} messages")
    if not row.media or row.media == ("multipart",):
        raise _Wrong("media: name json, xml or form, with or without multipart")
    if not 100 <= row.reply.status <= 599:
        raise _Wrong(f"reply.status: {row.reply.status} is no status")
    identity = tuple(_route(path, "identity") for path in row.identity)
    messages = tuple(_message(message, f"message[{at}]") for at, message in enumerate(row.message))
    return Map(
        media=frozenset(row.media),
        document_part=row.document_part,
        framing=row.framing,
        identity=identity,
        gaps=row.gaps,
        reply=row.reply,
        messages=messages,
        uses_topic=any(route.origin == "topic" for route in (*identity, *_routes(messages))),
        link=Link(paths=row.paths, silence_s_max=row.silence_s_max),
    )


def _routes(messages: tuple[MessageForm, ...]) -> list[Route]:
    found: list[Route] = []
    for message in messages:
        found += [condition.route for condition in message.conditions]
        found += [route for field in message.fields for route in field.routes]
        found += message.key
    return found


def _message(row: MessageRow, where: str) -> MessageForm:
    kind = KINDS.get(row.says)
    if kind is None and row.says not in get_args(Nothing):
        known = ", ".join([*sorted(KINDS), *get_args(Nothing)])
        raise _Wrong(f"{where}.says: there is no {row.says!r}; there are {known}")
    if len(row.fields) > FIELDS_MAX or len(row.picture) > PICTURES_MAX:
        raise _Wrong(f"{where}: at most {FIELDS_MAX} fields and {PICTURES_MAX} pictures")
    if row.picture and (kind is None or "images" not in kind.__struct_fields__):
        raise _Wrong(f"{where}.picture: {row.says} has no pictures")
    return MessageForm(
        kind=kind,
        ignored=row.says == "ignored",
        conditions=_conditions(row, where),
        each=_route(row.each, f"{where}.each") if row.each is not None else None,
        key=tuple(_route(path, f"{where}.key") for path in row.key),
        clock=row.clock,
        fields=_fields(row.fields, kind, f"{where}.fields"),
        pictures=tuple(_picture(picture, f"{where}.picture[{at}]") for at, picture in enumerate(row.picture)),
    )


def _conditions(row: MessageRow, where: str) -> tuple[Condition, ...]:
    found = _when(row.when, where)
    found += [Condition(name=path, route=_route(path, f"{where}.has")) for path in row.has]
    found += [Condition(name=path, route=_route(path, f"{where}.lacks"), there=False) for path in row.lacks]
    return tuple(found)


def _when(row: Mapping[str, Plain | tuple[Plain, ...]], where: str) -> list[Condition]:
    found: list[Condition] = []
    for path, wanted in row.items():
        words = frozenset(_word(one) for one in (wanted if isinstance(wanted, tuple) else (wanted,)))
        found.append(Condition(name=path, route=_route(path, f"{where}.when"), words=words))
    return found


def _word(value: Plain) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value).strip().lower()


def _picture(row: PictureRow, where: str) -> PictureAt:
    if bool(row.part) == bool(row.path):
        raise _Wrong(f"{where}: name a part or a path, and not both")
    route = _route(row.path, where) if row.path else None
    return PictureAt(role=row.role, part=row.part, route=route, conditions=tuple(_when(row.when, where)))


def _route(path: str, where: str) -> Route:
    try:
        return route_of(path)
    except ValueError as wrong:
        raise _Wrong(f"{where}: {wrong}") from wrong


def _fields(rows: Mapping[str, Any], kind: type[Struct] | None, where: str) -> tuple[Field, ...]:
    if kind is None:
        unknown = sorted(set(rows) - set(_OF_LIFE))
        if unknown:
            raise _Wrong(f"{where}.{unknown[0]}: a sign of life has {', '.join(_OF_LIFE)} only")
        return tuple(_field(name, row, _life_type(name), f"{where}.{name}") for name, row in rows.items())
    infos = {info.name: info for info in structs.fields(kind) if info.name not in _OURS}
    for name in rows:
        if name not in infos:
            raise _Wrong(f"{where}.{name}: {_tag(kind)} has no such field; it has {', '.join(infos)}")
    missing = [name for name, info in infos.items() if info.required and name not in rows]
    if missing:
        raise _Wrong(f"{where}: {_tag(kind)} needs {', '.join(missing)}")
    return tuple(_field(name, row, infos[name], f"{where}.{name}", kind) for name, row in rows.items())


def _tag(kind: type[Struct]) -> str:
    return str(kind.__struct_config__.tag or kind.__name__)


def _life_type(name: str) -> structs.FieldInfo:
    kind: Any = {"time": int | None, "sequence": int | None}.get(name, str | None)
    return structs.FieldInfo(name=name, encode_name=name, type=kind, default=None)


def _field(name: str, given: object, info: structs.FieldInfo, where: str, kind: type[Struct] | None = None) -> Field:
    row = _row(given, where)
    paths = row.paths or ((row.path,) if row.path else ())
    if (row.value is not None) == bool(paths):
        raise _Wrong(f"{where}: name a path or a value, and not both")
    rows = _rows(row, info, where) if row.as_ == "rows" else None
    named = row.as_ or _usual(name, row, info, kind, where)
    _check_transform(row, named, where)
    if rows is None:
        _check_kind(row, named, info, where)
    return Field(
        name=name,
        routes=tuple(_route(path, where) for path in paths),
        constant=row.value,
        transform=TRANSFORMS.get(named),
        taken=Taken(
            times=row.times,
            format=row.format,
            table={key.strip().lower(): value for key, value in row.table.items()},
            otherwise=row.otherwise,
            item=row.item,
            of=row.of,
        ),
        required=info.required,
        nullable=_takes(info.type, None),
        unread={**UNREAD, **{word.lower(): why for word, why in row.unread.items()}},
        row_kind=rows[0] if rows else None,
        row_fields=rows[1] if rows else (),
        local=named in ("local_time", "iso8601"),
    )


def _row(given: object, where: str) -> FieldRow:
    if isinstance(given, str):
        return FieldRow(path=given)
    try:
        return msgspec.convert(given, FieldRow)
    except msgspec.ValidationError as wrong:
        raise _Wrong(f"{where}: {wrong}") from wrong


def _usual(name: str, row: FieldRow, info: structs.FieldInfo, kind: type[Struct] | None, where: str) -> str:
    """The transform of a field for which the map names none."""
    if row.value is not None:
        return "text"
    if kind is PlateRead and name == "plate":
        return "plate"
    if name not in _NAMED_ONLY:
        for named in ("text", "number", "whole", "truth"):
            if _takes(info.type, SAMPLES[named]):
                return named
    raise _Wrong(f"{where}.as: say how it is written: {_known()}")


def _check_transform(row: FieldRow, named: str, where: str) -> None:
    if named not in TRANSFORMS and named != "rows":
        raise _Wrong(f"{where}.as: there is no transform {named!r}; there are {_known()}")
    if named == "lookup" and not row.table:
        raise _Wrong(f"{where}.table: lookup needs a table")
    if named == "list" and row.of not in SAMPLES:
        raise _Wrong(f"{where}.of: there is no transform {row.of!r} for the items of a list")
    if row.format:
        try:
            datetime.strptime(datetime(2026, 11, 22).strftime(row.format), row.format)  # noqa: DTZ001, DTZ007
        except ValueError as wrong:
            raise _Wrong(f"{where}.format: {wrong}") from wrong


def _known() -> str:
    return ", ".join([*TRANSFORMS, "rows"])


def _check_kind(row: FieldRow, named: str, info: structs.FieldInfo, where: str) -> None:
    """Refuse a transform whose result the field cannot hold."""
    if row.value is not None:
        samples: list[Any] = [row.value]
    elif named == "lookup":
        samples = [*row.table.values(), *([row.otherwise] if row.otherwise is not None else [])]
    elif named == "list":
        samples = [(SAMPLES[row.of],)]
    else:
        samples = [SAMPLES[named], *row.table.values()]
    for sample in samples:
        if not _takes(info.type, sample):
            raise _Wrong(f"{where}: {named} gives {sample!r}, which this field cannot hold")


def _takes(kind: Any, value: object) -> bool:  # noqa: ANN401  a type annotation
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _rows(row: FieldRow, info: structs.FieldInfo, where: str) -> tuple[type[Struct], tuple[Field, ...]]:
    inner = next((one for one in get_args(info.type) if isinstance(one, type) and issubclass(one, Struct)), None)
    if get_origin(info.type) is not tuple or inner is None:
        raise _Wrong(f"{where}.as: this field holds no rows")
    if not row.fields:
        raise _Wrong(f"{where}.fields: say where each field of {inner.__name__} stands")
    return inner, _fields(row.fields, inner, f"{where}.fields")
