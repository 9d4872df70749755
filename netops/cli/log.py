"""`netops log show|verify|publish|prove|export|witness`."""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from netops.cli.common import ask_passphrase, json_option, opened
from netops.cli.output import as_json, clean, csv_text, result, say
from netops.core.canonical import dump
from netops.core.text import Text, language


@click.group(
    help=Text("Catatan perubahan: lihat, verifikasi, terbitkan.", "The change log: show, verify, publish.").to(
        language()
    )
)
def log() -> None:
    pass


@log.command(help=Text("Kejadian, terlama lebih dulu.", "Events, oldest first.").to(language()))
@click.argument("ref", metavar="[REQUEST]", required=False)
@click.option("--change", metavar="REQUEST", help=Text("sama dengan REQUEST", "the same as REQUEST").to(language()))
@click.option("--unit", default="", help=Text("sebagian nama unit pemohon", "part of the unit's name").to(language()))
@click.option("--device", default="", metavar="NAME", help=Text("satu perangkat", "one device").to(language()))
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M"]),
    help=Text("sejak waktu kantor ini", "since this time of the office").to(language()),
)
@click.option(
    "--sop",
    is_flag=True,
    help=Text("waktu baku dan realisasi SOP (REQUEST)", "the SOP's clock (REQUEST)").to(language()),
)
@click.option("--csv", "csv_", is_flag=True, help=Text("CSV ke stdout", "CSV on stdout").to(language()))
@json_option
@click.pass_context
def show(
    ctx: click.Context,
    ref: str | None,
    change: str | None,
    unit: str,
    device: str,
    since: datetime | None,
    sop: bool,
    csv_: bool,
    json_: bool,
) -> None:
    from netops import views

    chosen = ref or change
    if sop:
        _show_sop(ctx, chosen, json_)
        return
    with opened(ctx) as app:
        begins = since.replace(tzinfo=app.office.timezone) if since else None
        events = views.events(app, chosen, unit=unit, device=device, since=begins)
        if json_:
            as_json(list(events))
        elif csv_:
            head = ("seq", "at", "change", "kind", "device", "actor", "data")
            rows = (
                (str(one.seq), one.event.at.isoformat(), one.event.change, one.event.kind, one.event.device,
                 one.event.actor, json.dumps(one.event.data, ensure_ascii=False, sort_keys=True))
                for one in events
            )  # fmt: skip
            result(csv_text(head, rows).rstrip("\r\n"))
        else:
            for recorded in events:
                event = recorded.event
                extra = " ".join(f"{key}={_brief(value)}" for key, value in event.data.items())
                place = f" {event.device}" if event.device else ""
                result(
                    clean(f"{recorded.seq:5} {event.at:%Y-%m-%d %H:%M:%S}Z {event.change} {event.kind}{place} {extra}")
                )


def _show_sop(ctx: click.Context, ref: str | None, json_: bool) -> None:
    from netops.actions.clocking import sop_times
    from netops.cli.step import sop_table

    if not ref:
        raise click.UsageError(Text("--sop butuh satu REQUEST", "--sop needs one REQUEST").to(language()))
    with opened(ctx) as app:
        times = sop_times(app, ref)
        if json_:
            as_json(times)
        else:
            result(sop_table(times, app.lang))


def _brief(value: object) -> str:
    text = str(value)
    if text.startswith("sha256:"):
        return text[7:19]
    return text if len(text) <= 60 else text[:57] + "…"


