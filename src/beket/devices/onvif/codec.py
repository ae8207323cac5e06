"""ONVIF events: notifications pushed or pulled to readings, both ways (reference 03 §1.4, §7).

Sources: ONVIF Core Specification §9 (event service, pull point), Analytics Service Specification (topic
`tns1:RuleEngine/Recognition/LicensePlate`). Names are matched without their namespaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from beket.devices.kit.countries import country_of
from beket.devices.kit.dates import live
from beket.devices.kit.driver import (
    NOBODY,
    UNNAMED,
    Decoder,
    Frame,
    Framer,
    Mark,
    Message,
    Options,
    Out,
    Problem,
    Quiet,
    Told,
)
from beket.devices.kit.explain import Element, read_xml, shown, tidy
from beket.devices.kit.framing import Whole
from beket.words.ids import Instant
from beket.words.plates import PLATE_LENGTH_MAX, canonical
from beket.words.readings import Movement, PlateRead

MESSAGE_MAX: Final = 1024 * 1024
"""Most bytes of one answer or post: a hundred events are under 200 kB."""

EVENTS_MAX: Final = 256
"""Most events of one message."""

EVENT_SERVICE: Final = "/onvif/event_service"
"""Where cameras have their event service, unless an option says otherwise."""

_TOPIC: Final = "recognition/licenseplate"
_FAULTS: Final = {
    "tamper": "tamper", "signalloss": "signal_loss", "storagefailure": "storage_failure", "globalscenechange": "tamper",
    "imagetooblurry": "blurred", "imagetoodark": "dark", "imagetoobright": "bright", "fanfailure": "fan_failure",
    "powersupplyfailure": "power_failure", "temperaturecritical": "overheated",
}  # fmt: skip
"""Ends of topics by which a camera says that something is wrong with it, and what we call that."""

_MOVEMENTS: Final[dict[str, Movement]] = {"approaching": "approaching", "receding": "receding"}
_NAMESPACES: Final = (
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"'
    ' xmlns:tns1="http://www.onvif.org/ver10/topics"'
)
_SOAP: Final = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing"'
    ' xmlns:tev="http://www.onvif.org/ver10/events/wsdl">%s<s:Body>%s</s:Body></s:Envelope>'
)
_CREATE: Final = (
    "<tev:CreatePullPointSubscription><tev:InitialTerminationTime>PT60S</tev:InitialTerminationTime>"
    "</tev:CreatePullPointSubscription>"
)
_PULL: Final = (
    "<tev:PullMessages><tev:Timeout>PT5S</tev:Timeout><tev:MessageLimit>64</tev:MessageLimit></tev:PullMessages>"
)
_MEDIA: Final = "application/soap+xml; charset=utf-8"


class Camera(Quiet):
    """Reads one camera's notifications, and keeps its pull point."""

    def __init__(self, options: Options) -> None:
        self._service = str(options.get("path", EVENT_SERVICE))
        self._subscription = ""
        self._fault: str | None = None

    def ask(self, _now: Instant) -> bytes:
        """Ask for a pull point, then again and again for what is new there; each pull also keeps it alive."""
        body = _PULL if self._subscription else _CREATE
        to = f"<s:Header><wsa:To>{escape(self._subscription)}</wsa:To></s:Header>" if self._subscription else ""
        path = _path(self._subscription) if self._subscription else self._service
        return f"POST {path} {_MEDIA}\r\n\r\n{_SOAP % (to, body)}".encode()

    def lost(self, _received: Instant) -> Out:
        """A camera that went away has forgotten its pull points."""
        self._subscription = ""
        return Out()

    def read(self, frame: Frame, received: Instant) -> Out:
        """Say what a message says: notifications, a pull point that was made, or a fault of SOAP."""
        if frame.broken is not None:
            return _refused("size", "the message is too long", frame.blob)
        root = read_xml(frame.blob)
        if isinstance(root, Problem):
            return Out(problems=(root,))
        made = next(_below(root, "SubscriptionReference"), None)
        if made is not None:
            return self._made(made, frame.blob)
        fault = next(_below(root, "Fault"), None)
        if fault is not None:
            self._subscription = ""
            why = next((one.text for one in _below(fault, "Text")), "") or fault.text
            return Out(alive=True, problems=(Problem(kind="device", detail=why[:200] or "a fault", fatal=False),))
        events = [*_below(root, "NotificationMessage")][:EVENTS_MAX]
        if not events and root.name not in ("MetadataStream", "Envelope", "Notify", "PullMessagesResponse"):
            return _refused("content", f"{root.name[:40]}: no notification", frame.blob)
        return self._events(events, frame.blob, received)

    def _made(self, reference: Element, blob: bytes) -> Out:
        address = next((one.text for one in _below(reference, "Address")), "")
        if not address.isprintable() or " " in address or not _path(address).startswith("/"):
            return _refused("field", "a pull point without an address", blob)
        self._subscription = address[:512]
        return Out(alive=True)

    def _events(self, events: list[Element], blob: bytes, received: Instant) -> Out:
        out = Out(alive=True)
        told: list[Told] = []
        for event in events:
            topic = next((one.text for one in _below(event, "Topic")), "").lower()
            if _TOPIC in topic:
                plate = _plate(event, blob, received)
                told += [] if plate is None else [plate]
            else:
                self._complaint(topic, event)
        out.told, out.fault = tuple(told), self._fault
        if told:
            out.clock = live(told[-1].reading.time, received) if not told[-1].reading.buffered else None
        return out

    def _complaint(self, topic: str, event: Element) -> None:
        fault = _FAULTS.get(topic.rpartition("/")[2])
        if fault is None:
            return
        said = [one.attributes.get("Value", "").lower() for one in _below(event, "SimpleItem")]
        if "true" in said or "1" in said:
            self._fault = fault
        elif self._fault == fault:
            self._fault = None


