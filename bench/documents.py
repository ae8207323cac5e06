"""Measures how fast declarations are read, and how fast they go all the way: `python bench/documents.py`; prints JSON.

A typical declaration has forty lines of goods, as the given ones have on average (reference 02 §1.3: 2,842 lines in 71
files); a long one 554. Figures: declarations per second of one core read into the neutral form; the same through the
whole chain (inbox, intake, log, loop, board), counting what the engine uses too; and seconds for a long one, read and
all the way. Limits of the same run: the XML parser alone, which makes nothing of it, and for the chain the reading.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Final

import msgspec
from _house import House, environment, folder, house
from lxml import etree
from msgspec import Struct

from beket.app.intake import look_seldom_for_rings
from beket.board.projector import BoardProjection
from beket.exchange.intake import Intake
from beket.exchange.reading import read_documents
from beket.log.connect import open_connection
from beket.log.evidence import Shelf
from beket.log.inbox import Paper, bring
from beket.log.postgres import PostgresBook, wall_clock
from beket.loop.runner import Runner
from beket.settings import Settings
from beket.sim.country import demo_posts
from beket.sim.pace import DEMO
from beket.words.ids import PlaceId

TYPICAL: Final = 40
LONG: Final = 554
SECONDS: Final = 2.0
CHAIN_S: Final = 10.0
BATCH: Final = 256
PLACE: Final = PlaceId("KG-TOR-A")

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


def declaration(lines: int, own: int = 0) -> bytes:
    """Write a declaration with so many lines of goods; another number is another declaration."""
    goods = "".join(_GOODS.format(n=n) for n in range(1, lines + 1))
    shipment = f"<TotalGoodsNumber>{lines}</TotalGoodsNumber>{goods}"
    whole = f"<ESADout_CUGoodsShipment>{shipment}</ESADout_CUGoodsShipment>"
    named = f"<DocumentID>{own}</DocumentID><CustomsProcedure>ИМ</CustomsProcedure>"
    return f'<ESADout_CU xmlns="{_NAMESPACE}">{named}{whole}</ESADout_CU>'.encode()


def per_second(once: Callable[[], object]) -> float:
    """How often something is done in a second of one core's time."""
    began, count = time.process_time(), 0
    while time.process_time() - began < SECONDS:
        once()
        count += 1
    return count / (time.process_time() - began)


class Chain(Struct):
    """The whole chain in one process, beside an engine."""

    house: House
    book: PostgresBook
    intake: Intake
    loop: Runner

    def cpu_s(self) -> float:
        """CPU seconds used so far, here and by the engine."""
        return time.process_time() + self.house.cpu_s("engine")

    def go(self, blobs: Sequence[bytes]) -> None:
        """Bring papers, have them read, and have the loop and the board take them."""
        with open_connection(self.house.engine.dsn) as connection:
            for blob in blobs:
                bring(connection, Paper(place=PLACE, way="api", by="bench", at=wall_clock(), blob=blob))
        while self.intake.turn():
            self.loop.catch_up()


@contextmanager
def chain() -> Iterator[Chain]:
    """Give an empty house without parts, and the chain in this process."""
    with folder() as path:
        post = next(post for post in demo_posts(1, rate=1.0, pace=DEMO) if post.id)
        settings = Settings(data_dir=f"{path}/data")
        with house(settings, [post], [], {}) as running, closing(PostgresBook(running.engine.dsn)) as book:
            intake = Intake(book, Shelf(f"{path}/papers"), wall_clock)
            loop = Runner(book, BoardProjection())
            loop.catch_up()
            yield Chain(running, book, intake, loop)


def all_the_way() -> dict[str, Any]:
    """Take many typical declarations through the whole chain, then one long one."""
    with chain() as whole:
        whole.go([declaration(TYPICAL, own) for own in range(BATCH)])  # what is only made once
        cpu_s, count, began = whole.cpu_s(), 0, time.monotonic()
        while time.monotonic() - began < CHAIN_S:
            whole.go([declaration(TYPICAL, BATCH + count + own) for own in range(BATCH)])
            count += BATCH
        cpu_s = whole.cpu_s() - cpu_s
        assert whole.intake.refused == 0
        assert whole.intake.taken == count + BATCH
        began = time.monotonic()
        whole.go([declaration(LONG, -1)])
        return {
            "chain_per_core_s": round(count / cpu_s), "chain_goal": 300, "chain_declarations": count,
            "long_all_the_way_s": round(time.monotonic() - began, 3),
        }  # fmt: skip


def measure() -> dict[str, Any]:
    """Take the figures and their limit in turns."""
    look_seldom_for_rings()
    typical, long = declaration(TYPICAL), declaration(LONG)
    (read,) = read_documents(typical)  # type: ignore[misc]
    assert len(read.consignments[0].items) == TYPICAL
    limit = per_second(lambda: etree.fromstring(typical))
    figure = per_second(lambda: msgspec.json.encode(read_documents(typical)))
    whole = all_the_way()
    return {
        "declarations_per_core_s": round(figure), "limit_is": "the XML parser alone", "limit": round(limit),
        "ratio": round(figure / limit, 3), "goal": 300, "bytes": len(typical), "lines": TYPICAL,
        "long_s": round(1 / per_second(lambda: read_documents(long)), 3), "long_lines": LONG, "long_goal_s": 1.0,
        **whole, "chain_limit_is": "the reading alone", "chain_ratio": round(whole["chain_per_core_s"] / figure, 3),
    }  # fmt: skip


def main() -> None:
    """Print what was measured."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(json.dumps(measure() | {"environment": environment()}, indent=2))


if __name__ == "__main__":
    main()
