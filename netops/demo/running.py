"""Middle scenes: applied, measured, vouchers printed, guests on the air, the handover, an extension, a failure restored."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from netops import actions, views
from netops.actions import extending, lasting, vouchers
from netops.app import App
from netops.changes.execute import Outcome
from netops.changes.lifecycle import Phase
from netops.core.canonical import load, parse_json
from netops.core.errors import OutOfBounds, Restored
from netops.core.measured import Sample
from netops.core.model import Needs, Tag
from netops.core.secret import SecretRef
from netops.core.text import Text
from netops.demo.asking import GUESTS, OFFICER
from netops.demo.stage import Stage, configuration, inject_refusal, router, signed
from netops.filing import Filed, find
from netops.lab.campus import Campus
from netops.requests.common import ZONES
from netops.requests.example import example

WALKERS = 3


def applied(stage: Stage, app: App, filed: Filed) -> None:
    """Under guard, read back over a new connection, sampled by SNMP."""
    stage.step("Rencana dijalankan dengan pengaman", "The plan is applied under guard")
    actions.apply(app, filed.change)
    change = views.state(app, filed.change)
    stage.check(
        change.phase is Phase.ACTIVE and all(device.verified for device in change.devices.values()),
        Text(f"{GUESTS} voucher dan jaringannya terbukti", f"{GUESTS} vouchers and their network are proven"),
        Text(
            f"{len(change.devices)} perangkat dibaca ulang lewat koneksi baru",
            f"{len(change.devices)} devices read again over a new connection",
        ),
    )
    sample = _sample(app, filed)
    names = ", ".join(one.name for one in sample.interfaces if Tag(filed.change).owns_name(one.name))
    stage.check(
        bool(names),
        Text(f"SNMP menunjukkan antarmuka {names} aktif", f"SNMP shows the interface {names} up"),
        Text(f"contoh SNMP dari {sample.device}, tersimpan", f"SNMP sample of {sample.device}, kept"),
    )


def _sample(app: App, filed: Filed) -> Sample:
    wanted = [
        recorded.event.data["sample"]
        for recorded in app.journal.read(filed.change)
        if recorded.event.kind == "evidence.sampled"
        and recorded.event.data["when"] == "after"
        and recorded.event.device.startswith("gw-")
    ]
    return load(Sample, parse_json(app.objects.get(wanted[-1])))


def printed(stage: Stage, app: App, filed: Filed) -> None:
    """The sheet is written once; the log knows numbers, never codes."""
    stage.step("Lembar voucher dicetak, satu kali", "The voucher sheet is printed, once")
    out = app.settings.var / "papers" / f"VOUCHER-{filed.change}.pdf"
    done = vouchers.print_sheet(app, filed.change, form="a4", lang=stage.lang, out=out)
    stage.keep("lembar voucher", "voucher sheet", out)
    batch = vouchers.listing(app, filed.change)
    log = "".join(str(one.event.data) for one in app.journal.read())
    told = [number for number, code in app.vault.codes(filed.change).items() if code.reveal() in log]
    private = out.stat().st_mode & 0o77 == 0
    stage.check(
        done.count == batch.count and all(line.printed == 1 for line in batch.lines) and private and not told,
        Text(f"{done.count} slip tercetak, berkasnya hanya terbaca pemiliknya",
             f"{done.count} slips printed, in a file that only its owner reads"),
        Text("catatan memuat nomornya, bukan kodenya", "the log holds the numbers, not the codes"),
    )  # fmt: skip


def guests(stage: Stage, app: App, campus: Campus, filed: Filed) -> str:
    """Phones join by radio, log in with codes, use the net; one is back by its cookie. Returns the network's name."""
    stage.step(
        "Tamu tiruan bergabung lewat Wi-Fi dan masuk dengan kode", "Simulated guests join by Wi-Fi, log in with codes"
    )
    people, ssid = campus.people, _needs(app, filed).ssid
    phones = [people.mac(number) for number in range(1, WALKERS + 1)]
    for number, phone in enumerate(phones, 1):
        _enters(app, campus, filed, phone, ssid, number)
        campus.call(partial(people.use, phone, 1e6, 4e6))
    stage.check(
        online(campus) == WALKERS,
        Text(f"{WALKERS} tamu daring di SSID “{ssid}”", f"{WALKERS} guests are online on “{ssid}”"),
        Text(
            "lewat titik akses dan switch sampai sesi di gerbang",
            "over access point and switches to a session on the gateway",
        ),
    )
    campus.call(lambda: people.leave(phones[0]))
    gone = online(campus)
    campus.call(lambda: people.join_ssid(phones[0], ssid))
    stage.check(
        gone == WALKERS - 1 and campus.call(lambda: people.online(phones[0])),
        Text("seorang tamu kembali tanpa mengetik kode lagi", "one guest came back without typing the code again"),
        Text("keluar dari Wi-Fi, masuk lagi dengan cookie", "off the air, and in again by its cookie"),
    )
    return ssid


