"""The one door to objects: what a person may see is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

import msgspec
import psycopg
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from beket.board.panels import acts as board_acts
from beket.board.panels import alarms as board_alarms
from beket.board.panels import crossings as board_crossings
from beket.board.panels import equipment as board_equipment
from beket.board.panels import limits as board_limits
from beket.board.panels import maps as board_maps
from beket.board.panels import papers as board_papers
from beket.board.panels import spoken as board_spoken
from beket.board.panels import switching as board_switching
from beket.board.panels import weights as board_weights
from beket.board.panels.alarms import AlarmSeen
from beket.board.panels.blocks import blocks as board_blocks
from beket.board.panels.crossings import After, Count, Page, Query, Row
from beket.board.panels.dossier import Dossier
from beket.board.panels.dossier import dossier as board_dossier
from beket.board.panels.entry import EntrySeen
from beket.board.panels.entry import entry as board_entry
from beket.board.panels.equipment import EquipmentRow
from beket.board.panels.health import HealthPoint
from beket.board.panels.health import health as board_health
from beket.board.panels.place import LaneRow
from beket.board.panels.place import lanes as board_lanes
from beket.board.panels.spoken import Found, Spoken
from beket.board.panels.switching import OrderSeen, Standing
from beket.board.panels.wall import Tile, Wall
from beket.board.panels.wall import wall as board_wall
from beket.log.book import Head
from beket.log.connect import open_connection
from beket.log.fsck import Chain
from beket.log.fsck import verify as log_verify
from beket.log.heads import Fault, RawMessage, Room, raw_message
from beket.log.heads import faults as log_faults
from beket.log.heads import heads as log_heads
from beket.log.heads import room as log_room
from beket.log.inbox import Brought
from beket.log.inbox import State as InboxState
from beket.log.inbox import again as inbox_again
from beket.log.inbox import blob_of as inbox_blob
from beket.log.inbox import found as inbox_found
from beket.log.inbox import listed as inbox_rows
from beket.log.quarantine import Marking, SetAside
from beket.log.quarantine import found as quarantine_found
from beket.log.quarantine import listed as quarantine_rows
from beket.log.quarantine import mark as quarantine_mark
from beket.web.accounts.models import Duty
from beket.web.eyes import EVERYWHERE, NOBODY, Eyes
from beket.web.gallery import gallery
from beket.web.moments import HOME_ZONE, language, now_ms
from beket.web.once import once_a_tick
from beket.words.ids import CrossingId, DeviceId, DocumentId, EntryRef, Instant, PlaceId, Sha256, split_ref
from beket.words.readings import DocumentLodged
from beket.words.roles import MAY, Verb
from beket.words.site import Device

P = ParamSpec("P")
T = TypeVar("T")


def eyes_of(request: HttpRequest) -> Eyes:
    """Read a person's duties, once per request."""
    known = getattr(request, "eyes", None)
    if known is None:
        known = eyes_for(request.user.pk, resting=getattr(request, "session_rests", False))
        request.eyes = known  # type: ignore[attr-defined]
    return cast(Eyes, known)


def eyes_for(account: int | None, *, resting: bool = False) -> Eyes:
    """Read the duties of an account that are in force now; NOBODY where it has none."""
    if account is None:
        return NOBODY
    held = Duty.objects.filter(account=account).in_force(timezone.now()).values_list("role", "place", "agency")
    duties = sorted((role, place, agency) for role, place, agency in held if role in MAY)
    return Eyes(tuple(duty[:2] for duty in duties), resting, tuple(duty[2] for duty in duties))


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
OPEN: Final = "open"
"""Mark of the few routes that need no account."""


