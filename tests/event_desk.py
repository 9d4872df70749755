"""A workspace over a running campus, as an admin has it: shared by the tests that go the whole way over sockets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from netops import actions
from netops.actions.deciding import Matter
from netops.app import App
from netops.core.clock import Clock, ManualClock, SystemClock
from netops.core.model import Needs, Plan
from netops.data_root import init_workspace
from netops.demo import configuration, lab_workspace
from netops.filing import Filed, find
from netops.lab.campus import Campus
from netops.lab.routeros.device import RouterOS
from netops.practice import CHAIN, KEY, SIGNER
from netops.requests.example import bandwidth_example, example
from netops.settings import DEFAULT


class Desk(Struct):
    """`app` acts as an admin who is neither requester nor approver."""

    root: Path
    app: App
    campus: Campus

    def request(self, ticket: str = "HD-1", *, place: str = "aula", bandwidth: str = "20M/50M", people: int = 20,
                starts: datetime | None = None, name: str = "Wisuda") -> Path:  # fmt: skip
        begins = starts or (self.app.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1))
        path = self.root / f"{ticket}.yaml"
        text = example(begins, ticket=ticket, name=name, place=place, bandwidth=bandwidth, participants=people)
        path.write_text(text.replace("indoor", "outdoor") if place == "lapangan" else text, encoding="utf-8")
        return path

    def approved(self, ticket: str = "HD-1", **wishes: object) -> Filed:
        """A request that was planned and approved."""
        path = self.request(ticket, **wishes)  # type: ignore[arg-type]  # the names are those of `request`
        actions.plan(self.app, str(path))
        filed = find(self.app, str(path))
        self.approve(filed)
        return filed

    def approve(self, filed: Filed) -> None:
        actions.decide(self.app, filed, decision="approve", role="kepala", approver=SIGNER, key=self.root / KEY)

    def bandwidth(self, ticket: str = "HD-B1", *, starts: datetime | None = None, **wishes: Any) -> Path:
        """A request for a unit's bandwidth that begins now unless it says when; wishes are those of the example."""
        path = self.root / f"{ticket}.yaml"
        begins = starts or self.app.clock.now().replace(second=0, microsecond=0)
        path.write_text(bandwidth_example(begins, ticket=ticket, **wishes), encoding="utf-8")
        return path

    def raised(self, ticket: str = "HD-B1", **wishes: Any) -> Filed:
        """A change of bandwidth that was planned and that the whole chain has signed."""
        path = self.bandwidth(ticket, **wishes)
        actions.plan(self.app, str(path))
        filed = find(self.app, str(path))
        self.approve_chain(filed)
        return filed

    def approve_chain(self, filed: Filed, about: Matter | None = None) -> None:
        """Head of office, of division, of section; of the request, or of what is said beside it."""
        roles = ("kepala-dinas", "kepala-bidang", "kepala-seksi")
        for role, (key, signer) in zip(roles, CHAIN.items(), strict=True):
            actions.decide(
                self.app, filed, decision="approve", role=role, approver=signer, key=self.root / key, about=about
            )

    def configuration(self) -> dict[str, bytes]:
        return configuration(self.app)

    def kinds(self, change: str) -> list[str]:
        return [recorded.event.kind for recorded in self.app.journal.read(change)]


def event_needs(plan: Plan) -> Needs:
    """What an event's plan needs: not the fields of a site's own service."""
    assert isinstance(plan.needs, Needs)
    return plan.needs


@contextmanager
def open_desk(root: Path, clock: Clock | None = None) -> Iterator[Desk]:
    """An initialised workspace whose inventory points at a campus of its own."""
    init_workspace(root, settings=DEFAULT)
    with (
        lab_workspace(root) as campus,
        App(root, clock=clock or SystemClock(), actor="admin.jaringan", lease_seconds=5.0) as app,
    ):
        yield Desk(root, app, campus)


def close_by_itself(desk: Desk, name: str, *, reboot: bool = False) -> None:
    """A RouterOS device fires its one timer early: its clock stands at that moment for as long as it takes."""
    device = desk.campus.devices[name]
    assert isinstance(device, RouterOS)

    def due() -> None:
        device.scheduler.tick()
        (row,) = device.machine.store.rows("/system/scheduler")
        right = device.machine.clock
        late = ManualClock(device.scheduler.due or right.now())
        device.machine.clock = late
        device.scheduler.tick()
        assert not row.enabled, "the script ran"
        device.machine.clock = right
        if reboot:
            device.reboot()

    desk.campus.call(due)
