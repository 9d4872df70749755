"""A backup's lines: what the API's words say comes back as it was, remembered or not; memory stays small and knows no secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.platforms.routeros import show
from netops.platforms.routeros.facts import menu, menus
from netops.platforms.routeros.quirks import UNSAID
from netops.platforms.routeros.show import export, exported
from netops.platforms.routeros.words import statements

SETTABLE = sorted(path for path, found in menus().items() if found.settable)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, list[dict[str, str]]]:
    """Rows of one menu with settable, read-only and secret properties, and what only the API says."""
    path = draw(st.sampled_from(SETTABLE))
    found = menu(path)
    names = st.sampled_from(sorted({*found.settable, *found.read_only, *found.key, "dynamic", ".id", ".nextid"}))
    few = st.sampled_from(["", "true", "yes", "false", "*1"])
    return path, draw(st.lists(st.dictionaries(names, TEXTS | few, max_size=8), max_size=4))


@given(rows(), st.booleans())
def test_an_export_says_what_the_words_say(found: tuple[str, list[dict[str, str]]], keep: bool) -> None:
    path, given_rows = found
    about = menu(path)
    words = [["!re", ".tag=7", *(f"={name}={value}" for name, value in row.items())] for row in given_rows]
    lines = export(path, words, keep=keep)
    assert lines == export(path, words, keep=not keep)
    key = () if about.can_add or about.single else about.key
    wanted = []
    for row in given_rows:
        values = {
            name: value
            for name, value in row.items()
            if value and name in about.settable and name not in {*about.secrets, *UNSAID.get(path, ()), *key}
        }
        if values and row.get("dynamic") not in ("true", "yes"):
            wanted.append(({name: value for name, value in row.items() if name in key}, values))
    if all(find for find, _ in wanted) or not key:  # a row to be set without its key is none that could be read
        read = list(statements("\n".join(lines) + "\n"))
        assert [(one.find, one.values) for one in read] == wanted
        assert {one.path for one in read} <= {path}


@pytest.mark.parametrize("path", SETTABLE)
def test_no_secret_is_asked_for_or_said(path: str) -> None:
    secrets = menu(path).secrets
    assert not secrets & set(exported(path))
    words = [["!re", *(f"={name}=kenari" for name in sorted(secrets))]]
    assert export(path, words, keep=True) == []


def test_what_is_remembered_is_bounded_and_never_a_secret_or_a_code() -> None:
    form = show._form("/ip/hotspot/user", keep=True)
    export("/ip/hotspot/user", [[f"=comment={n}", "=password=kenari"] for n in range(5_000)], keep=True)
    export("/ip/hotspot/user", [["=comment=" + "x" * 500]], keep=True)
    assert 0 < len(form.values) <= show._KEPT
    assert not any("kenari" in word or len(word) > show._SHORT for word in form.values)
    assert export("/ip/hotspot/user", [["=name=kode0001"]], keep=False) == ["/ip/hotspot/user add name=kode0001"]
    assert not any(
        "kode0001" in word for keep in (True, False) for word in show._form("/ip/hotspot/user", keep=keep).values
    )


def test_the_queue_that_a_router_makes_for_a_login_is_not_remembered_since_a_code_may_be_its_name() -> None:
    form = show._form("/queue/simple", keep=True)
    made = ["!re", ".tag=3", "=name=<hotspot-kenari>", "=target=10.20.0.7/32", "=dynamic=true"]
    assert export("/queue/simple", [made], keep=True) == []
    assert not any("kenari" in word for word in (*form.values, *(form.key or ())))
