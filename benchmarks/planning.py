"""Planning an event beside 200 other reservations: the whole command on a lab, and what of it is not waiting for devices."""

from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.measure import BenchError, Line, median, timed_call
from netops import actions
from netops.actions.scene import prospects, scene, with_recorded
from netops.app import App
from netops.changes.lines import Lines
from netops.core.canonical import canonical, dump
from netops.core.model import Needs, Reservation
from netops.data_root import init_workspace
from netops.demo import lab_workspace
from netops.filing import find, record
from netops.requests.common import canonical_json, change_id, request_digest
from netops.requests.event_hotspot import EventHotspot
from netops.requests.example import example
from netops.requests.load import read_document, validate
from netops.settings import DEFAULT

OTHERS = 200
PROMISED = 1.0


def measure(folder: Path, rounds: int) -> list[Line]:
    init_workspace(folder / "kampus", settings=DEFAULT)
    with lab_workspace(folder / "kampus"), App(folder / "kampus", actor="bench") as app:
        begins = app.clock.now().replace(second=0, microsecond=0) + timedelta(days=2)
        for number in range(OTHERS):
            _reserve(app, number, begins)
        return [
            _planned(app, folder, begins, place, devices, rounds)
            for place, devices in (
                ("gedung-lama", "a gateway and an access point"),
                ("aula", "four devices on the way"),
            )
        ]


def _planned(app: App, folder: Path, begins: datetime, place: str, devices: str, rounds: int) -> Line:
    path = folder / f"{place}.yaml"
    path.write_text(example(begins, ticket=f"HD-{place}", place=place, participants=200), encoding="utf-8")
    ref = str(path)
    whole = median([timed_call(lambda: actions.plan(app, ref)) for _ in range(max(rounds, 3))])
    filed = find(app, ref)
    request = filed.request
    made = actions.plan(app, ref)
    if not isinstance(request, EventHotspot) or not isinstance(made.needs, Needs):
        raise BenchError("no event was planned")
    needs = made.needs

    def ours() -> None:
        with Lines(app.tools) as lines:
            at = scene(app, filed, lines)
            with_recorded(app, filed, at, needs)
        if not prospects(app, filed, request, at, needs).lines:
            raise BenchError("nothing was computed")

    own = median([timed_call(ours) for _ in range(max(rounds, 3))])
    return Line(
        what=f"an event planned beside {OTHERS} other reservations, {place}: {devices}",
        measured=f"{whole.wall:.2f} s ({whole.cpu:.2f} s CPU, the lab's included); log, way, sizing and conflicts {own.wall:.2f} s",
        promised=f"< {PROMISED:.0f} s",
        met=whole.wall < PROMISED,
    )


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