def asks(verb: Verb, posting: Verb | None = None) -> Callable[[View[P]], View[P]]:
    """Guard a view with the verb it needs, and what is posted to it with another where `posting` names one.

    The marks `verb` and `posting` let a test walk over all routes.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            eyes, needed = eyes_of(request), (posting or verb) if request.method == "POST" else verb
            if eyes.can(verb) and eyes.can(needed):
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated or eyes.resting:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied(needed)

        cast(Any, guarded).verb, cast(Any, guarded).posting = verb, posting or verb
        return cast("View[P]", guarded)

    return guard


PERSON: Final = "person"
"""Mark of routes that concern whoever has signed in, whatever their duties."""


def asks_person(view: View[P]) -> View[P]:
    """Guard a view of somebody's own account: it takes no verb, but a session that does not rest."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated or eyes_of(request).resting:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    cast(Any, guarded).verb = PERSON
    return cast("View[P]", guarded)


def at_place(eyes: Eyes, verb: Verb, place: str) -> str:
    """Let a place's name through, or answer as if there were no such place; none has the sign that no table takes."""
    if "\x00" in place or not eyes.sees(verb, place):
        raise Http404
    return place


@once_a_tick
def wall(eyes: Eyes) -> Wall:
    """The tiles of the checkpoints these eyes may see."""
    with connection.cursor() as cursor:
        return board_wall(cursor, now_ms(), _scope(eyes, "see_wall"))


@once_a_tick
def alarms(eyes: Eyes) -> tuple[Row, ...]:
    """Conveyances that gave radiation alarm and are still inside."""
    query = Query(places=_scope(eyes, "see_wall"), alarm=True, state="inside")
    with connection.cursor() as cursor:
        return board_crossings.page(cursor, query, limit=board_crossings.PAGE_MAX).rows


def places(eyes: Eyes, verb: Verb = "see_wall") -> tuple[Tile, ...]:
    """The checkpoints a filter may offer."""
    with connection.cursor() as cursor:
        return board_wall(cursor, now_ms(), _scope(eyes, verb)).tiles


@once_a_tick
def crossings(eyes: Eyes, query: Query, after: After | None, limit: int) -> tuple[Page, Count]:
    """One page of the list and how many there are, both from the same query held to the reach of these eyes."""
    query = msgspec.structs.replace(query, places=_scope(eyes, "see_crossings"))
    with connection.cursor() as cursor:
        return board_crossings.page(cursor, query, after, limit), board_crossings.count(cursor, query)


def place(eyes: Eyes, name: str) -> Tile:
    """One checkpoint."""
    at_place(eyes, "see_wall", name)
    with connection.cursor() as cursor:
        tiles = board_wall(cursor, now_ms(), frozenset({PlaceId(name)})).tiles
    return _there(next(iter(tiles), None))


class Names(dict[str, tuple[str, str]]):
    """Each place's name in the page's language, and its zone; a place nobody described yet is called by its id."""

    def __missing__(self, place: str) -> tuple[str, str]:
        return place, HOME_ZONE


def names() -> Names:
    """What places are called: names are no secret, what happens there is."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, name_{language()}, zone_name FROM place")  # noqa: S608  one of three words
        return Names({row[0]: (row[1] or row[0], row[2]) for row in cursor.fetchall()})


def lodging_at(eyes: Eyes, place: str, crossing: str | None) -> None:
    """Let papers through to a post that there is, for a crossing of that post or for none in particular."""
    at_place(eyes, "lodge_documents", place)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM place WHERE id = %s", [place])
        _there(cursor.fetchone())
        if crossing is not None:
            cursor.execute("SELECT 1 FROM crossing WHERE id = %s AND place = %s", [crossing, place])
            _there(cursor.fetchone())


def brought_by(eyes: Eyes, login: str, number: int) -> Brought:
    """What became of a paper: for who may see documents there, and for who brought it."""
    paper = _there(inbox_found(log_connection(), number))
    own = paper.by == login and eyes.sees("lodge_documents", paper.place)
    if not own and not eyes.sees("see_documents", paper.place):
        raise Http404
    return paper


def on_file(eyes: Eyes, place: str, ref: str) -> tuple[EntrySeen, DocumentLodged]:
    """A trade document as it was lodged."""
    seen = entry(eyes, "see_documents", place, ref)
    if not isinstance(seen.body, DocumentLodged):
        raise Http404
    return seen, seen.body


def verify(eyes: Eyes, place: str) -> Chain:
    """Walk a place's whole chain on a connection of its own, which may take its time."""
    at_place(eyes, "verify_log", place)
    with closing(open_connection(dsn())) as own:
        return _there(next(iter(log_verify(own, PlaceId(place)).chains), None))


