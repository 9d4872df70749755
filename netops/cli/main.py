"""`netops`: the root command. Imports a command's module only when that command runs, and turns errors into exit codes."""

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from netops import __version__
from netops.core.errors import NetopsError
from netops.core.text import Text, language


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives, and its line in `netops --help` (which must not import it)."""

    module: str
    help: Text


COMMANDS = {
    "init": Entry("netops.cli.workspace", Text("Siapkan ruang kerja baru", "Make a new workspace")),
    "demo": Entry("netops.cli.demo", Text("Peragakan seluruh alur di lab", "Show the whole way on the lab")),
    "lab": Entry("netops.cli.lab", Text("Kampus tiruan di komputer ini", "A simulated campus on this machine")),
    "doctor": Entry("netops.cli.fleet", Text("Periksa kesiapan perangkat", "Check that devices are ready")),
    "request": Entry("netops.cli.request", Text("Permohonan: buat, periksa, lihat", "Requests: new, check, show")),
    "plan": Entry("netops.cli.change", Text("Susun rencana; tidak menulis apa pun", "Make the plan; writes nothing")),
    "approve": Entry("netops.cli.approval", Text("Setujui dengan tanda tangan SSH", "Approve with an SSH signature")),
    "reject": Entry("netops.cli.approval", Text("Tolak dengan alasan", "Reject, with a reason")),
    "apply": Entry("netops.cli.change", Text("Jalankan rencana yang disetujui", "Carry out the approved plan")),
    "resume": Entry("netops.cli.change", Text("Teruskan yang terputus", "Finish what was interrupted")),
    "revert": Entry("netops.cli.change", Text("Pulihkan keadaan semula", "Bring devices back as they were")),
    "end": Entry("netops.cli.change", Text("Akhiri kegiatan dan bersihkan", "End the event and clean up")),
    "status": Entry("netops.cli.change", Text("Semua perubahan dan keadaannya", "All changes and where they stand")),
    "show": Entry("netops.cli.change", Text("Satu perubahan selengkapnya", "One change, whole")),
    "report": Entry("netops.cli.report", Text("Tulis dokumen (BAST)", "Write a paper (BAST)")),
    "mail": Entry("netops.cli.mail", Text("Antrean surel kepada pemohon", "Mails to requesters")),
    "message": Entry("netops.cli.mail", Text("Pesan untuk pemohon, siap ditempel", "A message ready to paste")),
    "log": Entry("netops.cli.log", Text("Catatan perubahan: lihat, verifikasi", "The change log: show, verify")),
}


class LazyGroup(click.Group):
    """A group whose commands are listed from `COMMANDS` and imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(Text("Perintah", "Commands").to(language())):
            formatter.write_dl([(name, entry.help.to(language())) for name, entry in COMMANDS.items()])


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
@click.pass_context
def root(ctx: click.Context, workspace: str) -> None:
    ctx.obj = workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code (see `docs/cli.md`)."""
    try:
        code = root.main(args=None if arguments is None else list(arguments), prog_name="netops", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo(Text("dibatalkan", "aborted").to(language()), err=True)
        return 1
    except click.ClickException as error:
        error.show()
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
