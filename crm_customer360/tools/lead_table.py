"""Read the card lists people send: CSV of any encoding, and XLSX.

Cells come out as the text a person would read: no ``1.0``, no serial dates.

>>> table = read_table("Name;Ort\\r\\nJörg;Köln\\r\\n".encode("cp1252"))
>>> table.encoding, table.rows
('cp1252', [(1, ['Name', 'Ort']), (2, ['Jörg', 'Köln'])])
>>> read_table("姓名,电话\\n王小明,13800138000\\n".encode("gb18030")).rows[1]
(2, ['王小明', '13800138000'])
>>> read_table("姓名,電話\\n陳大文,0912345678\\n".encode("big5")).encoding
'big5'
>>> read_table(b"")  # doctest: +IGNORE_EXCEPTION_DETAIL
Traceback (most recent call last):
TableError: empty
"""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from typing import NamedTuple

import openpyxl

MAX_BYTES = 10 * 1024**2
# what a small file may unfold to: a spreadsheet is a zip
MAX_UNFOLDED = 250 * 1024**2
MAX_ROWS = 20_000
MAX_COLUMNS = 100
DELIMITERS = ",;\t|"
# the beginning of a file that shows how it is written
SAMPLE_LINES = 30
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Per mille of unreadable characters up to which a text is broken UTF-8, not another.
BROKEN_SHARE = 20
# Share of everyday characters that tells Chinese from Western text read as Chinese.
CHINESE_SHARE = 0.6


class TableError(ValueError):
    """A file that cannot be read; ``code`` says why, ``details`` how far it is off."""

    def __init__(self, code, **details):
        super().__init__(code)
        self.code = code
        self.details = details


class Table(NamedTuple):
    rows: list  # of (number of the row in the file, texts), empty rows left out
    encoding: str  # "" for spreadsheets
    sheet: str
    notes: dict  # code of what the reader should know -> count