def dsn() -> str:
    """The same database as the pages', for connections of their own."""
    database = settings.DATABASES["default"]
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return make_conninfo(**{key: database[name] for key, name in named.items() if database.get(name)})


def dossier(eyes: Eyes, crossing: str) -> Dossier:
    """All that is held on one crossing."""
    with connection.cursor() as cursor:
        return _there(board_dossier(cursor, CrossingId(crossing), _scope(eyes, "see_dossier")))


def radiation_alarms(eyes: Eyes, *, settled: bool = False) -> tuple[AlarmSeen, ...]:
    """Radiation alarms that wait for people, or those judged last."""
    with connection.cursor() as cursor:
        return board_alarms.alarms(cursor, _scope(eyes, "see_dossier"), settled=settled)


def alarm(eyes: Eyes, place: str, ref: str) -> AlarmSeen:
    """One radiation alarm."""
    at_place(eyes, "see_dossier", place)
    with connection.cursor() as cursor:
        return _there(board_alarms.alarm(cursor, PlaceId(place), EntryRef(ref), _scope(eyes, "see_dossier")))


@once_a_tick
def equipment(eyes: Eyes, place: str | None = None, klass: str | None = None) -> tuple[EquipmentRow, ...]:
    """The register of equipment with all that is known of each piece."""
    named = PlaceId(place) if place else None
    with connection.cursor() as cursor:
        return board_equipment.equipment(cursor, _scope(eyes, "see_devices"), place=named, klass=klass or None)


@once_a_tick
def piece(eyes: Eyes, name: str) -> EquipmentRow:
    """One piece of equipment."""
    with connection.cursor() as cursor:
        return _there(board_equipment.piece(cursor, DeviceId(name), _scope(eyes, "see_devices")))


@once_a_tick
def lanes(eyes: Eyes, place: str) -> tuple[LaneRow, ...]:
    """The lanes of a checkpoint."""
    at_place(eyes, "see_devices", place)
    with connection.cursor() as cursor:
        return board_lanes(cursor, PlaceId(place))


def health(eyes: Eyes, of: EquipmentRow, since: Instant) -> tuple[HealthPoint, ...]:
    """The health curve of a device since an instant."""
    at_place(eyes, "see_devices", of.place)
    with connection.cursor() as cursor:
        return board_health(cursor, of.place, of.id, since)


def facts_about(eyes: Eyes, of: EquipmentRow, limit: int) -> tuple[Found, ...]:
    """What was concluded of a device, newest first."""
    at_place(eyes, "see_devices", of.place)
    known = [one.fact for one in (*of.aspects, *of.doubts, *((of.window,) if of.window else ()))]
    with connection.cursor() as cursor:
        return board_spoken.facts_about(cursor, of.place, of.id, limit, known)


def registered(eyes: Eyes, of: EquipmentRow) -> Device | None:
    """A device's row in the layout as it was ordered; None where the order cannot be found."""
    at_place(eyes, "see_devices", of.place)
    with connection.cursor() as cursor:
        return board_spoken.registered(cursor, of.place, of.id)


def switching(
    eyes: Eyes, of: EquipmentRow, limit: int
) -> tuple[tuple[OrderSeen, ...], tuple[Standing, ...], tuple[EntryRef, ...]]:
    """The last orders to a device, how it stands, and the alarms that block its lane."""
    at_place(eyes, "see_devices", of.place)
    with connection.cursor() as cursor:
        waiting = board_blocks(cursor, [of.place])[of.place].alarms
        blocking = tuple(ref for ref, lane in waiting.items() if lane in {of.lane, ""})
        orders = board_switching.orders(cursor, of.place, of.id, limit)
        return orders, board_switching.standings(cursor, of.place, of.id), blocking


