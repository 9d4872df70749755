"""The RouterOS driver and platform against the campus: an event comes, holds, is taken back and ends, over TLS."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from netops.core.canonical import digest_of
from netops.core.errors import CommandRefused, LoginRefused, UnknownIdentity
from netops.core.model import (
    Batch,
    GuardState,
    RowOp,
    Rows,
    Verb,
)
from netops.platforms.routeros import PLATFORM
from netops.platforms.routeros.operations import invert
from netops.platforms.routeros.parse import parse

if TYPE_CHECKING:
    from netops.lab.campus import Campus

from routeros_site import GATEWAYS, NAME, TAG, Site, configured, observe, ops_for, revert_guard, send


@pytest.fixture(params=GATEWAYS)
def site(request: pytest.FixtureRequest, fresh_campus: "Campus") -> Iterator[Site]:
    found: Any = fresh_campus.describe()["devices"]
    yield Site(found[request.param])


def test_an_event_comes_once_and_goes_without_a_trace(site: Site) -> None:
    want = site.want()
    before = observe(site, want)
    base = digest_of(PLATFORM.touched(before, want, TAG))
    ops = ops_for(site, want)
    assert len(ops) == 40
    assert digest_of(PLATFORM.touched(observe(site, want), want, TAG)) == base
    send(site, ops)
    after = observe(site, want)
    assert PLATFORM.show(PLATFORM.diff(after, want, TAG)) == ""
    assert not any("kode-" in str(row.values) for row in after.rows)
    assert len(PLATFORM.owned(after, TAG)) >= 40
    closing = tuple(op for op in PLATFORM.close(after, TAG) if isinstance(op, RowOp))
    send(site, closing)
    closed = observe(site, want)
    assert PLATFORM.close(closed, TAG) == ()
    way = PLATFORM.restore(closed, ops, TAG)
    assert way.conflicts == ()
    send(site, tuple(op for op in way.ops if isinstance(op, RowOp)))
    ended = observe(site, want)
    assert PLATFORM.owned(ended, TAG) == ()
    assert configured(ended) == configured(before)


def test_the_inverse_takes_everything_back(site: Site) -> None:
    want = site.want(users=3)
    before = observe(site, want)
    ops = ops_for(site, want)
    send(site, ops)
    send(site, invert(ops))
    assert configured(observe(site, want)) == configured(before)


def test_a_confirmed_guard_lets_the_change_stay(site: Site) -> None:
    want = site.want(users=2)
    ops = ops_for(site, want)
    handle, _ = revert_guard(site, ops, seconds=300)
    send(site, ops)
    with site.open() as driver:
        driver.confirm(handle)
        assert driver.guard_state(handle) is GuardState.ABSENT
    assert PLATFORM.diff(observe(site, want), want, TAG) == ()


def test_an_adopted_queue_is_raised_and_lowered(site: Site) -> None:
    with site.open() as driver:
        seen = driver.observe(PLATFORM.used_scope())
    assert isinstance(seen, Rows)
    queue = next(row for row in seen.rows if row.menu == "/queue/simple" and row.values.get("dynamic") != "true")
    want = parse(f'/queue simple set [ find name="{queue.values["name"]}" ] max-limit=33M/44M\n', {})
    ops = ops_for(site, want)
    send(site, ops)
    assert ops_for(site, want) == ()
    raised = observe(site, want)
    way = PLATFORM.restore(raised, ops, TAG)
    send(site, tuple(op for op in way.ops if isinstance(op, RowOp)))
    again = next(row for row in observe(site, want).rows if row.values.get("name") == queue.values["name"])
    assert again.values["max-limit"] == queue.values["max-limit"]


def test_an_element_joins_and_leaves_a_shared_list(site: Site) -> None:
    seen = observe(site, site.want(users=1))
    vlans = [row for row in seen.rows if row.menu == "/interface/bridge/vlan" and row.values.get("dynamic") != "true"]
    ids = vlans[0].values["vlan-ids"]
    want = parse(f"/interface bridge vlan set [ find bridge=bridge-lan vlan-ids={ids} ] tagged=ether1\n", {})
    before = observe(site, want)
    [op] = ops_for(site, want)
    assert op.verb is Verb.JOIN
    send(site, (op,))
    assert ops_for(site, want) == ()
    send(site, invert((op,)))
    assert configured(observe(site, want)) == configured(before)


def test_a_refused_operation_is_named_and_the_rest_was_answered(site: Site) -> None:
    path = "/ip/pool"
    new = {"name": NAME, "ranges": "10.99.0.2-10.99.0.9"}
    bad = RowOp(
        verb=Verb.ADD,
        path="/ip/address",
        key={"address": "10.99.0.1/24"},
        new={"address": "10.99.0.1/24", "interface": "none-such"},
    )
    good = RowOp(verb=Verb.ADD, path=path, key={"name": NAME}, new=new)
    with site.open() as driver, pytest.raises(CommandRefused) as caught:
        driver.apply(Batch(number=1, ops=(bad, good)), site.secrets)
    assert (caught.value.op, caught.value.may_have_written) == (0, True)
    assert "interface" in caught.value.reply
    with site.open() as driver:
        driver.apply(Batch(number=2, ops=invert((good,))), site.secrets)


def test_the_campus_is_who_it_says_and_so_are_we(site: Site) -> None:
    with pytest.raises(UnknownIdentity), site.open(tls_fingerprint="sha256:" + "00" * 32):
        pass
    site.secrets.password = "wrong-one"
    with pytest.raises(LoginRefused) as caught, site.open():
        pass
    assert "wrong-one" not in caught.value.describe("id")


def test_facts_findings_backup_and_what_is_taken(site: Site) -> None:
    with site.open() as driver:
        facts = driver.facts
        findings = driver.preflight()
        backup = driver.capture().decode()
        used = PLATFORM.used(driver.observe(PLATFORM.used_scope()))
    assert facts.version.startswith(("7.16", "6.49")) and "scheduler" in facts.features
    assert "version" in {one.about for one in findings}
    time.sleep(1.1)
    with site.open() as driver:
        assert driver.capture().decode() == backup, "a backup holds nothing that moves by itself"
    assert "bridge-lan" in backup and site.secrets.password not in backup
    assert used.vlans and any(net.startswith("10.") for net in used.subnets)
