"""What a device's timer would not bring back is told before anybody signs, and in the account of the change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.changes.account import account
from netops.core.model import Batch, RowOp, Tag, Verb
from netops.core.text import Lang
from netops.filing import find
from netops.planning.plan import device_lines

PATH = "/interface/wifi/configuration"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def test_a_network_that_goes_is_left_by_the_timer_and_that_is_told(desk: Desk) -> None:
    filed = find(desk.app, str(desk.request(people=4)))
    plain = actions.plan(desk.app, filed.change)
    assert not any(part.unguarded for part in plain.devices), "what only comes is taken back whole"
    tag = Tag(filed.change)
    name = f"{tag.name}.lama"
    row = {"name": name, "ssid": "Rapat lama", "comment": tag.comment}
    with desk.app.tools.open("gw-kampus") as driver:
        add = RowOp(verb=Verb.ADD, path=PATH, key={"name": name}, new=row)
        driver.apply(Batch(number=1, ops=(add,)), desk.app.secrets)
    made = actions.plan(desk.app, filed.change)
    (part,) = (part for part in made.devices if part.unguarded)
    assert (part.device, part.unguarded) == ("gw-kampus", (f"{PATH} name={name}",))
    words: dict[Lang, str] = {"en": "left by the timer, brought back by us", "id": "pewaktu tidak memulihkan ini"}
    for lang, said in words.items():
        assert any(said in line and name in line for line in device_lines(made, lang)), lang
    desk.approve(filed)
    actions.apply(desk.app, filed.change)
    told = account(filed.change, desk.app.journal.read(filed.change))
    leaves = [fact for fact in told.guards if "leaves" in fact.words]
    assert [(fact.kind, fact.device) for fact in leaves] == [("guard.armed", "gw-kampus")] and name in leaves[0].words
    (left,) = actions.end(desk.app, filed.change, early=True).leftovers
    assert name in left, "our own way back brings it"
