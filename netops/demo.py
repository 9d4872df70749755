"""`netops demo`: the whole way of a request on the lab. Every line of its closing table was checked, none is assumed."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from netops import actions, views
from netops.app import App
from netops.changes.execute import Outcome
from netops.changes.lifecycle import Phase
from netops.core.canonical import load, parse_json
from netops.core.errors import Failed, InputError, NotApproved, Restored
from netops.core.model import Sample, Tag
from netops.core.secret import SecretRef
from netops.core.text import Lang, Text
from netops.data_root import init_workspace
from netops.filing import Filed, find
from netops.lab.campus import Campus
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied
from netops.practice import KEY, SIGNER, mark
from netops.requests.example import example
from netops.settings import DEFAULT

MARK = ".netops-demo"
WORKSPACE = "kampus"


@dataclass
class Stage:
    """Prints the steps, and keeps what was checked for the closing table."""

    lang: Lang
    echo: Callable[[str], None]
    checked: list[tuple[str, str]] = field(default_factory=list)
    number: int = 0

    def step(self, id: str, en: str) -> None:
        self.number += 1
        self.echo(f"\n── {self.number}. {Text(id, en).to(self.lang)}")

    def show(self, text: str, most: int = 40) -> None:
        lines = text.splitlines()
        self.echo("\n".join(f"   {line}" for line in lines[:most]))
        if len(lines) > most:
            self.echo(f"   … (+{len(lines) - most})")

    def check(self, holds: bool, what: Text, how: Text) -> None:
        """Note a fact that was looked at. Raises `Failed` where it does not hold: a demo does not gloss over."""
        if not holds:
            raise Failed(Text(f"tidak terbukti: {what.id} ({how.id})", f"not shown: {what.en} ({how.en})"))
        self.checked.append((what.to(self.lang), how.to(self.lang)))
        self.echo(f"   ✓ {what.to(self.lang)}")


def prepare_folder(out: Path) -> Path:
    """An empty folder for the demo; an earlier demo's is cleared, anything else is refused."""
    if out.exists() and not (out / MARK).exists() and any(out.iterdir()):
        raise InputError(
            Text("folder ini bukan peragaan lama dan tidak kosong", "this folder is no earlier demo and is not empty"),
            Text("pilih folder lain dengan --out", "choose another one with --out"),
            path=out,
        )
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / MARK).write_text("Dibuat oleh `netops demo`; ditimpa pada peragaan berikutnya.\n", encoding="utf-8")
    init_workspace(out / WORKSPACE, settings=DEFAULT)
    return out / WORKSPACE


@contextmanager
def lab_workspace(root: Path) -> Iterator[Campus]:
    """A campus whose inventory, secrets, mail and one approver's key are put into the workspace."""
    with Campus() as campus:
        campus.write_inventory(root / "inventory", root / "secrets.json")
        mark(root, campus.mail.port)
        yield campus


def run(out: Path, lang: Lang, echo: Callable[[str], None], progress: Callable[[str, str], None]) -> None:
    """The whole way, in under a minute. Raises whatever fails; nothing of the lab outlives it."""
    stage = Stage(lang, echo)
    root = prepare_folder(out)
    stage.step("Kampus tiruan dinyalakan di 127.0.0.1", "A simulated campus starts on 127.0.0.1")
    with lab_workspace(root) as campus, App(root, actor="admin.jaringan", say=progress) as app:
        stage.show("\n".join(f"{name}  {target.platform}" for name, target in app.fleet.targets.items()))
        before = configuration(app)
        filed = _approve(stage, app, root)
        _apply(stage, app, campus, filed)
        _guests(stage, app, campus, filed)
        paper = _document(stage, app, filed)
        _fail_and_restore(stage, app, campus, root)
        _end(stage, app, campus, filed, before)
        verified = views.verify_log(app)
        stage.step("Catatan perubahan dihitung ulang", "The change log is recomputed")
        stage.check(
            verified.size > 0,
            Text(f"catatan utuh: {verified.size} entri", f"the log is whole: {verified.size} entries"),
            Text(
                "`netops log verify`: tiap entri, tiap isi, akar pohon", "`netops log verify`: each entry, body, root"
            ),
        )
    _closing(stage, root, paper)


