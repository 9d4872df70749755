"""`netops demo --faults`: the link to the gateway is cut in the middle of a change, and it ends well; nothing is assumed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from netops import actions, views
from netops.app import App
from netops.changes.lifecycle import Phase
from netops.core.errors import Restored
from netops.core.text import Lang, Text
from netops.demo import Stage, configuration, lab_workspace, prepare_folder
from netops.filing import find
from netops.lab.campus import Campus
from netops.practice import KEY, SIGNER
from netops.requests.example import example

WRITE = 14
"""The write of the gateway at which the link breaks: its timer is armed by then, and half of the change is there."""


def run(out: Path, lang: Lang, echo: Callable[[str], None], progress: Callable[[str, str], None]) -> None:
    """Raises whatever fails; nothing of the lab outlives it."""
    stage = Stage(lang, echo)
    root = prepare_folder(out)
    stage.step("Kampus tiruan dinyalakan di 127.0.0.1", "A simulated campus starts on 127.0.0.1")
    with lab_workspace(root) as campus, App(root, actor="admin.jaringan", say=progress) as app:
        path = root / "permohonan.yaml"
        starts = app.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
        path.write_text(example(starts, participants=10), encoding="utf-8")
        before = configuration(app)
        stage.step("Rencana dibuat dan disetujui", "A plan is made and approved")
        actions.plan(app, str(path))
        filed = find(app, str(path))
        actions.decide(app, filed, decision="approve", role="kepala", approver=SIGNER, key=root / KEY)
        _cut(stage, app, campus, filed.change, before)
        stage.step("Setelah sambungan pulih, dijalankan lagi", "The link is back; applied again")
        actions.apply(app, filed.change)
        stage.check(
            views.state(app, filed.change).phase is Phase.ACTIVE,
            Text("kegiatan berjalan", "the event runs"),
            Text("terbukti lewat koneksi baru dan SNMP", "proven over a new connection and by SNMP"),
        )
        stage.step("Kegiatan diakhiri", "The event is ended")
        actions.end(app, filed.change, early=True)
        stage.check(
            configuration(app) == before,
            Text("perangkat sama seperti sebelum kegiatan", "devices are as they were before the event"),
            Text("konfigurasi sesudah = sebelum, baris demi baris", "configuration after = before, row by row"),
        )
        size = views.verify_log(app).size
        stage.check(
            size > 0,
            Text(f"catatan utuh: {size} entri", f"the log is whole: {size} entries"),
            Text("tiap entri, tiap isi, akar pohon", "each entry, body, root"),
        )


def _cut(stage: Stage, app: App, campus: Campus, change: str, before: dict[str, bytes]) -> None:
    stage.step(
        f"Sambungan ke gw-kampus putus di tengah: pada penulisan ke-{WRITE}",
        f"The link to gw-kampus is cut in the middle: at write {WRITE}",
    )
    mishaps = campus.devices["gw-kampus"].mishaps
    campus.call(lambda: mishaps.wish({"cut": {str(WRITE): "within"}}))
    try:
        actions.apply(app, change)
        told = ""
    except Restored as restored:
        told = restored.message.to(stage.lang)
    finally:
        campus.call(mishaps.clear)
    stage.show(told)
    kinds = [recorded.event.kind for recorded in app.journal.read(change)]
    stage.check(
        "batch.failed" in kinds and "device.restored" in kinds,
        Text("catatan: batch yang putus, lalu pemulihan", "the log: the batch that was cut, then the restoration"),
        Text(
            f"{kinds.count('batch.intent')} niat tercatat lebih dulu",
            f"{kinds.count('batch.intent')} intents logged first",
        ),
    )
    stage.check(
        bool(told) and configuration(app) == before,
        Text("tidak ada perangkat yang tertinggal setengah jadi", "no device is left half-done"),
        Text("konfigurasi sesudah = sebelum, baris demi baris", "configuration after = before, row by row"),
    )
