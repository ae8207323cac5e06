"""Opens JSON that anybody may have sent, as the same branches that XML becomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from beket.exchange.kit.branch import Branch
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.xml import BYTES_MAX, DEPTH_MAX, ELEMENTS_MAX
from beket.words.documents import Remark

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)


def opened_json(blob: bytes) -> Branch:
    """Read a JSON object into branches, a list as branches of one name; raises Refused."""
    if len(blob) > BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {BYTES_MAX} are read")
    try:
        said = _DECODER.decode(blob.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.DecodeError as error:
        raise Refused("malformed", str(error)) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Refused("encoding" if isinstance(error, UnicodeDecodeError) else "depth", str(error)) from error
    if not isinstance(said, dict):
        raise Refused("malformed", "not one object", "byte 0")
    return _planted(said)


def _planted(said: dict[str, Any]) -> Branch:
    remarks: list[Remark] = []
    top = Branch("", "", 0, remarks)
    waiting: list[tuple[dict[str, Any], Branch, int]] = [(said, top, 1)]
    count = 0
    while waiting:
        table, branch, depth = waiting.pop()
        if depth > DEPTH_MAX:
            raise Refused("depth", f"objects lie more than {DEPTH_MAX} deep", branch.name)
        branch.branches = grown = []
        for name, value in table.items():
            for one in value if isinstance(value, list) else (value,):
                planted = Branch(name, "" if isinstance(one, dict | list) else _text(one), 0, remarks)
                grown.append(planted)
                if isinstance(one, dict):
                    waiting.append((one, planted, depth + 1))
                elif isinstance(one, list):
                    waiting.append(({name: one}, planted, depth + 1))
        count += len(grown)
        if count > ELEMENTS_MAX:
            raise Refused("elements", f"more than {ELEMENTS_MAX} values", branch.name)
    return top


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()
