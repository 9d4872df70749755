"""A workspace without devices: requests live in it, are signed for by three keys, and a plan is recorded by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct

from netops import actions
from netops.actions.common import change_of
from netops.app import App
from netops.changes.lifecycle import Change, fold_all, held
from netops.core.canonical import dump
from netops.core.clock import ManualClock
from netops.core.model import FieldNeeds, Plan, Reservation
from netops.data_root import init_workspace
from netops.filing import Filed, find, record
from netops.practice import KEY, OFFICERS, SIGNER, mark
from netops.requests.example import example
from netops.settings import DEFAULT

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
"""12.00 WIB."""
KEYS = {"kepala": (KEY, SIGNER)} | {
    role: pair for role, pair in zip(("koordinator", "petugas-piket"), OFFICERS.items(), strict=True)
}


class LifeDesk(Struct, dict=True):
    root: Path
    app: App
    clock: ManualClock

    def file(
        self, ticket: str = "HD-1", *, hours: float = 1, people: int = 20, bandwidth: str = "10M", reason: str = ""
    ) -> Path:
        """A request file; the event begins in so many hours (and lasts for seven)."""
        text = example(
            self.clock.now() + timedelta(hours=hours),
            ticket=ticket,
            name="Wisuda",
            participants=people,
            bandwidth=bandwidth,
        )
        if reason:
            text = "\n".join(f"reason: {reason}" if line.startswith("reason:") else line for line in text.splitlines())
        path = self.root / f"{ticket}-{people}-{abs(hash(text)) % 10**9}.yaml"
        path.write_text(text, "utf-8")
        return path

    def filed(self, ticket: str = "HD-1", **wishes: object) -> Filed:
        return find(self.app, str(self.file(ticket, **wishes)))  # type: ignore[arg-type]  # the names are those of `file`

    def plan(self, filed: Filed, *resources: str) -> None:
        """Record a plan of no devices that reserves these resources."""
        now = self.clock.now()
        window = self.app.playbook(filed.request.service).window(filed.request.starts_at, filed.request.ends_at)
        reservations = tuple(
            Reservation(resource=resource, amount=1, starts_at=window[0], ends_at=window[1]) for resource in resources
        )
        needs = FieldNeeds(site="kampus", fields={})  # nothing that devices or vouchers would be needed for
        made = Plan(
            change=filed.change, service=filed.request.service, request=filed.digest, playbook="sha256:0", needs=needs,
            devices=(), reservations=reservations, made_at=now, expires_at=now + timedelta(days=7),
        )  # fmt: skip
        record(
            self.app, "plan.recorded", filed.change, plan=self.app.tools.body(made), request=filed.digest,
            expires_at=made.expires_at.isoformat(), reservations=dump(reservations),
        )  # fmt: skip

    def approve(self, filed: Filed, role: str = "kepala", **more: object) -> None:
        key, signer = KEYS[role]
        actions.decide(
            self.app,
            filed,
            decision="approve",
            role=role,
            approver=signer,
            key=self.root / key,
            **more,  # type: ignore[arg-type]  # as `decide` names them
        )

    def run(self, filed: Filed) -> None:
        """The log of an execution without devices."""
        plan = self.change(filed).plan
        record(self.app, "change.started", filed.change, plan=plan, request=filed.digest, accepted_no_guard=False)
        record(self.app, "change.active", filed.change)

    def change(self, filed: Filed) -> Change:
        return change_of(self.app, filed)

    def holds(self, but: str = "") -> set[str]:
        """What is reserved now, by anybody."""
        return {one.resource for one in held(fold_all(self.app.journal.read()).values(), self.clock.now(), but)}

    def kinds(self, filed: Filed) -> list[str]:
        return [recorded.event.kind for recorded in self.app.journal.read(filed.change)]


@contextmanager
def open_life_desk(root: Path) -> Iterator[LifeDesk]:
    init_workspace(root, settings=DEFAULT)
    mark(root, 9)
    clock = ManualClock(NOON)
    with App(root, clock=clock, actor="admin.jaringan") as app:
        yield LifeDesk(root, app, clock)
