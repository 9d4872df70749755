"""`netops approve` and `netops reject`: a decision by a role of the site's policy, with the evidence that there is for it."""

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netops.cli.common import ask_passphrase, opened, ref_argument
from netops.cli.output import clean, say
from netops.core.text import Text, language

if TYPE_CHECKING:
    from netops.actions.deciding import Matter
    from netops.app import App
    from netops.filing import Filed
    from netops.requests.chain import Approval
    from netops.requests.statement import Said

_FILE = click.Path(dir_okay=False, path_type=Path)


def _option(*names: str, id: str, en: str, **more: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(*names, help=Text(id, en).to(language()), **more)


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        _option("--as", "role", default="", id="peran menurut policy.yaml", en="role of policy.yaml"),
        _option("--signer", default="", id="nama di allowed_signers (bawaan: pemilik kunci)", en="name in allowed_signers (default: the key's owner)"),
        _option("--key", type=_FILE, id="kunci OpenSSH, atau .pub bila di ssh-agent", en="OpenSSH key, or its .pub where an ssh agent holds it"),
        _option("--print-statement", is_flag=True, id="tulis pernyataan ke stdout, untuk `ssh-keygen -Y sign -n approval@netops`", en="write the statement to stdout, for `ssh-keygen -Y sign -n approval@netops`"),
        _option("--statement", type=_FILE, id="pernyataan yang ditandatangani di tempat lain", en="a statement that was signed elsewhere"),
        _option("--signature", type=_FILE, id="tanda tangannya (.sig), atau JWS sistem alur kerja", en="its signature (.sig), or a workflow system's JWS"),
        _option("--system", default="", id="dengan --print-statement: keterangan sistem alur kerja ini", en="with --print-statement: an attestation by this workflow system"),
        _option("--decided-at", default="", metavar="TIME", id="kapan diputuskan di sistem itu (RFC 3339)", en="when it was decided there (RFC 3339)"),
        _option("--wet", type=_FILE, metavar="SCAN", id="pindaian disposisi bertanda tangan basah; perlu --by", en="scan of a disposition signed by hand; needs --by"),
        _option("--confirm-wet", is_flag=True, id="sahkan pindaian yang menunggu, sebagai petugas kedua", en="confirm the waiting scan, as the second officer"),
        _option("--scan-to", type=_FILE, id="simpan pindaian yang menunggu ke berkas ini", en="save the waiting scan as this file"),
        _option("--sheet", type=_FILE, metavar="PDF", id="tulis lembar persetujuan untuk tanda tangan elektronik", en="write the approval sheet for an electronic signature"),
        _option("--signed-pdf", type=_FILE, metavar="PDF", id="lembar itu, sudah ditandatangani (PAdES)", en="that sheet, signed (PAdES)"),
        _option("--by", "officer", default="", id="petugas yang mencatat atau mengesahkan", en="officer who records or confirms"),
        _option("--extension-until", "until", default="", metavar="TIME", id="tentang perpanjangan sampai waktu ini", en="about an extension up to this moment"),
        _option("--emergency", is_flag=True, id="tentang keadaan darurat (surat menyusul)", en="about an emergency (papers to follow)"),
    ):  # fmt: skip
        function = option(function)
    return function


def _decide(ctx: click.Context, ref: str, decision: str, reason: str, given: dict[str, Any]) -> None:
    from netops.actions import extending
    from netops.filing import find

    with opened(ctx) as app:
        filed = find(app, ref)
        about, words = extending.to_sign(app, filed, given["until"], given["emergency"])
        if words is not None:
            say(Text(clean(words.id), clean(words.en)))
        way = next((way for name, way in _WAYS.items() if given[name]), _by_key)
        approval = way(app, filed, about, decision, reason, given)
        if approval is not None:
            _tell(filed.change, approval)


def _by_key(app: "App", filed: "Filed", about: "Matter | None", decision: str, reason: str, given: dict[str, Any]) -> "Approval":  # fmt: skip
    from netops import actions

    role, key = _need(given, "role"), _need(given, "key")
    said = actions.statement(
        app, filed, decision, role, given["signer"] or actions.owner(app, role, key), reason, about
    )
    _show(app, filed, said)
    return actions.sign(app, filed, said, key, _ask(), about)


def _print(
    app: "App", filed: "Filed", about: "Matter | None", decision: str, reason: str, given: dict[str, Any]
) -> None:
    from netops import actions
    from netops.requests.statement import statement_bytes

    role = _need(given, "role")
    plain = actions.statement(app, filed, decision, role, given["signer"] or actions.holder(app, role), reason, about)
    said: Said = plain
    if given["system"]:
        said = actions.attestation(plain, given["system"], _moment(_need(given, "decided_at")))
    _show(app, filed, said)
    sys.stdout.buffer.write(statement_bytes(said))


def _elsewhere(app: "App", filed: "Filed", about: "Matter | None", decision: str, reason: str, given: dict[str, Any]) -> "Approval":  # fmt: skip
    from netops import actions

    signed, evidence = actions.read_signed(given["statement"], _need(given, "signature"))
    _show(app, filed, actions.expect(signed, decision))
    return actions.receive(app, filed, signed, evidence, about)


