"""500 vouchers on one router, plan to verified, beside bare librouteros adding 500 users one by one; 2,000 printed."""

import sys
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import far
from benchmarks.far import LATENCY
from benchmarks.fleet import lab, read_hosts, session
from benchmarks.measure import BenchError, Line, Timing, interleaved, timed_call, timed_process
from benchmarks.push_netops import NEEDS, _open
from netops.app import App
from netops.changes.execute import Order, Outcome, execute
from netops.changes.prepare import Share, device_plans
from netops.core.canonical import digest
from netops.core.model import Event, Plan, Tag, Value

USERS = 500
SHEET = 2_000


def measure(folder: Path, rounds: int) -> list[Line]:
    with lab(folder, 1) as routers, App(folder) as app:
        (name,) = routers
        numbers = count(1)
        app.vault.create("warm-up", 1)

        def netops(_: int) -> Timing:
            change = f"bench-{next(numbers)}"
            timing = timed_call(lambda: _apply(app, name, change))
            _clear(routers[name])
            return timing

        def bare(_: int) -> Timing:
            timing = timed_call(lambda: _one_by_one(routers[name]))
            _clear(routers[name])
            return timing

        netops(0)
        found = interleaved({"netops": netops, "bare": bare}, max(rounds, 3))
        far_own, far_other = _far_away(folder, name, routers)
    own, other = found["netops"].wall, found["bare"].wall
    printed = timed_process([sys.executable, "-m", "benchmarks.vouchers", str(folder)], folder / "print.log")
    return [
        Line(
            what=f"{USERS} vouchers on one router: codes made, plan, journal, guard, push, read-back over a new line",
            measured=f"{own:.2f} s; bare librouteros one by one {other:.2f} s: {own / other:.1f} ×",
            promised="≤ 2 × bare",
            met=own <= 2 * other,
        ),
        Line(
            what=f"the same {USERS} with {LATENCY * 1000:.0f} ms to the router",
            measured=f"{far_own:.2f} s; bare librouteros one by one {far_other:.2f} s: {far_own / far_other:.2f} ×",
            promised="≤ 2 × bare",
            met=far_own <= 2 * far_other,
        ),
        Line(
            what=f"{SHEET:,} vouchers printed (A4, {SHEET:,} login QR codes), whole process",
            measured=f"{printed.wall:.2f} s wall, {printed.cpu:.2f} s CPU",
            promised="< 5 s",
            met=printed.wall < 5,
        ),
    ]


def _far_away(folder: Path, name: str, routers: dict[str, Any]) -> tuple[float, float]:
    """Seconds of netops and of bare librouteros behind the slow line, once each: latency varies little."""
    plain = read_hosts(folder)
    with far.slow(folder, {name: routers[name]["ports"]["api"]}) as (ports, _):
        far.point(folder, plain, ports)
        with App(folder) as app:
            own = timed_call(lambda: _apply(app, name, "bench-far"))
        _clear(routers[name])
        about = {**routers[name], "ports": {**routers[name]["ports"], "api": ports[name]}}
        other = timed_call(lambda: _one_by_one(about, clear=True))
        _clear(routers[name])
    return own.wall, other.wall


def _apply(app: App, name: str, change: str) -> None:
    tools, tag = app.tools, Tag(change)
    refs = app.vault.create(change, USERS)
    values: dict[str, Value] = {f"\ue000{n}\ue001": ref for n, ref in enumerate(refs)}
    text = "/ip hotspot user\n" + "".join(
        f"add name={change}-{n:03d} password=\ue000{n}\ue001 comment={tag.comment}\n" for n in range(USERS)
    )
    share = Share(order=0, checks=("configuration",))
    parts = device_plans(tools, change, {name: share}, lambda _, __: (text, values))
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
        expires_at=made.replace(year=made.year + 1),
        evidence=(),
    )
    body = tools.body(plan)
    recorded: dict[str, Any] = {"plan": body, "request": plan.request, "reservations": []}
    recorded["expires_at"] = plan.expires_at.isoformat()
    tools.journal.append((Event(kind="plan.recorded", change=change, at=made, actor="bench", data=recorded),))
    if execute(Order(plan=plan, gate=_open, digest=body), tools) is not Outcome.DONE:
        raise BenchError("nothing was applied")


def _one_by_one(device: dict[str, Any], *, clear: bool = False) -> None:
    api = session(device, clear)
    try:
        users = api.path("ip", "hotspot", "user")
        for n in range(USERS):
            users.add(name=f"bare-{n:03d}", password=f"kode{n:04d}", comment="netops:bench-bare")
    finally:
        api.close()


def _clear(device: dict[str, Any]) -> None:
    """Take the users away; their number proves that they were there."""
    api = session(device)
    try:
        users = api.path("ip", "hotspot", "user")
        ours = [row[".id"] for row in users.select(".id", "comment") if "netops:bench" in str(row.get("comment"))]
        if len(ours) != USERS:
            raise BenchError(f"{len(ours)} users, not {USERS}")
        users.remove(*ours)
    finally:
        api.close()


def main(folder: Path) -> int:
    """Print a sheet as `netops vouchers print` does: codes made and opened, facts laid out, typst, file."""
    from datetime import UTC, datetime

    from netops.actions.privacy import write_private
    from netops.papers.office import load_office
    from netops.papers.pdf import render_vouchers
    from netops.papers.vouchers import Slip, VoucherFacts

    at = datetime(2026, 11, 20, tzinfo=UTC)
    with App(folder) as app:
        app.vault.create("sheet", SHEET)
        codes = app.vault.codes("sheet").items()
        facts = VoucherFacts(
            office=load_office(Path(__file__).resolve().parent.parent / "inventory" / "office.yaml"),
            change="HD-2026-0117-3f9a1c",
            batch="vc-123-11.20.26-wisuda",
            event="Wisuda",
            ticket="HD-2026-0117",
            place="Aula Utama",
            ssid="Wisuda",
            login="3f9a1c.acara.kampus.example",
            until=at,
            devices=1,
            down=5_000_000,
            up=2_000_000,
            data_limit=0,
            time_limit=0,
            slips=tuple(Slip(number=n, user=f"3f9a1c-{n}", code=code.reveal()) for n, code in codes),
            at=at,
        )
        document = render_vouchers(facts, "id", "a4")
        app.vault.seal(document)
        write_private(folder / "sheet.pdf", document)
        app.vault.destroy("sheet")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