def _plate(event: Element, blob: bytes, received: Instant) -> Told | None:
    """Read one recognised plate; what a camera takes back (`Deleted`) says nothing of a passage."""
    message = next((one for one in _below(event, "Message") if "UtcTime" in one.attributes), None)
    attributes = {} if message is None else message.attributes
    operation = attributes.get("PropertyOperation", "")
    if operation == "Deleted":
        return None
    number = next(_below(event, "PlateNumber"), None)
    raw = "" if number is None else number.text[: 2 * PLATE_LENGTH_MAX]
    items = {one.attributes.get("Name", ""): one.attributes.get("Value", "") for one in _below(event, "SimpleItem")}
    likelihood = (
        items.get("Likelihood") if number is None else number.attributes.get("Likelihood", items.get("Likelihood"))
    )
    time = _time(attributes.get("UtcTime"))
    speed = _number(next((one.text for one in _below(event, "Speed")), items.get("Speed")))
    reading = PlateRead(
        device_id=NOBODY,
        time=time,
        received=received,
        reading_id=UNNAMED,
        buffered=operation == "Initialized",
        plate=canonical(raw) or None,
        plate_raw=raw or None,
        country=country_of(next((one.text for one in _below(event, "CountryCode")), "")),
        confidence=_share(likelihood),
        plate_type=next((one.text[:64] for one in _below(event, "PlateType")), "") or None,
        direction=_MOVEMENTS.get(items.get("Direction", "").lower(), "unknown"),
        vehicle_type=next((one.text[:64] for one in _below(event, "VehicleType")), "") or None,
        speed_kmh=round(speed * 3.6, 3) if speed is not None and 0 <= speed < 200 else None,
        unread_reason=None if canonical(raw) else "unreadable",
    )
    key = f"{attributes.get('UtcTime')}|{items.get('VideoSource')}|{items.get('Rule')}|{raw}"
    return Told(reading=reading, key=key.encode("utf-8", "replace"), message=Message(blob=blob))


def _below(element: Element, name: str) -> Iterator[Element]:
    """Every element of this name below, in the order in which they stand."""
    for child in element.children:
        if child.name == name:
            yield child
        yield from _below(child, name)


