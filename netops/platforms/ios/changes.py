"""From sections seen to sections wanted: whose line is whose, and the ops in between; refuses to take what is not ours."""

from collections.abc import Iterable, Mapping, Sequence

from netops.core.errors import Refused
from netops.core.model import LineOp, Tag
from netops.core.text import Text
from netops.platforms.ios.lines import (
    POLICY,
    Sections,
    expand,
    flat,
    gone,
    is_logical,
    key,
    limit,
    merged,
    reworded,
    steps,
    trunk_list,
    value,
    vlan_id,
)
from netops.platforms.ios.quirks import ALLOWED

ADD = f"{ALLOWED} add "
REMOVE = f"{ALLOWED} remove "
FOREIGN = "netops-"
"""How every change's names begin: a VLAN named so that is not ours belongs to another event."""


def our_vlans(parts: Mapping[str, Sequence[str]], owner: Tag) -> dict[int, str]:
    """The VLANs whose name carries the owner's tag: id → name."""
    found = {}
    for header, lines in parts.items():
        vlan, name = vlan_id(header), value(lines, "name")
        if vlan is not None and name is not None and owner.owns_name(name):
            found[vlan] = name
    return found


def elements(lines: Iterable[str]) -> tuple[int, ...]:
    """The VLANs that a wanted section adds to its trunk's list."""
    return tuple(int(line[len(ADD) :]) for line in lines if line.startswith(ADD))


def access_vlan(lines: Iterable[str]) -> int | None:
    found = value(lines, "switchport access vlan")
    return int(found) if found and found.isdecimal() else None


def leaving(seen: Mapping[str, Sequence[str]], want: Mapping[str, Sequence[str]], owner: Tag) -> tuple[int, ...]:
    """VLANs of ours that `want` does not name any more."""
    return tuple(vlan for vlan in our_vlans(seen, owner) if f"vlan {vlan}" not in want)


def concerned(seen: Sections, want: Sections, owner: Tag) -> tuple[Sections, Sections]:
    """Both sides of what the template names, list elements as lines of their own, for the difference engine."""
    before: Sections = {}
    after: Sections = {}
    left = leaving(seen, want, owner)
    for header in seen.keys() | want.keys():
        lines, wanted = seen.get(header, ()), want.get(header)
        old = [vlan for vlan in left if vlan in (trunk_list(lines) or ())]
        if wanted is None and not old:
            continue
        joined = elements(wanted or ())
        plain = [reworded(lines, line) for line in wanted or () if not line.startswith(ADD)]
        listed = trunk_list(lines)
        own = [line for line in lines if not line.startswith((ALLOWED + " ", " "))]
        has = [vlan for vlan in joined if listed is None or vlan in listed]
        target = merged(own, plain)
        if header in seen:
            before[header] = (*own, *(f"{ADD}{vlan}" for vlan in (*has, *old)))
        after[header] = (*target, *(f"{ADD}{vlan}" for vlan in joined))
    for header, lines in seen.items():
        if not lines and header not in want and any(key(header) == key(other) for other in want):
            before[header] = ()
    for vlan in left:
        before[f"vlan {vlan}"] = seen[f"vlan {vlan}"]
    return before, after


def ops_between(seen: Sections, want: Sections, owner: Tag) -> tuple[LineOp, ...]:
    """Ops in order: new sections, elements in, other lines, elements out, our leftover sections away."""
    from netops.platforms.ios.remedy import remedy

    made: list[tuple[int, LineOp]] = []
    before, after = concerned(seen, want, owner)
    order = {header: place for place, header in enumerate(want)}
    sent = sorted(remedy(before, after), key=lambda item: order.get(item[0], len(order)))
    for header, lines in sent:
        if header.startswith("no "):
            name = header.removeprefix("no ")
            made.append((4, LineOp(path="", lines=(gone(name),), old=tuple(flat({name: seen[name]})))))
        elif header not in seen:
            replaced = tuple(other for other in before if not before[other] and key(other) == key(header))
            made.append((0, LineOp(path="", lines=tuple(flat({header: lines})), old=replaced, owned=not replaced)))
        else:
            made.extend(_inside(header, lines, seen[header]))
    return tuple(op for _, op in sorted(made, key=lambda item: item[0]))


