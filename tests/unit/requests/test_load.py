"""Reading what people write: every refusal names file, line and reason."""

import json
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.load import LIMIT, Document, check_line, find_forbidden, read_document


def refused(text: str | bytes, name: str = "a.yaml") -> InputError:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(InputError) as caught:
        read_document(data, name=name)
    return caught.value


def test_every_key_and_item_has_its_line() -> None:
    document = read_document(b"# first\na: 1\nb:\n  - x\n  - c: y\n    d: z\n", name="a.yaml")
    assert document.data == {"a": 1, "b": ["x", {"c": "y", "d": "z"}]}
    assert [document.line(loc) for loc in [("a",), ("b",), ("b", 0), ("b", 1, "c"), ("b", 1, "d")]] == [2, 3, 4, 5, 6]
    assert document.line(("b", 1, "nowhere", "at all")) == 5
    assert document.line(("nowhere",)) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", "no"),
        ("a: on", "on"),
        ("a: true", True),
        ("a: ~", None),
        ("a:", None),
        ("a: 12", 12),
        ("a: -3", -3),
        ("a: 081234", "081234"),
        ("a: +62812", "+62812"),
        ("a: 0x1F", "0x1F"),
        ("a: 1_000", "1_000"),
        ("a: 1.5", 1.5),
        ("a: 10:20:30:40:50:59", "10:20:30:40:50:59"),
        ("a: 2026-11-20", "2026-11-20"),
        ("a: 2026-11-20 09:00", "2026-11-20 09:00"),
        ("a: '12'", "12"),
        ('a: "x\\ty"', "x\ty"),
        ("a: |\n  x\n  y\n", "x\ny\n"),
        ("a: .inf", ".inf"),
        ("a: <<", "<<"),
        ("a: 1.0e999", "1.0e999"),
        ("a: 123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_scalars_lose_nothing(text: str, value: object) -> None:
    assert read_document(text.encode()).data == {"a": value}


def test_digits_as_keys_stay_text() -> None:
    assert read_document(b"0: a\ntrue: b\n").data == {"0": "a", "true": "b"}


def test_duplicate_key_is_refused_with_both_lines() -> None:
    error = refused("a: 1\nb:\n  c: 1\n  c: 2\n")
    assert error.describe("id") == "a.yaml:4: b.c: kunci 'c' ditulis dua kali (pertama di baris 3)"
    assert error.describe("en") == "a.yaml:4: b.c: the key 'c' is written twice (first on line 3)"


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "&x a: 1\n", "a:\n  - &x {}\n"])
def test_anchors_and_aliases_are_refused(text: str) -> None:
    assert "YAML anchors (&) and aliases (*) are refused" in refused(text).describe("en")


def test_alias_bomb_costs_nothing() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    error = refused(bomb)
    assert (error.line, error.field) == (1, "a")


@pytest.mark.parametrize("text", ["a: !!python/object:os.system x", "a: !secret x", "!!map {a: 1}", "a: !!str 1"])
def test_tags_are_refused(text: str) -> None:
    assert "YAML tags (!) are refused" in refused(text).describe("en")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("%YAML 1.1\n---\na: 1\n", "YAML directives"),
        ("a: 1\n---\nb: 2\n", "only one YAML document"),
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("? [a, b]\n: 1\n", "a key must be one word"),
        ("a: [1, 2\nb: 3\n", "not valid YAML"),
        ("a: 'x\n", "not valid YAML"),
        ("\t- a\n", "not valid YAML"),
    ],
)
def test_what_is_no_single_plain_document_is_refused(text: str, reason: str) -> None:
    error = refused(text)
    assert reason in error.describe("en")
    assert error.path == "a.yaml"
    assert error.exit_code == 2


def test_a_syntax_error_has_its_line() -> None:
    assert refused("a: 1\nb: 'x\n").describe("en").startswith("a.yaml:")
    assert refused("a: 1\nb: c: d\n").line == 2


def test_deep_nesting_is_refused_without_recursion_trouble() -> None:
    assert "nested deeper than 32 levels" in refused("a: " + "[" * 5000).describe("en")
    assert "nested deeper than 32 levels" in refused("[" * 100_000, "a.json").describe("en")


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("\x1b", "U+001B"),
        ("\x00", "U+0000"),
        ("\x7f", "U+007F"),
        ("\x85", "U+0085"),
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u200b", "U+200B"),
        ("\u00ad", "U+00AD"),
        ("\ufeff", "U+FEFF"),
        ("\ue000", "U+E000"),
        ("\U000f0000", "U+F0000"),
        ("\u2028", "U+2028"),
        ("\ufffe", "U+FFFE"),
        ("\U000e0041", "U+E0041"),
        ("\r", "U+000D"),
    ],
)
def test_control_invisible_and_private_characters_are_refused(character: str, code: str) -> None:
    error = refused(f"a: 1\nb: x{character}y\n")
    assert error.describe("en") == f"a.yaml:2: the control or invisible character {code} is not accepted"
    assert find_forbidden(f"x{character}") == code


@pytest.mark.parametrize("escape", ["\\e", "\\0", "\\u202E", "\\uE000", "\\x07", "\\N", "\\uD800"])
def test_escaped_control_characters_are_refused_too(escape: str) -> None:
    error = refused(f'a: 1\nb: "x{escape}y"\n')
    assert error.path == "a.yaml"
    assert error.line == 2


