"""MQTT: one subscription per device at a broker; each message is acknowledged to the broker when it is durable.

The session is persistent and the quality of service is 1, so a broker keeps what comes while this node is away, and
sends again what was not acknowledged. Conventions of topics: docs/how-to/mqtt.md (reference 03 §7).
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Sequence
from typing import Final

import aiomqtt
import msgspec

from beket.devices.kit.backoff import BackOff
from beket.devices.kit.clients import CONNECT_S_MAX, LinkDown, Secret
from beket.devices.kit.doors import speaker
from beket.devices.kit.driver import Frame, Link, Out, Problem
from beket.devices.kit.line import Line
from beket.devices.kit.links import keep_trying
from beket.words.ids import sha256

PAYLOAD_MAX: Final = 8 * 1024 * 1024
"""Most bytes of one message: the same cap as for a post."""

QUEUE_MAX: Final = 64
"""Most messages that wait here for the log: as many as posts. Brokers send some twenty before the first is
acknowledged; one that sends more is left, and at our return sends again what was not acknowledged."""

KEEPALIVE_S: Final = 30
"""A broker that is silent for longer than half as much again is taken for dead, and so are we by it."""

PORT: Final = 1883
TLS_PORT: Final = 8883

STATUS_MAX: Final = 1024
"""Most bytes of a word on how a device is."""

OFFLINE: Final = "offline"
"""The fault of a device whose last will was told."""

_OFFLINE: Final = {"offline", "0", "false", "dead", "disconnected", "lost"}
_REFUSED: Final = 0x80
"""What a broker answers for a topic that we may not read (MQTT 3.1.1 §3.9.3)."""

_log: Final = logging.getLogger("beket.field")
_library: Final = logging.getLogger("beket.mqtt")
_library.setLevel(logging.ERROR)


class _Waiting(asyncio.Queue[aiomqtt.Message]):
    """Messages that came and are not durable yet; remembers that one found no room."""

    overflowed: bool = False

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Take a message in, or remember that there was no room for it: the library only lets it drop."""
        if self.full():
            self.overflowed = True
        super().put_nowait(item)


async def subscribe(line: Line, link: Link, secret: Secret) -> None:  # noqa: ARG001  the broker says what is silent
    """Keep a subscription for the device: forever, waiting longer after each failure."""
    patience = BackOff()
    while True:
        heard_before = line.state.count.messages
        try:
            await _subscribed_once(line, secret)
        except LinkDown as down:
            line.state.connected = False
            line.state.link_trouble = str(down)
            _log.debug("%s: %s", line.device.id, down)
        if line.state.count.messages > heard_before:
            patience.worked()
        await asyncio.sleep(patience.wait_s())


async def _subscribed_once(line: Line, secret: Secret) -> None:
    topic, status_topic = line.device.options.get("topic"), str(line.device.options.get("status_topic") or "")
    if line.device.host is None or not topic:
        raise LinkDown("the site file gives no host and no option topic to subscribe to")
    client = _client(line, secret)
    # The library would acknowledge as soon as it hands a message over; its paho client can be told to wait for us.
    client._client.manual_ack_set(on=True)  # noqa: SLF001
    try:
        async with client:
            # Some brokers grant a topic only when what they had for it is acknowledged, so both go on at once.
            following = asyncio.create_task(_follow(line, client, status_topic), name=f"follow {line.device.id}")
            try:
                await asyncio.gather(_ask_for(line, client, (str(topic), status_topic)), following)
            finally:
                await _put_down(following)
    except (aiomqtt.MqttError, OSError, ValueError) as failed:
        raise LinkDown(f"{line.device.host}: {failed or type(failed).__name__}") from failed
    raise LinkDown("the broker ended the subscription")


