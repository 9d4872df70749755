"""What moved on a device since a plan was made, line by line; writes nothing, and keeps no line that may hold a secret."""

import re
from collections.abc import Collection, Iterator
from difflib import unified_diff

from netops.changes import checks
from netops.changes.lifecycle import OPEN, Change, fold
from netops.changes.lines import Lines
from netops.changes.tools import Tools, side_by_side
from netops.core.canonical import digest_of, load, parse_json
from netops.core.errors import JournalError, Refused
from netops.core.model import DevicePlan, Plan, Rows, State, Tag, Tree
from netops.core.ports import Driver
from netops.core.text import Text

SECRET = re.compile(r"\b(?:secret|password|key|community|psk)\b")
"""Words behind which a switch's line has a secret, or what one can be guessed from."""


def base_of(tools: Tools, touched: State) -> str:
    """The digest of what a plan rests on; its body is kept, so that a drift can be told line by line."""
    if isinstance(touched, Tree) and any(SECRET.search(line) for line in touched.lines):
        return digest_of(touched)
    return tools.body(touched)


def moved(tools: Tools, part: DevicePlan, seen: State, owner: Tag) -> tuple[str, ...]:
    """`-` what the plan rested on, `+` what is there now; () where nothing of it moved."""
    now = tools.platform(part).touched(seen, part.want, owner)
    if digest_of(now) == part.base:
        return ()
    try:
        body = parse_json(tools.objects.get(part.base))
    except JournalError:
        return (str(Text(id="(dasar rencana ini tidak disimpan)", en="(what this plan rests on was not kept)")),)
    before: State = load(Tree, body) if body["kind"] == "tree" else load(Rows, body)
    old, new = sorted(set(_lines(before))), sorted(set(_lines(now)))
    return tuple(line for line in unified_diff(old, new, n=0, lineterm="") if not line.startswith(("---", "+++", "@@")))


def _lines(state: State) -> Iterator[str]:
    """Each line with where it stands, so that lines of different sections are not taken for one another."""
    if isinstance(state, Tree):
        section = ""
        for line in state.lines:
            section = section if line.startswith(" ") else line
            yield f"{section}:{line}" if line.startswith(" ") else line
        return
    for row in state.rows:
        yield " ".join((row.menu, *(f"{name}={value}" for name, value in sorted(row.values.items()) if str(value))))


def since(plan: Plan, tools: Tools, revoked: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """By device what moved: before the change against what the plan rests on, while it runs against what it brought.

    Logins that were revoked are not missing. Reads the devices, writes nothing. Raises `DeviceError`s.
    """
    change = fold(plan.change, tools.journal.read(plan.change))
    parts = {part.device: part for part in plan.devices}
    owner = Tag(plan.change)
    with Lines(tools) as lines:

        def look(name: str) -> tuple[str, ...]:
            def read(driver: Driver) -> State:
                return driver.observe(parts[name].scope)

            seen = lines.fresh(name, read)
            if _runs(change, name):
                return _from_what_it_brought(tools, parts[name], seen, owner, revoked)
            return moved(tools, parts[name], seen, owner)

        return side_by_side(tools, list(parts), look)


def _runs(change: Change, device: str) -> bool:
    progress = change.device(device)
    return change.phase in OPEN and bool(progress.applied()) and not progress.restored


def _from_what_it_brought(
    tools: Tools, part: DevicePlan, seen: State, owner: Tag, revoked: Collection[str]
) -> tuple[str, ...]:
    """What would have to be sent to be at the plan's end state again: by hand, or by the device itself, it is otherwise."""
    try:
        ops = [op for op in checks.difference(tools, part, seen, owner) if not checks.adds(op, revoked)]
        return tuple(tools.platform(part).show(ops).splitlines())
    except Refused as refusal:
        return (str(refusal),)