def _enters(app: App, campus: Campus, filed: Filed, phone: str, ssid: str, number: int) -> None:
    """Raises `Denied` where no access point offers the network."""
    user = f"{filed.change.rpartition('-')[2]}-{number:03d}"
    code = app.secrets.get(SecretRef(f"voucher/{filed.change}/{number:03d}")).reveal()
    campus.call(lambda: campus.people.join_ssid(phone, ssid))
    campus.call(lambda: campus.people.login(phone, user, code))


def _needs(app: App, filed: Filed) -> Needs:
    needs = app.tools.plan(views.state(app, filed.change).running_plan).needs
    if not isinstance(needs, Needs):
        raise TypeError(f"{filed.change} is no event")
    return needs


def online(campus: Campus) -> int:
    gateway = router(campus, "gw-kampus")
    return campus.call(lambda: len(list(gateway.machine.store.rows("/ip/hotspot/active"))))


def handed_over(stage: Stage, app: App, filed: Filed) -> Path:
    """The last manual step, and the BAST to be signed."""
    stage.step("Serah terima: uji di tempat, lalu berita acara (BAST)", "Handover: a test at the place, then the BAST")
    note = "unduh 4 Mbps, unggah 1 Mbps (tiruan)" if stage.lang == "id" else "4 Mbps down, 1 Mbps up (simulated)"
    actions.confirm(app, filed.change, "uji-ponsel", by=OFFICER, note=note)
    paper = actions.report(app, filed.change, lang=stage.lang)
    stage.keep("dokumen", "paper", paper)
    stage.check(
        paper.read_bytes().startswith(b"%PDF-"),
        Text("BAST tertulis sebagai PDF", "the BAST is written as PDF"),
        Text(paper.name, paper.name),
    )
    return paper


def extended(stage: Stage, app: App, filed: Filed, root: Path) -> None:
    """The rector talks two hours too long: beyond what was approved, so the head signs once more."""
    stage.step("Rektor berpidato dua jam lebih lama", "The rector talks two hours too long")
    ends = lasting.ends_at(app, filed)
    if ends is None:
        raise TypeError(f"{filed.change} has no end")
    local = (ends + timedelta(hours=2)).astimezone(ZONES[filed.request.zone])
    until = f"{local:%Y-%m-%d %H:%M}"
    try:
        extending.extend(app, filed.change, until, "pidato rektor")
        refused = ""
    except OutOfBounds as refusal:
        refused = refusal.message.to(stage.lang)
    stage.show(refused)
    about = lasting.extension_matter(extending.extension_to_sign(app, filed, until))
    actions.receive(app, filed, *signed(app, filed, root, about), about)
    done = extending.extend(app, filed.change, until, "pidato rektor")
    timer = views.state(app, filed.change).device("gw-kampus").end_guard
    late = timer is not None and abs(timer.fires_at - done.until) < timedelta(minutes=2)
    stage.check(
        bool(refused) and done.signed and late,
        Text("diperpanjang dua jam, dengan tanda tangan kepala", "extended by two hours, with the head's signature"),
        Text(
            "tanpa tanda tangan ditolak; pewaktu di gerbang ikut pindah",
            "refused without; the gateway's own timer moved too",
        ),
    )


def applied_again(stage: Stage, app: App, filed: Filed) -> None:
    stage.step("Dijalankan sekali lagi", "Applied once more")
    stage.check(
        actions.apply(app, filed.change) is Outcome.NOTHING,
        Text("pelaksanaan kedua tidak mengubah apa pun", "a second apply changes nothing"),
        Text("tidak ada operasi yang tersisa terhadap keadaan terbaca", "no operation left against the state read"),
    )


def failed_and_restored(stage: Stage, app: App, campus: Campus, root: Path) -> None:
    """Another event at the same time: its gateway refuses a write half-way, and everything is put back."""
    stage.step("Kegiatan lain gagal di tengah jalan dan dipulihkan", "Another event fails half-way and is restored")
    starts = app.clock.now().replace(second=0, microsecond=0) + timedelta(hours=2)
    path = root / "permohonan-kedua.yaml"
    wish = example(
        starts,
        ticket="PTIPD-2026-0118",
        name="Seminar Nasional",
        bandwidth="10M/20M",
        participants=25,
        place="lapangan",
    )
    path.write_text(wish.replace("indoor", "outdoor"), encoding="utf-8")
    before = configuration(app)
    filed = find(app, str(path))
    actions.plan(app, filed.change)
    actions.receive(app, filed, *signed(app, filed, root))
    inject_refusal(campus, "gw-kampus", write=6)
    try:
        actions.apply(app, filed.change)
        told = ""
    except Restored as restored:
        told = restored.message.to(stage.lang)
    finally:
        inject_refusal(campus, "gw-kampus", write=0)
    stage.show(told)
    stage.check(
        bool(told) and configuration(app) == before,
        Text("kegagalan dipulihkan di semua perangkat", "the failure is restored on every device"),
        Text("konfigurasi sesudah = sebelum, baris demi baris", "configuration after = before, row by row"),
    )
