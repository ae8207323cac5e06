"""What a driver is: a pure codec that turns frames into drafts of readings, and says so in one small vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, Protocol

from msgspec import Struct, structs

from beket.devices.kit.ports import Picture
from beket.words.ids import DeviceId, Instant, ReadingId, Sha256, reading_id, sha256
from beket.words.readings import Reading
from beket.words.wire import Piece, Raw

NOBODY: Final = DeviceId("")
"""The device of a draft: the kit finds out who spoke, and stamps it."""

UNNAMED: Final = ReadingId("")
"""The id of a draft: it depends on the device, so the kit derives it."""

Transport = Literal["tcp-client", "tcp-server", "udp", "http-push", "http-stream", "http-ask", "mqtt", "file-drop"]
OptionValue = str | int | float | bool
Options = Mapping[str, OptionValue]

ProblemKind = Literal[
    "shape", "checksum", "crc", "header_crc", "size", "dtd", "xml", "json", "field", "content", "version", "order",
    "unknown", "orphan_pictures", "unsettled", "unclosed", "device", "tls",
]  # fmt: skip
"""Why a message or a part of it could not be taken, in one word; a problem is a value, never an exception."""


class Cut(Struct, frozen=True):
    """A run of a message's bytes that is kept as evidence of its own; in `base64` where it came written so."""

    start: int
    end: int
    sha256: Sha256
    base64: bool = False


class Message(Struct, frozen=True, kw_only=True):
    """The exact bytes a reading rests on, and which runs of them are pictures."""

    blob: bytes
    cuts: tuple[Cut, ...] = ()

    def raw(self) -> Raw:
        """Write the bytes down once: pictures by name, the rest as they came."""
        pieces: list[Piece] = []
        at = 0
        for cut in self.cuts:
            if cut.start > at:
                pieces.append(Piece(inline=self.blob[at : cut.start]))
            pieces.append(Piece(kept=cut.sha256, base64=cut.base64))
            at = cut.end
        if at < len(self.blob) or not pieces:
            pieces.append(Piece(inline=self.blob[at:]))
        return Raw(sha256=sha256(self.blob), pieces=tuple(pieces))


class Told(Struct, frozen=True, kw_only=True):
    """One draft of a reading with what tells it from another: its own key and the message it rests on.

    `who` is what the device that said it calls itself, where one conversation carries the words of several.
    """

    reading: Reading
    key: bytes
    message: Message
    who: str = ""

    def stamped(
        self, device: DeviceId, drift_ms: int | None, raw_sha256: Sha256 | None, *, drift_sure: bool = False
    ) -> Reading:
        """Make the draft a reading of this device; a resend of the same message gets the same id."""
        said = self.reading
        kind = str(said.__struct_config__.tag)
        named = reading_id(device, kind, said.time, self.key)
        return structs.replace(
            said, device_id=device, reading_id=named, drift_ms=drift_ms, raw_sha256=raw_sha256, drift_sure=drift_sure
        )


class Problem(Struct, frozen=True, kw_only=True):
    """Bytes that could not be taken, and why; `fatal` means that nothing of the message was."""

    kind: ProblemKind
    detail: str
    raw: bytes = b""
    fatal: bool = True


class Out(Struct, kw_only=True):
    """All that a codec has to say about one frame.

    `replies` go out once what was told is durable; `refusals` go out in their place when the kit does not know who
    speaks. `answer` is there where a message carries the words of several: it gives the replies that refuse what was
    said by those whose names it is given, and confirm the rest. `reply_type` and `reply_status`: the media type of an
    HTTP answer, and its status. `alive`: the device lives; `fault`: what it says is wrong with it; `clock`: its own
    time in a live message; `identities`: what it calls itself; `asked`: the question that this answers.
    """

    told: tuple[Told, ...] = ()
    pictures: tuple[Picture, ...] = ()
    replies: tuple[bytes, ...] = ()
    refusals: tuple[bytes, ...] = ()
    answer: Callable[[frozenset[str]], tuple[bytes, ...]] | None = None
    reply_type: str = ""
    reply_status: int = 200
    identities: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    alive: bool = False
    fault: str | None = None
    clock: Instant | None = None
    asked: bytes = b""