def test_json_escapes_are_refused_too() -> None:
    error = refused('{"a": 1,\n "b": "x\\u001by"}', "a.json")
    assert error.describe("en") == "a.json:2: b: the control or invisible character U+001B is not accepted"
    assert "U+E000" in refused('{"b\\ue000": 1}', "a.json").describe("en")


def test_not_utf8_names_the_line() -> None:
    assert refused(b"a: 1\nb: \xff\xfe\n").describe("id").startswith("a.yaml:2: berkas bukan teks UTF-8")


def test_text_becomes_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "Café Ōé")
    assert read_document(f"a: {decomposed}\n".encode()).data == {"a": "Café Ōé"}
    assert read_document(b'a: "e\\u0301"\n').data == {"a": "é"}


def test_windows_files_are_read() -> None:
    assert read_document(b"\xef\xbb\xbfa: 1\r\nb: x\r\n").data == {"a": 1, "b": "x"}


def test_a_file_of_ten_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "besar.yaml"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * 1024)
    with pytest.raises(InputError) as caught:
        read_document(path)
    assert caught.value.describe("en").splitlines()[0] == f"{path}: the file is over the limit of {LIMIT} bytes"
    assert caught.value.describe("id").splitlines()[0] == f"{path}: berkas lebih besar dari batas {LIMIT} bita"


def test_only_one_byte_more_than_the_limit_is_read() -> None:
    class Endless(BytesIO):
        asked = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            self.asked += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(InputError, match="over the limit"):
        read_document("-", limit_bytes=1000, stdin=endless)
    assert endless.asked == 1001


def test_standard_input_and_its_name() -> None:
    assert read_document("-", stdin=BytesIO(b"a: 1\n")).data == {"a": 1}
    with pytest.raises(InputError) as caught:
        read_document("-", stdin=BytesIO(b"a: *x\n"))
    assert caught.value.describe("en").startswith("(stdin):1: ")


@pytest.mark.parametrize("what", ["missing.yaml", "."])
def test_an_unreadable_file_says_why(tmp_path: Path, what: str) -> None:
    with pytest.raises(InputError, match="the file cannot be read: ") as caught:
        read_document(tmp_path / what)
    assert str(tmp_path) in caught.value.describe("id")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1,\n "a": 2}', "a.json:2: a: the key 'a' is written twice (first on line 1)"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('{"a": Infinity}', "Infinity is not JSON"),
        ('{"a": 1,}', "not valid JSON"),
        ("{a: 1}", "not valid JSON"),
        ('{"a": 1} x', "not valid JSON"),
        ('{"a": 1e400}', "1e400 is too large"),
        ('{"a": [\n1,\n}', "not valid JSON"),
    ],
)
def test_json_is_strict(text: str, reason: str) -> None:
    assert reason in refused(text, "a.json").describe("en")


def test_json_has_lines_too() -> None:
    document = read_document(b'{\n "a": {\n  "b": "\\/x"\n }\n}', name="a.json")
    assert document.data == {"a": {"b": "/x"}}
    assert document.line(("a", "b")) == 3


def test_json_that_yaml_cannot_read_still_loads() -> None:
    assert read_document(b'{\n\t"a":\t1,\n\t"b": "\\ud83d\\ude00"\n}').data == {"a": 1, "b": "😀"}


def test_a_duplicate_key_in_json_that_yaml_cannot_read_is_found() -> None:
    long = "k" * 1100  # over what YAML allows an implicit key
    assert "duplicate key 'a'" in refused(f'{{"{long}": 1, "a": 1, "a": 2}}', "a.json").describe("en")


@pytest.mark.parametrize("text", ["{{ 7*7 }}", "{% x %}", "{# x #}", "#{x}", "$(id)", "${HOME}", "<% x %>"])
def test_template_syntax_is_no_plain_line(text: str) -> None:
    with pytest.raises(Exception, match="template syntax"):
        check_line(f"Seminar {text}")


def test_plain_lines_pass() -> None:
    for text in ("Seminar #1 (sesi 2) – 50% & Rp 1.000 $5", "Ōé/ñ 'a' \"b\"; [x] {y} \\ ?", "مؤتمر"):
        assert check_line(text) == text


def test_an_error_without_a_place_still_reads_well() -> None:
    error = Document(name="", data={}, lines={}).error(("a", 0), Text("salah", "wrong"))
    assert (error.describe("id"), error.describe("en")) == ("a.0: salah", "a.0: wrong")


PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")), max_size=12
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN, inner, max_size=4),
    max_leaves=12,
)


def _nfc(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(one) for one in value]
    return {_nfc(key): _nfc(one) for key, one in value.items()} if isinstance(value, dict) else value


@settings(max_examples=60)
@given(st.dictionaries(PLAIN, VALUES, min_size=1, max_size=4))
def test_json_and_yaml_round_trip(value: dict[str, object]) -> None:
    wanted = _nfc(value)
    assert read_document(json.dumps(wanted, ensure_ascii=False).encode(), name="a.json").data == wanted
    assert read_document(json.dumps(wanted).encode(), name="a.json").data == wanted
    stream = BytesIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_unicode, yaml.default_flow_style = True, False
    yaml.dump(wanted, stream)
    if b"&id" not in stream.getvalue():  # the dumper shares equal empty lists by an alias
        assert read_document(stream.getvalue(), name="a.yaml").data == wanted


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_a_document_or_an_input_error(data: bytes) -> None:
    try:
        read_document(data, name="a.yaml")
    except InputError as error:
        assert error.describe("id") and error.describe("en")
