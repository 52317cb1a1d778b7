"""Reading other people's files: every kind that is a table, and none that is not."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from functools import cache

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from core import sheets
from core.errors import DomainError


def workbook(rows, *more):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for extra in more:
        sheet = book.create_sheet()
        for row in extra:
            sheet.append(row)
    return saved(book)


def saved(book):
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def repacked(content, change):
    """The zip with the parts {name: bytes} that `change` makes of them."""
    output = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name, part in change({one: old.read(one) for one in old.namelist()}).items():
            new.writestr(name, part)
    return output.getvalue()


def texts(content):
    return [row.cells for row in sheets.read(content)]


def refusal(content):
    with pytest.raises(DomainError) as caught:
        sheets.read(content)
    assert caught.value.code == "bad_file"
    return caught.value.message


# --- CSV -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_is_read_in_every_alphabet(encoding, delimiter):
    content = f"Aktivitet{delimiter}Sted\r\nLæsecafé{delimiter}Ærø\r\n".encode(encoding)
    assert texts(content) == [("Aktivitet", "Sted"), ("Læsecafé", "Ærø")]


def test_csv_has_the_numbers_of_its_rows():
    content = b'A;B\n"to\nlinjer";1\n\n;;\nC;2\n'
    assert [(row.number, row.cells[0]) for row in sheets.read(content)] == [
        (1, "A"),
        (2, "to\nlinjer"),
        (5, "C"),
    ]


def test_csv_follows_excels_own_hint():
    assert texts(b"sep=,\nA;x,B\n1,2\n") == [("A;x", "B"), ("1", "2")]


def test_csv_counts_no_delimiter_within_quotation_marks():
    assert texts(b'"a,b,c";d\n1;2\n') == [("a,b,c", "d"), ("1", "2")]


def test_letters_in_two_parts_are_one():
    assert texts("cafe\u0301;b\n1;2".encode())[0][0] == "café"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200,
        b"\x7fELF\x02\x01\x01\x00",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n\x00",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100,
        b"PK\x03\x04garbage",
        b"a;b\n\x81\x8d",
        b'A;B\n"' + b"x" * 200_000,
    ],
)
def test_what_is_no_table_is_refused(content):
    assert refusal(content)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n;;;\n", workbook([])])
def test_empty_is_refused(content):
    assert "tom" in refusal(content) or "empty" in refusal(content)


def test_too_much_is_refused():
    lines = b"A;B\n" + b"1;2\n" * (sheets.MOST_ROWS + 1)
    assert refusal(lines)
    assert len(sheets.read(b"A;B\n" + b"1;2\n" * sheets.MOST_ROWS)) == sheets.MOST_ROWS + 1
    assert refusal(b";".join([b"x"] * (sheets.MOST_COLUMNS + 1)))
    assert refusal(b"x" * (sheets.LARGEST + 1))
    assert refusal(b"A;B\n1;" + b"x" * (sheets.LONGEST_CELL + 1))


# --- Excel -----------------------------------------------------------------------------------


def test_workbook_gives_days_times_and_numbers_as_text():
    row = [
        date(2026, 3, 3),
        time(15, 30),
        datetime(2026, 3, 3, 15, 29, 59, 999000),
        3,
        3.0,
        0.625,
        2.5,
        timedelta(hours=1, minutes=30),
        True,
        " Ærø ",
        None,
        "x",
    ]
    found = texts(workbook([["Overskrift"] * 12, row]))[1]
    assert found == (
        *("2026-03-03", "15:30", "2026-03-03 15:30", "3", "3", "0.625", "2.5", "01:30"),
        *("1", "Ærø", "", "x"),
    )


def test_formula_is_read_as_its_last_value():
    book = openpyxl.Workbook()
    book.active.append(["A", "B"])
    book.active.append(["=1+1", '=HYPERLINK("http://x")'])
    book.active["C2"] = ArrayFormula("C2", "=A2")
    content = saved(book)

    def calculated(parts):
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
        parts[name] = parts[name].replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
        return parts

    assert texts(repacked(content, calculated))[1][0] == "2"


def test_first_sheet_with_rows_is_read():
    book = openpyxl.Workbook()
    hidden = book.create_sheet("Gemt", 0)
    hidden.append(["hemmelig"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Vagter").append(["A", "B"])
    assert texts(saved(book)) == [("A", "B")]


def test_rows_far_below_do_not_fill_the_memory():
    book = openpyxl.Workbook()
    book.active["A1"] = "A"
    book.active["A1048576"] = "langt nede"
    assert texts(saved(book)) == [("A",)]


def test_a_sheet_that_claims_to_be_huge_is_read_as_it_is():
    def claim(parts):
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
        return parts

    content = repacked(workbook([["A", "B"], [1, 2]]), claim)
    assert texts(content) == [("A", "B"), ("1", "2")]


def test_zip_bomb_is_refused():
    def blow_up(parts):
        return parts | {"xl/worksheets/sheet2.xml": b" " * (sheets.UNPACKED + 1)}

    content = repacked(workbook([["A"]]), blow_up)
    assert len(content) < 200_000
    assert refusal(content)


def test_many_parts_are_refused():
    extra = {f"xl/media/{number}.png": b"x" for number in range(sheets.MOST_PARTS)}
    assert refusal(repacked(workbook([["A"]]), lambda parts: parts | extra))


@pytest.mark.parametrize("alphabet", ["utf-8", "utf-16"])
def test_entities_are_refused(alphabet):
    def declare(parts):
        name = "xl/worksheets/sheet1.xml"
        sheet = parts[name].decode().partition("<worksheet")[2]
        declared = f'<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet{sheet}'
        return parts | {name: declared.encode(alphabet)}

    assert refusal(repacked(workbook([["A"]]), declare))


def test_macros_are_refused():
    content = repacked(workbook([["A"]]), lambda parts: parts | {"xl/vbaProject.bin": b"x"})
    assert refusal(content)


def test_a_zip_of_something_else_is_refused():
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("virus.exe", b"MZ")
    assert refusal(output.getvalue())


def test_a_broken_workbook_is_refused():
    content = repacked(workbook([["A"]]), lambda parts: parts | {"xl/workbook.xml": b"<x"})
    assert refusal(content)
    assert refusal(workbook([["A"]])[:-200])


# --- Anything --------------------------------------------------------------------------------

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**12), max_value=10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30),
    st.dates(min_value=date(1901, 1, 1), max_value=date(2200, 1, 1)),
    st.times(),
)


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_refused(content):
    try:
        assert all(any(row.cells) for row in sheets.read(content))
    except DomainError as error:
        assert error.code == "bad_file"


@settings(max_examples=40)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=6))
def test_any_cells_are_text_or_refused(rows):
    try:
        found = sheets.read(workbook(rows))
    except DomainError as error:
        assert error.code == "bad_file"
    else:
        assert all(isinstance(cell, str) for row in found for cell in row.cells)


@cache
def whole_workbook():
    """The same bytes each time: a workbook tells when it was saved, and its length follows."""
    return workbook([["A", "B"], ["x", 1]])


@settings(max_examples=40)
@given(st.data())
def test_a_damaged_workbook_is_no_crash(data):
    content = bytearray(whole_workbook())
    for _change in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        sheets.read(bytes(content))
    except DomainError as error:
        assert error.code == "bad_file"
