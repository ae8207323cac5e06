"""One lane's equipment that can be told what to do: check, begin, write, read back, see it happen; or put to rest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from beket.devices.kit.modbus import wire_of
from beket.devices.kit.polling import unit_of
from beket.devices.writing.interlock import Signals, in_the_way
from beket.devices.writing.talk import Denied, LinkLost, Talk, WrongAnswer, talking
from beket.devices.writing.wire import Coil
from beket.devices.writing.wiring import Doing, wiring_of
from beket.words.site import Device

WRITTEN_TO: Final = "orders"
"""The option that lets a device be written to: it names the wiring. A row without it is only read."""

LOOK_EVERY_S: Final = 0.1
"""How often the signals are read while something moves: a barrier falls a hand's breadth in that time."""

Result = Literal["begun", "obeyed", "refused", "failed", "unconfirmed"]


class Ended(Struct, kw_only=True):
    """How an order ended: what the record says, the signals read last, and the bytes that went to and fro."""

    result: Result
    why: str | None = None
    state: dict[str, bool] = {}
    exchange: bytes = b""


class _Course(Struct):
    """What is known of an order while it runs."""

    state: dict[str, bool | None] = field(default_factory=dict)
    exchange: bytearray = field(default_factory=bytearray)

    def ended(self, result: Result, why: str | None = None) -> Ended:
        """Say how it ended, with what is known."""
        known = {name: value for name, value in self.state.items() if value is not None}
        return Ended(result=result, why=why, state=known, exchange=bytes(self.exchange))


Forbidden = Callable[[Signals], str | None]
"""Why an order is not carried out with the equipment as it is."""

Begin = Callable[[], Awaitable[str | None]]
"""Makes durable that it is begun; why it cannot be, or None."""


class Gate:
    """The equipment behind one device row of the site file; its orders are carried out one after another."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.wiring = wiring_of(device.options)
        self._unit = unit_of(device.options)
        self._wire = wire_of(device.options)
        self.lock = asyncio.Lock()

    async def obey(self, doing: Doing, forbidden: Forbidden, begin: Begin) -> Ended:
        """Carry out one order; every way out is an answer."""
        course = _Course()
        try:
            async with talking(self.device, self._unit, self._wire, course.exchange) as talk:
                return await self._checked(talk, doing, forbidden, begin, course)
        except (LinkLost, Denied, WrongAnswer) as trouble:
            return course.ended("failed", f"before it was begun: {trouble}")

    async def look_after(self, doing: Doing | None, why: str) -> Ended:
        """See how it stands after an order that nobody saw the end of, and let go of a button that was held down."""
        course = _Course()
        try:
            async with talking(self.device, self._unit, self._wire, course.exchange) as talk:
                course.state = await talk.signals(self.wiring)
                if doing is not None and doing.pulse_ms:
                    await _let_go(talk, doing)
                    why = f"{why}; what it held down was let go"
        except (LinkLost, Denied, WrongAnswer) as trouble:
            why = f"{why}; then {trouble}"
        return course.ended("unconfirmed", why)

    async def _checked(self, talk: Talk, doing: Doing, forbidden: Forbidden, begin: Begin, course: _Course) -> Ended:
        course.state = await talk.signals(self.wiring)
        if why := forbidden(course.state):
            return course.ended("refused", why)
        if why := await begin():
            return course.ended("refused" if why == "log_unavailable" else "unconfirmed", why)
        try:
            return await self._done(talk, doing, course)
        except (Denied, WrongAnswer) as wrong:
            await self._rested(talk)
            return course.ended("failed", str(wrong))
        except LinkLost as lost:
            return await self._looked_after(doing, course, str(lost))

    async def _done(self, talk: Talk, doing: Doing, course: _Course) -> Ended:
        await talk.write(doing.write)
        await talk.read_back(doing.write)
        if doing.pulse_ms:
            await asyncio.sleep(doing.pulse_ms / 1000)
            await _let_go(talk, doing)
        why = await self._seen(talk, doing, course)
        return course.ended("obeyed") if why is None else course.ended("failed", why)

    async def _seen(self, talk: Talk, doing: Doing, course: _Course) -> str | None:
        """Look until the signals show that it has happened; why not, once that is certain or takes too long."""
        until = asyncio.get_running_loop().time() + doing.within_ms / 1000
        while True:
            course.state = await talk.signals(self.wiring)
            if all(course.state[name] is wanted for name, wanted in doing.want.items()):
                return None
            if under := in_the_way(doing, course.state):
                await talk.write(doing.abort)
                return f"stopped, {under}"
            if asyncio.get_running_loop().time() >= until:
                await self._rested(talk)
                return "not seen to happen in time"
            await asyncio.sleep(LOOK_EVERY_S)

    async def _looked_after(self, doing: Doing, course: _Course, lost: str) -> Ended:
        """The link broke after something was written: see by a new one how it stands, and drive nothing any more."""
        try:
            async with talking(self.device, self._unit, self._wire, course.exchange) as talk:
                course.state = await talk.signals(self.wiring)
                happened = doing.want and all(course.state[name] is on for name, on in doing.want.items())
                if happened and not doing.pulse_ms:
                    await talk.read_back(doing.write)
                    return course.ended("obeyed", f"seen by a second link: {lost}")
                await talk.write(self.wiring.rest)
        except (LinkLost, Denied, WrongAnswer) as still:
            return course.ended("unconfirmed", f"{lost}; then {still}")
        return course.ended("unconfirmed", lost)

    async def _rested(self, talk: Talk) -> None:
        """Drive nothing any more; if even that fails, what made us do it is what is said."""
        with contextlib.suppress(LinkLost, Denied, WrongAnswer):
            await talk.write(self.wiring.rest)


async def _let_go(talk: Talk, doing: Doing) -> None:
    """Put off again what a pulse had put on."""
    off = [Coil(address=coil.address, on=False) for coil in doing.write if coil.on]
    await talk.write(off)
    await talk.read_back(off)


def gate_of(device: Device) -> Gate | None:
    """The gate behind a row that says it may be written to, None behind any other; raises MapRefused."""
    named = device.options.get(WRITTEN_TO)
    if named is None:
        return None
    return Gate(replace(device, options={**device.options, "map": named}))
