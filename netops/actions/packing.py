"""An auditor's pack: all that the log says of one change, verifiable with Python and OpenSSH alone. Refuses what is not published."""

import io
import re
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Template

from msgspec import Struct, field

from netops.actions.common import change_of
from netops.actions.erasing import personal_of
from netops.actions.publishing import BODY, SIGNATURE, SIGNERS
from netops.app import App
from netops.core.canonical import canonical, parse_json
from netops.core.errors import JournalError
from netops.core.model import Event, Recorded
from netops.core.text import Text
from netops.filing import look
from netops.journal import published
from netops.journal.checkpoint import Checkpoint
from netops.journal.receipt import Receipt
from netops.journal.receipt import check as check_receipt

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PEOPLE = Text("data pribadi", "personal data")
_ERASED = Text("dihapus menurut catatan", "erased by the log")
_ABSENT = Text("tidak disimpan sebagai berkas", "not kept as a file")
_PAPERS = ("paper.written", "paper.attached", "paper.withdrawn", "manual.confirmed", "vouchers.printed")

_ENDINGS = {
    "ssh-signature": "sig",
    "bsre-signature": "pdf",
    "wet-signature": "wet.json",
    "workflow-attestation": "attested",
}


class _Pack(Struct):
    """Files by name; `bodies` and `left_out` by digest; what is `personal` stays out whatever else names it."""

    files: dict[str, bytes] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    personal: set[str] = field(default_factory=set)


def export(app: App, ref: str, out: Path, *, redact: bool = False) -> Checkpoint:
    """Write the pack of a change; the same head of the log gives the same bytes. `redact` leaves personal data out.

    Raises `JournalError` where an entry of the change is not published yet.
    """
    filed, folder = look(app, ref), app.settings.log_folder
    events = tuple(app.journal.read(filed.change))
    found = published.head(folder)
    if found is None or not events or events[-1].seq >= found[0].size:
        raise JournalError(
            Text(
                f"belum semua entri {filed.change} diterbitkan", f"not every entry of {filed.change} is published yet"
            ),
            Text("jalankan `netops log publish`, lalu ulangi", "run `netops log publish`, then again"),
        )
    head, signed = found
    pack = _Pack()
    pack.files |= {
        name: (folder / name).read_bytes() for name in (published.HEAD, BODY, SIGNATURE, SIGNERS, published.KEY)
    }
    tree = published.tree(folder, head.size)
    for entry in app.journal.entries(filed.change):
        given = Receipt(entry=entry.body, index=entry.seq, path=tree.inclusion(entry.seq), head=signed)
        check_receipt(given)
        pack.files[_receipt(entry.seq)] = str(given).encode()
    for recorded in events:
        for digest in _digests(dict(recorded.event.data)):
            _add(app, pack, recorded, digest, redact=redact)
    change = change_of(app, filed)
    if change.persons and not change.redacted and not redact:
        pack.files["persons.json"] = canonical(parse_json(app.objects.get(change.persons))["fields"])
    _explain(pack, filed.change, head, events)
    published.write_file(out, _zip(pack.files, filed.change))
    return head


def _receipt(seq: int) -> str:
    return f"entries/{seq:09}.tlog-proof"


def _add(app: App, pack: _Pack, recorded: Recorded, digest: str, *, redact: bool) -> None:
    """A body under a name that says what it is, or the reason why it is left out."""
    event = recorded.event
    if digest in pack.bodies or digest in pack.personal:
        return
    personal = event.data.get("persons") == digest or event.kind.startswith("mail.")
    if personal or (redact and _names_people(app, event, digest)):
        pack.personal.add(digest)
        pack.left_out[digest] = f"{_PEOPLE.id} / {_PEOPLE.en}"
    elif not app.objects.has(digest):
        erased = event.kind == "data.erased" and digest in event.data["bodies"]
        word = _ERASED if erased else _ABSENT
        if erased or digest not in pack.left_out:
            pack.left_out[digest] = f"{word.id} / {word.en}"
    else:
        name = _name(recorded, digest)
        if name in pack.files:
            stem, dot, ending = name.rpartition(".")
            name = f"{stem}-{digest[7:15]}{dot}{ending}"
        pack.left_out.pop(digest, None)
        pack.bodies[digest] = name
        pack.files[name] = app.objects.get(digest)


