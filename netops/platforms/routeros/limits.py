"""What limits units on a RouterOS device (simple queues, queue trees, hotspot profiles), and what goes back to it; refuses nothing."""

from collections.abc import Sequence

from netops.core.model import Limit, Row, RowOp, Rows, Scope, Tag, Verb
from netops.core.units import parse_rate_pair
from netops.platforms.routeros.diff import diff
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.guests import ending
from netops.platforms.routeros.quirks import LIMITS
from netops.platforms.routeros.values import is_flag, present

SIMPLE, TREE, PROFILE = LIMITS


def limits_scope() -> Scope:
    return Scope(paths=(PROFILE, SIMPLE, TREE))


def limits(seen: Rows) -> tuple[Limit, ...]:
    """In the device's order. Rows that are off or that the device made itself (a hotspot client's queue) are no limits."""
    return tuple(
        limit
        for row in seen.rows
        if row.menu in (SIMPLE, TREE, PROFILE) and not is_flag(row, "dynamic", "disabled")
        for limit in (_limit(row),)
    )


def returning(want: Rows, inverse: Sequence[RowOp]) -> tuple[RowOp, ...]:
    """Old rates of rows that were there; own limits, unless they are an event's, whose end closes access instead."""
    event = bool(ending(want))
    return tuple(
        op
        for op in inverse
        if op.path in LIMITS
        if (op.verb is Verb.SET and not op.owned) or (op.verb is Verb.REMOVE and op.path != PROFILE and not event)
    )


def raising(seen: Rows, want: Rows, owner: Tag) -> tuple[RowOp, ...]:
    return tuple(op for op in diff(seen, want, owner) if op.path in LIMITS and op.verb is Verb.SET)


def _limit(row: Row) -> Limit:
    menu_ = menu(row.menu)
    name, comment = str(row.values.get("name", "")), str(row.values.get("comment", ""))
    if row.menu == PROFILE:
        # `rx/tx burst…` as the router sees them: rx is what the client sends (manual, Hotspot User Profile, rate-limit).
        up, down = _pair(present(menu_, row.values, "rate-limit").split(" ")[0])
        parent = present(menu_, row.values, "parent-queue")
        return Limit(form="profile", name=name, up=up, down=down, parent="" if parent == "none" else parent)
    parent = present(menu_, row.values, "parent")
    parent = "" if parent in ("none", "global") else parent
    if row.menu == TREE:
        up, down = _pair(present(menu_, row.values, "max-limit"))
        marks = present(menu_, row.values, "packet-mark")
        return Limit(form="tree", name=name, up=up, down=down, target=marks, parent=parent, way="one", comment=comment)
    up, down = _pair(present(menu_, row.values, "max-limit"))
    target = present(menu_, row.values, "target")
    return Limit(form="simple", name=name, up=up, down=down, target=target, parent=parent, comment=comment)


def _pair(text: str) -> tuple[int, int]:
    try:
        pair = parse_rate_pair(text)
    except ValueError:
        return 0, 0
    return pair.up, pair.down