@log.command(
    help=Text(
        "Hitung ulang catatan ruang kerja ini, atau FOLDER terbitan tanpa ruang kerja; sebut entri pertama yang rusak.",
        "Recompute this workspace's log, or a published FOLDER without any workspace; name the first bad entry.",
    ).to(language())
)
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--key",
    metavar="KEY",
    help=Text("kunci log: teks atau berkas (FOLDER)", "the log's key: text or file (FOLDER)").to(language()),
)
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="CHECKPOINT",
    help=Text("checkpoint lama yang disimpan (FOLDER)", "an older checkpoint that was kept (FOLDER)").to(language()),
)
@click.option(
    "--receipt",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="PROOF",
    help=Text("periksa tanda terima saja; butuh --key", "check only this receipt; needs --key").to(language()),
)
@json_option
@click.pass_context
def verify(
    ctx: click.Context, folder: Path | None, key: str | None, against: Path | None, receipt: Path | None, json_: bool
) -> None:
    if receipt is not None:
        _verify_receipt(receipt, key, json_)
    elif folder is not None:
        _verify_folder(folder, key, against, json_)
    elif key or against:
        raise click.UsageError(
            Text("--key dan --against untuk FOLDER", "--key and --against go with FOLDER").to(language())
        )
    else:
        _verify_here(ctx, json_)


def _verify_here(ctx: click.Context, json_: bool) -> None:
    from netops import views
    from netops.actions.collecting import verify_segments

    with opened(ctx) as app:
        found = views.verify_log(app)
        segments = verify_segments(app)
    if json_:
        as_json({**dump(found), "segments": {"files": segments.files, "unfinished": list(segments.unfinished)}})
    say(
        Text(
            f"catatan utuh: {found.size} entri, akar {found.root}",
            f"the log is whole: {found.size} entries, root {found.root}",
        )
    )
    if segments.files or segments.unfinished:
        say(Text(f"segmen utuh: {segments.files} berkas", f"segments are whole: {segments.files} files"))
    for path in segments.unfinished:
        say(
            Text(
                f"segmen {path} belum selesai ditutup; bacaannya masih di spool",
                f"segment {path} is not closed yet; its readings are still in the spool",
            )
        )
    if found.erased:
        erased = len({one.digest for one in found.erased})
        say(
            Text(
                f"{erased} isi dihapus menurut catatan (data pribadi)",
                f"{erased} bodies erased by the log (personal data)",
            )
        )


def _verify_folder(folder: Path, key: str | None, against: Path | None, json_: bool) -> None:
    from netops.actions import auditing

    found = auditing.verify_folder(folder, auditing.read_key(key) if key else None, against)
    head = found.head
    if json_:
        as_json({"size": head.size, "root": head.root.hex(), "origin": head.origin, "key": found.key,
                 "trusted": found.trusted, "grown_from": found.grown_from})  # fmt: skip
    say(
        Text(
            f"catatan {head.origin} utuh: {head.size} entri, kode {head.short}",
            f"the log {head.origin} is whole: {head.size} entries, code {head.short}",
        )
    )
    if found.grown_from is not None:
        say(
            Text(
                f"hanya bertambah sejak checkpoint yang disimpan ({found.grown_from} entri)",
                f"it only grew since the kept checkpoint ({found.grown_from} entries)",
            )
        )
    if not found.trusted:
        say(
            Text(
                f"PERHATIAN: kunci diambil dari folder itu sendiri. Cocokkan dengan yang Anda terima dari kantor:\n{found.key}",
                f"NOTE: the key was taken from that folder itself. Compare it with the one that the office gave you:\n{found.key}",
            )
        )


def _verify_receipt(path: Path, key: str | None, json_: bool) -> None:
    from netops.actions import auditing

    if not key:
        raise click.UsageError(Text("--receipt butuh --key", "--receipt needs --key").to(language()))
    found = auditing.check_receipt(path, auditing.read_key(key))
    if json_:
        as_json({"index": found.index, "kind": found.kind, "change": found.change, "at": found.at,
                 "size": found.head.size, "root": found.head.root.hex()})  # fmt: skip
    said = clean(f"{found.change} {found.kind} {found.at}")
    say(
        Text(
            f"terbukti: entri {found.index} dari {found.head.size} adalah {said}",
            f"proven: entry {found.index} of {found.head.size} is {said}",
        )
    )


