"""The way back: exact inverses of ops, and the three-way restoration that leaves alone what a person changed since."""

from collections.abc import Sequence

from msgspec import Struct, field

from netops.core.model import LineOp, Restoration, Tag, Tree
from netops.platforms.ios.changes import ADD, REMOVE, access_vlan, elements_of, our_vlans
from netops.platforms.ios.lines import (
    Sections,
    apply_lines,
    flat,
    gone,
    key,
    merged,
    negated,
    sections,
    split,
    trunk_list,
    value,
    vlan_id,
)

ABSENT = "(tidak ada / absent)"


def back(op: LineOp) -> LineOp:
    """The op that takes `op` back: old lines return, new ones are negated, sections of ours come or go as a whole."""
    if not op.path:
        if op.lines[0].startswith("no "):
            return LineOp(path="", lines=op.old, owned=op.owned)
        lines = op.old or tuple(dict.fromkeys(gone(name) for name in split(op.lines)))
        return LineOp(path="", lines=lines, old=op.lines, owned=op.owned)
    old = {key(line): line for line in op.old}
    lines = tuple(_line_back(line, old.get(key(line))) for line in reversed(op.lines))
    replaced = tuple(line for line in op.lines if elements_of(line) is None and not line.startswith("no "))
    return LineOp(path=op.path, lines=lines, old=replaced, owned=op.owned)


def _line_back(line: str, old: str | None) -> str:
    if line.startswith(ADD):
        return REMOVE + line[len(ADD) :]
    if line.startswith(REMOVE):
        return ADD + line[len(REMOVE) :]
    return old or negated(line)


class _History(Struct):
    """What we did to one thing: what was there before our first op, and every value that we gave it (None: absent)."""

    base: str | None
    ours: set[str | None] = field(default_factory=set)


class _Journal(Struct):
    """The ops applied, oldest first, as one history per section, list element, line of a section and global line."""

    made: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    elements: dict[tuple[str, int], bool] = field(default_factory=dict)
    lines: dict[str, dict[str, _History]] = field(default_factory=dict)

    def note(self, op: LineOp) -> None:
        if op.path:
            self._note_lines(op)
        elif op.lines[0].startswith("no "):
            ((name, inner),) = split(op.old).items()
            self.made.setdefault(name, inner)
        elif op.old:
            history = self.lines.setdefault("", {}).setdefault(key(op.lines[0]), _History(op.old[0]))
            history.ours.add(op.lines[0])
        else:
            ((name, _),) = split(op.lines).items()
            self.made.setdefault(name, None)

    def _note_lines(self, op: LineOp) -> None:
        old = {key(line): line for line in op.old}
        for line in op.lines:
            vlans = elements_of(line)
            if vlans is not None:
                for vlan in vlans:
                    self.elements.setdefault((op.path, vlan), line.startswith(REMOVE))
                continue
            history = self.lines.setdefault(op.path, {}).setdefault(key(line), _History(old.get(key(line))))
            history.ours.add(next(iter(merged((), (line,))), None))


def restoration(seen: Tree, applied: Sequence[LineOp], owner: Tag) -> Restoration:
    """Judged thing by thing over all that was applied: at base → nothing, a value of ours → back to base, else a conflict.

    Order: sections that must be there again, lines, list elements, sections of ours away.
    """
    journal = _Journal()
    for op in applied:
        journal.note(op)
    parts = sections(seen)
    conflicts: list[str] = []
    again, away = _made_back(parts, journal.made, _begun(applied), owner, conflicts)
    lines = [op for path in reversed(journal.lines) for op in _lines_back(parts, path, journal.lines[path], conflicts)]
    joined = [op for place in reversed(journal.elements) for op in _element_back(parts, *place, journal, conflicts)]
    ops = (*again, *lines, *joined, *away)
    conflicts.extend(_stranded(parts, sections(apply_lines(seen, ops)), owner))
    return Restoration(ops=ops, conflicts=tuple(dict.fromkeys(conflicts)))


def _begun(applied: Sequence[LineOp]) -> dict[str, tuple[str, ...]]:
    """Sections that may be half made: those of ours, as long as nothing but sections was sent.

    The line of a section makes it, its own lines follow one by one: cut off between them it has no name to know it by.
    """
    if any(op.path for op in applied):
        return {}
    return {
        name: inner for op in applied if not op.lines[0].startswith("no ") for name, inner in split(op.lines).items()
    }


def _made_back(
    parts: Sections,
    made: dict[str, tuple[str, ...] | None],
    begun: dict[str, tuple[str, ...]],
    owner: Tag,
    conflicts: list[str],
) -> tuple[list[LineOp], list[LineOp]]:
    """Sections that we made or took away: (those that come again, those that go)."""
    again: list[LineOp] = []
    away: list[LineOp] = []
    for name in reversed(made):
        base, present = made[name], parts.get(name)
        if base is not None and present is None:
            again.append(LineOp(path="", lines=tuple(flat({name: base}))))
        elif base is not None and present is not None and set(base) != set(present):
            conflicts.append(f"{name}: {' / '.join(present)}")
        elif base is None and present is not None:
            title = value(present, "name")
            half = name in begun and present == begun[name][: len(present)]
            if vlan_id(name) is not None and not (title and owner.owns_name(title)) and not half:
                conflicts.append(f"{name}: {f'name {title}' if title else 'no name'}")
            else:
                away.append(LineOp(path="", lines=(gone(name),), old=tuple(flat({name: present}))))
    return again, away


def _lines_back(parts: Sections, path: str, histories: dict[str, _History], conflicts: list[str]) -> list[LineOp]:
    """The lines of one section that was there before us (path '': global lines)."""
    present = [name for name, inner in parts.items() if not inner] if not path else parts.get(path)
    if present is None:
        conflicts.append(f"{path}: {ABSENT}")
        return []
    lines: list[str] = []
    old: list[str] = []
    for what in reversed(histories):
        history = histories[what]
        now = next((line for line in present if not line.startswith(" ") and key(line) == what), None)
        if now == history.base:
            continue
        if now not in history.ours:
            conflicts.append(f"{path}: {now or f'no {what}'}".removeprefix(": "))
            continue
        lines.append(history.base or negated(now or what))
        old.extend([now] if now else [])
    return [LineOp(path=path, lines=tuple(lines), old=tuple(old), owned=False)] if lines else []


def _element_back(parts: Sections, path: str, vlan: int, journal: _Journal, conflicts: list[str]) -> list[LineOp]:
    """An element of a shared list. A trunk without a list carries every VLAN: nothing of ours is in it."""
    if path not in parts:
        conflicts.append(f"{path}: {ABSENT}")
        return []
    listed, base = trunk_list(parts[path]), journal.elements[path, vlan]
    if listed is None or (vlan in listed) == base:
        return []
    return [LineOp(path=path, lines=(f"{ADD if base else REMOVE}{vlan}",))]


def _stranded(seen: Sections, after: Sections, owner: Tag) -> list[str]:
    """Ports that somebody put into a VLAN of ours that goes away: they stay as they are, and are told.

    A trunk that names such a VLAN is not: it may have done so before us, and carries nothing without the VLAN.
    """
    going = our_vlans(seen, owner).keys() - our_vlans(after, owner).keys()
    found = ((name, access_vlan(lines)) for name, lines in after.items())
    return [f"{name}: switchport access vlan {vlan}" for name, vlan in found if vlan in going]
