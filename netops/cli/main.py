"""`netops`: the root command. Imports a command's module only when that command runs, and turns errors into exit codes."""

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from keyword import iskeyword

import click
from msgspec import Struct

from netops import __version__
from netops.core.errors import NetopsError
from netops.core.text import Text, language


class Entry(Struct, frozen=True):
    """Where a command lives, and its line in `netops --help` (which must not import it)."""

    module: str
    help: Text


SECTIONS: tuple[tuple[Text, dict[str, Entry]], ...] = (
    (
        Text("Setiap permohonan", "Every request"),
        {
            "request": Entry(
                "netops.cli.request", Text("Permohonan: buat, periksa, lihat", "Requests: new, check, show")
            ),
            "check": Entry("netops.cli.request", Text("Periksa berkas permohonan", "Check a request file")),
            "needs": Entry(
                "netops.cli.needs",
                Text("Kebutuhan teknis: lihat, ubah, ringkas", "Technical needs: show, edit, sum up"),
            ),
            "plan": Entry(
                "netops.cli.change", Text("Susun rencana; tidak menulis apa pun", "Make the plan; writes nothing")
            ),
            "approve": Entry(
                "netops.cli.approval", Text("Setujui dengan tanda tangan SSH", "Approve with an SSH signature")
            ),
            "reject": Entry("netops.cli.approval", Text("Tolak dengan alasan", "Reject, with a reason")),
            "apply": Entry("netops.cli.change", Text("Jalankan rencana yang disetujui", "Carry out the approved plan")),
            "end": Entry("netops.cli.change", Text("Akhiri kegiatan dan bersihkan", "End the event and clean up")),
            "report": Entry(
                "netops.cli.report", Text("Tulis dokumen: BAST, audit, register", "Write papers: BAST, audit, register")
            ),
            "status": Entry(
                "netops.cli.change", Text("Semua perubahan dan keadaannya", "All changes and where they stand")
            ),
            "show": Entry("netops.cli.change", Text("Satu perubahan selengkapnya", "One change, whole")),
        },
    ),
    (
        Text("Selama kegiatan", "While an event runs"),
        {
            "clients": Entry("netops.cli.daily", Text("Klien yang sedang masuk", "Clients logged in now")),
            "vouchers": Entry(
                "netops.cli.vouchers", Text("Voucher: cetak, cabut, cocokkan", "Vouchers: print, revoke, reconcile")
            ),
            "extend": Entry("netops.cli.lasting", Text("Perpanjang kegiatan yang berjalan", "Extend a running event")),
            "message": Entry("netops.cli.mail", Text("Pesan untuk pemohon, siap ditempel", "A message ready to paste")),
            "checklist": Entry("netops.cli.checklist", Text("Langkah manual", "Manual steps")),
            "confirm": Entry("netops.cli.checklist", Text("Konfirmasi langkah manual", "Confirm a manual step")),
            "attach": Entry(
                "netops.cli.attach", Text("Lampirkan BAST bertanda tangan, foto", "Attach the signed BAST, photos")
            ),
            "missing": Entry("netops.cli.attach", Text("Yang belum kembali", "What has not come back")),
        },
    ),
    (
        Text("Bila jalannya lain", "When things go otherwise"),
        {
            "return": Entry("netops.cli.life", Text("Kembalikan untuk dilengkapi", "Return to be completed")),
            "revise": Entry(
                "netops.cli.life", Text("Ganti dengan berkas yang diperbaiki", "Replace by a corrected file")
            ),
            "postpone": Entry("netops.cli.life", Text("Tunda tanpa waktu baru", "Put off without a new date")),
            "reopen": Entry(
                "netops.cli.life", Text("Lanjutkan yang dikembalikan atau ditunda", "Go on with it as it is")
            ),
            "cancel": Entry(
                "netops.cli.life", Text("Batalkan yang belum dijalankan", "Cancel what is not carried out")
            ),
            "emergency": Entry("netops.cli.lasting", Text("Nyatakan darurat, surat menyusul", "Declare an emergency")),
            "settle": Entry(
                "netops.cli.lasting", Text("Surat keadaan darurat sudah ada", "An emergency's papers came")
            ),
            "resume": Entry("netops.cli.change", Text("Teruskan yang terputus", "Finish what was interrupted")),
            "revert": Entry("netops.cli.change", Text("Pulihkan keadaan semula", "Bring devices back as they were")),
            "accept-state": Entry(
                "netops.cli.change", Text("Terima keadaan perangkat apa adanya", "Accept a device as it is")
            ),
        },
    ),
    (
        Text("Catatan dan waktu", "Log and clock"),
        {
            "log": Entry(
                "netops.cli.log", Text("Catatan perubahan: lihat, verifikasi", "The change log: show, verify")
            ),
            "step": Entry("netops.cli.step", Text("Laporkan langkah SOP", "Report a step of the SOP")),
            "pause": Entry(
                "netops.cli.step", Text("Jeda waktu SOP, atau lanjutkan", "Pause the SOP's clock, or go on")
            ),
            "mail": Entry("netops.cli.mail", Text("Antrean surel kepada pemohon", "Mails to requesters")),
            "today": Entry("netops.cli.daily", Text("Yang saya kerjakan hari ini", "What I did today")),
            "capacity": Entry(
                "netops.cli.capacity", Text("Daftar ketersediaan bandwidth", "The list of available bandwidth")
            ),
            "erase": Entry(
                "netops.cli.erase", Text("Hapus data pribadi sesudah masa simpan", "Erase personal data in due time")
            ),
        },
    ),
    (
        Text("Ruang kerja", "The workspace"),
        {
            "init": Entry("netops.cli.workspace", Text("Siapkan ruang kerja baru", "Make a new workspace")),
            "lab": Entry("netops.cli.lab", Text("Kampus tiruan di komputer ini", "A simulated campus on this machine")),
            "demo": Entry("netops.cli.demo", Text("Peragakan seluruh alur di lab", "Show the whole way on the lab")),
            "calibrate": Entry(
                "netops.cli.calibrate", Text("Arah antrean menurut SNMP", "Which way queues count over SNMP")
            ),
            "doctor": Entry("netops.cli.fleet", Text("Periksa kesiapan perangkat", "Check that devices are ready")),
            "collect": Entry("netops.cli.collect", Text("Ukur lewat SNMP", "Measure by SNMP")),
            "serve": Entry(
                "netops.cli.serve", Text("Kerjakan sendiri yang sudah waktunya", "Do by itself what is due")
            ),
            "card": Entry("netops.cli.daily", Text("Kartu lima perintah", "The five-command card")),
        },
    ),
)
COMMANDS = {name: entry for _, section in SECTIONS for name, entry in section.items()}

