"""Bad lines, cut lines and power failures at a switch in the middle of a change: every device is as it was before."""

from functools import partial
from pathlib import Path

import pytest
from event_desk import open_desk

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.core.errors import Restored

# Write 1 arms the revert timer, 2 makes the VLAN, 3 names it, what follows are ports.
WISHES: tuple[dict[str, object], ...] = (
    {"refuse": {"3": ""}},
    {"cut": {"3": "before"}},
    {"cut": {"5": "within"}},
    {"reboot": [3]},
)


def test_a_switch_struck_at_any_line_is_restored_and_the_gateway_with_it(tmp_path: Path) -> None:
    with open_desk(tmp_path / "kampus") as desk:
        filed = desk.approved(people=3)
        before = desk.configuration()
        switch = desk.campus.devices["sw-aula"]
        for wish in WISHES:
            desk.campus.call(switch.mishaps.clear)
            desk.campus.call(partial(switch.mishaps.wish, wish))
            with pytest.raises(Restored) as caught:
                actions.apply(desk.app, filed.change)
            assert "sw-aula" in caught.value.describe("en"), wish
            desk.campus.call(switch.mishaps.clear)
            assert desk.configuration() == before, wish
            assert views.state(desk.app, filed.change).phase is Phase.RESTORED, wish
