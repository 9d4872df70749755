"""Guard scripts and what people see: no secret, no id, no live character of a value, and one line stops no other."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.model import GuardKind, GuardPurpose, GuardSpec, RowOp, Tag, Verb
from netops.core.secret import SecretRef
from netops.platforms.routeros.guard import MAX_SCRIPT, script
from netops.platforms.routeros.show import show
from netops.platforms.routeros.words import statements

TAG = Tag("HD-7-abc123")


def spec(*ops: RowOp, purpose: GuardPurpose = GuardPurpose.REVERT) -> GuardSpec:
    return GuardSpec(purpose=purpose, kind=GuardKind.DEVICE_TIMER, owner=TAG, seconds=60, inverse=ops)


def setting(value: str) -> RowOp:
    key = {"name": value or "x"}
    return RowOp(
        verb=Verb.SET, path="/queue/simple", key=key, new={"comment": value}, old={"comment": "b"}, owned=False
    )


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
@settings(max_examples=150)
def test_no_value_leaves_its_quotes_in_a_script(value: str) -> None:
    first, line, rest = script(spec(setting(value))).split("\n")
    assert (first, rest) == (f'/system scheduler set [find name="{TAG.name}.revert"] disabled=yes', "")
    # Without its quoted parts the line is always the same, and what was quoted reads back as the value.
    quoted = re.findall(r'"(?:[^"\\]|\\.)*"', line)
    assert re.sub(r'"(?:[^"\\]|\\.)*"', "''", line) == ":do { /queue simple set [find name=''] comment='' } on-error={}"
    assert line.isascii() and len(quoted) == 2
    [found] = statements(f"/queue simple add name={quoted[0]} comment={quoted[1]}\n")
    assert found.values == {"name": value or "x", "comment": value}


def users(count: int, name: str = "u") -> list[RowOp]:
    return [
        RowOp(
            verb=Verb.REMOVE,
            path="/ip/hotspot/user",
            key={"name": f"{name}{n}", "server": "s"},
            old={"name": f"{name}{n}", "comment": TAG.comment},
        )
        for n in range(count)
    ]


def test_users_go_by_their_very_names() -> None:
    source = script(spec(*users(1500)))
    assert len(source) < MAX_SCRIPT
    patterns = re.findall(r'server="s" name~"(\^\([^"]*\)\\\$)"', source)
    gone = [n for n in range(1600) if any(re.fullmatch(one.replace("\\$", "$"), f"u{n}") for one in patterns)]
    assert gone == list(range(1500))
    few = script(spec(*users(3)))
    assert few.count('remove [find comment="netops:HD-7-abc123" name="u') == 3
    strange = script(spec(*users(30, "a.b|")))
    assert "~" not in strange and strange.count("\n") == 31


def test_a_secret_or_a_shared_list_is_in_no_script() -> None:
    user = RowOp(
        verb=Verb.ADD, path="/ip/hotspot/user", key={"name": "a"}, new={"name": "a", "password": SecretRef("v")}
    )
    list_ = RowOp(verb=Verb.LEAVE, path="/interface/bridge/vlan", key={"bridge": "b"}, old={"tagged": "e"})
    for op in (user, list_):
        with pytest.raises(ValueError, match="secret or a shared list"):
            script(spec(op))


def test_a_script_that_would_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        script(spec(*(setting("x" * 200) for _ in range(200))))


def test_the_end_closes_access_and_destroys_nothing() -> None:
    server = RowOp(verb=Verb.REMOVE, path="/ip/hotspot", key={"name": "s"}, old={"name": "s"})
    source = script(spec(*users(2), server, purpose=GuardPurpose.END))
    assert '/ip hotspot set [find name="s"] disabled=yes' in source
    removed = re.findall(r"/ip hotspot (\w+) remove", source)
    assert removed == ["active", "host"]


def test_people_see_no_secret_and_no_terminal_escape() -> None:
    ops = [
        RowOp(
            verb=Verb.ADD, path="/ip/hotspot/user", key={"name": "a"}, new={"name": "a", "password": SecretRef("v/1")}
        ),
        setting("\x1b[31mred\u202e"),
    ]
    shown = show(ops)
    assert "password=***" in shown and "v/1" not in shown
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert r"\1B[31mred\E2\80\AE" in shown


def test_more_than_five_alike_are_counted() -> None:
    assert show(users(5)).count("- remove") == 5
    assert show(users(6)) == f"/ip/hotspot/user\n- 6 × hotspot user (comment={TAG.comment})\n"