def _inside(header: str, lines: Sequence[str], present: Sequence[str]) -> list[tuple[int, LineOp]]:
    found = [(1, LineOp(path=header, lines=(line,))) for line in lines if line.startswith(ADD)]
    plain = tuple(line for line in lines if not line.startswith(ALLOWED + " "))
    if plain:
        keys = {key(line) for line in plain}
        old = tuple(line for line in present if not line.startswith(" ") and key(line) in keys)
        found.append((2, LineOp(path=header, lines=plain, old=old, owned=False)))
    return found + [(3, LineOp(path=header, lines=(line,))) for line in lines if line.startswith(REMOVE)]


# ── what stands in the way ───────────────────────────────────────────────────────────────────────────────────────


def refuse_foreign(seen: Sections, want: Sections, owner: Tag) -> None:
    """Raises `Refused` where getting to `want` would take a VLAN or port that is somebody else's."""
    for header, lines in want.items():
        vlan = vlan_id(header)
        if vlan is not None:
            _refuse_vlan(seen, vlan, lines, owner)
        elif header.startswith("interface "):
            _refuse_port(seen, want, header, lines, owner)
        elif header.startswith(POLICY):
            _refuse_policy(seen, header, lines, owner)
    away = set(leaving(seen, want, owner))
    for header, lines in seen.items():
        vlan = access_vlan(lines)
        if vlan in away and access_vlan(want.get(header, ())) is None:
            raise _stop(
                f"{header} masih di VLAN {vlan} milik perubahan ini, tetapi tidak ada di rencana",
                f"{header} is still in VLAN {vlan} of this change, but not in the plan",
            )
        if f"vlan {vlan}" in want and f"vlan {vlan}" not in seen and header not in want:
            raise _stop(
                f"{header} sudah di VLAN {vlan} yang belum ada: membuatnya akan menghidupkan port itu",
                f"{header} is in VLAN {vlan}, which does not exist yet: making it would bring that port to life",
            )


def _stop(indonesian: str, english: str) -> Refused:
    hint = Text(
        id="Tidak ada yang dikirim. Pilih VLAN atau port lain, atau bereskan dulu di perangkat.",
        en="Nothing was sent. Choose another VLAN or port, or settle it on the device first.",
    )
    return Refused(Text(id=indonesian, en=english), hint)


def _refuse_vlan(seen: Sections, vlan: int, lines: Sequence[str], owner: Tag) -> None:
    header, wanted = f"vlan {vlan}", value(lines, "name")
    if header in seen:
        name = value(seen[header], "name")
        if merged(seen[header], lines) != seen[header] and not (name and owner.owns_name(name)):
            shown = repr(name) if name else "(tanpa nama / without a name)"
            raise _stop(
                f"VLAN {vlan} sudah ada dengan nama {shown}: bukan milik perubahan ini",
                f"VLAN {vlan} exists with the name {shown}: not of this change",
            )
    elif not (wanted and owner.owns_name(wanted)):
        raise _stop(
            f"VLAN {vlan} akan dibuat tanpa nama {owner.name!r}: nanti tidak dikenali sebagai milik kita",
            f"VLAN {vlan} would be made without the name {owner.name!r}: it would not be known as ours later",
        )


def policy_of(header: str) -> str:
    """`policy-map UNIT | class class-default` → `UNIT`; '' for any other header."""
    return steps(header)[0].removeprefix(POLICY) if header.startswith(POLICY) else ""


def _refuse_policy(seen: Sections, header: str, lines: Sequence[str], owner: Tag) -> None:
    """A policy-map that people made keeps its classes and actions: only the rate of one that limits is changed."""
    if owner.owns_name(policy_of(header)):
        return
    present = seen.get(header)
    if present is None:
        raise _stop(
            f"{header} tidak ada di perangkat dan bukan bernama {owner.name!r}",
            f"{header} is not on the device, and not named {owner.name!r}",
        )
    for line in lines:
        if not any(key(old) == key(line) and limit(old) is not None for old in present):
            raise _stop(f"{header} tidak membatasi dengan {key(line)!r}", f"{header} does not limit by {key(line)!r}")


