"""The words for what rules find: their sentences, and the names of the things that did not agree.

The desk does not know the rules themselves; a test holds that these are those in force, with their own sentences.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

SENTENCES: Final[dict[str, Any]] = {
    "W01": _("The scale showed another mass than the papers declare for the conveyance, beyond what it can err."),
    "W02": _("The goods alone are declared heavier than the whole conveyance on the scale."),
    "W03": _("The scale showed more than the declared goods and the heaviest empty lorry can weigh together."),
    "W04": _("Two weighings of one conveyance differ by more than both scales can err together."),
    "W05": _("Masses of the papers were held against a scale whose verification had run out on that day."),
    "W10": _("The conveyance is heavier than the law in force allows, beyond what the scale can err."),
    "W11": _("An axle, or a group of axles, bears more than the law in force allows, beyond what the scale can err."),
    "W12": _("The scale showed more than the declared goods and this vehicle at its lightest can weigh together."),
    "W13": _("A vehicle whose goods were to pass through leaves lighter than it came."),
    "W14": _("A vehicle that came without papers of goods leaves heavier, and no paper says what it carries."),
    "C01": _("A certificate was not valid on the day on which the conveyance came."),
    "C02": _("A certificate is for other goods than are declared: they have no heading of the nomenclature in common."),
    "C03": _("A certificate is made out for another consignee than is declared."),
    "D01": _("The declaration gives another gross mass of the goods than the other papers."),
    "D02": _("The declaration gives another number of packages than the other papers."),
    "D03": _("The declaration gives another value of the goods than the invoices."),
    "D04": _("The declaration names another consignee than the transport document."),
    "D05": _("The declaration names another consignor than the transport document."),
    "D06": _("A transport document or an invoice has goods that the declaration does not have."),
    "D07": _("The papers of one crossing name different seals."),
    "D08": _("One and the same thing is entered differently in two papers of one crossing."),
    "P01": _("A paper names another tractor than the one that was seen."),
    "P02": _("A paper names another trailer than the one that was seen."),
    "P03": _("A container was seen that no paper of the goods names."),
    "P04": _("A plate was seen of another country than the paper gives."),
    "P05": _("A control recorded other seals than the papers name."),
    "P06": _("A plate has another VIN than in the papers of an earlier visit here."),
    "P07": _("A printed slip was shown that names another vehicle than the one that was seen."),
    "U01": _("The same document is used for more than one crossing in this direction."),
    "U02": _("A printed slip was shown that is of another crossing here, or was shown for another."),
    "C04": _("The certificate is not what its issuer has under this number or code."),
    "S01": _("The gross masses of the lines do not come to the total that the document gives."),
    "S02": _("The net masses of the lines do not come to the total that the document gives."),
    "S03": _("The packages of the lines do not come to the number that the document gives."),
    "S04": _("The document has another number of lines of goods than it says."),
    "S05": _("The net mass of a line of goods is above its gross mass."),
    "S06": _("The values of the lines do not come to the total in the same currency."),
    "N01": _("The check digit of a container number is wrong."),
    "N02": _("The code of a line of goods is not in the nomenclature in force."),
    "N03": _("The document says other things than before under the same number, and does not say that it corrects it."),
    "N04": _("The VIN of a vehicle does not have the 17 signs that it should."),
    "E01": _("An officer noted another plate or container than machines read."),
    "E02": _("The seals that an officer found are not those of the papers."),
    "E03": _("The VIN on the vehicle is not that of its papers."),
    "E04": _("An officer counted another number of packages than the declaration gives."),
    "E05": _("An officer noted another mass than a scale of the house showed, beyond what it can err."),
    "R01": _("A portal had a gamma alarm, and nothing that the papers declare radiates by nature."),
    "G01": _("The conveyance left, and nothing proves that it was released."),
    "G02": _("Something is said of this crossing, and nothing proves it."),
    "G03": _("A step takes longer than its norm of time."),
}
"""What each rule says, by its code."""

VALUE_WORDS: Final[dict[str, Any]] = {
    "above_kg": _("above the limit, kg"),
    "accuracy_class": _("accuracy class"),
    "axles": _("axles, from the front"),
    "entry_kg": _("weight at entry, kg"),
    "entry_on": _("entered on"),
    "exit_kg": _("weight at exit, kg"),
    "lightest_kg": _("lightest weight known, kg"),
    "lightest_on": _("weighed so on"),
    "limit_confirmed": _("limit confirmed"),
    "limit_from": _("limit is law since"),
    "limit_kg": _("limit, kg"),
    "limit_row": _("row of the table of limits"),
    "limit_source": _("source of the limit"),
    "missing_kg": _("missing, kg"),
    "own_kg_max": _("fuel and stores may be, kg"),
    "permit": _("permit shown"),
    "came_on": _("day of arrival"),
    "carried_kg": _("in the other papers, kg"),
    "carried_name": _("name in the transport document"),
    "carried_packages": _("in the other papers, packages"),
    "carried_seals": _("seals in the other papers"),
    "certified_codes": _("codes in the certificate"),
    "certified_name": _("name in the certificate"),
    "container": _("container number"),
    "counted_lines": _("lines counted"),
    "currency": _("currency"),
    "claimed_by": _("said by"),
    "datum": _("what is entered"),
    "declared_codes": _("codes declared"),
    "declared_containers": _("containers declared"),
    "declared_country": _("country declared"),
    "declared_kg": _("declared, kg"),
    "declared_name": _("name declared"),
    "declared_packages": _("declared, packages"),
    "declared_plates": _("plates in the paper"),
    "declared_seals": _("seals declared"),
    "declared_value": _("value declared"),
    "device": _("the scale"),
    "empty_kg_max": _("heaviest empty lorry, kg"),
    "error_kg": _("scale may err by, kg"),
    "first": _("entered first"),
    "foreign_seals": _("seals not declared"),
    "found_seals": _("seals found"),
    "gross_kg": _("gross mass, kg"),
    "heavier_kg": _("heavier weighing, kg"),
    "invoiced_value": _("value in the invoices"),
    "item": _("line of goods"),
    "lacking": _("what is missing"),
    "lighter_kg": _("lighter weighing, kg"),
    "missing_seals": _("seals missing"),
    "net_kg": _("net mass, kg"),
    "norm_min": _("norm, minutes"),
    "noted": _("noted by the officer"),
    "number": _("document number"),
    "off_kg": _("difference, kg"),
    "off_value": _("difference in value"),
    "other_crossings": _("other crossings"),
    "over_kg": _("unexplained, kg"),
    "plate": _("plate number"),
    "read": _("read by machines"),
    "rates": _("rates of the National Bank, som"),
    "right_digit": _("right check digit"),
    "printed": _("as printed"),
    "at_source": _("at the source"),
    "said": _("what was found"),
    "second": _("entered otherwise"),
    "seen_container": _("container seen"),
    "seen_country": _("country seen"),
    "seen_plates": _("plates seen"),
    "signs": _("number of signs"),
    "slip_plates": _("plates on the slip"),
    "step": _("step"),
    "summed_kg": _("sum of the lines, kg"),
    "summed_packages": _("sum of the lines, packages"),
    "summed_value": _("sum of the lines, value"),
    "times": _("times used"),
    "told_kg": _("total in the document, kg"),
    "told_lines": _("lines told in the document"),
    "told_packages": _("total in the document, packages"),
    "told_value": _("total in the document, value"),
    "undeclared_codes": _("codes not declared"),
    "valid_from": _("valid from"),
    "valid_until": _("valid until"),
    "verified_on": _("verified on"),
    "verified_until": _("verified until"),
    "version": _("version of the document"),
    "vin": _("VIN"),
    "vin_before": _("VIN in earlier papers"),
    "weighed_kg": _("weighed, kg"),
    "weighed_on": _("weighed on"),
    "weighing": _("weighing, entry of the log"),
    "where": _("field of the certificate"),
}
"""What a value of a finding is, by its name; with its unit where it has one."""

CONFIRMED_WORDS: Final[dict[str, Any]] = {"yes": _("yes"), "no": _("no, as reported")}
"""Whether somebody has held a limit against the text of the law (words/limits.py)."""

SHIPPED_WORDS: Final[dict[str, Any]] = {
    "Kyrgyz Republic, as reported; to be confirmed against the text of the decrees": _(
        "Kyrgyz Republic, as reported; to be confirmed against the text of the decrees"
    ),
    "Government decree 454 of 8 August 2011, as told by the transport ministry (time.kg 1697)": _(
        "Government decree 454 of 8 August 2011, as told by the transport ministry (time.kg 1697)"
    ),
    "Government decree 454 of 8 August 2011 as changed for 2012, by word of the ministry (knews.kg 26.01.2012)": _(
        "Government decree 454 of 8 August 2011 as changed for 2012, by word of the ministry (knews.kg 26.01.2012)"
    ),
    "Government decree 454 of 8 August 2011, as reported by ASMAP on 16.06.2023": _(
        "Government decree 454 of 8 August 2011, as reported by ASMAP on 16.06.2023"
    ),
    "no reading tells yet whether three axles are one lorry or a lorry with its trailer": _(
        "no reading tells yet whether three axles are one lorry or a lorry with its trailer"
    ),
    "the draft of the decree, as told by the roads department (time.kg 1120)": _(
        "the draft of the decree, as told by the roads department (time.kg 1120)"
    ),
    "what the decree itself says of axles, tandems and tridems is not at hand": _(
        "what the decree itself says of axles, tandems and tridems is not at hand"
    ),
    "order of the transport minister, as reported by sputnik.kg on 10.07.2018": _(
        "order of the transport minister, as reported by sputnik.kg on 10.07.2018"
    ),
    "the day on which it ended is not reported": _("the day on which it ended is not reported"),
    "transport ministry, as reported by asia24.media for the summer of 2024": _(
        "transport ministry, as reported by asia24.media for the summer of 2024"
    ),
}
"""What the table of limits that comes with the house says of itself; tables that a site wrote are shown as written."""

DATUM_WORDS: Final[dict[str, Any]] = {
    "gross_kg": _("gross mass, kg"),
    "net_kg": _("net mass, kg"),
    "packages": _("number of packages"),
    "conveyance_kg": _("mass of the conveyance, kg"),
    "vin": _("VIN"),
    "country": _("country of the plate"),
    "dispatch": _("country of dispatch"),
    "destination": _("country of destination"),
}
"""What was entered differently (rule D08), by the name that the value `datum` gives."""
