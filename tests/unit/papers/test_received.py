"""What comes back is judged by its content: a photo that is not one, half of one, a bomb and two files in one are refused."""

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from returned_files import JPEG, chunk, pdf, png

from netops.core.errors import InputError
from netops.papers.received import Kind, clean_name, marks, receive

PICTURES: tuple[Kind, ...] = ("jpeg", "png")
ALL: tuple[Kind, ...] = ("pdf", "jpeg", "png")


def _file(tmp_path: Path, data: bytes, name: str = "foto.jpg") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("data", "kind"), [(JPEG, "jpeg"), (png(), "png"), (pdf(), "pdf")], ids=["jpeg", "png", "pdf"])
def test_the_content_says_what_it_is_not_the_name(tmp_path: Path, data: bytes, kind: str) -> None:
    found = receive(_file(tmp_path, data, "apa-saja.txt"), ALL, 1_000_000)
    assert (found.type, found.data, found.cut, found.name) == (kind, data, 0, "apa-saja.txt")


def _bomb() -> bytes:
    """A small file whose pixels unpack to far more than its head announces."""
    return png(4, 4, pixels=b"\0" * 50_000_000)


def _large() -> bytes:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def _wide_jpeg() -> bytes:
    at = JPEG.index(b"\xff\xc0")
    return JPEG[: at + 5] + struct.pack(">HH", 60_000, 60_000) + JPEG[at + 9 :]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"bukan foto", "no PDF, JPEG or PNG"),
        (b"<html><script>alert(1)</script>", "no PDF, JPEG or PNG"),
        (b"PK\x03\x04" + JPEG, "no PDF, JPEG or PNG"),
        (b"\xff\xd8\xff\xe0 not a picture at all", "no whole JPEG"),
        (JPEG[:-20], "no whole JPEG"),
        (b"\xff\xd8\xff\xd9", "no whole JPEG"),
        (png()[:-14], "no whole PNG"),
        (png().replace(b"IDAT", b"IDAX"), "no whole PNG"),
        (png(pixels=b"\0" * 10), "no whole PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "no whole PNG"),
        (_bomb(), "more than its picture"),
        (_large(), "too large"),
        (_wide_jpeg(), "too large"),
        (pdf(), "this is a PDF; accepted: JPEG / PNG"),
    ],
    ids=["empty", "text", "html", "zip", "jpeg-head", "jpeg-half", "jpeg-void", "png-half", "png-chunk", "png-short",
         "png-head", "png-bomb", "png-huge", "jpeg-huge", "pdf"],
)  # fmt: skip
def test_a_photo_that_is_not_one_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = _file(tmp_path, data)
    with pytest.raises(InputError) as caught:
        receive(path, PICTURES, 1_000_000)
    assert said in caught.value.describe("en") and str(path) in caught.value.describe("id")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pdf()[:-30], "no whole PDF"),
        (pdf() + b"PK\x03\x04 an archive behind it", "no whole PDF"),
        (b"x" * 10 + pdf(), "no PDF, JPEG or PNG"),
        (b"%PDF-1.7\n<script>", "no whole PDF"),
        (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> "), "holds JavaScript"),
        (pdf(b"/Names << /EmbeddedFiles 9 0 R >> "), "holds EmbeddedFiles"),
        (pdf(b"/Encrypt 9 0 R "), "locked"),
    ],
    ids=["half", "archive-behind", "junk-before", "html", "script", "files-inside", "locked"],
)
def test_a_pdf_that_is_not_plain_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        receive(_file(tmp_path, data, "scan.pdf"), ALL, 1_000_000)
    assert said in caught.value.describe("en")


@pytest.mark.parametrize("picture", PICTURES)
def test_what_stands_behind_a_picture_is_cut_off(tmp_path: Path, picture: str) -> None:
    whole = JPEG if picture == "jpeg" else png()
    behind = b"PK\x03\x04" + b"<script>alert(1)</script>%PDF-1.4"
    found = receive(_file(tmp_path, whole + behind), ALL, 1_000_000)
    assert found.data == whole and found.cut == len(behind)


def test_letters_inside_pixels_are_no_action(tmp_path: Path) -> None:
    """A scan's compressed pixels hold any three letters by chance."""
    data = pdf().replace(b"endobj\n2 0", b"endobj\nstream\n/JS /Launch\nendstream\n2 0", 1)
    start = data.index(b"xref\n0 3")
    data = data[: data.index(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % start
    assert receive(_file(tmp_path, data), ALL, 1_000_000).type == "pdf"


def test_a_file_over_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"larger than 0\.002 MB"):
        receive(_file(tmp_path, JPEG + b"\0" * 3000), ALL, 2_000)


@pytest.mark.parametrize("name", [".", "tidak-ada.jpg"])
def test_no_plain_file_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no plain file"):
        receive(tmp_path / name, ALL, 2_000)


def test_names_are_cleaned() -> None:
    assert clean_name("..\\..\\C:\\scan\u202egpj.exe\n") == "scangpj.exe"
    assert clean_name("\n") == "-" and len(clean_name("a" * 300)) == 100


def test_our_mark_is_read_and_nothing_else() -> None:
    text = b"<pdf:Keywords>netops bast HD-1-abc123 ABCD-EFGH-2345</pdf:Keywords> netops bast HD-1 ABCD-EFGH"
    assert [(one.paper, one.change, one.code) for one in marks(text * 2)] == [("bast", "HD-1-abc123", "ABCD-EFGH-2345")]


@settings(max_examples=120)
@given(st.sampled_from([JPEG, png(6, 5), pdf()]), st.data())
def test_no_damage_does_more_than_refuse(
    tmp_path_factory: pytest.TempPathFactory, whole: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + data.draw(st.integers(0, 6)) :]
    path = tmp_path_factory.mktemp("damage") / "x"
    path.write_bytes(damaged)
    try:
        found = receive(path, ALL, 1_000_000)
    except InputError:
        return
    assert damaged.startswith(found.data)