def _refuse_port(seen: Sections, want: Sections, header: str, lines: Sequence[str], owner: Tag) -> None:
    present = seen.get(header)
    if present is None:
        if not is_logical(header):
            raise _stop(f"{header} tidak ada di perangkat", f"{header} is not on the device")
        return
    joins = elements(lines) and "switchport mode trunk" not in lines
    if joins and "switchport mode access" in present:
        raise _stop(f"{header} bukan trunk", f"{header} is not a trunk")
    if access_vlan(lines) is None:
        return
    group = next((line for line in present if line.startswith("channel-group ")), None)
    for line in ("switchport mode trunk", "no switchport", *([group] if group else [])):
        if line in present and line not in lines:
            raise _stop(f"{header} bukan port akses: ada {line!r}", f"{header} is not an access port: it has {line!r}")
    wanted = f"vlan {access_vlan(lines)}"
    if wanted not in seen and wanted not in want and wanted != "vlan 1":
        raise _stop(
            f"{header}: {wanted} tidak ada di perangkat; switch akan membuatnya tanpa nama kita",
            f"{header}: {wanted} is not on the device; the switch would make it without our name",
        )
    joined = value(seen.get(wanted, ()), "name") or ""
    if joined.startswith(FOREIGN) and not owner.owns_name(joined):
        raise _stop(
            f"{header}: {wanted} ({joined}) milik perubahan lain dan akan hilang bersamanya",
            f"{header}: {wanted} ({joined}) belongs to another change and will go with it",
        )
    vlan = access_vlan(present)
    name = value(seen.get(f"vlan {vlan}", ()), "name") or ""
    if name.startswith(FOREIGN) and not owner.owns_name(name):
        raise _stop(
            f"{header} dipakai acara lain: VLAN {vlan} ({name})",
            f"{header} is in use by another event: VLAN {vlan} ({name})",
        )


def touched(seen: Sections, want: Sections, owner: Tag) -> Sections:
    """The part of `seen` that `want` touches or depends on; of a shared list only our elements."""
    found: Sections = {}
    ours = our_vlans(seen, owner)
    for header, wanted in want.items():
        if header not in seen:
            found.update({other: () for other, lines in seen.items() if not lines and key(other) == key(header)})
            continue
        present = seen[header]
        if vlan_id(header) is not None:
            found[header] = present
            continue
        keys = {key(line) for line in wanted if not line.startswith(ADD)}
        if elements(wanted):
            keys.add("switchport mode")
        kept = [line for line in present if key(line) in keys or line.startswith(("channel-group ", "no switchport"))]
        found[header] = (*sorted(kept), *_membership(present, (*elements(wanted), *ours)))
        if elements(wanted) and trunk_list(present) is None:
            found[header] = (*found[header], f"{ALLOWED} all")
        for vlan in (access_vlan(present), access_vlan(wanted)) if access_vlan(wanted) is not None else ():
            if f"vlan {vlan}" in seen and f"vlan {vlan}" not in want:
                found[f"vlan {vlan}"] = tuple(line for line in seen[f"vlan {vlan}"] if line.startswith("name "))
    for header, lines in seen.items():
        vlan, port, trunk = vlan_id(header), access_vlan(lines), _membership(lines, tuple(ours))
        if vlan in ours:
            found[header] = lines
        elif header not in want and port in ours:
            found[header] = (f"switchport access vlan {port}",)
        elif header not in want and trunk_list(lines) is not None and trunk:
            found[header] = trunk
    return dict(sorted(found.items()))


def _membership(lines: Sequence[str], vlans: Sequence[int]) -> tuple[str, ...]:
    listed = trunk_list(lines)
    if listed is None:
        return ()
    return tuple(f"{ADD}{vlan}" for vlan in sorted(set(vlans)) if vlan in listed)


def elements_of(line: str) -> frozenset[int] | None:
    """VLANs of a line that adds to or removes from a trunk's list; None for any other line."""
    for prefix in (ADD, REMOVE):
        if line.startswith(prefix):
            return expand(line[len(prefix) :])
    return None
