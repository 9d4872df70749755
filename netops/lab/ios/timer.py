"""The confirmed change: a backup, a deadline and what happens when it passes; refuses to run without an archive."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from netops.lab.ios import tree
from netops.lab.ios.state import Pending
from netops.lab.ios.tree import Tree

NEED_ARCHIVE = "%Turn config archive on before using Rollback Confirmed Change"
NONE_PENDING = "%No Rollback Confirmed Change pending"
WARNING = (
    "Rollback Confirmed Change: Rollback will begin in one minute.",
    'Enter "configure confirm" if you wish to keep what you\'ve configured',
    "",
)


class Armed(Struct, frozen=True, kw_only=True):
    """`line` is the vty of the session that armed it; `warned` after the message of the last minute."""

    pending: Pending
    backup: Tree
    line: int
    warned: bool = False


def arm(
    running: Tree, *, user: str, line: int, minutes: int, now: datetime, monotonic: float, prefix: str, number: int
) -> Armed:
    """`prefix` is the archive's path; the file is named as IOS does it, with the date and a running number."""
    file = f"{prefix}-{now:%b-%d-%H-%M-%S}.{now.microsecond // 1000:03d}-{number}"
    pending = Pending(user=user, minutes=minutes, configured=now, deadline=monotonic + 60 * minutes, file=file)
    return Armed(pending=pending, backup=tree.clone(running), line=line)


def again(armed: Armed, *, minutes: int, now: datetime, monotonic: float) -> Armed:
    pending = replace(armed.pending, minutes=minutes, configured=now, deadline=monotonic + 60 * minutes)
    return replace(armed, pending=pending, warned=False)


def warning_due(armed: Armed, monotonic: float) -> bool:
    return not armed.warned and monotonic >= armed.pending.deadline - 60


def warned(armed: Armed) -> Armed:
    return replace(armed, warned=True)


def due(armed: Armed, monotonic: float) -> bool:
    return monotonic >= armed.pending.deadline


def restored(armed: Armed, running: Tree) -> Tree:
    """The backup in full. VLANs that live in vlan.dat (VTP server) are no part of a configuration: they stay."""
    backup = tree.clone(armed.backup)
    if not tree.is_transparent(backup):
        backup = {line: below for line, below in backup.items() if not tree.is_vlan_section(line)}
        backup |= {line: tree.clone(below) for line, below in running.items() if tree.is_vlan_section(line)}
    return backup


def report(armed: Armed, running: Tree) -> list[str]:
    """What the session that armed it sees when the rollback runs. Its words must not contain `error` or `failed`."""
    changed = tree.differences(running, armed.backup)[1:]
    commands = (
        [] if changed == ["!No changes were found"] else ["!List of Rollback Commands:", *_commands(changed), "end"]
    )
    passes = 1 if commands else 0
    return [
        f"Rollback Confirmed Change: rolling to:{armed.pending.file}",
        "",
        *(["!Pass 1", *commands, ""] if commands else []),
        f"Total number of passes: {passes}",
        "Rollback Done",
        "",
    ]


def _commands(changed: list[str]) -> list[str]:
    out = []
    for line in changed:
        mark, text = (line[0], line[1:]) if line[0] in "+-" else (" ", line)
        text = text.strip() if mark != " " else text
        out.append(f"no {text}".replace("no no ", "") if mark == "-" else text)
    return out
