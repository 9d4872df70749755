"""A running event goes on for longer, over the lab's sockets: the device's own END timer moves with it, or a person is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.actions import extending, lasting
from netops.actions.common import change_of
from netops.core.errors import NeedsPerson, TimedOut
from netops.core.text import Text
from netops.drivers.routeros import RouterOSDriver
from netops.filing import Filed
from netops.practice import KEY, SIGNER
from netops.requests.common import ZONES


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "w") as found:
        yield found


def wished(filed: Filed, hours: float) -> str:
    assert filed.request.ends_at is not None
    local = (filed.request.ends_at + timedelta(hours=hours)).astimezone(ZONES[filed.request.zone])
    return f"{local:%Y-%m-%d %H:%M}"


def sign(desk: Desk, filed: Filed, until: str) -> None:
    wanted = extending.extension_to_sign(desk.app, filed, until)
    actions.decide(
        desk.app, filed, decision="approve", role="kepala", approver=SIGNER, key=desk.root / KEY,
        about=lasting.extension_matter(wanted),
    )  # fmt: skip


def test_a_signed_extension_moves_the_timer_on_the_device_and_a_short_one_need_not(desk: Desk) -> None:
    filed = desk.approved()
    actions.apply(desk.app, filed.change)
    before = change_of(desk.app, filed).device("gw-kampus").end_guard
    assert before is not None
    extending.extend(desk.app, filed.change, wished(filed, 0.5))
    assert change_of(desk.app, filed).device("gw-kampus").end_guard == before, "it closes after the tolerance anyway"
    sign(desk, filed, wished(filed, 3))
    done = extending.extend(desk.app, filed.change, wished(filed, 3))
    after = change_of(desk.app, filed).device("gw-kampus").end_guard
    assert done.signed and after is not None and abs(after.fires_at - done.until) < timedelta(seconds=90)
    assert lasting.closes_at(desk.app, filed) == done.until
    ended = actions.end(desk.app, filed.change, early=True)
    assert ended.leftovers == ()


def test_where_the_device_cannot_be_told_the_extension_stands_and_a_person_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed = desk.approved()
    actions.apply(desk.app, filed.change)
    sign(desk, filed, wished(filed, 3))

    def unreachable(*_: object) -> None:
        raise NeedsPerson(Text("tidak terjangkau", "unreachable"))

    with monkeypatch.context() as patch:
        patch.setattr(extending, "arm_later", unreachable)
        for _ in range(2):
            with pytest.raises(NeedsPerson, match="gw-kampus still closes access at the old time") as caught:
                extending.extend(desk.app, filed.change, wished(filed, 3))
    assert caught.value.exit_code == 6 and caught.value.hint is not None
    until = change_of(desk.app, filed).extended_until
    assert until is not None

    # The same command again tells the device, and neither records nor mails anything new about the extension.
    before = desk.kinds(filed.change)
    assert extending.extend(desk.app, filed.change, wished(filed, 3)).signed
    new = desk.kinds(filed.change)[len(before) :]
    guard = change_of(desk.app, filed).device("gw-kampus").end_guard
    assert new == ["guard.intent", "guard.armed"]
    assert guard is not None and abs(guard.fires_at - until) < timedelta(seconds=90)
    extending.extend(desk.app, filed.change, wished(filed, 3))
    assert desk.kinds(filed.change) == [*before, *new], "nothing is left to tell"


def test_a_timer_that_was_announced_and_never_seen_is_armed_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = desk.approved()
    actions.apply(desk.app, filed.change)
    sign(desk, filed, wished(filed, 3))
    arm = RouterOSDriver.arm

    def broken(*_: object) -> None:
        raise TimedOut(Text("putus", "broken"), device="gw-kampus", step="guard", may_have_written=True)

    monkeypatch.setattr(RouterOSDriver, "arm", broken)
    with pytest.raises(NeedsPerson):
        extending.extend(desk.app, filed.change, wished(filed, 3))
    monkeypatch.setattr(RouterOSDriver, "arm", arm)
    assert not change_of(desk.app, filed).device("gw-kampus").end_armed
    extending.extend(desk.app, filed.change, wished(filed, 3))
    assert change_of(desk.app, filed).device("gw-kampus").end_armed