def _path(address: str) -> str:
    """What of a pull point's address is asked for at the camera's own host: never another host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _time(text: str | None) -> Instant | None:
    if text is None or len(text) > 40:
        return None
    try:
        read = datetime.fromisoformat(text)
        if read.tzinfo is None:
            read = read.replace(tzinfo=UTC)
        return Instant(round(read.timestamp() * 1000))
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text and len(text) < 32 else None
    except ValueError:
        return None


def _share(text: str | None) -> float | None:
    value = _number(text)
    return round(value, 6) if value is not None and 0 <= value <= 1 else None


def _refused(kind: str, detail: str, blob: bytes) -> Out:
    return Out(problems=(Problem(kind=kind, detail=detail, raw=blob),))  # type: ignore[arg-type]


def encode_event(
    plate: str, utc: str, country: str = "KG", likelihood: float = 0.92, *, operation: str = "Changed"
) -> str:
    """Write one notification of a recognised plate, to be put into a stream, a Notify or an answer."""
    data = (
        f'<tt:SimpleItem Name="Likelihood" Value="{likelihood}"/>'
        '<tt:ElementItem Name="LicensePlateInfo"><tt:LicensePlateInfo>'
        f'<tt:PlateNumber Likelihood="{likelihood}">{escape(plate)}</tt:PlateNumber><tt:PlateType>Normal</tt:PlateType>'
        f"<tt:CountryCode>{escape(country)}</tt:CountryCode></tt:LicensePlateInfo></tt:ElementItem>"
    )
    return encode_notification("tns1:RuleEngine/Recognition/LicensePlate", utc, data, operation=operation)


def encode_notification(topic: str, utc: str, data: str, *, operation: str = "Changed") -> str:
    """Write one notification with any topic and data."""
    return (
        f"<wsnt:NotificationMessage><wsnt:Topic>{escape(topic)}</wsnt:Topic><wsnt:Message>"
        f"<tt:Message UtcTime={quoteattr(utc)} PropertyOperation={quoteattr(operation)}><tt:Source>"
        f'<tt:SimpleItem Name="VideoSource" Value="1"/><tt:SimpleItem Name="Rule" Value="LPR-1"/></tt:Source>'
        f"<tt:Data>{data}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )


def encode_stream(*events: str) -> bytes:
    """Write a piece of a metadata stream."""
    return f"<tt:MetadataStream {_NAMESPACES}><tt:Event>{''.join(events)}</tt:Event></tt:MetadataStream>".encode()


def encode_pulled(*events: str) -> bytes:
    """Write a camera's answer to PullMessages."""
    return (
        _SOAP % ("", f"<tev:PullMessagesResponse {_NAMESPACES}>{''.join(events)}</tev:PullMessagesResponse>")
    ).encode()


def encode_pull_point(address: str) -> bytes:
    """Write a camera's answer to CreatePullPointSubscription."""
    made = (
        f"<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>{escape(address)}</wsa:Address>"
        "</tev:SubscriptionReference></tev:CreatePullPointSubscriptionResponse>"
    )
    return (_SOAP % ("", made)).encode()


def encode_fault(why: str) -> bytes:
    """Write a fault of SOAP."""
    return (_SOAP % ("", f"<s:Fault><s:Reason><s:Text>{escape(why)}</s:Text></s:Reason></s:Fault>")).encode()


def framer(_options: Options, content_type: str = "") -> Framer:
    """Make the framer of one message: an answer or a post is whole by itself."""
    return Whole(MESSAGE_MAX, content_type)


def decoder(options: Options) -> Decoder:
    """Make the decoder of one camera."""
    return Camera(options)


_USED: Final = (
    "Topic", "PlateNumber", "CountryCode", "PlateType", "VehicleType", "Speed", "SimpleItem", "Address", "Text",
    "Message",
)  # fmt: skip


def explain(frame: Frame, _options: Options) -> tuple[Mark, ...]:
    """Name the elements that are used; all other tags hold them together and are named by what they are."""
    root = read_xml(frame.blob) if frame.broken is None else None
    if root is None or isinstance(root, Problem):
        return ()
    return tidy(_marks(root))


def _marks(element: Element) -> list[Mark]:
    if element.name in _USED and not element.children:
        said = element.text or " ".join(f"{name}={value}" for name, value in element.attributes.items())
        return [Mark(start=element.start, end=element.end, name=element.name, value=shown(said))]
    said = " ".join(f"{name}={value}" for name, value in element.attributes.items())
    marks = [Mark(start=element.start, end=element.inner, name=element.name, value=shown(said))]
    for child in element.children:
        marks += _marks(child)
    if element.close < element.end:
        marks.append(Mark(start=element.close, end=element.end, name=f"end of {element.name}", value=""))
    return marks
