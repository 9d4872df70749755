"""Operations to API commands: rows found by natural key right before, commands sent once; refuses a key that is not one row."""

import re
from collections.abc import Sequence

from msgspec import Struct, field

from netops.core.errors import CommandRefused
from netops.core.model import Batch, Receipt, RowOp, Value, Verb
from netops.core.secret import SecretRef, SecretSource, parse_ref
from netops.core.text import Text
from netops.drivers.routeros_checks import printable
from netops.drivers.routeros_codes import plain
from netops.drivers.routeros_wire import Answer, Command, Wire
from netops.platforms.routeros.diff import say
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.operations import rows_only
from netops.platforms.routeros.quirks import PROVISIONED, RUNTIME, SHARED_LISTS
from netops.platforms.routeros.table import elements
from netops.platforms.routeros.values import normal, row_key

_GONE_IS_FINE = RUNTIME | {"/ip/dhcp-server/lease"}
_TRUE = ("true", "yes")


class _Found(Struct):
    """Rows of one menu at this moment, by canonical key and by name."""

    by_key: dict[tuple[str, ...], list[dict[str, str]]] = field(default_factory=dict)
    by_name: dict[str, str] = field(default_factory=dict)


class Sender:
    """Sends one batch."""

    def __init__(self, wire: Wire, device: str) -> None:
        self._wire, self._device = wire, device
        self._reveal: list[str] = []

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        """Raises `CommandRefused` with the first refused operation after all answers were read."""
        ops = rows_only(batch.ops)
        found = self._look_up(ops)
        commands: list[Command] = []
        owners: list[int] = []
        for index, op in enumerate(ops):
            for command in self._commands(index, op, found, secrets):
                commands.append(command)
                owners.append(index)
        answers = self._wire.exchange("apply", commands, writes=True) if commands else []
        replies = [""] * len(ops)
        for index, answer in zip(owners, answers, strict=True):
            replies[index] = answer.ret or replies[index]
        for index, answer in zip(owners, answers, strict=True):
            if answer.traps and not self._fine(ops[index], answer):
                raise self._refused(index, ops[index], answer.traps[0], written=True)
        self._provision(ops, found)
        return Receipt(batch=batch.number, replies=tuple(replies))

    def _provision(self, ops: Sequence[RowOp], found: dict[str, _Found]) -> None:
        """A changed provisioning rule takes effect on radios that are provisioned again: those of its access points.

        A radio that left meanwhile gets the rule when it comes back: no error.
        """
        for path in sorted({op.path for op in ops} & PROVISIONED.keys()):
            menu_, name = PROVISIONED[path]
            asked: Command = (f"{menu_}/print", f"=.proplist=.id,radio-mac,{name}")
            radios = self._wire.exchange("provision", [asked], writes=True)[0].rows
            keys = {row_key(menu(path), op.key) for op in ops if op.path == path}
            changed = [row for key in keys for row in found[path].by_key.get(key, [])] if path in found else []
            ids = [row[".id"] for row in radios if any(_concerns(rule, row, name) for rule in changed)]
            commands: list[Command] = [(f"{menu_}/provision", f"=.id={one}") for one in ids]
            answers = self._wire.exchange("provision", commands, writes=True) if commands else []
            for answer in answers:
                if answer.traps and "no such item" not in answer.traps[0]:
                    index = next(index for index, op in enumerate(ops) if op.path == path)
                    raise self._refused(index, ops[index], answer.traps[0], written=True)

    @staticmethod
    def _fine(op: RowOp, answer: Answer) -> bool:
        """A client's row that left between look-up and removal."""
        return op.verb is Verb.REMOVE and op.path in _GONE_IS_FINE and "no such item" in answer.traps[0]

    def _look_up(self, ops: Sequence[RowOp]) -> dict[str, _Found]:
        """One print for each menu in which rows must be found, all in one round trip; nothing is written yet."""
        paths = sorted(
            {
                op.path
                for op in ops
                if not menu(op.path).single and (op.verb is not Verb.ADD or "place-before" in op.new)
            }
        )
        if not paths:
            return {}
        prints: list[Command] = []
        for path in paths:
            menu_ = menu(path)
            rule = ("radio-mac", "identity-regexp") if path in PROVISIONED else ()
            names = dict.fromkeys((".id", "name", *menu_.key, *SHARED_LISTS.get(path, ()), *rule, "dynamic"))
            known = [n for n in names if n in (".id", "dynamic") or n in menu_.settable or n in menu_.read_only]
            prints.append((f"{path}/print", f"=.proplist={','.join(known)}"))
        found: dict[str, _Found] = {}
        for path, answer in zip(paths, self._wire.exchange("look up", prints), strict=True):
            here = found.setdefault(path, _Found())
            for row in answer.rows:
                if row.get("dynamic") in _TRUE and path not in _GONE_IS_FINE:
                    continue
                here.by_key.setdefault(row_key(menu(path), row), []).append(row)
                here.by_name.setdefault(row.get("name", ""), row.get(".id", ""))
        return found

    def _commands(self, index: int, op: RowOp, found: dict[str, _Found], secrets: SecretSource) -> list[Command]:
        menu_ = menu(op.path)
        if op.verb is Verb.ADD:
            return [(f"{op.path}/add", *self._words(op, found, secrets))]
        if menu_.single:
            return [(f"{op.path}/set", *self._words(op, found, secrets))]
        rows = found[op.path].by_key.get(row_key(menu_, plain(op.key, secrets)), [])
        if not rows and op.verb is Verb.REMOVE and op.path in _GONE_IS_FINE:
            return []
        if len(rows) != 1 and not (op.verb is Verb.REMOVE and op.path in _GONE_IS_FINE):
            raise self._refused(index, op, f"{len(rows)} rows have this key", written=False)
        row_id = ",".join(row[".id"] for row in rows)
        match op.verb:
            case Verb.REMOVE:
                return [(f"{op.path}/remove", f"=.id={row_id}")]
            case Verb.SET:
                return self._set(op, row_id, found, secrets)
        return self._element(op, rows[0])

    def _set(self, op: RowOp, row_id: str, found: dict[str, _Found], secrets: SecretSource) -> list[Command]:
        """`set`, and `unset` for what has to be nothing again and is no text."""
        menu_ = menu(op.path)
        unset = [
            name
            for name, value in op.new.items()
            if value == "" and name != "comment" and menu_.settable[name].unset and menu_.settable[name].kind != "list"
        ]
        out: list[Command] = []
        words = self._words(op, found, secrets, leave_out=unset)
        if words:
            out.append((f"{op.path}/set", f"=.id={row_id}", *words))
        return out + [(f"{op.path}/unset", f"=.id={row_id}", f"=value-name={name}") for name in unset]

    def _element(self, op: RowOp, row: dict[str, str]) -> list[Command]:
        """The list as it is now, with or without our element; what is there (or gone) already needs no command.

        The row is kept up to date, so that two elements of one list in a batch do not undo each other.
        """
        menu_ = menu(op.path)
        words: list[str] = []
        for name, element in (op.new or op.old).items():
            wanted = normal(menu_, name, str(element))
            before = elements(row.get(name))
            kept = [part for part in before if normal(menu_, name, part) != wanted]
            after = [*kept, str(element)] if op.verb is Verb.JOIN else kept
            if len(after) != len(before):
                row[name] = ",".join(after)
                words.append(f"={name}={row[name]}")
        return [(f"{op.path}/set", f"=.id={row['.id']}", *words)] if words else []

    def _words(
        self, op: RowOp, found: dict[str, _Found], secrets: SecretSource, leave_out: Sequence[str] = ()
    ) -> list[str]:
        words = []
        for name, value in op.new.items():
            if name == "place-before":
                row_id = found[op.path].by_name.get(str(value).partition("=")[2])
                # The row it should stand before is gone: then there is nothing to stand before.
                words += [f"=place-before={row_id}"] if row_id else []
            elif name not in leave_out:
                words.append(f"={name}={self._value(value, secrets)}")
        return words

    def _value(self, value: Value, secrets: SecretSource) -> str:
        ref = value if isinstance(value, SecretRef) else parse_ref(value)
        if ref is None:
            return str(value)
        code = secrets.get(ref).reveal()
        self._reveal.append(code)
        return code

    def _refused(self, index: int, op: RowOp, reply: str, *, written: bool) -> CommandRefused:
        shown = printable(reply)
        for code in self._reveal:
            shown = shown.replace(code, "***") if code else shown
        place = say(op.path, op.key)
        return CommandRefused(
            Text(f"{op.verb} {place}: perangkat menolak: {shown}", f"{op.verb} {place}: the device refused: {shown}"),
            device=self._device,
            step="apply",
            may_have_written=written,
            reply=shown,
            op=index,
        )


def _concerns(rule: dict[str, str], radio: dict[str, str], name: str) -> bool:
    """Whether a provisioning rule matches a radio, as the manager matches them: by its MAC and its access point's identity.

    A radio's access point is shown as `identity@address` (7.x) or as its identity (6.x).
    """
    mac, pattern = rule.get("radio-mac", ""), rule.get("identity-regexp", "")
    if mac.strip("0:") and mac.upper() != radio.get("radio-mac", "").upper():
        return False
    identity = radio.get(name, "").partition("@")[0]
    try:
        return bool(identity) and (not pattern or re.search(pattern, identity) is not None)
    except re.error:
        return True  # the device's regular expressions know more than ours: rather one radio too many
