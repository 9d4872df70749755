"""A person renames what grants access during the event: it ends all the same, and what stays is told, again and again."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from event_desk import Desk, open_desk
from librouteros import connect
from librouteros.api import Api

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.core.errors import NeedsPerson
from netops.core.model import Tag
from netops.core.secret import SecretRef

RENAMED = {"/ip/hotspot": "warung", "/ip/dhcp-server": "dhcp-x", "/ip/hotspot/user/profile": "up-x"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as desk:
        yield desk


def at_router(desk: Desk) -> Api:
    """As a person works at the router: over its API, past netops."""
    target = desk.app.fleet.target("gw-kampus")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    password = desk.app.secrets.get(SecretRef("device/gw-kampus")).reveal()
    port = int(target.options["api_tls_port"])
    return connect(target.host, target.username, password, port=port, ssl_wrapper=context.wrap_socket)


def rename(desk: Desk, change: str) -> None:
    with closing(at_router(desk)) as api:
        for menu, new in RENAMED.items():
            [row] = [row for row in api(f"{menu}/print") if row["name"] == Tag(change).name]
            tuple(api(f"{menu}/set", **{".id": row[".id"], "name": new}))


def servers(desk: Desk) -> dict[str, bool]:
    """Hotspot servers by name, and whether each lets people in."""
    with closing(at_router(desk)) as api:
        return {str(row["name"]): row.get("disabled") not in (True, "true") for row in api("/ip/hotspot/print")}


def test_the_end_closes_and_tells_what_stays(desk: Desk) -> None:
    change = desk.approved(people=3).change
    actions.apply(desk.app, change)
    rename(desk, change)
    assert servers(desk) == {"warung": True}
    ended = actions.end(desk.app, change, early=True)
    assert servers(desk) == {"warung": False}
    assert all(any(f"name={new}" in line for line in ended.leftovers) for new in RENAMED.values()), ended.leftovers
    assert "device.absent" not in [
        one.event.kind for one in desk.app.journal.read(change) if one.event.device == "gw-kampus"
    ]
    # Whoever looks again is told again; the interface, pool and profile under them are gone by now.
    again = actions.end(desk.app, change)
    assert all(any(f"name={new}" in line for line in again.leftovers) for new in RENAMED.values()), again.leftovers
    with closing(at_router(desk)) as api:
        for menu, new in RENAMED.items():
            [row] = [row for row in api(f"{menu}/print") if row["name"] == new]
            tuple(api(f"{menu}/remove", **{".id": row[".id"]}))
    assert actions.end(desk.app, change).leftovers == ()


def test_taking_back_does_not_call_it_restored(desk: Desk) -> None:
    change = desk.approved(people=3).change
    actions.apply(desk.app, change)
    rename(desk, change)
    with pytest.raises(NeedsPerson):
        actions.take_back(desk.app, change)
    assert views.state(desk.app, change).phase is Phase.QUARANTINED