def _approve(stage: Stage, app: App, root: Path) -> Filed:
    starts = app.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    path = root / "permohonan.yaml"
    path.write_text(example(starts), encoding="utf-8")
    stage.step("Permohonan diperiksa, rencana ditampilkan", "The request is checked, the plan is shown")
    plan = actions.plan(app, str(path))
    from netops.planning.plan import explain

    stage.show(explain(plan, app.sites.site(plan.needs.site), stage.lang), 70)
    filed = find(app, str(path))

    stage.step("Permohonan yang diubah setelah ditandatangani ditolak", "A request edited after signing is refused")
    statement, signature = _signed(app, filed, root)
    edited = root / "permohonan-diubah.yaml"
    edited.write_text(path.read_text(encoding="utf-8").replace("20M/50M", "80M/150M"), encoding="utf-8")
    try:
        actions.receive(app, find(app, str(edited)), statement, signature)
        refused = ""
    except NotApproved as refusal:
        refused = refusal.message.to(stage.lang)
    stage.show(refused)
    stage.check(
        bool(refused),
        Text("permohonan yang diubah ditolak", "the edited request is refused"),
        Text("tanda tangan asli diajukan untuk berkas yang diubah", "the real signature, put to the edited file"),
    )

    stage.step("Kepala menyetujui dengan tanda tangan SSH", "The head approves with an SSH signature")
    approval = actions.receive(app, filed, statement, signature)
    stage.show(f"{approval.role}: {approval.approver}  {approval.key}")
    stage.check(
        approval.request == filed.digest,
        Text("persetujuan berlaku untuk permohonan ini", "the approval is about this request"),
        Text("sidik SHA-256 di pernyataan = sidik permohonan", "digest in the statement = digest of the request"),
    )
    return filed


def _signed(app: App, filed: Filed, root: Path) -> tuple[bytes, str]:
    from netops.requests.approvals import sign_statement

    return sign_statement(actions.statement(app, filed, "approve", "kepala", SIGNER), root / KEY)