def messages(eyes: Eyes, of: EquipmentRow, limit: int, since: EntryRef | None = None) -> tuple[Spoken, ...]:
    """The newest messages of a device; those of later frames than `since` only, where that is given."""
    at_place(eyes, "see_devices", of.place)
    if of.last is None:
        return ()
    after = split_ref(since)[0] if since is not None else 0
    with connection.cursor() as cursor:
        return board_spoken.messages(cursor, of.place, of.id, range(after + 1, split_ref(of.last)[0] + 1), limit)


def message(eyes: Eyes, of: EquipmentRow, ref: str) -> Spoken:
    """One message of a device."""
    at_place(eyes, "see_devices", of.place)
    with connection.cursor() as cursor:
        return _there(board_spoken.message(cursor, of.place, of.id, _ref(ref)))


def entry(eyes: Eyes, verb: Verb, place: str, ref: str) -> EntrySeen:
    """One entry of the log."""
    at_place(eyes, verb, place)
    with connection.cursor() as cursor:
        return _there(board_entry(cursor, PlaceId(place), _ref(ref), _scope(eyes, verb)))


def _ref(text: str) -> EntryRef:
    try:
        split_ref(text)
    except ValueError as error:
        raise Http404 from error
    return EntryRef(text)


def raw(eyes: Eyes, seen: EntrySeen | Spoken) -> RawMessage | None:
    """The bytes an entry came by; None when there are none or these eyes may not see them."""
    if seen.raw is None or not eyes.sees("see_raw", seen.place):
        return None
    return raw_message(seen.raw, gallery())


def picture(eyes: Eyes, place: str, sha256: str) -> tuple[str, bytes | None]:
    """A picture that an entry of this place speaks of: media type and bytes, None where they were not kept."""
    at_place(eyes, "see_evidence", place)
    with connection.cursor() as cursor:
        cursor.execute("SELECT media_type FROM picture WHERE sha256 = %s AND place = %s LIMIT 1", [sha256, place])
        row = _there(cursor.fetchone())
    return str(row[0]), gallery().read(Sha256(sha256))


def documents(
    eyes: Eyes, query: board_papers.Query, limit: int = board_papers.ROWS_MAX
) -> tuple[board_papers.Row, ...]:
    """Documents on file, held to the reach of these eyes."""
    query = msgspec.structs.replace(query, places=_scope(eyes, "see_documents"))
    with connection.cursor() as cursor:
        return board_papers.documents(cursor, query, limit)


def document(eyes: Eyes, name: str) -> tuple[board_papers.Held, tuple[board_papers.Fit, ...]]:
    """One document of any version, and whose it is and was."""
    with connection.cursor() as cursor:
        held = _there(board_papers.document(cursor, DocumentId(name), _scope(eyes, "see_documents")))
        return held, board_papers.fits_of(cursor, held.row.id)


def lodged(eyes: Eyes, row: board_papers.Row) -> tuple[EntrySeen, RawMessage | None]:
    """The entry that brought a document, and its bytes: who may see a document may see what it was read from."""
    at_place(eyes, "see_documents", row.place)
    with connection.cursor() as cursor:
        seen = _there(board_entry(cursor, row.place, row.ref))
    return seen, None if seen.raw is None else raw_message(seen.raw, gallery())


def as_json(seen: EntrySeen) -> bytes:
    """An entry as the log has it."""
    return msgspec.json.encode(seen.body)


def papers(eyes: Eyes, crossing: Row) -> tuple[board_papers.Held, ...]:
    """The documents of a crossing; none for eyes that see no documents there."""
    if not eyes.sees("see_documents", crossing.place):
        return ()
    with connection.cursor() as cursor:
        return board_papers.papers_of(cursor, crossing.id)


