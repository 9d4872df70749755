"""Scripts that a RouterOS device runs by itself when we do not come back; refuses operations that would need a secret.

A scheduler repeats at its interval, so each script first disables its own scheduler. Rows are found by tag, name or key
(`[find comment="…"]`), never by id. Each line stands alone (`:do { } on-error={ }`): one that fails stops no other.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from netops.core.model import DeviceFacts, GuardKind, GuardPurpose, GuardSpec, Op, RowOp, Tag, Verb
from netops.core.secret import SecretRef
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.operations import invert, rows_only
from netops.platforms.routeros.quirks import LOGIN_MENUS, RUNTIME
from netops.platforms.routeros.words import quote

MAX_SCRIPT = 30_000
"""Bytes. RouterOS takes longer sources, but one that is cut would take back half a change: beyond this, no timer."""
MANY = 20
"""More removals than this in one menu go by their tag at once instead of one by one."""
_TAG = re.compile(r"netops:[A-Za-z0-9-]{1,24}(?= |$)")
POLICIES = ("read", "write", "test")
"""What the scripts need; the login that arms them must hold each."""


def guards(facts: DeviceFacts, ops: Sequence[Op]) -> tuple[GuardKind, ...]:
    """A device timer where the device runs schedulers and the way back fits into a script without secrets; else none."""
    inverse = invert(ops)
    if "scheduler" not in facts.features or not _scriptable(inverse):
        return (GuardKind.NONE,)
    if len(revert_script("netops-" + "x" * 32, inverse).encode()) > MAX_SCRIPT:
        return (GuardKind.NONE,)
    return (GuardKind.DEVICE_TIMER, GuardKind.NONE)


def name_of(owner: Tag, purpose: GuardPurpose) -> str:
    """The name of a guard's scheduler and script."""
    return f"{owner.name}.{purpose.value}"


def script(spec: GuardSpec) -> str:
    """The source of a guard. Raises ValueError for what cannot be in a script (secrets, too long)."""
    ops = rows_only(spec.inverse)
    name = name_of(spec.owner, spec.purpose)
    if spec.purpose is GuardPurpose.END:
        source = end_script(name, ops)
    elif _scriptable(ops):
        source = revert_script(name, ops)
    else:
        raise ValueError("the way back needs a secret, which must not be on the device")
    if len(source.encode()) > MAX_SCRIPT:
        raise ValueError(f"the script has {len(source.encode())} bytes, {MAX_SCRIPT} at most")
    return source


def _scriptable(ops: Sequence[RowOp]) -> bool:
    return not any(
        isinstance(value, SecretRef) or (name in menu(op.path).settable and menu(op.path).settable[name].secret)
        for op in ops
        for name, value in op.new.items()
    ) and not any(op.verb is Verb.ADD and op.path in LOGIN_MENUS for op in ops)


def revert_script(name: str, inverse: Sequence[RowOp]) -> str:
    """The inverse operations as a script, in order; equal lines (a removal by one tag) once."""
    lines = [_disarm(name)]
    for (path, bulk), group in groupby(inverse, key=lambda op: (op.path, _bulk(op))):
        ops = list(group)
        if bulk and len(ops) > MANY:
            # Each tag once: `netops:<change>` itself and `netops:<change> <more>`, whose change has no such characters.
            place = path.replace("/", " ").strip()
            lines += [_alone(f"/{place} remove [find {sign}]") for sign in (f'comment="{bulk}"', f'comment~"^{bulk} "')]
            continue
        for op in ops:
            lines += [line for line in _lines(op) if line not in lines[-1:]]
    return "\n".join(lines) + "\n"


def _bulk(op: RowOp) -> str:
    """The tag by which many rows of one menu can go together, '' where a row has none."""
    comment = op.old.get("comment")
    if op.verb is Verb.REMOVE and op.owned and isinstance(comment, str) and _TAG.match(comment):
        return comment.partition(" ")[0]
    return ""


def end_script(name: str, inverse: Sequence[RowOp]) -> str:
    """Access ends, nothing is destroyed: server off, its users off, its clients dropped.

    The servers are those that the inverse would remove. Saved logins need not go: their users are off.
    """
    lines = [_disarm(name)]
    for server in [op.key["name"] for op in inverse if op.verb is Verb.REMOVE and op.path == "/ip/hotspot"]:
        lines += [
            _alone(f"/ip hotspot set [find name={_text(server)}] disabled=yes"),
            _alone(f"/ip hotspot user set [find server={_text(server)}] disabled=yes"),
            _alone(f"/ip hotspot active remove [find server={_text(server)}]"),
            _alone(f"/ip hotspot host remove [find server={_text(server)}]"),
        ]
    return "\n".join(lines) + "\n"


def _disarm(name: str) -> str:
    return f"/system scheduler set [find name={_text(name)}] disabled=yes"


def _alone(command: str) -> str:
    return f":do {{ {command} }} on-error={{}}"


def _text(value: str) -> str:
    """A value in a script, always quoted: bare words are not text everywhere there."""
    written = quote(value)
    return written if written.startswith('"') else f'"{written}"'


def _lines(op: RowOp) -> list[str]:
    if op.path in RUNTIME:
        return []
    path = op.path.replace("/", " ").strip()
    place = f"[find {_condition(op)}]" if not menu(op.path).single else ""
    match op.verb:
        case Verb.REMOVE:
            return [_alone(f"/{path} remove {place}")]
        case Verb.SET:
            words = " ".join(f"{name}={_text(str(value))}" for name, value in op.new.items())
            return [_alone(" ".join(part for part in (f"/{path} set", place, words) if part))]
        case Verb.ADD:
            words = " ".join(f"{name}={_value(name, str(value))}" for name, value in op.new.items() if value)
            return [_alone(f"/{path} add {words}")]
    return [_alone(line) for line in _list_lines(op, path, place)]


def _list_lines(op: RowOp, path: str, place: str) -> list[str]:
    """An element enters or leaves a list as it is then, not as it was when the guard was armed."""
    out = []
    for name, value in (op.new or op.old).items():
        element = _text(str(value))
        kept = (
            f':local row {place}; :local kept [:toarray ""]; '
            f":foreach part in=[/{path} get $row {name}] do={{ :if ($part != {element}) do={{ :set kept ($kept, $part) }} }}; "
        )
        if op.verb is Verb.JOIN:
            kept += f":set kept ($kept, {element}); "
        out.append(f"{kept}/{path} set $row {name}=$kept")
    return out


def _value(name: str, value: str) -> str:
    if name == "place-before":
        key, _, text = value.partition("=")
        return f"[find {key}={_text(text)}]"
    return _text(value)


def _condition(op: RowOp) -> str:
    """How the script finds the row: our tag where the row carries one, else the natural key."""
    if _bulk(op):
        return f"comment={_text(str(op.old['comment']))}"
    return " ".join(f"{name}={_text(value)}" for name, value in op.key.items() if value)
