"""Countries as devices say them, to ISO 3166-1 alpha-2: alpha-3, and the index that Hikvision's ISAPI counts by.

The index is that of the `country` and `CRIndex` lists of ISAPI (reference 03 §1.1).
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

_ISO_3166: Final = """
ABW AW AFG AF AGO AO AIA AI ALA AX ALB AL AND AD ARE AE ARG AR ARM AM ASM AS ATA AQ ATF TF ATG AG AUS AU AUT AT
AZE AZ BDI BI BEL BE BEN BJ BES BQ BFA BF BGD BD BGR BG BHR BH BHS BS BIH BA BLM BL BLR BY BLZ BZ BMU BM BOL BO
BRA BR BRB BB BRN BN BTN BT BVT BV BWA BW CAF CF CAN CA CCK CC CHE CH CHL CL CHN CN CIV CI CMR CM COD CD COG CG
COK CK COL CO COM KM CPV CV CRI CR CUB CU CUW CW CXR CX CYM KY CYP CY CZE CZ DEU DE DJI DJ DMA DM DNK DK DOM DO
DZA DZ ECU EC EGY EG ERI ER ESH EH ESP ES EST EE ETH ET FIN FI FJI FJ FLK FK FRA FR FRO FO FSM FM GAB GA GBR GB
GEO GE GGY GG GHA GH GIB GI GIN GN GLP GP GMB GM GNB GW GNQ GQ GRC GR GRD GD GRL GL GTM GT GUF GF GUM GU GUY GY
HKG HK HMD HM HND HN HRV HR HTI HT HUN HU IDN ID IMN IM IND IN IOT IO IRL IE IRN IR IRQ IQ ISL IS ISR IL ITA IT
JAM JM JEY JE JOR JO JPN JP KAZ KZ KEN KE KGZ KG KHM KH KIR KI KNA KN KOR KR KWT KW LAO LA LBN LB LBR LR LBY LY
LCA LC LIE LI LKA LK LSO LS LTU LT LUX LU LVA LV MAC MO MAF MF MAR MA MCO MC MDA MD MDG MG MDV MV MEX MX MHL MH
MKD MK MLI ML MLT MT MMR MM MNE ME MNG MN MNP MP MOZ MZ MRT MR MSR MS MTQ MQ MUS MU MWI MW MYS MY MYT YT NAM NA
NCL NC NER NE NFK NF NGA NG NIC NI NIU NU NLD NL NOR NO NPL NP NRU NR NZL NZ OMN OM PAK PK PAN PA PCN PN PER PE
PHL PH PLW PW PNG PG POL PL PRI PR PRK KP PRT PT PRY PY PSE PS PYF PF QAT QA REU RE ROU RO RUS RU RWA RW SAU SA
SDN SD SEN SN SGP SG SGS GS SHN SH SJM SJ SLB SB SLE SL SLV SV SMR SM SOM SO SPM PM SRB RS SSD SS STP ST SUR SR
SVK SK SVN SI SWE SE SWZ SZ SXM SX SYC SC SYR SY TCA TC TCD TD TGO TG THA TH TJK TJ TKL TK TKM TM TLS TL TON TO
TTO TT TUN TN TUR TR TUV TV TWN TW TZA TZ UGA UG UKR UA UMI UM URY UY USA US UZB UZ VAT VA VCT VC VEN VE VGB VG
VIR VI VNM VN VUT VU WLF WF WSM WS YEM YE ZAF ZA ZMB ZM ZWE ZW
"""

_ALPHA_3: Final[dict[str, str]] = dict(zip(_ISO_3166.split()[::2], _ISO_3166.split()[1::2], strict=True))
"""ISO 3166-1: alpha-3 to alpha-2."""

ALPHA_3_OF: Final[dict[str, str]] = {two: three for three, two in _ALPHA_3.items()}
"""ISO 3166-1: alpha-2 to alpha-3, for writing."""

_ALPHA_2: Final = frozenset(_ALPHA_3.values())


def country_of(text: str) -> str | None:
    """Give the alpha-2 code for what stands in a country field: an index, alpha-2 or alpha-3; None if unknown."""
    text = text.strip().upper()
    if text.isascii() and text.isdigit():
        return BY_INDEX.get(int(text)) if len(text) <= 4 else None
    if len(text) == 3:
        return _ALPHA_3.get(text)
    return text if len(text) == 2 and text.isascii() and text.isalpha() else None


def country_in(text: str) -> str | None:
    """Give the alpha-2 code in a region's code: kg, KGZ, us-ca, eu-de; None where no country of ISO 3166-1 is named."""
    for piece in text.strip().upper().split("-")[:2]:
        code = country_of(piece) if piece.isalpha() else None
        if code in _ALPHA_2:
            return code
    return None
