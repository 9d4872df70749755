"""`netops lab up|status|down|faults|clients`: a simulated campus on this machine, in a process of its own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from netops.cli.lab_orders import clients, faults
from netops.cli.output import as_json, result, say, table
from netops.core.errors import Failed
from netops.core.text import Text, language

T = TypeVar("T")

WHERE = Text("Folder lab (bawaan: var/lab ruang kerja)", "The lab's folder (default: var/lab of the workspace)")
DEVICES = Text("Gateway kecil sebanyak N, bukan kampus contoh", "N small gateways instead of the example campus")
USE = Text(
    "Arahkan ruang kerja ini ke lab: perangkat, rahasia, surel, kunci kepala",
    "Point this workspace at the lab: devices, secrets, mail, a head's key",
)
JSON = Text("JSON ke stdout", "JSON on stdout")
FAILURES = {
    "ended": Text("lab berhenti sebelum siap", "the lab ended before it was ready"),
    "slow": Text("lab tidak siap pada waktunya", "the lab was not ready in time"),
    "held": Text("folder itu sedang dipakai lab lain", "another lab holds that folder"),
    "stuck": Text("lab tidak mau berhenti", "the lab does not end"),
}

folder_option = click.option("--dir", "folder", type=click.Path(path_type=Path), help=WHERE.to(language()))
json_option = click.option("--json", "in_json", is_flag=True, help=JSON.to(language()))


@click.group(help=Text("Kampus tiruan di komputer ini.", "A simulated campus on this machine.").to(language()))
def lab() -> None:
    """The group `lab`."""


@lab.command(help=Text("Nyalakan dan tunggu sampai siap.", "Start it and wait until it is ready.").to(language()))
@folder_option
@click.option("--devices", type=click.IntRange(0, 1000), default=0, metavar="N", help=DEVICES.to(language()))
@click.option("--use", is_flag=True, help=USE.to(language()))
@json_option
@click.pass_obj
def up(workspace: str | None, folder: Path | None, devices: int, use: bool, in_json: bool) -> None:
    from netops.lab import process

    where = _folder(workspace, folder)
    before = process.find(where)
    running = _mapped(where, lambda: process.start(where, devices))
    if before is not None:
        say(Text(f"lab sudah menyala (pid {running.pid})", f"the lab is already up (pid {running.pid})"))
    else:
        say(Text(f"lab menyala (pid {running.pid}) di {where}", f"the lab is up (pid {running.pid}) in {where}"))
    _show(running.description, in_json)
    if use:
        from netops.practice import point_at

        port = running.description["mail"]["port"]
        changed = ", ".join(point_at(Path(workspace or "."), where / "inventory", where / "secrets.json", port))
        say(Text(f"ruang kerja memakai lab: {changed}", f"the workspace uses the lab: {changed}"))
    elif not in_json:
        say(
            Text(
                f"inventaris: {where / 'inventory'}, rahasia: {where / 'secrets.json'}; hentikan: netops lab down",
                f"inventory: {where / 'inventory'}, secrets: {where / 'secrets.json'}; end it: netops lab down",
            )
        )


@lab.command(help=Text("Apakah masih hidup: proses dan portnya.", "Is it alive: process and ports.").to(language()))
@folder_option
@json_option
@click.pass_context
def status(ctx: click.Context, folder: Path | None, in_json: bool) -> None:
    from netops.lab import process

    where = _folder(ctx.obj, folder)
    running = process.find(where)
    if running is None:
        say(Text(f"tidak ada lab yang menyala di {where}", f"no lab is up in {where}"))
        if in_json:
            as_json({"up": False})
        ctx.exit(1)
    answers = process.answers(running.description)
    if in_json:
        as_json({"up": True, "pid": running.pid, "answers": answers})
    else:
        yes, no = Text("menjawab", "answers").to(language()), Text("DIAM", "SILENT").to(language())
        head = (Text("port", "port").to(language()), Text("keadaan", "state").to(language()))
        result(table(head, [(name, yes if alive else no) for name, alive in answers.items()]))
        say(Text(f"lab menyala (pid {running.pid})", f"the lab is up (pid {running.pid})"))
    if not all(answers.values()):
        ctx.exit(1)


@lab.command(help=Text("Hentikan lab ini, dan hanya ini.", "End this lab, and only this one.").to(language()))
@folder_option
@click.pass_obj
def down(workspace: str | None, folder: Path | None) -> None:
    from netops.lab import process

    where = _folder(workspace, folder)
    if _mapped(where, lambda: process.stop(where)):
        say(Text("lab berhenti", "the lab has ended"))
    else:
        say(Text(f"tidak ada lab yang menyala di {where}", f"no lab is up in {where}"))


lab.add_command(faults)
lab.add_command(clients)


def _folder(workspace: str | None, folder: Path | None) -> Path:
    return folder if folder is not None else Path(workspace or ".") / "var" / "lab"


def _mapped(where: Path, work: Callable[[], T]) -> T:
    from netops.lab.process import LOG, LabProcessError

    try:
        return work()
    except LabProcessError as exc:
        what = FAILURES[exc.trouble]
        detail = f"\n{exc.detail}" if exc.detail else ""
        raise Failed(
            Text(id=what.id + detail, en=what.en + detail),
            Text(
                id=f"lihat {where / LOG}; folder lain: --dir FOLDER",
                en=f"see {where / LOG}; another folder: --dir FOLDER",
            ),
        ) from exc
    except OSError as exc:
        raise Failed(
            Text(id=f"folder {where} tidak dapat dipakai: {exc}", en=f"folder {where} cannot be used: {exc}"),
            Text(id="pilih folder lain: --dir FOLDER", en="choose another folder: --dir FOLDER"),
        ) from exc


def _show(description: Mapping[str, Any], in_json: bool) -> None:
    if in_json:
        as_json(description)
        return
    names = Text("perangkat|platform|versi|masuk sebagai|port", "device|platform|version|login|ports")
    head = tuple(names.to(language()).split("|"))
    rows: list[tuple[str, ...]] = []
    for name, device in description["devices"].items():
        ports = " ".join(f"{kind}={number}" for kind, number in device["ports"].items())
        rows.append((name, device["platform"], device["version"], device["credentials"]["username"], ports))
    rows.append(("mail", "smtp", "", "", f"smtp={description['mail']['port']}"))
    result(table(head, rows))
