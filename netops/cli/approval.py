"""`netops approve` and `netops reject`: an SSH signature by a role of the site's policy."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from netops.cli.common import ask_passphrase, opened, ref_argument
from netops.cli.output import clean, say
from netops.core.text import Text, language


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--as", "role", required=True, help=Text("peran menurut policy.yaml", "role of policy.yaml").to(language())),
        click.option(
            "--signer", default="",
            help=Text("nama di allowed_signers (bawaan: pemilik kunci)", "name in allowed_signers (default: the key's owner)").to(language()),
        ),
        click.option(
            "--key", required=True, type=click.Path(path_type=Path),
            help=Text("kunci pribadi OpenSSH", "OpenSSH private key").to(language()),
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def _about(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--extension-until", "until", default="", metavar="TIME",
            help=Text("tentang perpanjangan sampai waktu ini", "about an extension up to this moment").to(language()),
        ),
        click.option(
            "--emergency", is_flag=True,
            help=Text("tentang keadaan darurat (surat menyusul)", "about an emergency (papers to follow)").to(language()),
        ),
    ):  # fmt: skip
        function = option(function)
    return function


def _decide(
    ctx: click.Context,
    ref: str,
    decision: str,
    role: str,
    signer: str,
    key: Path,
    reason: str,
    until: str = "",
    emergency: bool = False,
) -> None:
    from netops import actions
    from netops.actions import extending
    from netops.filing import find
    from netops.views import in_words

    with opened(ctx) as app:
        filed = find(app, ref)
        say(Text(clean(in_words(app, filed, "id")), clean(in_words(app, filed, "en"))))
        about, words = extending.to_sign(app, filed, until, emergency)
        if words is not None:
            say(Text(clean(words.id), clean(words.en)))
        approval = actions.decide(
            app,
            filed,
            decision=decision,
            role=role,
            approver=signer,
            key=key,
            reason=reason,
            passphrase=ask_passphrase if sys.stdin.isatty() else None,
            about=about,
        )
        done = Text("disetujui", "approved") if decision == "approve" else Text("ditolak", "rejected")
        say(
            Text(
                f"{done.id}: {filed.change} oleh {approval.approver} ({approval.role}), kunci {approval.key}",
                f"{done.en}: {filed.change} by {approval.approver} ({approval.role}), key {approval.key}",
            )
        )


@click.command(
    help=Text(
        "Setujui permohonan dengan tanda tangan SSH. Yang ditandatangani ditampilkan lebih dulu.",
        "Approve a request with an SSH signature. What is signed is shown first.",
    ).to(language())
)
@ref_argument
@_options
@_about
@click.option("--reason", default="", help=Text("catatan", "note").to(language()))
@click.pass_context
def approve(
    ctx: click.Context, ref: str, role: str, signer: str, key: Path, reason: str, until: str, emergency: bool
) -> None:
    _decide(ctx, ref, "approve", role, signer, key, reason, until, emergency)


@click.command(
    help=Text(
        "Tolak permohonan dengan alasan yang ditandatangani; pemohon diberi tahu lewat surel.",
        "Reject a request with a signed reason; the requester is told by mail.",
    ).to(language())
)
@ref_argument
@_options
@_about
@click.option("--reason", required=True, help=Text("alasan penolakan", "why it is rejected").to(language()))
@click.pass_context
def reject(
    ctx: click.Context, ref: str, role: str, signer: str, key: Path, reason: str, until: str, emergency: bool
) -> None:
    _decide(ctx, ref, "reject", role, signer, key, reason, until, emergency)
