"""First scenes: the request, its needs, the plan, a rented access point put up by hand, a tampered request, the approval."""

from datetime import timedelta
from pathlib import Path

from netops import actions
from netops.actions import living, needs
from netops.app import App
from netops.core.errors import NotApproved, Refused
from netops.core.model import Needs
from netops.core.text import Text
from netops.demo.pictures import photo
from netops.demo.stage import Stage, signed
from netops.filing import Filed, find
from netops.planning import briefing
from netops.requests.example import example

GUESTS = 500
OFFICER = "Sari Contohwati, S.Kom."


def asked(stage: Stage, app: App, root: Path) -> Filed:
    """The request is read and planned; nothing is written to a device."""
    starts = app.clock.now().replace(second=0, microsecond=0) + timedelta(hours=1)
    path = root / "permohonan.yaml"
    path.write_text(example(starts, participants=GUESTS, bandwidth="100M/180M"), encoding="utf-8")
    stage.step(
        "Permohonan wisuda diperiksa, rencana ditampilkan", "The graduation's request is checked, the plan is shown"
    )
    plan = actions.plan(app, str(path))
    from netops.planning.plan import explain

    stage.show(explain(plan, app.sites.site(plan.needs.site), stage.lang), 45)
    devices = ", ".join(part.device for part in plan.devices)
    stage.check(
        isinstance(plan.needs, Needs) and plan.needs.users >= GUESTS and len(plan.devices) == 4,
        Text(f"rencana untuk {GUESTS} tamu: {devices}", f"a plan for {GUESTS} guests: {devices}"),
        Text("jalan VLAN dihitung dari kabel di inventaris", "the VLAN's way is computed from the inventory's cables"),
    )
    return find(app, str(path))


def needed(stage: Stage, app: App, filed: Filed) -> None:
    """What a head reads before deciding, and the list of technical needs."""
    stage.step("Kebutuhan teknis dan ringkasan untuk kepala", "The technical needs, and a summary for the head")
    summary = briefing.brief(needs.show(app, filed.change), stage.lang)
    stage.show("\n".join(summary))
    paper = needs.paper(app, filed.change, lang=stage.lang)
    stage.keep("daftar kebutuhan teknis", "list of technical needs", paper)
    stage.check(
        len(summary) < 15 and paper.read_bytes().startswith(b"%PDF-"),
        Text("daftar kebutuhan teknis tertulis", "the list of technical needs is written"),
        Text(f"{paper.name}; ringkasan {len(summary)} baris", f"{paper.name}; a summary of {len(summary)} lines"),
    )


def tampered(stage: Stage, app: App, filed: Filed, root: Path) -> None:
    """The head signs; a request that was edited since is refused, the true one is approved."""
    stage.step("Permohonan yang diubah setelah ditandatangani ditolak", "A request edited after signing is refused")
    statement, signature = signed(app, filed, root)
    edited = root / "permohonan-diubah.yaml"
    original = (root / "permohonan.yaml").read_text(encoding="utf-8")
    edited.write_text(original.replace("100M/180M", "150M/200M"), encoding="utf-8")
    other = find(app, str(edited))
    try:
        actions.receive(app, other, statement, signature)
        refused = ""
    except NotApproved as refusal:
        refused = refusal.message.to(stage.lang)
    stage.show(refused)
    stage.check(
        bool(refused),
        Text("permohonan yang diubah ditolak", "the edited request is refused"),
        Text("tanda tangan asli diajukan untuk berkas yang diubah", "the real signature, put to the edited file"),
    )
    living.supersede(app, other.change, filed.change, "bukan yang ditandatangani")
    stage.step("Kepala menyetujui dengan tanda tangan SSH", "The head approves with an SSH signature")
    approval = actions.receive(app, filed, statement, signature)
    stage.show(f"{approval.role}: {approval.approver}  {approval.key}")
    stage.check(
        approval.request == filed.digest,
        Text("persetujuan berlaku untuk permohonan ini", "the approval is about this request"),
        Text("sidik SHA-256 di pernyataan = sidik permohonan", "digest in the statement = digest of the request"),
    )


def by_hand(stage: Stage, app: App, filed: Filed, root: Path) -> None:
    """A rented access point has no driver: the plan waits for an officer, who confirms with a photo."""
    stage.step("Titik akses sewaan dipasang dengan tangan", "A rented access point is put up by hand")
    stage.keep("lembar periksa", "checklist", actions.report(app, filed.change, lang=stage.lang, paper="checklist"))
    try:
        actions.apply(app, filed.change)
        waited = ""
    except Refused as refusal:
        waited = refusal.message.to(stage.lang)
    stage.show(waited)
    picture = root / "foto-ap.png"
    picture.write_bytes(photo(1))
    actions.confirm(app, filed.change, "ap-sewa", by=OFFICER, photo=picture, note="VLAN dan SSID sudah disetel")
    actions.confirm(app, filed.change, "kabel-daya", by=OFFICER)
    enough = "cukup: tamu sebentar" if stage.lang == "id" else "enough: guests stay briefly"
    actions.confirm(app, filed.change, "titik-akses-tambahan", by=OFFICER, note=enough)
    done = [item for item in actions.checklist(app, filed.change) if item.done]
    stage.show("\n".join(f"✓ {item.step.id}: {item.told}" for item in done))
    stage.check(
        bool(waited) and {"ap-sewa", "kabel-daya"} <= {item.step.id for item in done},
        Text("rencana menunggu langkah manual yang berfoto", "the plan waited for a manual step with a photo"),
        Text("`apply` ditolak sebelum petugas mengonfirmasi", "`apply` was refused before an officer confirmed"),
    )
