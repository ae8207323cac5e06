"""Pictures that come written in base64 inside a message: kept once, as pictures, and not a second time as text."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from beket.devices.kit.driver import Cut
from beket.words.ids import Sha256


def base64_cut(body: bytes, content: bytes, named: Sha256, shift: int = 0) -> Cut | None:
    """Where a picture's text stands in the message; None where it is written in another way (escaped, unpadded).

    Only a text that writing the picture anew gives again may be left out: the message must come back whole. `shift`
    is what stands before the body in the bytes that are kept.
    """
    written = base64.b64encode(content)
    start = body.find(written)
    return None if start < 0 or not written else Cut(start + shift, start + shift + len(written), named, base64=True)


def apart(cuts: Iterable[Cut | None]) -> tuple[Cut, ...]:
    """The cuts of one message in order, none over another: the same picture twice is cut out once."""
    kept: list[Cut] = []
    for cut in sorted((one for one in cuts if one is not None), key=lambda one: (one.start, -one.end)):
        if not kept or cut.start >= kept[-1].end:
            kept.append(cut)
    return tuple(kept)
