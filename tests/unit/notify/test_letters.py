"""The texts that a site writes: fields filled in once, mistakes told with file and line, every shipped text fills."""

from pathlib import Path
from typing import Literal

import pytest

from netops.core.errors import InputError
from netops.data_root import data_root
from netops.notify.letters import letter
from netops.settings import MAILS

FIELDS = {
    name: f"<{name}>"
    for name in "name ticket change title place starts ends ssid office contact reason".split()  # noqa: SIM905 - reads as the list in the docs
}


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("kind", MAILS)
def test_every_shipped_text_fills(kind: str, lang: Literal["id", "en"]) -> None:
    found = letter(data_root() / "templates" / "mail", kind, lang, FIELDS)
    assert "<ticket>" in found.subject and "<name>" in found.body
    assert "$" not in found.subject + found.body


def test_what_a_field_holds_is_never_a_field_itself(tmp_path: Path) -> None:
    (tmp_path / "x.id.txt").write_text("Subject: $title\n\n$title seharga $$5\n", encoding="utf-8")
    assert letter(tmp_path, "x", "id", {"title": "$reason ${name}"}).body == "$reason ${name} seharga $5\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Subject: a\n\n$nama\n", 3, "unknown field"),
        ("Subject: a\n\nharga $ 5\n", 3, "write `$$`"),
        ("Halo\n\nisi\n", 1, "line 1 must be"),
        ("Subject: a\nisi\nlagi\n", 1, "line 2 empty"),
        ("Subject: a\n", 1, "line 1 must be"),
    ],
)
def test_a_wrong_text_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "x.en.txt").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        letter(tmp_path, "x", "en", {"name": "a"})
    assert caught.value.line == line and caught.value.path == tmp_path / "x.en.txt"
    assert said in caught.value.describe("en")


@pytest.mark.parametrize("content", [None, b"Subject: \xff\n\nx\n"])
def test_a_text_that_cannot_be_read_says_where_to_find_one(tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "x.id.txt").write_bytes(content)
    with pytest.raises(InputError, match="cannot be read") as caught:
        letter(tmp_path, "x", "id", {})
    assert "netops init" in caught.value.describe("id")
