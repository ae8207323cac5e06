"""Explaining a frame while walking it: each run of bytes is named in turn, what is not used is passed over."""

from __future__ import annotations

from beket.devices.kit.driver import Mark


class Marking:
    """The marks of one frame as they are made; nothing is marked past its end."""

    def __init__(self, blob: bytes, at: int = 0) -> None:
        self._blob = blob
        self._marks: list[Mark] = []
        self.at = at

    def next(self, length: int, name: str, value: object = None) -> bytes:
        """Name the next bytes; without a value they are shown as hex. Gives them back."""
        start, end = self.at, min(self.at + length, len(self._blob))
        self.at = end
        run = self._blob[start:end]
        if run:
            said = run.hex() if value is None else str(value)
            self._marks.append(Mark(start=start, end=end, name=name, value=said))
        return run

    def skip(self, length: int) -> None:
        """Pass over bytes that say nothing to us."""
        self.at = min(self.at + length, len(self._blob))

    def marks(self) -> tuple[Mark, ...]:
        """All that was named, in order."""
        return tuple(self._marks)
