"""Planning an event beside 200 other reservations: `netops plan` as a whole process, and what of it is not waiting for devices."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.measure import BenchError, Line, median, timed_call, timed_process
from netops import actions
from netops.actions.scene import prospects, scene, with_recorded
from netops.app import App
from netops.changes.lines import Lines
from netops.cli.output import EXIT_CHANGES
from netops.core.canonical import canonical, dump
from netops.core.model import Needs, Reservation
from netops.data_root import init_workspace
from netops.filing import find, record
from netops.lab import process
from netops.practice import point_at
from netops.requests.common import canonical_json, change_id, request_digest
from netops.requests.event_hotspot import EventHotspot
from netops.requests.example import example
from netops.requests.load import read_document, validate
from netops.settings import DEFAULT

OTHERS = 200
PROMISED = 1.0


def measure(folder: Path, rounds: int) -> list[Line]:
    init_workspace(folder / "kampus", settings=DEFAULT)
    lab = folder / "lab"
    running = process.start(lab)
    try:
        point_at(folder / "kampus", lab / "inventory", lab / "secrets.json", running.description["mail"]["port"])
        with App(folder / "kampus", actor="bench") as app:
            begins = app.clock.now().replace(second=0, microsecond=0) + timedelta(days=2)
            for number in range(OTHERS):
                _reserve(app, number, begins)
        return [
            _planned(folder, begins, place, devices, max(rounds, 3))
            for place, devices in (
                ("gedung-lama", "a gateway and an access point"),
                ("aula", "gateway, two switches, access point"),
            )
        ]
    finally:
        process.stop(lab)


def _planned(folder: Path, begins: datetime, place: str, devices: str, rounds: int) -> Line:
    root, path = folder / "kampus", folder / f"{place}.yaml"
    path.write_text(example(begins, ticket=f"HD-{place}", place=place, participants=200), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("netops")), "-C", str(root), "plan", str(path)]
    cold = [timed_process(command, folder / "run.log", code=EXIT_CHANGES) for _ in range(rounds + 1)]
    whole = median(cold[1:])  # the first round leaves its bytecode
    with App(root, actor="bench") as app:
        warm = median([timed_call(lambda: actions.plan(app, str(path))) for _ in range(rounds + 1)][1:])
        needs = actions.plan(app, str(path)).needs
        if not isinstance(needs, Needs):
            raise BenchError("no event was planned")
        own = median([timed_call(lambda: _ours(app, path, needs)) for _ in range(rounds)])
    return Line(
        what=f"an event planned beside {OTHERS} other reservations, {place}: {devices}",
        measured=f"{whole.wall:.2f} s, {whole.cpu:.2f} s of it our CPU, as a whole process; {warm.wall:.2f} s and "
        f"{warm.cpu:.2f} s in one that runs already; log, way, sizing and conflicts {own.wall:.2f} s",
        promised=f"< {PROMISED:.0f} s",
        met=whole.wall < PROMISED,
    )


def _ours(app: App, path: Path, needs: Needs) -> None:
    """All that is computed of it; no device is asked."""
    filed = find(app, str(path))
    with Lines(app.tools) as lines:
        at = scene(app, filed, lines)
        with_recorded(app, filed, at, needs)
    if not isinstance(filed.request, EventHotspot) or not prospects(app, filed, filed.request, at, needs).lines:
        raise BenchError("nothing was computed")


def _reserve(app: App, number: int, begins: datetime) -> None:
    """A planned event in the log: twenty at a time, ten days side by side, as many as the site has VLANs for."""
    starts = begins + timedelta(days=(number // 10 - 5) * 1, hours=number % 10)
    text = example(starts, ticket=f"HD-{number}", place="lapangan", participants=50).replace("indoor", "outdoor")
    request = validate(EventHotspot, read_document(text.encode(), name="bench.yaml"))
    digest = app.objects.put(canonical(canonical_json(request)))
    change, ends = change_id(request), starts + timedelta(hours=7)
    held = [
        Reservation(resource=name, amount=amount, starts_at=starts - timedelta(days=1), ends_at=ends)
        for name, amount in (
            (f"vlan:kampus:{210 + number % 19}", 1),
            (f"subnet:kampus:10.90.{number}.0/24", 1),
            ("uplink:kampus/ISP-A:down", 1_000_000),
            ("uplink:kampus/ISP-A:up", 1_000_000),
        )
    ]
    record(app, "request.received", change, request=digest, service="event-hotspot", ticket=f"HD-{number}", source="b")
    record(
        app, "plan.recorded", change, plan=digest, request=request_digest(request), reservations=dump(held),
        expires_at=(ends + timedelta(days=1)).isoformat(), papers=[], manual=[],
    )  # fmt: skip
