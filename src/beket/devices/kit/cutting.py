"""Pictures that come written in base64 inside a message: kept once, as pictures, and not a second time as text."""

from __future__ import annotations

import base64

from beket.devices.kit.driver import Cut
from beket.words.ids import Sha256


def base64_cut(body: bytes, text: str, content: bytes, named: Sha256) -> Cut | None:
    """Where a picture's text stands in the message; None where it is written in another way (escaped, unpadded).

    Only a text that writing the picture anew gives again may be left out: the message must come back whole.
    """
    written = base64.b64encode(content)
    if written.decode("ascii") != text:
        return None
    start = body.find(written)
    return None if start < 0 else Cut(start, start + len(written), named, base64=True)
