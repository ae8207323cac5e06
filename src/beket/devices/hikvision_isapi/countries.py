"""Hikvision's country index to ISO 3166-1 alpha-2: the `country` and `CRIndex` lists of ISAPI (reference 03 §1.1).

Up to 255 both lists agree; `country` 253 says "see CRIndex". Two numbers mean Turkey. Reserved numbers, regions
without an own code and those that say "not read" are left out on purpose: unknown is None, never a guess.
"""

from __future__ import annotations

from typing import Final

_LISTED: Final = """
1 CZ 2 FR 3 DE 4 ES 5 IT 6 NL 7 PL 8 SK 9 BY 10 MD 11 RU 12 UA 13 BE 14 BG 15 DK 16 FI 17 GB 18 GR 19 HR 20 HU
21 IL 22 LU 23 MK 24 NO 25 PT 26 RO 27 RS 28 AZ 29 GE 30 KZ 31 LT 32 TM 33 UZ 34 LV 35 EE 36 AL 37 AT 38 BA 39 IE
40 IS 41 VA 42 MT 43 SE 44 CH 45 CY 46 TR 47 SI 48 ME 50 AD 51 AM 52 MC 53 LI 54 SM 59 CN 60 BH 61 KR 62 LB 63 NP
64 TH 65 PK 66 AE 67 BT 68 OM 69 KP 70 PH 71 KH 72 QA 73 KG 74 MV 75 MY 76 MN 77 SA 78 BN 79 LA 80 JP 81 TR 82 PS
83 TJ 84 KW 85 SY 86 IN 87 ID 88 AF 89 LK 90 IQ 91 VN 92 IR 93 YE 94 JO 95 MM 97 BD 98 SG 99 TL 104 EG 105 LY
106 SD 107 TN 108 DZ 109 MA 110 ET 111 ER 112 SO 113 DJ 114 KE 115 TZ 116 UG 117 RW 118 BI 119 SC 120 TD 121 CF
122 CM 123 GQ 124 GA 125 CG 126 CD 127 ST 128 MR 130 SN 131 GM 132 ML 133 BF 134 GN 135 GW 136 CV 137 SL 138 LR
139 CI 140 GH 141 TG 142 BJ 143 NE 144 ZM 145 AO 146 ZW 147 MW 148 MZ 149 BW 150 NA 151 ZA 152 SZ 153 LS 154 MG
155 KM 156 MU 157 NG 158 SS 169 CA 172 US 174 MX 175 GT 176 BZ 177 SV 178 HN 179 NI 180 CR 181 PA 184 CU 185 JM
187 HT 188 DO 210 CO 211 VE 212 GY 213 SR 215 EC 216 PE 217 BO 218 PY 219 CL 220 BR 221 UY 222 AR 227 AU 228 NZ
256 TW 257 HK 258 MO
"""

BY_INDEX: Final[dict[int, str]] = {
    int(number): code for number, code in zip(_LISTED.split()[::2], _LISTED.split()[1::2], strict=True)
}

INDEX_OF: Final[dict[str, int]] = {code: number for number, code in reversed(BY_INDEX.items())}
"""The first number of each country, for writing."""

SEE_OTHER_INDEX: Final = 253

_ALPHA_3: Final = {
    "KGZ": "KG", "KAZ": "KZ", "UZB": "UZ", "TJK": "TJ", "TKM": "TM", "CHN": "CN", "RUS": "RU",
    "BLR": "BY", "ARM": "AM", "MNG": "MN", "IRN": "IR", "TUR": "TR", "AFG": "AF", "PAK": "PK",
}  # fmt: skip


def country_of(text: str) -> str | None:
    """Give the alpha-2 code for what stands in a country field: an index, alpha-2 or alpha-3; None if unknown."""
    text = text.strip().upper()
    if text.isascii() and text.isdigit():
        return BY_INDEX.get(int(text)) if len(text) <= 4 else None
    if len(text) == 3:
        return _ALPHA_3.get(text)
    return text if len(text) == 2 and text.isascii() and text.isalpha() else None
