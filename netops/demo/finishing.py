"""Last scenes: the end with proof of absence, signed papers back, *selesai*, the log verified and published."""

from pathlib import Path

from netops import actions, views
from netops.actions import auditing, publishing
from netops.app import App
from netops.core.errors import Refused
from netops.core.text import Text
from netops.demo.pictures import photo, scan
from netops.demo.running import online
from netops.demo.stage import Stage, configuration
from netops.filing import Filed
from netops.lab.campus import Campus
from netops.lab.routeros.hotspot import Denied


def ended(stage: Stage, app: App, campus: Campus, filed: Filed, ssid: str, before: dict[str, bytes]) -> None:
    """Access closes first, exactly our rows go, and their absence is proven. Earlier than asked for: nobody waits here."""
    stage.step(
        "Kegiatan diakhiri (lebih awal: peragaan tidak menunggu)", "The event is ended (early: a demo does not wait)"
    )
    done = actions.end(app, filed.change, early=True)
    try:
        campus.call(lambda: campus.people.join_ssid(campus.people.mac(1), ssid))
        back = True
    except Denied:
        back = False
    stage.check(
        online(campus) == 0 and not back,
        Text("akses tertutup: tidak ada sesi, tamu tidak dapat kembali", "access is closed: no session, no way back"),
        Text("sesi dihitung; satu tamu mencoba lagi", "sessions counted; one guest tried again"),
    )
    change = views.state(app, filed.change)
    stage.check(
        not done.leftovers and all(device.absent for device in change.devices.values()),
        Text("tidak ada yang tertinggal di perangkat", "nothing is left on any device"),
        Text("tanda kepemilikan dicari di semua menu terkait", "our tag was looked for in every menu concerned"),
    )
    stage.check(
        configuration(app) == before,
        Text("perangkat sama seperti sebelum kegiatan", "devices are as they were before the event"),
        Text("konfigurasi sesudah = sebelum, baris demi baris", "configuration after = before, row by row"),
    )


def returned(stage: Stage, app: App, filed: Filed, root: Path) -> None:
    """The signed BAST and a photo come back; only then is the change finished."""
    stage.step("BAST bertanda tangan dan foto dilampirkan: selesai", "Signed BAST and photo attached: finished")
    stage.show("\n".join(one.to(stage.lang) for one in actions.missing(views.state(app, filed.change))))
    paper, picture = root / "bast-ditandatangani.png", root / "foto-acara.png"
    paper.write_bytes(scan())
    picture.write_bytes(photo(2))
    try:
        actions.attach(app, filed.change, "bast", paper, code="AAAA-BBBB-CCCC")
        refused = False
    except Refused:
        refused = True
    codes = [
        str(one.event.data["code"])
        for one in app.journal.read(filed.change)
        if one.event.kind == "paper.written" and one.event.data["paper"] == "bast"
    ]
    actions.attach(app, filed.change, "bast", paper, code=codes[-1])
    actions.attach(app, filed.change, "foto", picture)
    change = views.state(app, filed.change)
    stage.check(
        refused and change.finished and not actions.missing(change),
        Text("perubahan selesai", "the change is finished"),
        Text(
            "langkah, BAST dan foto lengkap; kode BAST yang salah ditolak",
            "steps, BAST and photo are there; a wrong code was refused",
        ),
    )


def recorded(stage: Stage, app: App) -> None:
    stage.step("Catatan perubahan dihitung ulang dan diterbitkan", "The change log is recomputed and published")
    verified = views.verify_log(app)
    stage.check(
        verified.size > 0,
        Text(f"catatan utuh: {verified.size} entri", f"the log is whole: {verified.size} entries"),
        Text("`netops log verify`: tiap entri, tiap isi, akar pohon", "`netops log verify`: each entry, body, root"),
    )
    done = publishing.publish(app)
    found = auditing.verify_folder(done.folder, auditing.read_key(done.key))
    stage.check(
        found.trusted and found.head.size == done.head.size,
        Text(f"catatan terbit, kode {done.head.short}", f"the log is published, code {done.head.short}"),
        Text(
            "berkas terbitan dihitung ulang tanpa ruang kerja ini",
            "the published files are recomputed without this workspace",
        ),
    )