def weights(eyes: Eyes, held: Dossier) -> tuple[tuple[board_weights.Weighing, ...], tuple[board_weights.Other, ...]]:
    """What scales showed of a conveyance, and what the same vehicle weighed at crossings that these eyes may see."""
    at_place(eyes, "see_dossier", held.crossing.place)
    with connection.cursor() as cursor:
        shown = board_weights.weighings(cursor, held)
        return shown, board_weights.others(cursor, held, _scope(eyes, "see_crossings")) if shown else ()


def limits(eyes: Eyes, place: str, *, all_of_them: bool = False) -> tuple[board_limits.TableSeen, ...]:
    """The table of limits of mass that people put in force at a checkpoint, if any, or all that were proposed there."""
    at_place(eyes, "see_dossier", place)
    with connection.cursor() as cursor:
        return (board_limits.tables if all_of_them else board_limits.in_force)(cursor, PlaceId(place))


def findings_about(eyes: Eyes, place: str, names: Sequence[str]) -> tuple[board_papers.Finding, ...]:
    """What does not agree about crossings and documents of one place, and what did not for a while."""
    if not names or not eyes.sees("see_documents", place):
        return ()
    with connection.cursor() as cursor:
        return board_papers.findings_about(cursor, names)


def findings(eyes: Eyes, place: str | None, limit: int) -> tuple[tuple[board_papers.Finding, ...], dict[str, int]]:
    """What does not agree now, the worst first, and how much there is of each level."""
    scope, named = _scope(eyes, "see_documents"), PlaceId(place) if place else None
    with connection.cursor() as cursor:
        return board_papers.findings(cursor, scope, named, limit), board_papers.counted(cursor, scope, named)


def worst_of(names: Sequence[str]) -> dict[str, str]:
    """The worst level of what does not agree about crossings or documents that these eyes were shown."""
    with connection.cursor() as cursor:
        return board_papers.worst_of(cursor, names) if names else {}


def crossings_named(eyes: Eyes, crossings: Sequence[str]) -> dict[str, Row]:
    """Crossings by their names, as far as these eyes may see them."""
    with connection.cursor() as cursor:
        rows = board_crossings.named(cursor, crossings, _scope(eyes, "see_crossings"))
    return {row.id: row for row in rows}


def inbox(eyes: Eyes, state: InboxState | None = None, before: int | None = None) -> list[Brought]:
    """Papers that were brought, and what became of each."""
    reach = _scope(eyes, "see_documents")
    return inbox_rows(log_connection(), None if reach is None else sorted(reach), state, before)


def brought(eyes: Eyes, number: int) -> Brought:
    """One paper that was brought."""
    found = _there(inbox_found(log_connection(), number))
    at_place(eyes, "see_documents", found.place)
    return found


def brought_bytes(eyes: Eyes, paper: Brought) -> bytes | None:
    """The bytes of a paper that waits or was refused."""
    at_place(eyes, "see_documents", paper.place)
    return inbox_blob(log_connection(), paper.id)


def brought_again(eyes: Eyes, papers: Sequence[Brought]) -> dict[int, list[int]]:
    """Of papers that these eyes were shown those that were brought again, with the numbers under which."""
    seen = [paper.id for paper in papers if eyes.sees("see_documents", paper.place)]
    return inbox_again(log_connection(), seen) if seen else {}


def maps(eyes: Eyes, *, all_of_them: bool = False) -> tuple[board_maps.MapSeen, ...]:
    """The maps that papers are read by, or the last word about each: they count for the whole house, not for a post."""
    if not eyes.can("see_documents"):
        return ()
    with connection.cursor() as cursor:
        return board_maps.maps(cursor) if all_of_them else board_maps.in_force(cursor)


def map_versions(eyes: Eyes, name: str) -> tuple[board_maps.MapSeen, ...]:
    """What was said of one map, newest first; nothing where nobody ever saved one of this name."""
    if not eyes.can("see_documents"):
        return ()
    with connection.cursor() as cursor:
        return board_maps.versions(cursor, name)


