"""Vouchers in a router's own User Manager: written with their profile, let people in, revoked, mended, ended; its absence told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk
from msgspec.structs import replace

from netops import actions
from netops.actions import needs, vouchers
from netops.core.errors import Refused, Unsupported
from netops.core.model import Batch, RowOp, Tag, Verb
from netops.filing import Filed, find
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied

GATEWAY = "gw-kampus"
UM, USER, LINK = "/user-manager", "/user-manager/user", "/user-manager/user-profile"
SITE = (
    RowOp(verb=Verb.SET, path=UM, key={}, new={"enabled": "yes", "use-profiles": "yes"}),
    RowOp(verb=Verb.ADD, path=f"{UM}/router", key={"name": "lokal"},
          new={"name": "lokal", "address": "127.0.0.1", "shared-secret": "rahasia"}),
    RowOp(verb=Verb.ADD, path="/radius", key={}, new={"address": "127.0.0.1", "service": "hotspot", "secret": "rahasia"}),
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        sites = opened.root / "inventory/sites.yaml"
        head, tail = sites.read_text("utf-8").split("domain: acara.kampus.example\n")
        kept = "      vouchers: {backend: user-manager}\n"
        sites.write_text(f"{head}domain: acara.kampus.example\n{kept}{tail}", "utf-8")
        yield opened


def send(desk: Desk, *ops: RowOp) -> None:
    with desk.app.tools.open(GATEWAY) as driver:
        driver.apply(Batch(number=1, ops=ops), desk.app.secrets)


def gateway(desk: Desk) -> RouterOS:
    device = desk.campus.devices[GATEWAY]
    assert isinstance(device, RouterOS)
    return device


def rows(desk: Desk, path: str) -> list[dict[str, str]]:
    return desk.campus.call(lambda: [dict(row.values) for row in gateway(desk).machine.store.rows(path)])


def enter(desk: Desk, filed: Filed, mac: str, user: str, code: str) -> None:
    device, server = gateway(desk), Tag(filed.change).name
    desk.campus.call(lambda: device.hotspot.join(mac, server))
    desk.campus.call(lambda: device.hotspot.login(mac, user, code))


def applied(desk: Desk, access: str) -> tuple[Filed, dict[str, str]]:
    send(desk, *SITE)
    path = str(desk.request(people=4))
    actions.plan(desk.app, path)
    needs.edit(desk.app, path, {"access": access, "data_limit": "500MB", "time_limit": "1h"})
    actions.plan(desk.app, path)
    filed = find(desk.app, path)
    desk.approve(filed)
    actions.apply(desk.app, filed.change)
    return filed, {number: code.reveal() for number, code in desk.app.vault.codes(filed.change).items()}


@pytest.mark.parametrize("access", ["up", "vc"])
def test_user_manager_lets_a_voucher_in_until_it_is_revoked_or_the_event_ends(desk: Desk, access: str) -> None:
    filed, made = applied(desk, access)
    name, short = Tag(filed.change).name, filed.change.rpartition("-")[2].lower()
    user = {n: made[n] if access == "vc" else f"{short}-{n}" for n in made}
    assert {row["name"] for row in rows(desk, USER)} == set(user.values())
    (limit,) = rows(desk, f"{UM}/limitation")
    assert limit["transfer-limit"] == "500000000" and limit["uptime-limit"] == "1h"
    enter(desk, filed, "02:00:00:00:00:01", user["001"], made["001"])
    enter(desk, filed, "02:00:00:00:00:02", user["002"], made["002"])
    with pytest.raises(Denied):
        enter(desk, filed, "02:00:00:00:00:03", user["003"], "salahsalah")
    (found,) = vouchers.reconcile(desk.app, filed.change)
    assert found.clean and found.present == 4 and found.online == 2
    assert actions.apply(desk.app, filed.change) == "nothing"
    vouchers.revoke(desk.app, filed.change, "1", reason="slip hilang")
    with pytest.raises(Denied):
        enter(desk, filed, "02:00:00:00:00:01", user["001"], made["001"])
    send(desk, RowOp(verb=Verb.REMOVE, path=LINK, key={"user": user["003"], "profile": name}))
    assert vouchers.reconcile(desk.app, filed.change, fix=True)[0].mended == 1, "its profile is brought back"
    enter(desk, filed, "02:00:00:00:00:03", user["003"], made["003"])
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    for path in (USER, LINK, f"{UM}/profile", f"{UM}/limitation", f"{UM}/profile-limitation", "/ip/hotspot/cookie"):
        assert rows(desk, path) == [], path
    assert [row["name"] for row in rows(desk, f"{UM}/router")] == ["lokal"], "the site's own stays"
    for path_ in (desk.root / "var").rglob("*"):
        if path_.is_file():
            data = path_.read_bytes()
            assert not [code for code in made.values() if code.encode() in data], path_


def test_a_user_manager_that_is_off_is_refused_with_what_to_paste(desk: Desk) -> None:
    with pytest.raises(Refused, match="not ready") as caught:
        actions.plan(desk.app, str(desk.request(people=4)))
    assert caught.value.hint is not None and "/user-manager set enabled=yes use-profiles=yes" in caught.value.hint.en
    assert "/radius add service=hotspot" in caught.value.hint.en


def test_a_router_without_the_package_is_told_so(desk: Desk) -> None:
    machine = gateway(desk).machine
    menus = {path: menu for path, menu in machine.schema.menus.items() if not path.startswith(UM)}
    desk.campus.call(lambda: setattr(machine, "schema", replace(machine.schema, menus=menus)))
    with pytest.raises(Unsupported) as caught:
        actions.plan(desk.app, str(desk.request(people=4)))
    assert caught.value.hint is not None and "package of its own (user-manager)" in caught.value.hint.en
