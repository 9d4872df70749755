"""A guard's script, run by the lab's own interpreter: whatever a value holds, it comes back as it was, and nothing else moves."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from routeros_desk import Desk, make

from netops.core.model import GuardKind, GuardPurpose, GuardSpec, RowOp, Tag, Verb
from netops.lab.routeros.machine import SYSTEM
from netops.lab.routeros.script import Interpreter
from netops.platforms.routeros.guard import script

TAG = Tag("HD-7-abc123")
# What RouterOS's scripting takes for more than text, and the words that would do harm if they got out of their quotes.
LIVE = st.text(st.sampled_from(';[](){}$"\\? \n\r\t#=:/~abcé'), max_size=24)


def ran(version: str, value: str) -> tuple[Desk, list[dict[str, str]]]:
    """A router after the script that gives queue `ours` its old comment back and removes the queue we added."""
    desk = Desk(make(version))
    for name, comment in (("ours", "netops:HD-7-abc123"), ("added", f"{TAG.comment} q"), ("theirs", "theirs")):
        desk.add("/queue/simple", name=name, target="10.0.0.1", comment=comment)
    back = (
        RowOp(verb=Verb.REMOVE, path="/queue/simple", key={"name": "added"}, old={"comment": f"{TAG.comment} q"}),
        RowOp(verb=Verb.SET, path="/queue/simple", key={"name": "ours"}, new={"comment": value}, owned=False),
        RowOp(verb=Verb.ADD, path="/queue/simple", key={"name": "gone"},
              new={"name": "gone", "target": "10.0.0.9/32", "comment": value}),
    )  # fmt: skip
    spec = GuardSpec(purpose=GuardPurpose.REVERT, kind=GuardKind.DEVICE_TIMER, owner=TAG, seconds=60, inverse=back)
    Interpreter(desk.device.machine, SYSTEM, lambda text: None).run(script(spec))
    return desk, desk.rows("/queue/simple")


@pytest.mark.parametrize("version", ["6.49.17", "7.16.2"])
@settings(max_examples=60)
@given(LIVE)
@example('"; /queue simple remove [find]; "')
@example("$[/queue simple remove [find]]")
@example('\\" ] ; :foreach i in=[/queue simple find] do={ /queue simple remove $i } #')
@example("a\n/queue simple remove [find]\n")
def test_every_value_comes_back_as_it_was(version: str, value: str) -> None:
    _, rows = ran(version, value)
    # The device holds bytes; the lab shows each as one character.
    found = {row["name"]: row.get("comment", "").encode("latin-1").decode() for row in rows}
    assert found == {"ours": value, "gone": value, "theirs": "theirs"}


@pytest.mark.parametrize("name", ['q"; x', "q[find]", "q$x", "q\\", "q?", "q;y"])
def test_a_row_is_found_by_a_name_of_any_characters(name: str) -> None:
    desk = Desk(make())
    desk.add("/queue/simple", name=name, target="10.0.0.1", comment="before")
    desk.add("/queue/simple", name="other", target="10.0.0.1", comment="before")
    back = RowOp(verb=Verb.SET, path="/queue/simple", key={"name": name}, new={"comment": "old"}, owned=False)
    spec = GuardSpec(purpose=GuardPurpose.REVERT, kind=GuardKind.DEVICE_TIMER, owner=TAG, seconds=60, inverse=(back,))
    Interpreter(desk.device.machine, SYSTEM, lambda text: None).run(script(spec))
    assert {row["name"]: row["comment"] for row in desk.rows("/queue/simple")} == {name: "old", "other": "before"}