async def _put_down(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _follow(line: Line, client: aiomqtt.Client, status_topic: str) -> None:
    async for message in client.messages:
        await _take(line, message, status_topic)
        if message.qos == 1:
            client._client.ack(message.mid, message.qos)  # noqa: SLF001
        if not len(client.messages) and getattr(client._queue, "overflowed", False):  # noqa: SLF001
            raise LinkDown(f"more than {QUEUE_MAX} messages came at once; the broker sends the rest again")


async def _ask_for(line: Line, client: aiomqtt.Client, topics: Sequence[str]) -> None:
    for topic in filter(None, topics):
        granted = await client.subscribe(topic, qos=1)
        if any(isinstance(one, int) and one >= _REFUSED for one in granted):
            raise LinkDown(f"the broker does not let us read {topic}")
    if line.state.fault != OFFLINE:
        line.state.connected, line.state.link_trouble = True, None
    line.state.count.connects += 1


def _client(line: Line, secret: Secret) -> aiomqtt.Client:
    options = line.device.options
    tls = _tls(line) if options.get("tls") else None
    return aiomqtt.Client(
        hostname=str(line.device.host),
        port=line.device.port or (TLS_PORT if tls else PORT),
        identifier=str(options.get("client_id", "beket-" + sha256(line.device.id.encode())[:16])),
        protocol=aiomqtt.ProtocolVersion.V311,
        clean_session=False,
        username=str(options["user"]) if "user" in options else None,
        password=_password(line, secret),
        tls_context=tls,
        keepalive=KEEPALIVE_S,
        timeout=CONNECT_S_MAX,
        queue_type=_Waiting,
        max_queued_incoming_messages=QUEUE_MAX,
        logger=_library,
    )


def _password(line: Line, secret: Secret) -> str | None:
    named = line.device.options.get("password_env")
    if named is None:
        return None
    password = secret(str(named))
    if password is None:
        raise LinkDown(f"no password is set under the name {named}")
    return password


def _tls(line: Line) -> ssl.SSLContext:
    options = line.device.options
    try:
        context = ssl.create_default_context(cafile=str(options["ca_file"]) if "ca_file" in options else None)
        if "cert_file" in options:
            context.load_cert_chain(str(options["cert_file"]), str(options.get("key_file", options["cert_file"])))
    except OSError as wrong:
        raise LinkDown(f"TLS: {wrong}") from wrong
    return context


async def _take(line: Line, message: aiomqtt.Message, status_topic: str) -> None:
    """Take one message; returns when what it says is durable, however long that takes."""
    topic, payload = str(message.topic), bytes(message.payload or b"")
    line.state.count.bytes += len(payload)
    if topic == status_topic:
        _note_status(line, payload)
    elif not message.retain:  # a reading is never retained: what a broker kept for newcomers is no news
        async with line.lock:
            line.show(payload)
            await keep_trying(line, [_read(line, topic, payload)], line.device.host or "?")


def _read(line: Line, topic: str, payload: bytes) -> Out:
    if len(payload) > PAYLOAD_MAX:
        detail = f"a message of {len(payload)} bytes"
        return Out(problems=(Problem(kind="size", detail=detail, raw=payload[:PAYLOAD_MAX]),))
    out = line.read(Frame(blob=payload, topic=topic), line.clock())
    who = speaker((line,), "", out.identities)
    if isinstance(who, str):
        return Out(problems=(Problem(kind="device", detail=f"{topic}: {who}", raw=payload),))
    return out


def _note_status(line: Line, payload: bytes) -> None:
    """A device's own word, or its last will that the broker speaks for it: online, or offline."""
    word = _word(payload[:STATUS_MAX])
    gone = word in _OFFLINE
    line.state.connected = not gone
    line.state.fault = OFFLINE if gone else None
    line.state.link_trouble = "its last will says that it has gone" if gone else None


def _word(payload: bytes) -> str:
    if payload.lstrip().startswith(b"{"):
        try:
            said = msgspec.json.decode(payload, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ""
        payload = str(next((said[name] for name in ("status", "state", "online") if name in said), "")).encode()
    return payload.decode("utf-8", "replace").strip().lower()
