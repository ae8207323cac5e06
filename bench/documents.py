"""Measures how fast declarations are read into the neutral form: `python bench/documents.py`; prints JSON.

A typical declaration has forty lines of goods, as the given ones have on average (reference 02 §1.3: 2,842 lines in 71
files); a long one 554. Figure: declarations per second of one core, and seconds for the long one. Limit of the same
run: the XML parser alone, which makes nothing of it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec
from _house import environment
from lxml import etree

from beket.exchange.reading import read_documents

TYPICAL: Final = 40
LONG: Final = 554
SECONDS: Final = 2.0

_NAMESPACE: Final = "urn:customs.ru:Information:CustomsDocuments:ESADout_CU:5.10.0"
_GOODS: Final = """<ESADout_CUGoods><GoodsNumeric>{n}</GoodsNumeric><GoodsDescription>Умывальник керамический {n},
белый, для ванной комнаты, артикул TR-{n:05}</GoodsDescription><GrossWeightQuantity>{n}.8</GrossWeightQuantity>
<NetWeightQuantity>{n}.5</NetWeightQuantity><InvoicedCost>{n}00.79</InvoicedCost><GoodsTNVEDCode>69101000000</GoodsTNVEDCode>
<OriginCountryCode>CN</OriginCountryCode><OriginCountryName>КИТАЙ</OriginCountryName>
<CustomsCostCorrectMethod>1</CustomsCostCorrectMethod><Preferencii><CustomsTax>OO</CustomsTax><CustomsDuty>OO</CustomsDuty>
<Rate>OO</Rate></Preferencii><SupplementaryGoodsQuantity><GoodsQuantity>{n}.5</GoodsQuantity><MeasureUnitQualifierName>ШТ
</MeasureUnitQualifierName><MeasureUnitQualifierCode>796</MeasureUnitQualifierCode></SupplementaryGoodsQuantity>
<ESADGoodsPackaging><PakageQuantity>2</PakageQuantity><PakageTypeCode>1</PakageTypeCode><PackingInformation>
<PackingCode>CT</PackingCode><PakingQuantity>2</PakingQuantity></PackingInformation></ESADGoodsPackaging>
<ESADCustomsProcedure><MainCustomsModeCode>40</MainCustomsModeCode><PrecedingCustomsModeCode>00</PrecedingCustomsModeCode>
<GoodsTransferFeature>000</GoodsTransferFeature></ESADCustomsProcedure></ESADout_CUGoods>"""


def declaration(lines: int) -> bytes:
    """Write a declaration with so many lines of goods."""
    goods = "".join(_GOODS.format(n=n) for n in range(1, lines + 1))
    shipment = f"<TotalGoodsNumber>{lines}</TotalGoodsNumber>{goods}"
    whole = f"<ESADout_CUGoodsShipment>{shipment}</ESADout_CUGoodsShipment>"
    return f'<ESADout_CU xmlns="{_NAMESPACE}"><CustomsProcedure>ИМ</CustomsProcedure>{whole}</ESADout_CU>'.encode()


def per_second(once: Callable[[], object]) -> float:
    """How often something is done in a second of one core's time."""
    began, count = time.process_time(), 0
    while time.process_time() - began < SECONDS:
        once()
        count += 1
    return count / (time.process_time() - began)


def measure() -> dict[str, Any]:
    """Take the figures and their limit in turns."""
    typical, long = declaration(TYPICAL), declaration(LONG)
    (read,) = read_documents(typical)  # type: ignore[misc]
    assert len(read.consignments[0].items) == TYPICAL
    limit = per_second(lambda: etree.fromstring(typical))
    figure = per_second(lambda: msgspec.json.encode(read_documents(typical)))
    return {
        "declarations_per_core_s": round(figure), "limit_is": "the XML parser alone", "limit": round(limit),
        "ratio": round(figure / limit, 3), "goal": 300, "bytes": len(typical), "lines": TYPICAL,
        "long_s": round(1 / per_second(lambda: read_documents(long)), 3), "long_lines": LONG, "long_goal_s": 1.0,
    }  # fmt: skip


def main() -> None:
    """Print what was measured."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(json.dumps(measure() | {"environment": environment()}, indent=2))


if __name__ == "__main__":
    main()