def read_table(content):
    """Return the rows of a file.

    :param bytes content: the file
    :rtype: Table
    :raise TableError: ``empty``, ``size``, ``binary``, ``old`` (or protected),
        ``damaged``, ``columns``, ``rows``
    """
    if not content or not content.strip(b"\x00\r\n\t ,;"):
        raise TableError("empty")
    if len(content) > MAX_BYTES:
        raise TableError("size", limit=MAX_BYTES // 1024**2)
    if content.startswith(b"PK\x03\x04"):
        table = _read_workbook(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError("old")
    else:
        table = _read_text(content)
    if not table.rows:
        raise TableError("empty")
    width = max(len(cells) for _number, cells in table.rows)
    if width > MAX_COLUMNS:
        raise TableError("columns", count=width, limit=MAX_COLUMNS)
    for _number, cells in table.rows:
        cells += [""] * (width - len(cells))
    return table


def _number_rows(rows, fill=lambda number, cells: cells):
    """Number the rows from 1, without empty ones and without empty last cells."""
    numbered = []
    for number, cells in enumerate(rows, start=1):
        cells = fill(number, [get_text(cell) for cell in cells])
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(numbered) == MAX_ROWS + 1:
            raise TableError("rows", limit=MAX_ROWS)
        numbered.append((number, cells))
    return numbered


def get_text(value):
    """Return a cell as people read it.

    >>> [get_text(cell) for cell in (None, 8613800138000.0, 0.5, True, " a ", "#N/A")]
    ['', '8613800138000', '0.5', 'TRUE', 'a', '']
    >>> get_text(datetime(2026, 3, 1)), get_text(datetime(2026, 3, 1, 8, 30))
    ('2026-03-01', '2026-03-01 08:30:00')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        text = value.isoformat(sep=" ", timespec="seconds")
        return text.removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\xa0", " ").replace("\u3000", " ").strip()
    return "" if text.startswith("#") and text.rstrip("!?").isupper() else text


# ----------------------------------------------------------------------- plain text


def _read_text(content):
    text, encoding, broken = decode(content)
    if "\x00" in text or sum(map(_is_control, text[:5000])) > 10:
        raise TableError("binary")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "%pdf")):
        raise TableError("binary")
    csv.field_size_limit(MAX_BYTES)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=get_delimiter(text))
    try:
        rows = _number_rows(lines)
    except csv.Error as error:
        raise TableError("damaged") from error
    return Table(rows, encoding, "", {"broken": broken} if broken else {})


def _is_control(char):
    return char < " " and char not in "\r\n\t\x0b\x0c"


def decode(content):
    """Return text, encoding, and how many characters could not be read.

    >>> decode("Käse".encode())[1], decode("Käse".encode("latin-1"))[1]
    ('utf-8', 'cp1252')
    >>> decode(("Käse und Wein aus Österreich" * 40).encode()[:-1] + b"\\xc3")[1:]
    ('utf-8', 1)
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            text = content.decode(encoding, errors="replace")
            return text, encoding, text.count("\ufffd")
    try:
        return content.decode(), "utf-8", 0
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
    broken = text.count("\ufffd")
    foreign = sum(char > "\x7f" for char in text)
    if broken * 1000 <= foreign * BROKEN_SHARE:
        return text, "utf-8", broken
    share, encoding = max(
        (_get_everyday_share(content, "gb18030", 0xB0A1, 0xD7F9), "gb18030"),
        (_get_everyday_share(content, "big5", 0xA440, 0xC67E), "big5"),
    )
    if share < CHINESE_SHARE:
        encoding = "cp1252"
    text = content.decode(encoding, errors="replace")
    return text, encoding, text.count("\ufffd")


def _get_everyday_share(content, encoding, first, last):
    """Return how many of the foreign characters are of the everyday ones, 0 to 1.

    Both Chinese encodings keep those together, in the order of their codes.
    """
    text = content.decode(encoding, errors="replace")
    foreign = [char for char in text if char > "\x7f"]
    codes = (
        int.from_bytes(char.encode(encoding, errors="replace")) for char in foreign
    )
    everyday = sum(first <= code <= last for code in codes)
    # full-width signs stand between words of either
    signs = sum(char in "，。、：；（）－／　" for char in foreign)
    return (everyday + signs) / len(foreign) if foreign else 0


def get_delimiter(text):
    """Return what separates the cells: what splits most lines into as many cells.

    >>> get_delimiter('a;b;c\\n"1,5";2;3\\n'), get_delimiter("only\\none\\n")
    (';', ',')
    """
    lines = [line for line in text.splitlines()[:200] if line.strip()][:SAMPLE_LINES]

    def rate(delimiter):
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(widths), key=widths.count) if widths else 1
        return (widths.count(usual) * (usual - 1), usual)

    return max(DELIMITERS, key=rate)


# --------------------------------------------------------------------- spreadsheets


def _read_workbook(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise TableError("binary")
            if sum(info.file_size for info in archive.infolist()) > MAX_UNFOLDED:
                raise TableError("size", limit=MAX_BYTES // 1024**2)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True
        )
        return _read_sheets(book, content)
    except TableError:
        raise
    except Exception as error:
        # openpyxl raises whatever a damaged part of the archive leads to
        raise TableError("damaged") from error


def _read_sheets(book, content):
    filled, notes = [], {}
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()
        marks = _get_marks(content, sheet)
        if filled:
            if any(any(row) for row in sheet.iter_rows(max_row=50, values_only=True)):
                notes["sheets"] = notes.get("sheets", 0) + 1
            continue
        rows = _number_rows(sheet.iter_rows(values_only=True), _Filler(marks.merged))
        if rows:
            filled = [sheet.title, rows]
            notes |= marks.notes
    if not filled:
        raise TableError("empty")
    return Table(filled[1], "", filled[0], notes)


class _Marks(NamedTuple):
    merged: list  # of (first row, last row, first column, last column)
    notes: dict


MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# a formula that was never computed: a cell that ends right after it
UNCOMPUTED = re.compile(rb"<f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>")


def _get_marks(content, sheet):
    """Return what the streaming reader does not tell about a sheet."""
    path = sheet._worksheet_path
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        source = archive.read(path.lstrip("/"))
    merged = [
        (int(top), int(bottom), _get_column(left), _get_column(right))
        for left, top, right, bottom in MERGED.findall(source)
    ]
    uncomputed = len(UNCOMPUTED.findall(source))
    return _Marks(merged, {"formulas": uncomputed} if uncomputed else {})


def _get_column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


class _Filler:
    """Write the text of cells that were merged downwards into each of their rows."""

    def __init__(self, merged):
        self.merged = [area for area in merged if area[1] > area[0]]
        self.texts = {}

    def __call__(self, number, cells):
        for area in self.merged:
            top, bottom, left, _right = area
            if not top <= number <= bottom:
                continue
            if number == top:
                self.texts[area] = cells[left] if left < len(cells) else ""
            elif any(cells):
                cells += [""] * (left + 1 - len(cells))
                cells[left] = self.texts.get(area, "")
        return cells
