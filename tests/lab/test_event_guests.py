"""Guests of a real event on the air: network, lease, code, use, cookie, a power failure, the end; over the whole campus."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.changes.execute import Outcome
from netops.core.model import Tag
from netops.core.secret import SecretRef
from netops.filing import Filed
from netops.lab.people import People
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied

T = TypeVar("T")
ONE, TWO, THREE = (People.mac(number) for number in range(3))
MEGABIT = 1_000_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def on(desk: Desk, work: Callable[[People], T]) -> T:
    return desk.campus.call(lambda: work(desk.campus.people))


def join(desk: Desk, mac: str) -> str:
    return on(desk, lambda people: people.join_ssid(mac, "Wisuda").server)


def online(desk: Desk, mac: str) -> bool:
    return on(desk, lambda people: people.online(mac))


def code(desk: Desk, filed: Filed, number: int) -> tuple[str, str]:
    """User and password of a voucher, as its slip of paper says."""
    password = desk.app.vault.get(SecretRef(f"voucher/{filed.change}/{number:03d}")).reveal()
    return f"{filed.change.rpartition('-')[2]}-{number:03d}", password


def router(desk: Desk, name: str) -> RouterOS:
    found = desk.campus.devices[name]
    assert isinstance(found, RouterOS)
    return found


@pytest.mark.parametrize(
    ("place", "gateway", "table"),
    [
        ("aula", "gw-kampus", "/interface/wifi/registration-table"),
        ("gedung-lama", "gw-lama", "/caps-man/registration-table"),
    ],
)
def test_a_guest_has_the_network_for_as_long_as_the_event(desk: Desk, place: str, gateway: str, table: str) -> None:
    with pytest.raises(Denied, match="no access point offers Wisuda"):
        join(desk, ONE)
    filed = desk.approved(place=place, people=4)
    assert actions.apply(desk.app, filed.change) is Outcome.DONE

    guest = on(desk, lambda people: people.join_ssid(ONE, "Wisuda"))
    assert (guest.router.name, guest.server) == (gateway, Tag(filed.change).name)
    user, password = code(desk, filed, 1)
    assert on(desk, lambda people: people.login(ONE, user, "salah")).said == "invalid username or password"
    assert on(desk, lambda people: people.login(ONE, user, password)).said == ""
    stations = on(desk, lambda _: [dict(row.marks) for row in router(desk, gateway).machine.rows(table)])
    assert [(row["ssid"], row["mac-address"]) for row in stations] == [("Wisuda", ONE)]
    queues = on(desk, lambda _: list(router(desk, gateway).machine.store.rows("/queue/simple")))
    (own,) = [row for row in queues if row.dynamic]
    assert own.get("parent") == Tag(filed.change).name, "the client's limit and the event's hold, whichever comes first"

    on(desk, lambda people: people.leave(ONE))
    join(desk, ONE)
    assert online(desk, ONE), "the cookie lets a guest back in"

    on(desk, lambda _: router(desk, gateway).reboot(proper=False))
    assert not online(desk, ONE)
    join(desk, TWO)
    assert on(desk, lambda people: people.login(TWO, *code(desk, filed, 2))).said == "", "users outlive a power failure"

    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    for mac in (ONE, TWO):
        assert not online(desk, mac)
        with pytest.raises(Denied, match="no access point offers Wisuda"):
            join(desk, mac)


def test_a_guest_on_a_cable_shares_the_network_of_those_on_the_air(desk: Desk) -> None:
    filed = desk.approved(people=4)
    actions.apply(desk.app, filed.change)
    join(desk, ONE)
    cabled = on(desk, lambda people: people.join_port(TWO, "sw-aula", "GigabitEthernet1/0/5"))
    assert cabled.server == Tag(filed.change).name
    with pytest.raises(Denied, match="no hotspot answers"):
        on(desk, lambda people: people.join_port(THREE, "sw-aula", "GigabitEthernet1/0/9"))