ALIASES = {
    "periksa": "check",
    "rencana": "plan",
    "jalankan": "apply",
    "akhiri": "end",
    "laporan": "report",
    "kartu": "card",
    "kembalikan": "return",
    "lengkapi": "revise",
    "tunda": "postpone",
    "batalkan": "cancel",
    "perpanjang": "extend",
    "darurat": "emergency",
    "langkah": "step",
    "jeda": "pause",
}
"""The words of the five-command card, and of what happens to a request; they are not listed again."""


class LazyGroup(click.Group):
    """A group whose commands are listed from `COMMANDS` and imported when called; any of them takes `--lang`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        entry = COMMANDS.get(name)
        if entry is None:
            return None
        word = name.replace("-", "_")
        command = getattr(importlib.import_module(entry.module), f"{word}_" if iskeyword(word) else word)
        assert isinstance(command, click.Command)
        _take_language(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, section in SECTIONS:
            with formatter.section(title.to(language())):
                formatter.write_dl([(name, entry.help.to(language())) for name, entry in section.items()])


def _take_language(command: click.Command) -> None:
    """Let a command and those below it accept `--lang`, which `main` has read already; papers have their own."""
    if not any("--lang" in parameter.opts for parameter in command.params):
        option = click.Option(["--lang"], type=click.Choice(["id", "en"]), expose_value=False, hidden=True)
        command.params.append(option)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _take_language(below)


@contextmanager
def _speaking(arguments: Sequence[str]) -> Iterator[None]:
    """`--lang en` anywhere on the line is NETOPS_LANG for this call: help texts are made before click reads options."""
    words = list(arguments)
    chosen = [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    chosen += [after for word, after in pairwise(words) if word == "--lang"]
    before = os.environ.get("NETOPS_LANG")
    if chosen and chosen[-1] in ("id", "en"):
        os.environ["NETOPS_LANG"] = chosen[-1]
    try:
        yield
    finally:
        os.environ.pop("NETOPS_LANG", None)
        if before is not None:
            os.environ["NETOPS_LANG"] = before


def root() -> click.Group:
    """The root command, made when it is called: its texts are in the language of that call."""

    @click.group(
        cls=LazyGroup,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        help=Text(
            "Permohonan yang disetujui menjadi rencana; rencana dijalankan dengan pengaman, dibuktikan, diukur, "
            "didokumentasikan, dan dicatat.",
            "An approved request becomes a plan; the plan is applied under guard, verified, measured, documented and "
            "recorded.",
        ).to(language()),
    )
    @click.version_option(__version__, prog_name="netops")
    @click.option(
        "-C",
        "--workspace",
        metavar="DIR",
        default=".",
        envvar="NETOPS_WORKSPACE",
        help=Text("Ruang kerja (berisi netops.toml)", "The workspace (holds netops.toml)").to(language()),
    )
    @click.option(
        "--lang",
        type=click.Choice(["id", "en"]),
        expose_value=False,
        help=Text("Bahasa pesan; juga NETOPS_LANG", "Language of messages; NETOPS_LANG too").to(language()),
    )
    @click.pass_context
    def group(ctx: click.Context, workspace: str) -> None:
        ctx.obj = workspace

    return group


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code (see `docs/cli.md`)."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    with _speaking(words):
        return _run(words)


def _run(words: list[str]) -> int:
    try:
        code = root().main(args=words, prog_name="netops", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo(Text("dibatalkan", "aborted").to(language()), err=True)
        return 1
    except click.ClickException as error:
        from netops.cli import usage

        usage.show(error)
        return error.exit_code
    except NetopsError as error:
        from netops.cli.output import fail

        fail(error)
        return error.exit_code
    except KeyboardInterrupt:
        click.echo(Text("dihentikan", "interrupted").to(language()), err=True)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    # Outside standalone mode click returns the code of `ctx.exit`, and a command's own return value (None) else.
    return code if isinstance(code, int) else 0


def entry() -> None:
    """The console script."""
    sys.exit(main())
