"""The limits of mass that hold where nobody put others in force: what is reported of the Kyrgyz rules, none confirmed.

It is written as a site would write its own (`beket limits show` prints it), and read by the same reader: words are no
place to open files. Reference 03 §2.2 has where each row comes from.
"""

from __future__ import annotations

from typing import Final

from beket.words.limits import Limits, read_limits

SHIPPED: Final = """\
title = "Kyrgyz Republic, as reported; to be confirmed against the text of the decrees"

# Whole vehicles and combinations.

[[limit]]
id = "KG-454-gross-2011"
country = "KG"
limits = "gross"
kg = 44_000
valid_from = "2011-08-08"
valid_until = "2011-12-31"
source = "Government decree 454 of 8 August 2011, as told by the transport ministry (time.kg 1697)"

[[limit]]
id = "KG-454-gross"
country = "KG"
limits = "gross"
kg = 48_500
valid_from = "2012-01-01"
source = "Government decree 454 of 8 August 2011 as changed for 2012, by word of the ministry (knews.kg 26.01.2012)"

[[limit]]
id = "KG-454-gross-2"
country = "KG"
limits = "gross"
axles = 2
kg = 18_000
valid_from = "2011-08-08"
source = "Government decree 454 of 8 August 2011, as reported by ASMAP on 16.06.2023"

[[limit]]
id = "KG-454-gross-3-rigid"
country = "KG"
limits = "gross"
axles = 3
vehicle = "rigid"
kg = 24_000
valid_from = "2011-08-08"
source = "Government decree 454 of 8 August 2011, as reported by ASMAP on 16.06.2023"
note = "no reading tells yet whether three axles are one lorry or a lorry with its trailer"

# Single axles.

[[limit]]
id = "KG-454-axle"
country = "KG"
limits = "axle"
kg = 10_000
valid_from = "2011-08-08"
source = "the draft of the decree, as told by the roads department (time.kg 1120)"
note = "what the decree itself says of axles, tandems and tridems is not at hand"

# In the heat of summer.

[[limit]]
id = "KG-summer-2018-gross"
country = "KG"
limits = "gross"
temperature_c_min = 28
kg = 25_000
valid_from = "2018-07-10"
valid_until = "2018-12-31"
source = "order of the transport minister, as reported by sputnik.kg on 10.07.2018"
note = "the day on which it ended is not reported"

[[limit]]
id = "KG-summer-2018-axle"
country = "KG"
limits = "axle"
temperature_c_min = 28
kg = 7_000
valid_from = "2018-07-10"
valid_until = "2018-12-31"
source = "order of the transport minister, as reported by sputnik.kg on 10.07.2018"
note = "the day on which it ended is not reported"

[[limit]]
id = "KG-summer-2024-gross"
country = "KG"
limits = "gross"
season = ["06-01", "09-01"]
hours = [10, 20]
temperature_c_min = 28
kg = 18_000
valid_from = "2024-06-01"
valid_until = "2024-09-01"
source = "transport ministry, as reported by asia24.media for the summer of 2024"
"""


def shipped_limits() -> Limits:
    """Give the table that comes with the house."""
    limits = read_limits(SHIPPED)
    assert isinstance(limits, Limits), limits
    return limits
