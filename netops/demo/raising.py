"""A scene of its own: a unit's bandwidth is raised under three dispositions, and what it got is measured before and after."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

from netops import actions, views
from netops.actions import followup
from netops.actions.attaching import Sort
from netops.app import App
from netops.changes.execute import Outcome
from netops.changes.lifecycle import Phase
from netops.core.measured import Sample
from netops.core.text import Text
from netops.core.units import say_rate
from netops.demo.pictures import scan
from netops.demo.stage import Stage
from netops.filing import Filed, find
from netops.practice import CHAIN
from netops.requests.example import bandwidth_example

DEVICE, QUEUE = "gw-kampus", "FST"
ROLES = ("kepala-dinas", "kepala-bidang", "kepala-seksi")
SIGNED: tuple[Sort, ...] = ("laporan-tindak-lanjut", "surat-pemberitahuan", "formulir")
PAPERS = (
    Text("laporan tindak lanjut", "follow-up report"),
    Text("surat pemberitahuan", "notice"),
    Text("formulir", "form"),
)
SECONDS = 5.0
"""Between the two readings that a rate is made of."""


def asked(stage: Stage, app: App, root: Path) -> Filed:
    """Planned first: the queue that somebody made years ago is found and adopted; then signed by the whole chain."""
    stage.step("FST meminta bandwidth; tiga disposisi", "A faculty asks for bandwidth; three dispositions")
    path = root / "permohonan-bandwidth.yaml"
    starts = datetime.now(UTC).replace(second=0, microsecond=0)
    path.write_text(bandwidth_example(starts, ticket="PTIPD-2026-0301", link="FST", rate="10M/40M"), encoding="utf-8")
    plan = actions.plan(app, str(path))
    filed = find(app, str(path))
    stage.show(plan.devices[0].difference)
    for role, (key, signer) in zip(ROLES, CHAIN.items(), strict=True):
        actions.decide(app, filed, decision="approve", role=role, approver=signer, key=root / key)
    stage.check(
        len(plan.devices) == 1 and f"name={QUEUE}" in plan.devices[0].difference,
        Text("antrean lama diambil alih, bukan digandakan", "a queue that was there is adopted, not doubled"),
        Text(
            f"satu baris di {DEVICE}; hanya max-limit yang berubah", f"one row on {DEVICE}; only its max-limit changes"
        ),
    )
    return filed


def raised(stage: Stage, app: App, filed: Filed) -> None:
    """What the queue let through before and after, each from two readings over SNMP and the device's own clock."""
    stage.step(
        "Bandwidth dinaikkan dan diukur sebelum–sesudah", "The bandwidth is raised, and measured before and after"
    )
    before = rate(app)
    done = actions.apply(app, filed.change)
    after = rate(app)
    shown = f"{say_rate(before, stage.lang)} → {say_rate(after, stage.lang)}"
    stage.show(shown)
    stage.check(
        done is Outcome.DONE and after > before * 1.2 and actions.apply(app, filed.change) is Outcome.NOTHING,
        Text(f"laju unduh {QUEUE} naik: {shown}", f"{QUEUE} downloads faster: {shown}"),
        Text("penghitung SNMP antrean itu, dua bacaan sebelum dan sesudah", "its queue's SNMP counters, read twice before and after"),
    )  # fmt: skip
    state = views.state(app, filed.change)
    stage.check(
        not state.finished and bool(state.commitments),
        Text("komitmen tercatat dalam daftar ketersediaan bandwidth", "it stands in the list of available bandwidth"),
        Text("tetap berlaku, menunggu dokumen kembali", "in force; its papers have yet to come back"),
    )


def told(stage: Stage, app: App, filed: Filed, root: Path) -> None:
    """Report to the office, notice to the requester and the filled form; signed, they come back: finished, and in force."""
    stage.step("Laporan tindak lanjut, surat dan formulir", "Follow-up report, notice and form")
    for name, path in zip(PAPERS, followup.followup(app, filed.change, lang=stage.lang), strict=True):
        stage.keep(name.id, name.en, path)
        stage.show(path.name)
    paper = root / "laporan-ditandatangani.png"
    paper.write_bytes(scan())
    for sort in SIGNED:
        actions.attach(app, filed.change, sort, paper)
    state = views.state(app, filed.change)
    stage.check(
        state.finished and not actions.missing(state) and state.phase is Phase.ACTIVE,
        Text("penambahan bandwidth selesai, tetap berlaku", "the change of bandwidth is finished, and in force"),
        Text("tiga dokumen kembali bertanda tangan", "three papers came back signed"),
    )


def rate(app: App) -> int:
    """bit/s that the queue lets down now: the larger of its two counters."""
    first = _reading(app)
    Flag().wait(SECONDS)
    second = _reading(app)
    centiseconds = second.uptime - first.uptime
    return max((b - a) * 800 // centiseconds for a, b in zip(_octets(first), _octets(second), strict=True))


def _reading(app: App) -> Sample:
    found = app.poller.sample([app.fleet.target(DEVICE)], app.clock.now())[DEVICE]
    if isinstance(found, Exception):
        raise found
    return found


def _octets(sample: Sample) -> tuple[int, int]:
    return next((one.in_octets, one.out_octets) for one in sample.queues if one.name == QUEUE)