def quarantine(eyes: Eyes) -> list[SetAside]:
    """Refused messages; what nobody can place is for engineers of the whole country only."""
    reach = eyes.reach("handle_quarantine")
    return [each for each in quarantine_rows(log_connection()) if reach is EVERYWHERE or each.place in reach]


def set_aside(eyes: Eyes, number: int) -> SetAside:
    """One kind of refused message."""
    found = _there(quarantine_found(log_connection(), number))
    reach = eyes.reach("handle_quarantine")
    if reach is not EVERYWHERE and found.place not in reach:
        raise Http404
    return found


def judge(eyes: Eyes, number: int, marking: Marking) -> bool:
    """Write an engineer's decision beside a kind of refused message; False when it was decided before."""
    set_aside(eyes, number)
    return quarantine_mark(log_connection(), number, marking)


def heads(eyes: Eyes) -> list[Head]:
    """How far the chains reach."""
    reach = eyes.reach("see_log")
    return [head for head in log_heads(log_connection()) if reach is EVERYWHERE or head.place in reach]


def room() -> Room:
    """How much disk everything takes; not a secret of any one checkpoint."""
    return log_room(log_connection())


def faults(eyes: Eyes) -> list[Fault]:
    """Frames that a reader could not take."""
    reach = eyes.reach("see_log")
    return [fault for fault in log_faults(log_connection()) if reach is EVERYWHERE or fault.place in reach]


def log_connection() -> psycopg.Connection[Any]:
    """The page's own connection, in the log's terms (psycopg's, rows as tuples)."""
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)


def acts(eyes: Eyes, crossing: Row, joined: Sequence[CrossingId] = ()) -> tuple[board_acts.ActSeen, ...]:
    """The acts about a crossing, also by the names that it had before."""
    at_place(eyes, "see_dossier", crossing.place)
    with connection.cursor() as cursor:
        return board_acts.acts_of(cursor, (crossing.id, *joined))


def act(eyes: Eyes, number: str) -> board_acts.ActSeen:
    """One act by its number."""
    with connection.cursor() as cursor:
        return _there(board_acts.act(cursor, number, _scope(eyes, "see_dossier")))


def act_of_decision(eyes: Eyes, place: str, decision: str) -> board_acts.ActSeen | None:
    """The act that a decision brought, if it did."""
    at_place(eyes, "see_dossier", place)
    with connection.cursor() as cursor:
        return board_acts.act_of_decision(cursor, PlaceId(place), decision)


def act_paper(eyes: Eyes, seen: board_acts.ActSeen) -> bytes:
    """The signed paper of an act, as it was signed; there is none before that, nor where it is no longer whole."""
    at_place(eyes, "see_dossier", seen.place)
    if seen.signed is None:
        raise Http404
    with connection.cursor() as cursor:
        entry_of = _there(board_entry(cursor, seen.place, seen.signed))
    paper = raw_message(_there(entry_of.raw), gallery())
    if not paper.proven or entry_of.raw is None or entry_of.raw.sha256 != seen.pdf:
        raise Http404
    return paper.blob


def _scope(eyes: Eyes, verb: Verb) -> frozenset[PlaceId] | None:
    return cast("frozenset[PlaceId] | None", eyes.reach(verb))


def _there(found: T | None) -> T:
    """What was found, or the answer for what is not there."""
    if found is None:
        raise Http404
    return found


def everywhere(ask: Callable[[Any], T]) -> T:
    """Ask the board something of the whole country, for a page that shows none of it."""
    with connection.cursor() as cursor:
        return ask(cursor)


def scoped(eyes: Eyes, verb: Verb, ask: Callable[[Any, frozenset[PlaceId] | None], T]) -> T:
    """Ask the board something, held to the places where these eyes may use the verb."""
    with connection.cursor() as cursor:
        return ask(cursor, _scope(eyes, verb))