def _names_people(app: App, event: Event, digest: str) -> bool:
    """Papers, sheets and scans; in the request itself persons are closed."""
    return event.kind in _PAPERS or digest in personal_of(app, event)


def _name(recorded: Recorded, digest: str) -> str:
    """Where a body stands in the pack."""
    event, seq = recorded.event, recorded.seq
    names = [name for name, value in event.data.items() if value == digest]
    names += [name for name, value in dict(event.data.get("inputs", {})).items() if value == digest]
    what = names[0] if names else "body"
    match event.kind, what:
        case "request.received", "request":
            return "request.json"
        case "data.erased", "redacted":
            return "request-redacted.json"
        case "plan.recorded", "plan":
            return f"plan/{seq}.json"
        case "approval.scanned", "scan":
            return f"papers/{seq}-disposition.{_safe(event.data['type'])}"
        case "approval.received" | "approval.refused" | "approval.scanned" | "approval.sheet", _:
            return _approval(event, seq, what)
        case _, "policy" | "playbook":
            return f"inputs/{what}.yaml"
        case _, "inventory" | "templates":
            return f"inputs/{what}.json"
        case _, "backup":
            return f"devices/{_safe(event.device)}/{seq}-{'before' if event.kind == 'device.captured' else 'now'}.txt"
        case "batch.intent", "ops":
            return f"devices/{_safe(event.device)}/{seq}-{event.data['phase']}-{event.data['batch']}.json"
        case "evidence.sampled", "sample":
            return f"evidence/{seq}-{_safe(event.device)}-{event.data['when']}.json"
        case "paper.written", "document":
            return f"papers/{seq}-{_safe(event.data['file'])}"
        case "paper.attached", "document":
            return f"papers/{seq}-{event.data['as']}.{_safe(event.data['type'])}"
        case "manual.confirmed", "photo":
            return f"papers/{seq}-{_safe(event.data['step'])}.{_safe(event.data['type'])}"
    return f"bodies/{digest[7:]}.bin"


def _approval(event: Event, seq: int, what: str) -> str:
    role = _safe(str(event.data.get("role", "") or event.data.get("officer", "")))
    match what:
        case "statement":
            return f"approvals/{seq}-{role}.json"
        case "signature":
            return f"approvals/{seq}-{role}.{_ENDINGS.get(str(event.data.get('class', 'ssh-signature')), 'evidence')}"
        case "sheet":
            return f"approvals/{seq}-{role}-sheet.pdf"
        case "revoked":
            return "approvals/revoked_keys"
        case "roots":
            return "approvals/roots.pem"
        case "signers":
            return "approvals/allowed_signers"
        case "policy":
            return "inputs/policy.yaml"
    return f"approvals/{_safe(what)}"


def _safe(word: str) -> str:
    """A word as part of a file's name: no folders, nothing hidden."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", word).lstrip(".") or "_"


def _digests(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if _DIGEST.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _digests(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _digests(inner)


def _explain(pack: _Pack, change: str, head: Checkpoint, events: tuple[Recorded, ...]) -> None:
    """The manifest, the verifier, and how to use it in both languages."""
    pack.files["manifest.json"] = canonical(
        {
            "kind": "netops-pack-1",
            "change": change,
            "entries": [{"index": one.seq, "kind": one.event.kind, "file": _receipt(one.seq)} for one in events],
            "bodies": pack.bodies,
            "left_out": pack.left_out,
        }
    )
    pack.files["verify.py"] = files("netops").joinpath("journal", "pack_verify.py").read_bytes()
    about = {"change": change, "short": head.short, "size": str(head.size), "origin": head.origin}
    for name in ("PERIKSA.md", "README.md"):
        text = files("netops").joinpath("data", "pack", name).read_text("utf-8")
        pack.files[name] = Template(text).substitute(about).encode()


def _zip(contents: dict[str, bytes], folder: str) -> bytes:
    """The same files give the same bytes: sorted, of one date, of one mode."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(contents):
            info = zipfile.ZipInfo(f"{folder}/{name}", (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, contents[name])
    return out.getvalue()