def _apply(stage: Stage, app: App, campus: Campus, filed: Filed) -> None:
    stage.step("Rencana dijalankan dengan pengaman", "The plan is applied under guard")
    actions.apply(app, filed.change)
    change = views.state(app, filed.change)
    stage.check(
        change.phase is Phase.ACTIVE and all(device.verified for device in change.devices.values()),
        Text("konfigurasi terbukti di perangkat", "the configuration is proven on the devices"),
        Text("dibaca ulang lewat koneksi baru, dan lewat SNMP", "read again over a new connection, and by SNMP"),
    )
    sample = _sample(app, filed)
    names = ", ".join(one.name for one in sample.interfaces if Tag(filed.change).owns_name(one.name))
    stage.check(
        bool(names),
        Text(f"SNMP menunjukkan antarmuka {names} aktif", f"SNMP shows the interface {names} up"),
        Text(f"contoh SNMP dari {sample.device}, tersimpan", f"SNMP sample of {sample.device}, kept"),
    )
    stage.step("Dijalankan sekali lagi", "Applied once more")
    again = actions.apply(app, filed.change)
    stage.check(
        again is Outcome.NOTHING,
        Text("pelaksanaan kedua tidak mengubah apa pun", "a second apply changes nothing"),
        Text("tidak ada operasi yang tersisa terhadap keadaan terbaca", "no operation left against the state read"),
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


def _document(stage: Stage, app: App, filed: Filed) -> Path:
    stage.step("Berita acara serah terima (BAST) ditulis", "The handover paper (BAST) is written")
    paper = actions.report(app, filed.change, lang=stage.lang)
    stage.check(
        paper.read_bytes().startswith(b"%PDF-"),
        Text("BAST tertulis sebagai PDF", "the BAST is written as PDF"),
        Text(paper.name, paper.name),
    )
    return paper


def _fail_and_restore(stage: Stage, app: App, campus: Campus, root: Path) -> None:
    stage.step("Kegiatan kedua gagal di tengah jalan dan dipulihkan", "A second event fails half-way and is restored")
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
    statement, signature = _signed(app, filed, root)
    actions.receive(app, filed, statement, signature)
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


def _guests(stage: Stage, app: App, campus: Campus, filed: Filed) -> None:
    stage.step("Tamu masuk dengan kode voucher", "Guests log in with voucher codes")
    for number in (1, 2, 3):
        _log_in(app, campus, filed, number)
    online = _online(campus)
    stage.check(
        online == 3,
        Text(f"{online} tamu daring", f"{online} guests are online"),
        Text("sesi aktif di gerbang tiruan", "active sessions on the simulated gateway"),
    )


def _log_in(app: App, campus: Campus, filed: Filed, number: int) -> None:
    """A simulated phone joins the event's network and gives a voucher's name and code. Raises `Denied`."""
    gateway = router(campus, "gw-kampus")
    mac, name = f"02:00:00:00:00:{number:02X}", f"{filed.change.rpartition('-')[2]}-{number:03d}"
    code = app.secrets.get(SecretRef(f"voucher/{filed.change}/{number:03d}")).reveal()
    campus.call(lambda: gateway.hotspot.join(mac, Tag(filed.change).name))
    campus.call(lambda: gateway.hotspot.login(mac, name, code))


def _online(campus: Campus) -> int:
    gateway = router(campus, "gw-kampus")
    return campus.call(lambda: len(list(gateway.machine.store.rows("/ip/hotspot/active"))))


def _end(stage: Stage, app: App, campus: Campus, filed: Filed, before: dict[str, bytes]) -> None:
    stage.step("Kegiatan diakhiri", "The event is ended")
    ended = actions.end(app, filed.change, early=True)
    try:
        campus.call(lambda: router(campus, "gw-kampus").hotspot.join("02:00:00:00:00:01", Tag(filed.change).name))
        back = True
    except Denied:
        back = False
    stage.check(
        _online(campus) == 0 and not back,
        Text("akses tertutup: tidak ada sesi, tamu tidak dapat kembali", "access is closed: no session, no way back"),
        Text("sesi dihitung; satu tamu mencoba lagi", "sessions counted; one guest tried again"),
    )
    change = views.state(app, filed.change)
    stage.check(
        not ended.leftovers and all(device.absent for device in change.devices.values()),
        Text("tidak ada yang tertinggal di perangkat", "nothing is left on any device"),
        Text("tanda kepemilikan dicari di semua menu terkait", "our tag was looked for in every menu concerned"),
    )
    stage.check(
        configuration(app) == before,
        Text("perangkat sama seperti sebelum kegiatan", "devices are as they were before the event"),
        Text("konfigurasi sesudah = sebelum, baris demi baris", "configuration after = before, row by row"),
    )


def configuration(app: App) -> dict[str, bytes]:
    """Each device's whole configuration as its driver captures it for the backup."""
    tools = app.tools

    def capture(name: str) -> bytes:
        with tools.open(name) as driver:
            return driver.capture()

    return {
        name: _captured(outcome)
        for name, outcome in tools.fleet.run(list(app.fleet.targets), lambda t: capture(t.name)).items()
    }


def _captured(outcome: bytes | Exception) -> bytes:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def inject_refusal(campus: Campus, name: str, write: int) -> None:
    """Let a simulated device refuse its `write`-th write from now on; 0 takes the fault away."""
    device = router(campus, name)

    def change() -> None:
        device.faults.reset()
        if write:
            device.faults.refuse = {write: "failure: injected by the demo"}

    campus.call(change)


def router(campus: Campus, name: str) -> RouterOS:
    device = campus.devices[name]
    if not isinstance(device, RouterOS):
        raise TypeError(f"{name} is no router of the lab")
    return device


def _closing(stage: Stage, root: Path, paper: Path) -> None:
    lang = stage.lang
    stage.echo("\n" + Text("Yang diperiksa", "What was checked").to(lang))
    width = max(len(what) for what, _ in stage.checked)
    for what, how in stage.checked:
        stage.echo(f"  ✓ {what.ljust(width)}  {how}")
    stage.echo("\n" + Text("Ditinggalkan untuk dilihat", "Left to look at").to(lang))
    stage.echo(f"  {Text('dokumen', 'paper').to(lang)}: {paper}")
    stage.echo(f"  {Text('catatan', 'log').to(lang)}:  netops -C {root} log show")
