"""The IOS platform: template in, ops out, and the way back; pure, and never takes a foreign VLAN, port or list."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from netops.core.model import (
    Batch,
    Claim,
    GuardKind,
    Limit,
    LineOp,
    Op,
    Restoration,
    Scope,
    State,
    Tag,
    Target,
    Tree,
    Used,
    Value,
)
from netops.platforms.ios import template
from netops.platforms.ios.changes import (
    ADD,
    REMOVE,
    access_vlan,
    elements,
    ops_between,
    our_vlans,
    policy_of,
    refuse_foreign,
    touched,
)
from netops.platforms.ios.limits import attached, limits
from netops.platforms.ios.lines import POLICY, key, sections, steps, subnet, tree, trunk_list, vlan_id
from netops.platforms.ios.management import management
from netops.platforms.ios.quirks import ALLOWED, RESERVED_VLANS
from netops.platforms.ios.restore import back, restoration


def _tree(state: State) -> Tree:
    if not isinstance(state, Tree):
        raise TypeError("an IOS state is a Tree")
    return state


def _ops(ops: Sequence[Op]) -> tuple[LineOp, ...]:
    found = tuple(op for op in ops if isinstance(op, LineOp))
    if len(found) != len(ops):
        raise TypeError("an IOS op is a LineOp")
    return found


class Ios:
    """`Platform` for Cisco-like switches; states are `Tree`s, ops `LineOp`s.

    An op with `path` '' makes (`vlan 210` and its lines, indented) or removes (`no vlan 210`) a whole section or
    sets a global line; any other op sends lines inside a section that exists. Each op carries what it replaces.
    """

    name = "ios"
    volatile = True

    def parse(self, text: str, values: Mapping[str, Value]) -> Tree:
        return template.parse(text, values)

    def foreign(self, text: str, values: Mapping[str, Value], owner: Tag, named: Collection[str]) -> tuple[Claim, ...]:
        return template.foreign(text, values, owner, named)

    def scope(self, want: State) -> Scope:
        """Every VLAN and every interface (one `show` each), so that absence is proven for all trunks; global lines by name."""
        parts = sections(_tree(want))
        wanted = [name for name in parts if not name.startswith(("vlan ", "interface ", POLICY))]
        policies = ("policy-map *",) if any(name.startswith(POLICY) for name in parts) else ()
        return Scope(paths=("vlan *", "interface *", *policies, *sorted({key(name) for name in wanted})))

    def touched(self, seen: State, want: State, owner: Tag) -> Tree:
        return tree(touched(sections(_tree(seen)), sections(_tree(want)), owner))

    def diff(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        present, wanted = sections(_tree(seen)), sections(_tree(want))
        refuse_foreign(present, wanted, owner)
        return ops_between(present, wanted, owner)

    def batches(self, ops: Sequence[Op]) -> tuple[Batch, ...]:
        """Neighbours of one level together: sections, elements, other lines, removals; the order is the ops' own."""
        groups = [tuple(group) for _, group in groupby(_ops(ops), key=_level)]
        return tuple(Batch(number=number, ops=group) for number, group in enumerate(groups))

    def invert(self, seen: State, ops: Sequence[Op]) -> tuple[Op, ...]:
        """Each op carries what it replaced, so `seen` is only checked for its kind."""
        _tree(seen)
        return tuple(back(op) for op in reversed(_ops(ops)))

    def restore(self, seen: State, applied: Sequence[Op], owner: Tag) -> Restoration:
        return restoration(_tree(seen), _ops(applied), owner)

    def close(self, seen: State, owner: Tag) -> tuple[Op, ...]:
        """Nothing: the gateway closes access; the ports of a switch come back by `restore`."""
        _tree(seen), owner
        return ()

    def owned(self, seen: State, owner: Tag) -> tuple[str, ...]:
        """VLANs and policy-maps named by our tag, the ports and trunk elements that are still in them, where they are in force."""
        parts = sections(_tree(seen))
        ours = our_vlans(parts, owner)
        found = [f"vlan {vlan} ({name})" for vlan, name in ours.items()]
        for header, lines in parts.items():
            port, listed = access_vlan(lines), trunk_list(lines) or frozenset()
            if port in ours:
                found.append(f"{header}: switchport access vlan {port}")
            found.extend(f"{header}: {ALLOWED} {vlan}" for vlan in ours if vlan in listed)
            found.extend(f"{header}: {line}" for line in lines if (name := attached(line)) and owner.owns_name(name[1]))
        policies = dict.fromkeys(policy_of(header) for header in parts)
        found.extend(f"{POLICY}{name}" for name in policies if owner.owns_name(name))
        return tuple(found)

    def limits_scope(self) -> Scope:
        return Scope(paths=("interface *", "policy-map *"))

    def limits(self, seen: State) -> tuple[Limit, ...]:
        return limits(sections(_tree(seen)))

    def returning(self, want: State, inverse: Sequence[Op]) -> tuple[Op, ...]:
        """Nothing: the rollback timer takes two hours at most, and a switch has no other."""
        return ()

    def raising(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        """Nothing went back by itself."""
        return ()

    def used_scope(self) -> Scope:
        return Scope(paths=("vlan *", "interface *"))

    def used(self, seen: State) -> Used:
        """VLANs that exist, have ports or an interface (1 and 1002-1005 too); subnets of every interface address."""
        parts = sections(_tree(seen))
        vlans = {vlan for name in parts if (vlan := vlan_id(name)) is not None}
        vlans |= {vlan for lines in parts.values() if (vlan := access_vlan(lines)) is not None}
        vlans |= {int(name[14:]) for name in parts if name.startswith("interface Vlan") and name[14:].isdecimal()}
        found = [net for lines in parts.values() for line in lines if (net := subnet(line)) is not None]
        return Used(vlans=frozenset(vlans) | RESERVED_VLANS, subnets=tuple(dict.fromkeys(found)))

    def silent(self, seen: State, want: State) -> tuple[str, ...]:
        """A switch announces no network."""
        return ()

    def logged_in(self, seen: State, owner: Tag) -> int | None:
        """A switch lets nobody in."""
        return None

    def interfaces(self, want: State) -> tuple[str, ...]:
        """The trunks, by their full names (ifDescr): they must be up. An access port may wait for somebody to plug in."""
        parts = sections(_tree(want))
        return tuple(name.removeprefix("interface ") for name, lines in parts.items() if elements(lines))

    def show(self, ops: Sequence[Op]) -> str:
        return "\n".join(line for op in _ops(ops) for line in _shown(op))

    def guards(self, features: Collection[str], ops: Sequence[Op]) -> tuple[GuardKind, ...]:
        """`configure terminal revert timer` needs an `archive` with a path."""
        _ops(ops)
        return (GuardKind.DEVICE_TIMER, GuardKind.NONE) if "archive" in features else (GuardKind.NONE,)

    def management(self, seen: State, ops: Sequence[Op], target: Target) -> tuple[str, ...]:
        return management(sections(_tree(seen)), _ops(ops), target)


def _level(op: LineOp) -> str:
    if not op.path:
        return "gone" if op.lines[0].startswith("no ") else "made"
    return "elements" if op.lines[0].startswith((ADD, REMOVE)) else "lines"


def _shown(op: LineOp) -> list[str]:
    """`-` what goes, `+` what comes; a `no …` is shown as the line that it takes away."""
    if not op.path:
        gone = op.lines[0].startswith("no ")
        return [f"-{line}" for line in op.old] + ([] if gone and op.old else [f"+{line}" for line in op.lines])
    old = {key(line): line for line in op.old}
    found = [f"{' ' * depth}{step}" for depth, step in enumerate(steps(op.path), 1)]
    for line in op.lines:
        if line.startswith(REMOVE):
            found.append(f"- {ALLOWED} {line[len(REMOVE) :]}")
        elif line.startswith(ADD):
            found.append(f"+ {line}")
        else:
            before = old.get(key(line))
            found.extend([f"- {before}"] if before else [])
            if not line.startswith("no ") or not before:
                found.append(f"+ {line}")
    return found