class Frame(Struct, frozen=True, kw_only=True):
    """One whole message as the framer or the listener cut it.

    `query`, `path` and `content_type` are there only where HTTP has them, `topic` where MQTT has it, `name` where a
    file has it; `part` says that the blob is one part of an endless multipart stream, its boundary line and headers
    included. `settled` is what the device said earlier in the conversation and without which this frame cannot be
    read (a field mask): the framer, which needs it too, hands it on.
    """

    blob: bytes
    content_type: str = ""
    query: str = ""
    path: str = ""
    topic: str = ""
    name: str = ""
    part: bool = False
    broken: ProblemKind | None = None
    settled: bytes = b""


class Framer(Protocol):
    """Cuts a stream of bytes into frames: bounded, and the same for any split of the stream."""

    def feed(self, chunk: bytes, /) -> Iterable[Frame]:
        """Take bytes; give the frames that are whole now (those that are not frames carry `broken`)."""
        ...

    def end(self) -> Iterable[Frame]:
        """The stream is over: give what is left, if it makes a frame."""
        ...


class Decoder(Protocol):
    """Reads frames of one conversation; holds bounded state, knows no clock but the instants it is given."""

    def read(self, frame: Frame, received: Instant, /) -> Out:
        """Say what a frame says. Never raises, whatever the bytes."""
        ...

    def waited(self, received: Instant, /) -> Out:
        """Time has passed without a frame: say what that means, if anything."""
        ...

    def lost(self, received: Instant, /) -> Out:
        """The link ended: say what was open as it stands."""
        ...

    def ask(self, now: Instant, /) -> bytes:
        """Encode the next question to a device that must be asked; empty when there is none to ask now."""
        ...


class Quiet:
    """A decoder's other half where neither time, nor a lost link, nor a question means anything."""

    def waited(self, _received: Instant) -> Out:
        """Time changes nothing."""
        return Out()

    def lost(self, _received: Instant) -> Out:
        """Nothing was open."""
        return Out()

    def ask(self, _now: Instant) -> bytes:
        """It talks unasked."""
        return b""


class Mark(Struct, frozen=True, kw_only=True):
    """What one run of a message's bytes says: the name of the field and its value as read."""

    start: int
    end: int
    name: str
    value: str


class Codec(Protocol):
    """What every `codec.py` offers; the kit and the tests rely on nothing else of it.

    Besides these it has its own `encode_…` functions, which the rehearsal and the round-trip tests speak with; a
    protocol whose answers say more than one thing may offer `acknowledged(replies)`, which reads them for case files.
    """

    def framer(self, options: Options, content_type: str = "", /) -> Framer:
        """Make the framer of one stream."""
        ...

    def decoder(self, options: Options, /) -> Decoder:
        """Make the decoder of one conversation."""
        ...

    def explain(self, frame: Frame, options: Options, /) -> tuple[Mark, ...]:
        """Say what each run of a frame's bytes means: in order, apart from each other, only what the codec uses.

        A byte outside every mark may change without changing what is read. Empty for a frame that is refused whole.
        """
        ...


class Link(Struct, frozen=True, kw_only=True):
    """How a driver's devices are reached by one transport: what each `connector.py` declares.

    `silence_s_max`: without a byte for so long, the link is taken for dead and made anew. `ask_every_s`: how often
    the decoder is asked for a question. `path`: where a stream is pulled from. `paths`: what the paths that devices
    post to begin with, so that several drivers share one listener; none means any path that no other driver claims.
    `in_band`: devices say who they are in what they send, so that many of them share one listener and any address
    their allow lists have; each then needs a `declared_id`.
    """

    silence_s_max: float = 60.0
    ask_every_s: float = 1.0
    path: str = "/"
    paths: tuple[str, ...] = ()
    in_band: bool = False