def _wet(app: "App", filed: "Filed", about: "Matter | None", decision: str, reason: str, given: dict[str, Any]) -> None:
    from netops.actions import witnessing

    by = witnessing.Signing(officer=_need(given, "officer"), key=_need(given, "key"), passphrase=_ask())
    scanned = witnessing.record_scan(
        app, filed, given["wet"], by,
        decision=decision, role=_need(given, "role"), approver=given["signer"], reason=reason, about=about,
    )  # fmt: skip
    _show(app, filed, scanned.statement)
    again = f"netops approve {filed.change} --confirm-wet"
    say(
        Text(
            f"pindaian {scanned.name} dicatat oleh {scanned.officer}; belum sah sampai petugas lain mengesahkan: "
            f"`{again} --scan-to …`, lalu `{again} --by … --key …`",
            f"the scan {scanned.name} is recorded by {scanned.officer}; it counts once another officer confirms it: "
            f"`{again} --scan-to …`, then `{again} --by … --key …`",
        )
    )


def _confirm(app: "App", filed: "Filed", about: "Matter | None", decision: str, reason: str, given: dict[str, Any]) -> "Approval | None":  # fmt: skip
    from netops.actions import witnessing

    waiting = witnessing.waiting_scan(app, filed, about)
    _show(app, filed, waiting.statement)
    if given["scan_to"]:
        given["scan_to"].write_bytes(app.objects.get(waiting.scan))
        return None
    by = witnessing.Signing(officer=_need(given, "officer"), key=_need(given, "key"), passphrase=_ask())
    return witnessing.confirm_scan(app, filed, by, about)


def _sheet(
    app: "App", filed: "Filed", about: "Matter | None", decision: str, reason: str, given: dict[str, Any]
) -> None:
    from netops import actions
    from netops.actions import sheets

    role = _need(given, "role")
    said = actions.statement(app, filed, decision, role, given["signer"] or actions.holder(app, role), reason, about)
    _show(app, filed, said)
    sheets.issue(app, filed, said, given["sheet"])


def _signed_sheet(app: "App", filed: "Filed", about: "Matter | None", decision: str, reason: str, given: dict[str, Any]) -> "Approval":  # fmt: skip
    from netops import actions
    from netops.actions import sheets

    statement, signed, _ = sheets.read(app, filed, given["signed_pdf"])
    _show(app, filed, actions.expect(statement, decision))
    return actions.receive(app, filed, statement, signed, about)


_WAYS: dict[str, Callable[..., "Approval | None"]] = {
    "print_statement": _print,
    "confirm_wet": _confirm,
    "wet": _wet,
    "sheet": _sheet,
    "signed_pdf": _signed_sheet,
    "statement": _elsewhere,
    "signature": _elsewhere,
}


def _show(app: "App", filed: "Filed", said: "Said") -> None:
    """What is signed, before it is: to stderr, so that stdout stays the statement."""
    from netops.views import before_signing

    say(Text(clean(before_signing(app, filed, said, "id")), clean(before_signing(app, filed, said, "en"))))


def _need(given: dict[str, Any], name: str) -> Any:
    options = {"role": "--as", "officer": "--by"}
    option = options.get(name, "--" + name.replace("_", "-"))
    if not given[name]:
        raise click.UsageError(Text(f"perlu {option}", f"{option} is needed").to(language()))
    return given[name]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min
    if found.tzinfo is None:
        raise click.BadParameter(
            Text("seperti 2026-11-20T09:00:00+07:00", "such as 2026-11-20T09:00:00+07:00").to(language())
        )
    return found


def _ask() -> Any:
    return ask_passphrase if sys.stdin.isatty() else None


def _tell(change: str, approval: "Approval") -> None:
    from netops.views import say_approval

    done = Text("ditolak", "rejected") if approval.decision == "reject" else Text("disetujui", "approved")
    words = say_approval(approval)
    say(
        Text(
            f"{done.id}: {change} oleh {words.id}, kunci {approval.key}",
            f"{done.en}: {change} by {words.en}, key {approval.key}",
        )
    )


@click.command(
    help=Text(
        "Setujui permohonan: dengan kunci SSH, berkas yang ditandatangani di tempat lain, atau pindaian yang disahkan dua petugas. "
        "Yang ditandatangani ditampilkan lebih dulu.",
        "Approve a request: with an SSH key, a file signed elsewhere, or a scan that two officers vouch for. "
        "What is signed is shown first.",
    ).to(language())
)
@ref_argument
@_options
@click.option("--reason", default="", help=Text("catatan", "note").to(language()))
@click.pass_context
def approve(ctx: click.Context, /, ref: str, reason: str, **given: Any) -> None:
    _decide(ctx, ref, "approve", reason, given)


@click.command(
    help=Text(
        "Tolak permohonan dengan alasan yang ditandatangani; pemohon diberi tahu lewat surel.",
        "Reject a request with a signed reason; the requester is told by mail.",
    ).to(language())
)
@ref_argument
@_options
@click.option("--reason", required=True, help=Text("alasan penolakan", "why it is rejected").to(language()))
@click.pass_context
def reject(ctx: click.Context, /, ref: str, reason: str, **given: Any) -> None:
    _decide(ctx, ref, "reject", reason, given)
