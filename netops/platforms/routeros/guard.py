"""Scripts that a RouterOS device runs by itself when we do not come back; refuses operations that would need a secret.

A scheduler repeats at its interval, so each script first disables its own scheduler. Rows are found by tag, name or key
(`[find comment="…"]`), never by id. Each line stands alone (`:do { } on-error={ }`): one that fails stops no other.
"""

import re
from collections.abc import Collection, Sequence
from itertools import groupby

from netops.core.model import GuardKind, GuardPurpose, GuardSpec, Op, RowOp, Tag, Verb
from netops.core.once import once
from netops.core.secret import SecretRef, parse_ref
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.operations import invert, rows_only
from netops.platforms.routeros.quirks import (
    ANNOUNCED,
    LIMITS,
    LOGIN_MENUS,
    ON_AIR,
    PROVISIONED,
    RUNTIME,
    SHARED_LISTS,
    VIRTUAL,
)
from netops.platforms.routeros.usermanager import UM_LINK, UM_USER
from netops.platforms.routeros.words import quote

MAX_SCRIPT = 30_000
"""Bytes. RouterOS takes longer sources, but one that is cut would take back half a change: beyond this, no timer."""
HOTSPOT, VLAN, PROFILE = "/ip/hotspot", "/interface/vlan", "/ip/hotspot/user/profile"
MANY = 20
"""More users than this go many to a line, so that an event of hundreds still fits into one script."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_TAG = re.compile(r"netops:[A-Za-z0-9-]{1,24}(?= |$)")
POLICIES = ("read", "write", "test")
"""What the scripts need; the login that arms them must hold each."""


def guards(features: Collection[str], ops: Sequence[Op]) -> tuple[GuardKind, ...]:
    """A device timer where the device runs schedulers and the way back fits into a script without secrets; else none."""
    timed = "scheduler" in features and _fits(invert(ops))
    return (GuardKind.DEVICE_TIMER, GuardKind.NONE) if timed else (GuardKind.NONE,)


@once(most=20_000)
def _fits(inverse: tuple[RowOp, ...]) -> bool:
    return _scriptable(inverse) and len(revert_script("netops-" + "x" * 32, inverse).encode()) <= MAX_SCRIPT


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
        raise ValueError("the way back needs a secret or a shared list, which no script on the device may hold")
    if len(source.encode()) > MAX_SCRIPT:
        raise ValueError(f"the script has {len(source.encode())} bytes, {MAX_SCRIPT} at most")
    return source


def _scriptable(ops: Sequence[RowOp]) -> bool:
    """No secret, no login that would come back without one, and no element of a shared list: a script that computes
    somebody else's list is more than a guard should be trusted with. The one exception is our network in a provisioning
    rule (see `_off_air`), where a mistake costs a name on the air; what cannot be brought back there stays (`ANNOUNCED`).
    """
    ops = [op for op in ops if not _left_alone(op)]
    if any(op.verb is Verb.JOIN or (op.verb is Verb.LEAVE and op.path not in PROVISIONED) for op in ops):
        return False
    return not any(_secret(op) or (op.verb is Verb.ADD and op.path in LOGIN_MENUS) for op in ops)


def _secret(op: RowOp) -> bool:
    if not op.new:
        return False
    known = menu(op.path).settable
    return any(isinstance(value, SecretRef) or (name in known and known[name].secret) for name, value in op.new.items())


def _left_alone(op: RowOp) -> bool:
    """What a script neither takes back nor brings back: see `ANNOUNCED`."""
    return op.path in ANNOUNCED and (op.verb in (Verb.ADD, Verb.JOIN) or _secret(op))


def left(inverse: Sequence[RowOp]) -> tuple[RowOp, ...]:
    """The operations of a way back that the script leaves to us."""
    return tuple(op for op in inverse if _left_alone(op))


def revert_script(name: str, inverse: Sequence[RowOp]) -> str:
    """The inverse operations as a script, in order; equal lines (a removal by one tag) once."""
    lines = [_disarm(name)]
    for server, group in groupby(inverse, key=_server):
        ops = list(group)
        if server and len(ops) > MANY:
            lines += _users(server, [op.key["name"] for op in ops])
        else:
            for op in ops:
                lines += [line for line in _lines(op) if op.verb is not Verb.REMOVE or line != lines[-1]]
                if op.verb is Verb.LEAVE:
                    lines = _provisioned_once(lines, op)
    return "\n".join(lines) + "\n"


def _server(op: RowOp) -> str:
    """The hotspot server of a user who goes and whose name is safe inside a regular expression, '' for all else."""
    user = op.verb is Verb.REMOVE and op.path == "/ip/hotspot/user" and _PLAIN.fullmatch(op.key["name"])
    return op.key["server"] if user else ""


def _users(server: str, names: Sequence[str]) -> list[str]:
    """Users of one server by name, many to a line: exactly those, whoever else is on that server by then."""
    return [
        _alone(f'/ip hotspot user remove [find server={_text(server)} name~"^({"|".join(names[at : at + MANY])})\\$"]')
        for at in range(0, len(names), MANY)
    ]


def end_script(name: str, inverse: Sequence[RowOp]) -> str:
    """Access ends, nothing is destroyed: VLAN off, server off, its users off, its clients dropped, its network off the air;
    a unit's rate is what it was (limits are among the ops only where they are to go back, see `limits.returning`).

    The VLAN goes first, for without its server an interface is routed like any other: whoever is on it would be let
    through. The servers are those that the inverse would remove, found by name and by the interface they stand on: one
    that a person renamed is closed too. Saved logins need not go: their users are off.
    """
    lines = [_disarm(name)]
    stands_on = {op.old.get("interface") for op in inverse if op.path == HOTSPOT}
    for op in inverse:
        if op.verb is Verb.REMOVE and op.path == VLAN and op.key["name"] in stands_on:
            lines.append(_alone(f"/interface vlan set [find {_ours(op)}] disabled=yes"))
    for op in inverse:
        if op.verb is not Verb.REMOVE or op.path != HOTSPOT:
            continue
        server, interface = op.key["name"], str(op.old.get("interface", ""))
        by_name = f"[find name={_text(server)}]"
        lines.append(_alone(f"/ip hotspot set {by_name} disabled=yes"))
        if interface:
            lines.append(_alone(f"/ip hotspot set [find interface={_text(interface)}] disabled=yes"))
        for menu_ in ("user set", "active remove", "host remove"):
            off = " disabled=yes" if menu_ == "user set" else ""
            lines.append(_alone(f"/ip hotspot {menu_} [find server={_text(server)}]{off}"))
        if interface:
            lines.append(_alone(_renamed(interface)))
    for op in inverse:
        if op.verb is Verb.LEAVE and op.path in PROVISIONED:
            lines = _provisioned_once([*lines, *_lines(op)], op)
        elif op.verb is Verb.REMOVE and op.path in VIRTUAL:
            lines.append(_alone(f"/{op.path.replace('/', ' ').strip()} set [find {_ours(op)}] disabled=yes"))
    for op in inverse:
        if op.path in LIMITS and op.verb is Verb.SET and not op.owned:
            lines += _lines(op)
        elif op.path in LIMITS and op.verb is Verb.REMOVE and op.path != PROFILE and not stands_on:
            lines.append(_alone(f"/{op.path.replace('/', ' ').strip()} set [find {_ours(op)}] disabled=yes"))
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _ours(op: RowOp) -> str:
    """Our tag alone, so that a row that a person renamed is found; its name where the row has none."""
    comment = op.old.get("comment")
    return f"comment={_text(comment)}" if isinstance(comment, str) and _TAG.match(comment) else _condition(op)


def _off_air(op: RowOp) -> str:
    """Our element out of a provisioning rule's list, found by the rule's own comment; a list without it is not written.

    `:toarray` takes a list and a comma-separated text alike (manual, Scripting). The order of the others stays.
    """
    path = op.path.replace("/", " ").strip()
    (name,) = SHARED_LISTS[op.path]
    ours = _text(str(op.old[name]))
    each = f':if ($e = {ours}) do={{ :set f true }} else={{ :set n ($n . "," . $e) }}'
    return (
        f':foreach r in=[/{path} find {_condition(op)}] do={{ :local n ""; :local f false; '
        f":foreach e in=[:toarray [/{path} get $r {name}]] do={{ {each} }}; "
        f":if ([:len $n] > 0) do={{ :set n [:pick $n 1 [:len $n]] }}; "
        f":if ($f) do={{ /{path} set $r {name}=$n }} }}"
    )


def _provisioned_once(lines: Sequence[str], op: RowOp) -> list[str]:
    """Behind the last rule: the radios that announce our network are provisioned again, no others."""
    (name,) = SHARED_LISTS[op.path]
    home = op.path.rpartition("/")[0]
    interfaces = ON_AIR[f"{home}/configuration"].replace("/", " ").strip()
    radio = PROVISIONED[op.path][0].replace("/", " ").strip()
    each = f":local m [/{interfaces} get $i master-interface]; /{radio} provision [find interface=$m]"
    line = _alone(
        f":foreach i in=[/{interfaces} find configuration={_text(str(op.old[name]))}] do={{ {_alone(each)} }}"
    )
    return [*(one for one in lines if one != line), line]


def _renamed(interface: str) -> str:
    """The same for whatever the server on that interface is called by now."""
    doings = (
        "/ip hotspot user set [find server=$n] disabled=yes",
        "/ip hotspot active remove [find server=$n]",
        "/ip hotspot host remove [find server=$n]",
    )
    each = "; ".join(doings)
    return (
        f":foreach s in=[/ip hotspot find interface={_text(interface)}] "
        f"do={{ :local n [/ip hotspot get $s name]; {each} }}"
    )


def _disarm(name: str) -> str:
    return f"/system scheduler set [find name={_text(name)}] disabled=yes"


def _alone(command: str) -> str:
    return f":do {{ {command} }} on-error={{}}"


def _text(value: str) -> str:
    """A value in a script, always quoted: bare words are not text everywhere there."""
    written = quote(value)
    return written if written.startswith('"') else f'"{written}"'


def _lines(op: RowOp) -> list[str]:
    if op.path in RUNTIME or _left_alone(op):
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
        case Verb.LEAVE if op.path in PROVISIONED:
            return [_alone(_off_air(op))]
    raise ValueError("an element of a shared list cannot be taken back by a script")


def _value(name: str, value: str) -> str:
    if name == "place-before":
        key, _, text = value.partition("=")
        return f"[find {key}={_text(text)}]"
    return _text(value)


def _condition(op: RowOp) -> str:
    """How the script finds the row: our tag where the row carries one, with the name where it has one, else its key.

    A comment and a name are compared as text on every version; prefixes and VLAN lists are not, so they come last.
    """
    comment = op.old.get("comment")
    if op.verb is Verb.REMOVE and op.path == UM_LINK:
        return f"profile={_text(op.key['profile'])}"  # all of the batch, in one line
    if op.verb is Verb.REMOVE and op.path == UM_USER and isinstance(comment, str):
        return f"comment={_text(comment)}"
    code = parse_ref(op.key.get("name", "")) is not None
    if code and isinstance(comment, str):
        # The name is a secret: the batch's comment says which, and equal lines are one.
        return f"server={_text(op.key['server'])} comment={_text(comment)}"
    if op.verb is Verb.REMOVE and op.owned and isinstance(comment, str) and _TAG.match(comment):
        names = {"comment": comment} | ({"name": op.key["name"]} if "name" in op.key else {})
        return " ".join(f"{name}={_text(value)}" for name, value in names.items())
    return " ".join(f"{name}={_text(value)}" for name, value in op.key.items() if value)
