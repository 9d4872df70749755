"""Exec commands on files: copy, delete, more, verify, dir, `configure replace`, tclsh; refuses with the device's own texts.

Prompts and answers are those of published sessions on Catalysts; `file prompt quiet` takes every prompt away.
"""

import re
from functools import partial
from typing import TYPE_CHECKING

from netops.lab.ios import files, replace, show
from netops.lab.ios.work import Rejected

if TYPE_CHECKING:
    from netops.lab.ios.shell import Act, Session

Args = tuple[str, ...]
_PUTS = re.compile(r'puts \[ ?open "([^"]+)" w\+? ?\] \{(.*)\}', re.DOTALL)


def _quiet(session: "Session") -> bool:
    return "file prompt quiet" in session.device.root()


async def _copy(session: "Session", args: Args, *, source: str = "", target: str = "") -> None:
    rest = list(args)
    source = source or rest.pop(0)
    target = target or rest.pop(0)
    terminal, device = session.terminal, session.device
    name = files.local(target)
    whole = target in {"running-config", "startup-config"}
    if not whole and name == "":
        name = (files.local(source) or source.rpartition(":")[2]).lstrip("/")
    if not _quiet(session):
        shown = target if whole else name
        typed = (await terminal.line(f"Destination filename [{shown}]? ")).strip()
        name = typed or name
    text = device.read_file(source)
    if text is None:
        terminal.lines([files.missing(source)])
    elif target == "running-config":
        terminal.lines([*device.merge(text, session.user), "", files.copied(len(text))])
    elif target == "startup-config":
        terminal.lines([*device.write_startup(text, session.user), files.copied(len(text))])
    elif name is None:
        terminal.lines([f"%Error opening {target} (Invalid argument)"])
    else:
        await _write(session, name, text)


async def _write(session: "Session", name: str, text: str) -> None:
    flash, terminal = session.device.flash, session.terminal
    if name in flash.files and not _quiet(session):
        terminal.lines(["%Warning:There is a file already existing with this name"])
        if not await terminal.confirm("Do you want to over write? [confirm]"):
            return
    if flash.write(name, text, session.device.snapshot(session.line).now):
        terminal.lines(["", files.copied(len(text))])
    else:
        terminal.lines([f"%Error copying flash:/{name} (No space left on device)"])


async def _delete(session: "Session", args: Args, *, force: bool = False) -> None:
    name, terminal = files.local(args[0]), session.terminal
    if not force and not _quiet(session):
        typed = (await terminal.line(f"Delete filename [{name}]? ")).strip()
        name = typed or name
        if name in session.device.flash.files and not await terminal.confirm(f"Delete flash:/{name}? [confirm]"):
            return
    if name is None or not session.device.flash.delete(name):
        terminal.lines([f"%Error deleting {args[0]} (No such file or directory)"])


async def _more(session: "Session", args: Args) -> None:
    text = session.device.read_file(args[0])
    await session.terminal.page([files.missing(args[0])] if text is None else text.splitlines())


async def _verify(session: "Session", args: Args) -> None:
    text = session.device.read_file(args[0])
    if text is None:
        session.terminal.lines([files.missing(args[0])])
        return
    session.terminal.lines([f".MD5 of {args[0]} Done!", f"verify /md5 ({args[0]}) = {files.md5(text)}", ""])


async def _dir(session: "Session", _args: Args) -> None:
    await session.terminal.page(show.directory(session.device.snapshot(session.line), ()))


async def _dir_file(session: "Session", args: Args) -> None:
    """`dir flash:/name` lists one file; its header repeats the path as typed."""
    name = files.local(args[0])
    lines = show.directory(session.device.snapshot(session.line), ())
    rows = [line for line in lines if line.split()[-1:] == [name]]
    if name == "":
        await session.terminal.page(lines)
    elif rows:
        session.terminal.lines([f"Directory of {args[0]}", "", *rows, "", lines[-1]])
    else:
        session.terminal.lines([files.missing(args[0])])


async def _replace(session: "Session", args: Args, *, words: frozenset[str] = frozenset()) -> None:
    terminal, device = session.terminal, session.device
    if "force" not in words:
        terminal.lines(list(replace.PROMPT))
        if (await terminal.line(replace.QUESTION)).strip().lower() not in {"y", "yes"}:
            return
    text = device.read_file(args[0])
    if text is None:
        terminal.lines([files.missing(args[0])])
        return
    minutes = int(args[1]) if len(args) > 1 else None
    try:
        if minutes is not None:
            terminal.lines(device.arm(session.user, session.line, minutes))
        terminal.lines(device.replace(text, session.user, with_list="list" in words, on_error="error" in words))
    except Rejected as refused:
        terminal.lines(list(refused.lines))


async def _tclsh(session: "Session", _args: Args) -> None:
    """As much of Tcl as writes a file: `puts [open "flash:name" w+] {…}`; the file is there after `tclquit` (netmiko)."""
    prompt, typed = f"{session.hostname}(tcl)#", ""
    waiting: list[tuple[str, str]] = []
    while True:
        line = await session.terminal.line("+>" if typed else prompt)
        typed = f"{typed}\n{line}" if typed else line
        if typed.count("{") > typed.count("}"):
            continue
        whole, typed = typed.strip(), ""
        found = _PUTS.fullmatch(whole)
        name = files.local(found[1]) if found else None
        if found and name:
            waiting.append((name, found[2] + "\n"))
        elif whole in {"tclquit", "exit"}:
            break
        elif whole:
            await session.execute(whole)
    for name, text in waiting:
        session.device.flash.write(name, text, session.device.snapshot(session.line).now)


def _replaces() -> dict[str, "Act"]:
    """`configure replace` with each mix of options that IOS and NAPALM write."""
    out: dict[str, Act] = {}
    for head in ("", " list", " force", " list force", " force ignorecase"):
        for tail in ("", " revert trigger error", " revert trigger error timer <1-120>", " revert timer <1-120>",
                     " time <1-120>"):  # fmt: skip
            words = frozenset(f"{head}{tail}".split())
            out[f"configure replace <word>{head}{tail}"] = partial(_replace, words=words)
    return out


RUNNING, STARTUP = "running-config", "startup-config"
COMMANDS: dict[str, "Act"] = {
    "copy <word> <word>": _copy,
    f"copy {RUNNING} <word>": partial(_copy, source=RUNNING),
    f"copy {STARTUP} <word>": partial(_copy, source=STARTUP),
    f"copy {STARTUP} {RUNNING}": partial(_copy, source=STARTUP, target=RUNNING),
    f"copy <word> {RUNNING}": partial(_copy, target=RUNNING),
    f"copy <word> {STARTUP}": partial(_copy, target=STARTUP),
    "delete <word>": _delete,
    "delete /force <word>": partial(_delete, force=True),
    "dir": _dir,
    "dir flash:": _dir,
    "dir <word>": _dir_file,
    "more <word>": _more,
    "tclsh": _tclsh,
    "verify /md5 <word>": _verify,
    **_replaces(),
}
