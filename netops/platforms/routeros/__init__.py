"""RouterOS as pure text and rows: parse, diff, invert, restore, show, guards. No I/O; refuses what the menus lack."""

from collections.abc import Collection, Mapping, Sequence

from netops.core.model import (
    Accounts,
    Batch,
    Claim,
    GuardKind,
    Limit,
    Op,
    Restoration,
    Rows,
    Scope,
    State,
    Tag,
    Target,
    Used,
    Value,
)
from netops.platforms.routeros import (
    closing,
    diff,
    guard,
    guests,
    limits,
    management,
    operations,
    parse,
    reach,
    show,
    usermanager,
)


def _rows(state: State) -> Rows:
    """The rows of a state. Raises TypeError for another platform's: a mistake of the caller."""
    if not isinstance(state, Rows):
        raise TypeError("RouterOS takes rows only")
    return state


class RouterOS:
    """The platform (see `core.ports.Platform`); the driver is `netops.drivers.routeros`."""

    name = "routeros"
    volatile = False

    def parse(self, text: str, values: Mapping[str, Value]) -> State:
        return parse.parse(text, values)

    def scope(self, want: State) -> Scope:
        return reach.scope(_rows(want))

    def foreign(self, text: str, values: Mapping[str, Value], owner: Tag, named: Collection[str]) -> tuple[Claim, ...]:
        return parse.foreign(text, values, owner, named)

    def touched(self, seen: State, want: State, owner: Tag) -> State:
        return reach.touched(_rows(seen), _rows(want), owner)

    def diff(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        usermanager.refuse_off(_rows(seen), _rows(want))
        return diff.diff(_rows(seen), _rows(want), owner)

    def batches(self, ops: Sequence[Op]) -> tuple[Batch, ...]:
        return operations.batches(ops)

    def invert(self, seen: State, ops: Sequence[Op]) -> tuple[Op, ...]:
        _rows(seen)
        return operations.invert(ops)

    def restore(self, seen: State, applied: Sequence[Op], owner: Tag) -> Restoration:
        return operations.restore(_rows(seen), applied, owner)

    def close(self, seen: State, owner: Tag) -> tuple[Op, ...]:
        return closing.close(_rows(seen), owner)

    def owned(self, seen: State, owner: Tag) -> tuple[str, ...]:
        return closing.owned(_rows(seen), owner)

    def show(self, ops: Sequence[Op]) -> str:
        return show.show(ops)

    def guards(self, features: Collection[str], ops: Sequence[Op]) -> tuple[GuardKind, ...]:
        return guard.guards(features, ops)

    def unguarded(self, inverse: Sequence[Op]) -> tuple[str, ...]:
        return tuple(diff.say(op.path, op.key) for op in guard.left(operations.rows_only(inverse)))

    def management(self, seen: State, ops: Sequence[Op], target: Target) -> tuple[str, ...]:
        return management.management(ops, target)

    def used_scope(self) -> Scope:
        return reach.used_scope()

    def used(self, seen: State) -> Used:
        return reach.used(_rows(seen))

    def limits_scope(self) -> Scope:
        return limits.limits_scope()

    def limits(self, seen: State) -> tuple[Limit, ...]:
        return limits.limits(_rows(seen))

    def returning(self, want: State, inverse: Sequence[Op]) -> tuple[Op, ...]:
        return limits.returning(_rows(want), operations.rows_only(inverse))

    def raising(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        return limits.raising(_rows(seen), _rows(want), owner)

    def silent(self, seen: State, want: State) -> tuple[str, ...]:
        return reach.on_air(_rows(seen), _rows(want))

    def logged_in(self, seen: State, owner: Tag) -> int | None:
        return closing.logged_in(_rows(seen), owner)

    def interfaces(self, want: State) -> tuple[str, ...]:
        return reach.interfaces(_rows(want))

    def accounts(self, seen: State, want: State, owner: Tag) -> Accounts:
        return guests.accounts(_rows(seen), _rows(want), owner)

    def evict(self, seen: State, owner: Tag, names: Collection[str]) -> tuple[Op, ...]:
        return guests.evict(_rows(seen), owner, names)

    def names(self, want: State) -> tuple[str, ...]:
        return guests.names(_rows(want))

    def logins(self, seen: State) -> tuple[str, ...]:
        return guests.logins(_rows(seen))

    def ending(self, want: State) -> tuple[Op, ...]:
        return guests.ending(_rows(want))

    def opening(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        return guests.opening(_rows(seen), _rows(want), owner)


PLATFORM = RouterOS()
