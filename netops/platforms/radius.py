"""A RADIUS database as rows of users: parse, diff, invert, restore, show. No I/O; refuses words that are no attribute.

A line of a template is `user <name> group=<ours> check.<attribute>=<value> … reply.<attribute>=<value> …`; attributes are
FreeRADIUS's own. A user belongs to the change whose group it is in. `Expiration` is no word of a template: it is how the
END timer and the REVERT guard of such a device act (see `drivers.radius`).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from netops.core.errors import InputError, Refused
from netops.core.model import (
    Accounts,
    Batch,
    Claim,
    GuardKind,
    Op,
    Restoration,
    Row,
    RowOp,
    Rows,
    Scope,
    State,
    Tag,
    Target,
    Usage,
    Used,
    Value,
    Verb,
)
from netops.core.secret import SecretRef
from netops.core.text import Text

USER, SESSION = "user", "session"
_WORD = re.compile(r"(group|(?:check|reply)\.[A-Za-z][A-Za-z0-9-]{0,63})=(.+)", re.DOTALL)
_TOKEN = re.compile("\ue000[0-9]+\ue001")
_TIMED = "check.Expiration"


class Radius:
    """The platform (see `core.ports.Platform`, `GuestPlatform`); the driver is `netops.drivers.radius`."""

    name = "radius"
    volatile = False

    def parse(self, text: str, values: Mapping[str, Value]) -> State:
        rows: dict[str, Row] = {}
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            row = _row(number, words, values)
            name = str(row.values["name"])
            if name in rows:
                raise _bad(number, f"pengguna {name} dua kali", f"the user {name} twice")
            rows[name] = row
        return Rows(rows=tuple(rows.values()))

    def foreign(self, text: str, values: Mapping[str, Value], owner: Tag, named: Collection[str]) -> tuple[Claim, ...]:
        claims = []
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split()
            if words and not words[0].startswith("#"):
                row = _row(number, words, values)
                if row.values.get("group") != owner.name and row.values["name"] not in named:
                    claims.append(Claim(line=number, what=f"user group={row.values.get('group', '')}"))
        return tuple(claims)

    def scope(self, want: State) -> Scope:
        return Scope(paths=(USER,))

    def touched(self, seen: State, want: State, owner: Tag) -> State:
        names = set(self.names(want))
        mine = [row for row in _users(seen) if row.values["name"] in names or _ours(owner, row)]
        kept = [Row(menu=USER, values={k: v for k, v in row.values.items() if k != _TIMED}) for row in mine]
        return Rows(rows=tuple(sorted(kept, key=lambda row: str(row.values["name"]))))

    def diff(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        there = {str(row.values["name"]): row for row in _users(seen)}
        blocked = [row for row in _users(want) if _other(owner, there.get(str(row.values["name"])))]
        if blocked:
            count = len(blocked)
            raise Refused(
                Text(f"{count} nama sudah dipakai di RADIUS", f"{count} names are taken in RADIUS"),
                Text("baris orang lain tidak ditimpa", "rows of others are not overwritten"),
            )
        wanted = {str(row.values["name"]): row for row in _users(want)}
        ops: list[Op] = [_remove(row) for name, row in there.items() if name not in wanted and _ours(owner, row)]
        for name, row in wanted.items():
            if name not in there:
                ops.append(RowOp(verb=Verb.ADD, path=USER, key={"name": name}, new=row.values))
            elif new := _edits(there[name], row):
                old = {key: there[name].values.get(key, "") for key in new}
                ops.append(RowOp(verb=Verb.SET, path=USER, key={"name": name}, new=new, old=old))
        return tuple(ops)

    def batches(self, ops: Sequence[Op]) -> tuple[Batch, ...]:
        """One: users do not depend on each other, and a database writes them together or not at all."""
        return (Batch(number=1, ops=tuple(ops)),) if ops else ()

    def invert(self, seen: State, ops: Sequence[Op]) -> tuple[Op, ...]:
        """What was added goes, what was set goes back. A user that went stays away: its password is not known."""
        back: list[Op] = []
        for op in reversed(_row_ops(ops)):
            if op.verb is Verb.ADD:
                back.append(RowOp(verb=Verb.REMOVE, path=USER, key=op.key, old=op.new))
            elif op.verb is Verb.SET:
                back.append(RowOp(verb=Verb.SET, path=USER, key=op.key, new=op.old, old=op.new))
        return tuple(back)

    def restore(self, seen: State, applied: Sequence[Op], owner: Tag) -> Restoration:
        """A user that came by the change goes, as a whole; one that is in another group now is a person's."""
        added = {op.key["name"] for op in _row_ops(applied) if op.verb is Verb.ADD}
        mine = [row for row in _users(seen) if row.values["name"] in added]
        return Restoration(
            ops=tuple(_remove(row) for row in mine if _ours(owner, row)),
            conflicts=tuple(_say(row.values) for row in mine if not _ours(owner, row)),
        )

    def close(self, seen: State, owner: Tag) -> tuple[Op, ...]:
        return tuple(_remove(row) for row in _users(seen) if _ours(owner, row))

    def owned(self, seen: State, owner: Tag) -> tuple[str, ...]:
        return tuple(_say(row.values) for row in _users(seen) if _ours(owner, row))

    def show(self, ops: Sequence[Op]) -> str:
        signs = {Verb.ADD: "+", Verb.REMOVE: "-", Verb.SET: "~"}
        lines = Counter(f"{signs[op.verb]} {_bulk(op)}" for op in _row_ops(ops))
        return "\n".join(line if count == 1 else f"{line[:2]}{count} × {line[2:]}" for line, count in lines.items())

    def guards(self, features: Collection[str], ops: Sequence[Op]) -> tuple[GuardKind, ...]:
        return (GuardKind.DEVICE_TIMER, GuardKind.NONE)

    def management(self, seen: State, ops: Sequence[Op], target: Target) -> tuple[str, ...]:
        """Nothing: users are no path to a database."""
        return ()

    def used_scope(self) -> Scope:
        return Scope(paths=())

    def used(self, seen: State) -> Used:
        return Used(vlans=frozenset(), subnets=())

    def silent(self, seen: State, want: State) -> tuple[str, ...]:
        return ()

    def logged_in(self, seen: State, owner: Tag) -> int | None:
        return None

    def interfaces(self, want: State) -> tuple[str, ...]:
        return ()

    def accounts(self, seen: State, want: State, owner: Tag) -> Accounts:
        there = {str(row.values["name"]): row for row in _users(seen)}
        wanted = {str(row.values["name"]): row for row in _users(want)}
        mine = {name: row for name, row in there.items() if name in wanted and _ours(owner, row)}
        blocked = {name for name in wanted if name in there and name not in mine}
        free = Rows(rows=tuple(row for name, row in wanted.items() if name not in blocked))
        mend = {op.key["name"]: (op,) for op in _row_ops(self.diff(Rows(rows=tuple(mine.values())), free, owner))}
        acct = {str(row.values["name"]): row for row in _rows(seen) if row.menu == SESSION}
        used = {name: _usage(acct[name]) for name in sorted(set(wanted) & set(acct))}
        return Accounts(
            present=tuple(sorted(mine)),
            missing=tuple(sorted(set(wanted) - set(mine) - blocked)),
            edited=tuple(self.show(mend[name]) for name in sorted(set(mine) & set(mend))),
            mend=mend,
            foreign=tuple(f"{USER} group={there[name].values.get('group', '')}" for name in sorted(blocked)),
            off=(),
            online={n: int(str(acct[n].values["online"])) for n in used if acct[n].values["online"] != "0"},
            saved={},
            serving=True,
            used=used,
        )

    def evict(self, seen: State, owner: Tag, names: Collection[str]) -> tuple[Op, ...]:
        wanted = set(names)
        return tuple(_remove(row) for row in _users(seen) if _ours(owner, row) and row.values["name"] in wanted)

    def names(self, want: State) -> tuple[str, ...]:
        return tuple(str(row.values["name"]) for row in _users(want))

    def logins(self, seen: State) -> tuple[str, ...]:
        return self.names(seen)

    def ending(self, want: State) -> tuple[Op, ...]:
        return tuple(_remove(row) for row in _users(want))[:1]

    def opening(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        """Nothing: users that expired do not any more once the timer is set anew."""
        return ()


def _row(number: int, words: Sequence[str], values: Mapping[str, Value]) -> Row:
    if words[0] != USER or len(words) < 2:
        raise _bad(number, "bukan `user <nama> …`", "not `user <name> …`")
    found: dict[str, Value] = {"name": str(_value(words[1], values))}
    for word in words[2:]:
        match = _WORD.fullmatch(word)
        if match is None or match[1] == _TIMED or match[1] in found:
            name = word.partition("=")[0]
            raise _bad(number, f"kata {name!r} tidak sah atau dua kali", f"the word {name!r} is not valid, or twice")
        found[match[1]] = _value(match[2], values)
    if not found["name"] or "group" not in found:
        raise _bad(number, "tanpa nama atau group", "without a name or group")
    return Row(menu=USER, values=found)


def _value(word: str, values: Mapping[str, Value]) -> Value:
    whole = values.get(word)
    if isinstance(whole, SecretRef):
        return whole
    return _TOKEN.sub(lambda found: str(values[found[0]]), word)


def _bad(line: int, indonesian: str, english: str) -> InputError:
    return InputError(Text(indonesian, english), line=line)


def _rows(state: State) -> tuple[Row, ...]:
    if not isinstance(state, Rows):
        raise TypeError("a RADIUS database takes rows only")
    return state.rows


def _users(state: State) -> Iterator[Row]:
    return (row for row in _rows(state) if row.menu == USER)


def _row_ops(ops: Sequence[Op]) -> list[RowOp]:
    return [op for op in ops if isinstance(op, RowOp)]


def _ours(owner: Tag, row: Row) -> bool:
    return row.values.get("group") == owner.name


def _other(owner: Tag, row: Row | None) -> bool:
    return row is not None and not _ours(owner, row)


def _edits(there: Row, row: Row) -> dict[str, Value]:
    """What a user has otherwise than wanted; a password that is there cannot be compared."""
    keys = {key for key in (*there.values, *row.values) if key not in ("name", "group", _TIMED)}
    new: dict[str, Value] = {}
    for key in sorted(keys):
        wanted, found = row.values.get(key, ""), there.values.get(key, "")
        if found != wanted and not (isinstance(wanted, SecretRef) and found):
            new[key] = wanted
    return new


def _remove(row: Row) -> RowOp:
    return RowOp(verb=Verb.REMOVE, path=USER, key={"name": str(row.values["name"])}, old={"group": row.values["group"]})


def _usage(row: Row) -> Usage:
    up, down, seconds = (int(str(row.values[key])) for key in ("up", "down", "seconds"))
    return Usage(up=up, down=down, seconds=seconds)


def _bulk(op: RowOp) -> str:
    """Without name and codes, so that a batch is one line."""
    new = op.new or op.old
    return " ".join([USER, *(f"{key}={_shown(value)}" for key, value in new.items() if key != "name")])


def _say(values: Mapping[str, Value]) -> str:
    return f"{USER} {values['name']} group={values.get('group', '')}"


def _shown(value: Value) -> str:
    return "***" if isinstance(value, SecretRef) else value


PLATFORM = Radius()
