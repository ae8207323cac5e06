"""Scenes at a checkpoint: what devices say line by line, and what the house concludes."""

from __future__ import annotations

import pytest

from tests.core.tape import play

TAPES = {
    "a lorry passes": """
        0 front 01777ABC 97          -> A opened, A + front by opening, A front 01777ABC
        0.5 front2 01777ABC 97       -> A + front2 by plate
        1 portal                     -> A + portal by window
        4 rear 01234AB 95            -> A + rear by window, A trailer 01234AB
        5 box CSQU3054383            -> A + box by window, A container CSQU3054383
        60 scale 24400               -> A + scale 24400 by window
        1:00:00 exit 01777ABC 98     -> A + exit by plate, A exit_front 01777ABC, A departed
        1:00:04 exitrear 01234AB     -> A + exitrear by plate, A exit_rear 01234AB
        1:09:59 tick                 -> nothing
        1:10:01 tick                 -> A closed departed
    """,
    "a car is the same plate front and rear": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 01777ABC              -> A + rear by plate, A rear 01777ABC
        600 exit 01777ABC            -> A + exit by plate, A exit_front 01777ABC, A departed
        604 exitrear 01777ABC        -> A + exitrear by plate, A exit_rear 01777ABC
    """,
    "two cameras and repeated captures are one lorry": """
        0 front 01777ABC event=e1    -> A opened, A + front by opening, A front 01777ABC
        0.4 front2 01777ABC event=x7 -> A + front2 by plate
        1.2 front 01777ABC event=e1  -> A + front by plate
        20 front 01777ABC            -> A + front by plate
        4 rear 01234AB               -> A + rear by window, A trailer 01234AB
        4.8 rear 01234AB             -> A + rear by plate
    """,
    "a misread is corrected by a better read": """
        0 front 01777A8C 61          -> A opened, A + front by opening, A front 01777A8C
        0.5 front2 01KG777ABC 98     -> A + front2 by plate, A front 01KG777ABC was 01777A8C
        5 rear 01777ABC              -> A + rear by plate, A rear 01777ABC
        600 exit 01777ABC            -> A + exit by plate, A exit_front 01777ABC, A departed
    """,
    "a worse read corrects nothing": """
        0 front 01777ABC 98          -> A opened, A + front by opening, A front 01777ABC
        0.5 front2 01777A8C 50       -> A + front2 by plate
    """,
    "the same event id is the same passage, whatever was read": """
        0 front 07X2 20 event=e9     -> A opened, A + front by opening, A front 07X2
        1 front 01777ABC 97 event=e9 -> A + front by plate, A front 01777ABC was 07X2
    """,
    "noPlate in front, and the rear plate says who it is": """
        0 front noPlate              -> A opened, A + front by opening, A unexplained no_plate
        4 rear 01234AB               -> A + rear by window, A rear 01234AB, A explained
        60 scale 20000               -> A + scale 20000 by window
        600 exitrear 01234AB         -> A + exitrear by plate, A exit_rear 01234AB, A departed
    """,
    "unknown to one camera, read by the other": """
        0 front unknown              -> A opened, A + front by opening, A unexplained no_plate
        0.7 front2 01777ABC          -> A + front2 by plate, A front 01777ABC, A explained
        0.9 front 01777ABC           -> A + front by plate
    """,
    "read by one camera, unknown to the other": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        0.7 front2 unknown           -> A + front2 by companion
    """,
    "nobody ever reads it": """
        0 front noPlate              -> A opened, A + front by opening, A unexplained no_plate
        4 rear unknown               -> A + rear by window
        60 scale 20000               -> A + scale 20000 by window
        1800 tick                    -> A closed expired_unexplained
        1801 tick                    -> nothing
    """,
    "a lorry backs out": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        5 rear 01234AB               -> A + rear by window, A trailer 01234AB
        90 rear 01234AB back         -> A + rear back by plate, A closed backed_out
        95 front 01777ABC back       -> A + front back by plate
        100 front 01222BBB           -> B opened, B + front by opening, B front 01222BBB
        130 scale 18000              -> B + scale 18000 by window
        800 front 01777ABC           -> C opened, C + front by opening, C front 01777ABC
    """,
    "what backs out may be read before what came in": """
        100 front 01777ABC back      -> A opened, A + front back by opening, A front 01777ABC
            , A unexplained departure_without_arrival
        0 front 01777ABC late=120    -> A + front by plate, A front 01777ABC, A explained, A closed backed_out
    """,
    "somebody leaves by the way in": """
        100 front 01777ABC back      -> A opened, A + front back by opening, A front 01777ABC
            , A unexplained departure_without_arrival
        110 front noPlate back       -> B opened, B + front back by opening, B unexplained no_plate
    """,
    "two lorries nose to tail": """
        0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
        1 portal                     -> A + portal by window
        4 front 01222BBB             -> B opened, B + front by opening, B front 01222BBB
        5 rear 01999AA               -> A + rear by order, A trailer 01999AA
        5 portal gamma               -> B + portal gamma by window
        9 rear 01999BB               -> B + rear by window, B trailer 01999BB
        30 scale 30000               -> A + scale 30000 by order
        50 scale 40000               -> B + scale 40000 by window
        600 exit 01111AAA            -> A + exit by plate, A exit_front 01111AAA, A departed
        604 exit 01222BBB            -> B + exit by plate, B exit_front 01222BBB, B departed
        605 exitrear 01999AA         -> A + exitrear by plate, A exit_rear 01999AA
        609 exitrear 01999BB         -> B + exitrear by plate, B exit_rear 01999BB
    """,
    "nose to tail, the second read late": """
        0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
        8 front 01222BBB             -> B opened, B + front by opening, B front 01222BBB
        5 rear 01999AA               -> A + rear by window, A trailer 01999AA
        9 rear 01999XX               -> B + rear by window, B trailer 01999XX
        13 rear 01999BB              -> C opened, C + rear by opening, C rear 01999BB
        4 front 01333CCC late=300    -> C + front by order, C front 01333CCC, C trailer 01999BB
            , plate_read moves B to C, plate_read moves C to B, C trailer 01999XX, B trailer 01999BB was 01999XX
    """,
    "nose to tail, the rears come in the wrong order": """
        0 front 01111AAA             -> A opened, A + front by opening, A front 01111AAA
        4 front 01222BBB             -> B opened, B + front by opening, B front 01222BBB
        9 rear 01999BB               -> A + rear by order, A trailer 01999BB
        5 rear 01999AA late=10       -> plate_read moves A to B, B trailer 01999BB, A + rear by order
            , A trailer 01999AA was 01999BB
    """,
    "a re-entry the same day is another crossing": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        600 exit 01777ABC            -> A + exit by plate, A exit_front 01777ABC, A departed
        4:00:00 front@9 01777ABC     -> B opened, B + front by opening, B front 01777ABC
        5:00:00 exit@9 01777ABC      -> B + exit by plate, B exit_front 01777ABC, B departed
        6:00:00 front 01777ABC       -> C opened, C + front by opening, C front 01777ABC
    """,
    "a camera sends what it kept for two hours": """
        4 rear 01234AB               -> A opened, A + rear by opening, A rear 01234AB
        60 scale 22000               -> A + scale 22000 by window
        1900 tick                    -> nothing
        0 front 01777ABC late=7200 buffered -> A + front by order, A front 01777ABC, A trailer 01234AB
        2:10:00 exit 01777ABC        -> A + exit by plate, A exit_front 01777ABC, A departed
    """,
    "a late weighing finds a crossing that has left": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        600 exit 01777ABC            -> A + exit by plate, A exit_front 01777ABC, A departed
        1300 tick                    -> A closed departed
        60 scale 24400 late=7200     -> A + scale 24400 by window
    """,
    "reordered within ten minutes": """
        600 exit 01777ABC            -> A opened, A + exit by opening, A exit_front 01777ABC
            , A unexplained departure_without_arrival, A departed
        60 scale 24400 late=545      -> B opened, B + scale 24400 by opening, B unexplained weighing_without_plate
        4 rear 01234AB late=602      -> B + rear by window, B rear 01234AB, B explained
        0 front 01777ABC late=610    -> A + front by plate, A front 01777ABC, A explained, B joins A
            , A trailer 01234AB
    """,
    "a clock hours off, with and without an estimate": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 01234AB clock=-14400  -> A + rear by window, A trailer 01234AB
        60 scale 24400 clock=7200    -> A + scale 24400 by window
        600 exit 01777ABC clock=7200 drift=7200 -> exit@1 clock wrong 7200000, A + exit by plate
            , A exit_front 01777ABC, A departed
    """,
    "a weighing with no plate": """
        60 scale 24400               -> A opened, A + scale 24400 by opening, A unexplained weighing_without_plate
        1859 tick                    -> nothing
        1861 tick                    -> A closed expired_unexplained
    """,
    "a weighing with no plate, and the plate comes late": """
        60 scale 24400               -> A opened, A + scale 24400 by opening, A unexplained weighing_without_plate
        0 front 01777ABC late=600    -> A + front by order, A front 01777ABC, A explained
    """,
    "a portal and a container with no plate": """
        1 portal gamma               -> A opened, A + portal gamma by opening, A unexplained portal_without_plate
        30 box CSQU3054383           -> B opened, B + box by opening, B container CSQU3054383
            , B unexplained container_without_plate
    """,
    "scales in the road and a spectroscopic portal serve by turn": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        0.1 spectra background       -> nothing
        2 strip 24100                -> A + strip 24100 by window
        2.2 spectra gamma            -> A + spectra gamma by window
        4 front 01222BBB             -> B opened, B + front by opening, B front 01222BBB
        6 strip 15900                -> B + strip 15900 by window
        6.1 spectra background       -> nothing
        6.2 spectra                  -> B + spectra by window
    """,
    "scales in the road with no plate, and the plate comes late": """
        2 strip 24100                -> A opened, A + strip 24100 by opening, A unexplained weighing_without_plate
        2.2 spectra                  -> A + spectra by window
        0 front 01777ABC late=600    -> A + front by order, A front 01777ABC, A explained
    """,
    "a spectroscopic portal with no plate, and what somebody holds in his hand": """
        2.2 spectra gamma            -> A opened, A + spectra gamma by opening, A unexplained portal_without_plate
        300 spectra held             -> nothing
    """,
    "a portal writes a passage in parts, and the next one bumper to bumper": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        1 spectra lasts=1            -> A + spectra by window
        2.1 spectra lasts=1 gamma    -> A + spectra gamma by companion
        4 front 01222BBB             -> B opened, B + front by opening, B front 01222BBB
        4.9 spectra lasts=1          -> B + spectra by window
        5.9 spectra lasts=1          -> B + spectra by companion
    """,
    "a loop alone": """
        1 loop                       -> A opened, A + loop by opening, A unexplained passage_without_plate
        3 loop free                  -> nothing
    """,
    "an exit without an arrival, and the arrival comes late": """
        600 exit 01777ABC            -> A opened, A + exit by opening, A exit_front 01777ABC
            , A unexplained departure_without_arrival, A departed
        604 exitrear 01234AB         -> A + exitrear by window, A exit_rear 01234AB
        0 front 01777ABC late=700    -> A + front by plate, A front 01777ABC, A explained
        1300 tick                    -> A closed departed
    """,
    "a missed exit, and the plate comes again": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        3:00:00 front 01777ABC       -> A closed seen_again_without_departure, B opened, B + front by opening
            , B front 01777ABC
    """,
    "a missed exit, and the plate goes the other way": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        3:00:00 front@9 01777ABC     -> A closed seen_leaving_elsewhere, B opened, B + front by opening
            , B front 01777ABC
    """,
    "a missed exit, and nothing more": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        72:00:01 tick                -> A closed expired_no_departure
    """,
    "the front is missed at the exit": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 01234AB               -> A + rear by window, A trailer 01234AB
        604 exitrear 01234AB         -> A + exitrear by plate, A exit_rear 01234AB, A departed
    """,
    "the front is unread at the exit": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 01234AB               -> A + rear by window, A trailer 01234AB
        600 exit noPlate             -> B opened, B + exit by opening, B unexplained no_plate, B departed
        604 exitrear 01234AB         -> B + exitrear by window, B exit_rear 01234AB, B joins A, A departed
    """,
    "the front is unread at the exit, and the trailer misread": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 52NTD13               -> A + rear by window, A trailer 52NTD13
        600 exit noPlate             -> B opened, B + exit by opening, B unexplained no_plate, B departed
        604 exitrear 5ZNTD13         -> B + exitrear by window, B exit_rear 5ZNTD13, B joins A, A departed
    """,
    "the trailer misread at the exit is like two inside": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 52NTD13               -> A + rear by window, A trailer 52NTD13
        60 front 01222BBB            -> B opened, B + front by opening, B front 01222BBB
        64 rear 52NT013              -> B + rear by window, B trailer 52NT013
        600 exit noPlate             -> C opened, C + exit by opening, C unexplained no_plate, C departed
        604 exitrear 5ZNTQ13         -> C + exitrear by window, C exit_rear 5ZNTQ13
    """,
    "a trailer like one inside behind another's front": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 52NTD13               -> A + rear by window, A trailer 52NTD13
        600 exit 05888XYZ            -> B opened, B + exit by opening, B exit_front 05888XYZ
            , B unexplained departure_without_arrival, B departed
        604 exitrear 5ZNTD13         -> B + exitrear by window, B exit_rear 5ZNTD13
    """,
    "the front is misread at the exit, and was not read before: the container says who it is": """
        0 front unknown              -> A opened, A + front by opening, A unexplained no_plate
        4 rear 01234AB               -> A + rear by window, A rear 01234AB, A explained
        4 box CSQU3054383 eye=rear   -> A + rear by companion, A container CSQU3054383
        600 exit 09S48DK             -> B opened, B + exit by opening, B exit_front 09S48DK
            , B unexplained departure_without_arrival, B departed
        604 exitrear unknown         -> B + exitrear by window
        604 box CSQU3054383 eye=exitrear -> A + exitrear by plate, B joins A, A departed
    """,
    "a stranger whose front is nothing like it did not bring the container": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 box CSQU3054383 eye=rear   -> A + rear by window, A container CSQU3054383
        600 exit 09548DK             -> B opened, B + exit by opening, B exit_front 09548DK
            , B unexplained departure_without_arrival, B departed
        604 exitrear unknown         -> B + exitrear by window
        604 box CSQU3054383 eye=exitrear -> A + exitrear by plate
    """,
    "a container whose lorry has left already is on whoever shows it now": """
        0 front unknown              -> A opened, A + front by opening, A unexplained no_plate
        4 rear 01234AB               -> A + rear by window, A rear 01234AB, A explained
        4 box CSQU3054383 eye=rear   -> A + rear by companion, A container CSQU3054383
        500 exit noPlate             -> B opened, B + exit by opening, B unexplained no_plate, B departed
        504 exitrear 01234AB         -> B + exitrear by window, B exit_rear 01234AB, B joins A, A departed
        600 exit 09S48DK             -> C opened, C + exit by opening, C exit_front 09S48DK
            , C unexplained departure_without_arrival, C departed
        604 exitrear unknown         -> C + exitrear by window
        604 box CSQU3054383 eye=exitrear -> C + exitrear by companion, C container CSQU3054383
    """,
    "the trailer differs": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        4 rear 01234AB               -> A + rear by window, A trailer 01234AB
        600 exit 01777ABC            -> A + exit by plate, A exit_front 01777ABC, A departed
        604 exitrear 07888XY         -> A + exitrear by window, A exit_rear 07888XY
    """,
    "a plate misread at the exit is still like one inside": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        100 front 05222XYZ           -> B opened, B + front by opening, B front 05222XYZ
        600 exit 0I777A8C 50         -> A + exit by plate, A exit_front 0I777A8C, A departed
    """,
    "a plate like two inside is neither": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        100 front 01777ABD           -> B opened, B + front by opening, B front 01777ABD
        600 exit 01777ABE            -> C opened, C + exit by opening, C exit_front 01777ABE
            , C unexplained departure_without_arrival, C departed
    """,
    "one plate of two countries is two vehicles": """
        0 front 01774AFB country=KG  -> A opened, A + front by opening, A front 01774AFB
        60 front 01774AFB country=UZ -> B opened, B + front by opening, B front 01774AFB
        600 exit 01774AFB country=UZ -> B + exit by plate, B exit_front 01774AFB, B departed
    """,
    "a car does not weigh as much as a lorry": """
        0 front 01777ABC type=car    -> A opened, A + front by opening, A front 01777ABC
        10 front 01222BBB type=truck -> B opened, B + front by opening, B front 01222BBB
        60 scale 24400               -> B + scale 24400 by window
    """,
    "a camera that reads the container in the same picture": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        6 front 01222BBB             -> B opened, B + front by opening, B front 01222BBB
        0 box CSQU3054383 late=1     -> A + box by window, A container CSQU3054383
    """,
    "a neighbouring lane sees it too": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        2 front@2 01777ABC           -> A + front by plate
        60 scale@2 24400             -> B opened, B + scale 24400 by opening, B unexplained weighing_without_plate
    """,
    "a plate that comes again before its exit is known": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        60 front 01222BBB            -> B opened, B + front by opening, B front 01222BBB
        200 front 01777ABC           -> A closed seen_again_without_departure, C opened, C + front by opening
            , C front 01777ABC
        100 exit 01777ABC late=300   -> A + exit by plate, A exit_front 01777ABC, A departed
    """,
    "exactly the same plate after minutes, nobody between: it waits": """
        0 front 01777ABC             -> A opened, A + front by opening, A front 01777ABC
        500 front 01777ABC           -> A + front by plate
    """,
}


@pytest.mark.parametrize("scene", TAPES)
def test_scene(scene: str) -> None:
    for said, promised, concluded in play(TAPES[scene]):
        assert concluded == promised, f"{scene}: {said}"
