"""The same change on netops' own way: observe, plan, journal, push, read back over a new connection, journal."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.fleet import rows
from netops.app import App
from netops.changes.execute import Order, Outcome, execute
from netops.changes.prepare import Share, device_plans
from netops.core.canonical import digest
from netops.core.model import Event, GuardKind, Needs, Plan, Tag

NEEDS = Needs(
    site="bench",
    vlan=1,
    subnet="10.99.0.0/16",
    ssid="",
    lease_seconds=3600,
    client_up=0,
    client_down=0,
    total_up=0,
    total_down=0,
    users=0,
    basis=(),
)


def main(workspace: Path, change: str, guarded: bool) -> int:
    with App(workspace) as app:
        tools = app.tools
        kinds = (GuardKind.DEVICE_TIMER, GuardKind.NONE) if guarded else (GuardKind.NONE,)
        share = Share(order=0, guards=kinds, checks=("configuration",))
        shares = {name: share for name in app.fleet.targets}
        text = template(change)
        parts = device_plans(tools, change, shares, lambda name, facts: (text, {}))
        made = app.clock.now()
        plan = Plan(
            change=change,
            service="bench",
            request=digest(b"bench"),
            playbook=digest(b"bench"),
            needs=NEEDS,
            devices=parts,
            reservations=(),
            made_at=made,
            expires_at=made + timedelta(hours=1),
            evidence=(),
        )
        digest_of_plan = tools.body(plan)
        recorded = {"plan": digest_of_plan, "request": plan.request, "reservations": []}
        recorded["expires_at"] = plan.expires_at.isoformat()
        tools.journal.append((Event(kind="plan.recorded", change=change, at=made, actor="bench", data=recorded),))
        order = Order(plan=plan, gate=_open, accept_no_guard=not guarded, digest=digest_of_plan)
        return 0 if execute(order, tools) is Outcome.DONE else 1


def template(change: str) -> str:
    words = (" ".join(f"{key}={value}" for key, value in row.items()) for row in rows(Tag(change).name))
    comment = Tag(change).comment
    return "/queue simple\n" + "".join(f"add {line} comment={comment}\n" for line in words)


def _open(now: datetime) -> None:
    """The benchmark's change is approved at all times; signatures are measured nowhere else either."""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], "guarded" in sys.argv[3:]))
