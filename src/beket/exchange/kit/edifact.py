"""Opens UN/EDIFACT that anybody may have sent, as the branches that XML becomes: segment, element, component.

Elements and components are named by their place, counted from one: `BGM/2/1` is the first component of the second
element of BGM. The counts and the references that an interchange writes of itself are held against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.xml import BYTES_MAX, ELEMENTS_MAX
from beket.words.documents import Remark

INTERCHANGE: Final = "UNB"
MESSAGE: Final = "UNH"
ADVICE: Final = "UNA"

_USUAL: Final = ":+.? '"
"""The signs of an interchange that names none: component, element, decimal mark, release, reserved, segment."""

_CHARACTERS: Final[dict[str, str]] = {
    "UNOC": "iso8859-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5", "UNOF": "iso8859-7", "UNOG": "iso8859-3",
    "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8", "UNOK": "iso8859-9", "UNOW": "utf-8",
}  # fmt: skip
"""By syntax identifier; any other, UNOA and UNOB among them, may write ASCII alone."""

_ENDS: Final = {"UNT": "UNH", "UNE": "UNG", "UNZ": "UNB"}
_OUTER: Final = {"UNB": (), "UNG": ("UNB",), "UNH": ("UNB", "UNG")}
_REFERENCES: Final = {"UNB": 5, "UNG": 5, "UNH": 1}
"""Which element of a beginning is the reference that its end repeats; the end has it second, behind the count."""

_TAG: Final = re.compile(r"[A-Z][A-Z0-9]{2}", re.ASCII)
_BLANKS: Final = re.compile(r"\s*")
_SYNTAX: Final = re.compile(rb"UNB.([A-Z]{4})", re.DOTALL)


class _Signs:
    """What parts segments, elements and components, and what takes that meaning from the next character."""

    def __init__(self, advice: str) -> None:
        release = advice[3]
        self.signs = (advice[1], advice[0])
        self.release = re.compile(re.escape(release) + "(.)", re.DOTALL) if release != " " else None
        self.segment, self.element, self.component = (_part(sign, release) for sign in (advice[5], *self.signs))

    def elements(self, segment: str) -> list[str]:
        """Part a segment into elements."""
        return self.element.findall(segment + self.signs[0])

    def components(self, element: str) -> list[str]:
        """Part an element into components, and give each as it was meant."""
        parts = self.component.findall(element + self.signs[1])
        return [self.release.sub(r"\1", part) if self.release else part for part in parts]


def _part(sign: str, release: str) -> re.Pattern[str]:
    """Match what stands before a sign; a released one parts nothing."""
    free, sign = re.escape(release), re.escape(sign)
    if release == " ":
        return re.compile(f"([^{sign}]*+){sign}")
    return re.compile(f"((?:[^{free}{sign}]++|{free}.)*+){sign}", re.DOTALL)


class _Level(Struct):
    """An interchange, a group or a message that has begun: its reference, and how much is in it so far."""

    tag: str
    reference: str
    inside: int = 0


def opened_edifact(blob: bytes) -> Branch:
    """Read an interchange into one branch per message, each below the segment it begins with; raises Refused."""
    if len(blob) > BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {BYTES_MAX} are read")
    text = _text(blob.removeprefix(b"\xef\xbb\xbf").lstrip())
    advice = text[len(ADVICE) : len(ADVICE) + len(_USUAL)] if text.startswith(ADVICE) else _USUAL
    _refuse_advice(advice)
    signs = _Signs(advice)
    begin = len(ADVICE) + len(_USUAL) if text.startswith(ADVICE) else 0
    remarks: list[Remark] = []
    root = Branch(INTERCHANGE, "", 0, remarks)
    levels: list[_Level] = []
    planted = ended = 0
    for number, said in enumerate(_segments(text, begin, signs), start=1):
        planted += 1 + sum(said.count(sign) for sign in signs.signs)
        if planted > ELEMENTS_MAX:
            raise Refused("elements", f"more than {ELEMENTS_MAX} elements", f"segment {number}")
        segment = _planted(said, signs, remarks, number)
        if ended:
            raise Refused("malformed", f"{segment.name} stands behind the end of the interchange", f"segment {number}")
        _take(segment, levels, root, number)
        ended += not levels
    if not ended:
        raise Refused("truncated", f"{levels[-1].tag} does not end" if levels else "there is no segment")
    return root


def parted(message: Branch, tag: str) -> list[Branch]:
    """Part a message where each segment of some tag stands: the head, and then each part that begins with one."""
    parts = [Branch(message.name, "", 0, message.remarks)]
    for segment in message.branches:
        if segment.name == tag:
            parts.append(Branch(tag, "", 0, message.remarks))
        parts[-1].grow(segment)
    return parts


def qualified(part: Branch, tag: str, qualifier: str) -> list[Branch]:
    """Give the segments of some tag whose first component says what they are about."""
    found = [segment for segment in part.all(tag) if segment.one("1/1").text == qualifier]
    for segment in found:
        segment.one("1/1").taken = True
    return found


def _text(blob: bytes) -> str:
    syntax = _SYNTAX.search(blob, 0, 64)
    characters = _CHARACTERS.get(syntax[1].decode("ascii") if syntax else "", "ascii")
    try:
        return blob.decode(characters)
    except UnicodeDecodeError as error:
        raise Refused("encoding", f"{error.reason}, where {characters} is announced", f"byte {error.start}") from error


def _refuse_advice(advice: str) -> None:
    """Refuse signs that could not part anything: too few, the same twice, or such as stand in words."""
    signs = advice[:2] + advice[3:4].strip() + advice[5:]
    if len(advice) < len(_USUAL) or len(set(signs)) < len(signs) or any(sign.isalnum() for sign in signs):
        raise Refused("malformed", f"{advice!r} cannot part segments", ADVICE)


def _segments(text: str, begin: int, signs: _Signs) -> Iterator[str]:
    """Give the segments; line breaks between them are no part of any."""
    at, number = _past_blanks(text, begin), 0
    while at < len(text):
        number += 1
        found = signs.segment.match(text, at)
        if found is None:
            raise Refused("truncated", "the last segment does not end", f"segment {number}")
        yield found[1]
        at = _past_blanks(text, found.end())


def _past_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at


def _planted(said: str, signs: _Signs, remarks: list[Remark], number: int) -> Branch:
    tag, *elements = signs.elements(said)
    if _TAG.fullmatch(tag) is None:
        raise Refused("malformed", f"{tag[:8]!r} is the name of no segment", f"segment {number}")
    segment = Branch(tag, "", 0, remarks)
    for place, element in enumerate(elements, start=1):
        planted = Branch(str(place), "", 0, remarks)
        segment.grow(planted)
        for within, component in enumerate(signs.components(element), start=1):
            planted.grow(Branch(str(within), component.strip(), 0, remarks))
    return segment


def _take(segment: Branch, levels: list[_Level], root: Branch, number: int) -> None:
    """Put a segment where it belongs; one that begins or ends something opens or closes a level."""
    where, outer = f"segment {number}", levels[-1].tag if levels else None
    if segment.name in _ENDS:
        _close(segment, levels, where)
        return
    if segment.name in _REFERENCES:
        if outer not in (_OUTER[segment.name] or (None,)):
            raise Refused("malformed", f"{segment.name} stands below {outer or 'nothing'}", where)
        reference = segment.one(f"{_REFERENCES[segment.name]}/1").text
        if levels:
            levels[-1].inside += 1
        levels.append(_Level(tag=segment.name, reference=reference))
        if segment.name == MESSAGE:
            root.grow(_begun(segment))
    elif outer != MESSAGE:
        raise Refused("malformed", f"{segment.name} stands in no message", where)
    if levels[-1].tag == MESSAGE:
        levels[-1].inside += 1
        root.branches[-1].branches[0].grow(segment)


def _begun(header: Branch) -> Branch:
    """Begin a message, named by its type, with its version in the place of a namespace."""
    kind, *version = (header.says(f"2/{place}") or "" for place in (1, 2, 3, 4))
    begun = Branch(MESSAGE, "", 0, header.remarks)
    begun.grow(Branch(kind, "", 0, header.remarks, ":".join(version)))
    return begun


def _close(end: Branch, levels: list[_Level], where: str) -> None:
    if not levels or levels[-1].tag != _ENDS[end.name]:
        raise Refused("malformed", f"{end.name} ends what has not begun", where)
    level = levels.pop()
    inside = level.inside + (level.tag == MESSAGE)
    claimed, reference = end.one("1/1").text, end.one("2/1").text
    if not claimed.isascii() or not claimed.isdigit() or claimed.lstrip("0") != str(inside).lstrip("0"):
        raise Refused("counts", f"{end.name} counts {claimed[:24] or 'nothing'}, there are {inside}", where)
    if reference != level.reference:
        said = f"{end.name} ends {reference[:24]!r}, {level.tag} began {level.reference[:24]!r}"
        raise Refused("counts", said, where)