@log.command(
    help=Text(
        "Terbitkan catatan sebagai berkas statis dengan checkpoint bertanda tangan ([log] di netops.toml).",
        "Publish the log as static files under a signed checkpoint ([log] in netops.toml).",
    ).to(language())
)
@json_option
@click.pass_context
def publish(ctx: click.Context, json_: bool) -> None:
    from netops.actions import publishing

    with opened(ctx) as app:
        done = publishing.publish(app, ask_passphrase if sys.stdin.isatty() else None)
        if json_:
            as_json({"size": done.head.size, "root": done.head.root.hex(), "key": done.key, "written": done.written})
        say(
            Text(
                f"terbit: {done.head.size} entri, kode {done.head.short}, {done.written} berkas baru di {done.folder}\n"
                f"kunci untuk auditor: {done.key}",
                f"published: {done.head.size} entries, code {done.head.short}, {done.written} new files in {done.folder}\n"
                f"the key for auditors: {done.key}",
            )
        )


@log.command(
    help=Text(
        "Tanda terima (.tlog-proof) untuk entri terakhir sebuah perubahan yang sudah terbit.",
        "A receipt (.tlog-proof) for the last published entry of a change.",
    ).to(language())
)
@click.argument("ref", metavar="REQUEST")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.pass_context
def prove(ctx: click.Context, ref: str, out: Path | None) -> None:
    from netops.actions import publishing

    with opened(ctx) as app:
        path, head = publishing.prove(app, ref, out)
        say(Text(f"tanda terima di bawah checkpoint {head.short}:", f"receipt under checkpoint {head.short}:"))
        result(str(path))


@log.command(
    help=Text(
        "Paket bukti sebuah perubahan untuk auditor: diperiksa dengan Python dan OpenSSH saja.",
        "An auditor's pack of a change: verified with Python and OpenSSH alone.",
    ).to(language())
)
@click.argument("ref", metavar="REQUEST")
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="pack.zip"
)
@click.option(
    "--redact",
    is_flag=True,
    help=Text(
        "tanpa data pribadi; sidiknya yang bergaram tetap ada", "without personal data; its salted digests stay"
    ).to(language()),
)
@click.pass_context
def export(ctx: click.Context, ref: str, out: Path, redact: bool) -> None:
    from netops.actions import packing

    with opened(ctx) as app:
        head = packing.export(app, ref, out, redact=redact)
        say(
            Text(
                f"paket di bawah checkpoint {head.short}; auditor memeriksanya dengan python3 -I verify.py:",
                f"a pack under checkpoint {head.short}; the auditor verifies it with python3 -I verify.py:",
            )
        )
        result(str(out))


@log.command(
    help=Text(
        "Saksi di komputer auditor: periksa bahwa catatan hanya bertambah, tanda tangani dan simpan checkpointnya.",
        "A witness on the auditor's machine: check that the log only grew, cosign and keep its checkpoint.",
    ).to(language())
)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text("checkpoint terakhir yang disimpan", "the last checkpoint, kept here").to(language()),
)
@click.option(
    "--log-key",
    required=True,
    metavar="KEY",
    help=Text("kunci log: teks atau berkas", "the log's key: text or file").to(language()),
)
@click.option(
    "--name",
    required=True,
    help=Text("nama saksi, misalnya inspektorat.example/saksi", "the witness's name").to(language()),
)
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path),
    help=Text("kunci Ed25519 saksi", "the witness's Ed25519 key").to(language()),
)
def witness(folder: Path, state: Path, log_key: str, name: str, key: Path) -> None:
    from datetime import UTC, datetime

    from netops.actions import auditing
    from netops.requests.sshsig import load_key

    head = auditing.witness(folder, state, auditing.read_key(log_key), name, load_key(key), datetime.now(UTC))
    say(
        Text(
            f"disaksikan: {head.size} entri, kode {head.short}; disimpan di {state}",
            f"witnessed: {head.size} entries, code {head.short}; kept in {state}",
        )
    )
