"""Opens a table, whichever of its two ways it is written in."""

from __future__ import annotations

from beket.exchange.kit.delimited import DelimitedText
from beket.exchange.kit.refusal import Refused
from beket.exchange.kit.table import Table
from beket.exchange.kit.workbook import ZIP, opened_workbook
from beket.exchange.kit.xml import BYTES_MAX


def opened_table(blob: bytes) -> Table:
    """Open a workbook, or text with delimiters; raises Refused."""
    if len(blob) > BYTES_MAX:
        raise Refused("size", f"{len(blob)} bytes; at most {BYTES_MAX} are read")
    return opened_workbook(blob) if blob.startswith(ZIP) else DelimitedText(blob=blob)
