"""A unit's limit found among those that stand on a device, and what stands around it; refuses guesses and rates above a parent's."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from netops.core.errors import NoCapacity, NoTarget
from netops.core.model import Form, Limit, LinkNeeds, Tag
from netops.core.text import Text
from netops.core.units import say_rate
from netops.planning.ports import short_port

POLICIES: tuple[Form, ...] = ("police", "shape")
_SIDES = {"up": "in", "down": "out"}
"""What a unit sends comes in on its port."""
SHOWN = 12
"""So many limits of a device a refusal names."""

OWN_NAMES: Mapping[Form, tuple[str, str]] = {
    "simple": ("", ""),
    "tree": (".up", ".down"),
    "profile": ("", ""),
    "police": (".in class-default", ".out class-default"),
    "shape": (".in class-default", ".out class-default"),
}
"""What stands behind our tag in the names of limits that a change makes: for upload, for download."""


def found(needs: LinkNeeds, limits: Sequence[Limit], owner: Tag) -> LinkNeeds:
    """The needs with the limit that stands there, by name or by what it limits; `makes` where there is none and one can be made.

    Raises `NoTarget` where several fit, and where there is none and nothing says what a new one should limit.
    """
    down = _one(needs, limits, needs.queue, needs.target, "down", owner)
    up = _one(needs, limits, needs.queue_up, needs.target_up, "up", owner)
    if up is None and down is None:
        return _made(needs, limits, owner)
    # A port may be limited one way only: the other has no limit, and gets none.
    if needs.form not in POLICIES and (up is None or down is None):
        raise _none(needs, limits, needs.queue if down is None else needs.queue_up)
    return replace(
        needs,
        makes=False,
        form=down.form if down else needs.form,
        queue=down.name if down else "",
        queue_up=up.name if up else "",
        target=down.target if down else "",
        target_up=up.target if up else "",
        parent=down.parent if down else "",
        parent_up=up.parent if up else "",
        was_up=up.up if up else 0,
        was_down=down.down if down else 0,
    )


def _one(needs: LinkNeeds, limits: Sequence[Limit], name: str, target: str, way: str, owner: Tag) -> Limit | None:
    """The limit of that name, else of exactly that target."""
    fitting = [one for one in limits if _fits(one, needs, way)]
    by_name = [one for one in fitting if name and one.name == name]
    same = by_name or [one for one in fitting if target and one.target == target]
    if needs.form in POLICIES and not by_name and (not name or owner.owns_name(name)):
        same = fitting
    if len(same) > 1:
        names = ", ".join(one.name for one in same)
        raise NoTarget(
            Text(
                f"{needs.device}: beberapa antrean untuk {target or name}: {names}",
                f"{needs.device}: several limits for {target or name}: {names}",
            ),
            Text("Pilih dengan `netops needs … --set queue=NAMA`.", "Choose by `netops needs … --set queue=NAME`."),
        )
    return same[0] if same else None


def _fits(one: Limit, needs: LinkNeeds, way: str) -> bool:
    if needs.form in POLICIES:
        port, _, side = one.target.rpartition(" ")
        return one.form in POLICIES and short_port(port) == short_port(needs.port) and side == _SIDES[way]
    return one.form == needs.form


def _made(needs: LinkNeeds, limits: Sequence[Limit], owner: Tag) -> LinkNeeds:
    """A limit of our own, for what the needs name. Raises `NoTarget` where they name nothing."""
    named = needs.queue and not owner.owns_name(needs.queue)
    if not needs.target and not (needs.form in POLICIES and needs.port and not named):
        raise _none(needs, limits, needs.queue)
    for parent in filter(None, {needs.parent, needs.parent_up}):
        if needs.form == "simple" and not any(one.form == "simple" and one.name == parent for one in limits):
            raise _none(needs, limits, parent)
    up, down = OWN_NAMES[needs.form]
    return replace(needs, makes=True, queue=owner.name + down, queue_up=owner.name + up, was_up=0, was_down=0)


def _none(needs: LinkNeeds, limits: Sequence[Limit], name: str) -> NoTarget:
    names = [one.name for one in limits if one.form == needs.form]
    more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    known = ", ".join(names[:SHOWN]) + more or "-"
    return NoTarget(
        Text(
            f"{needs.device}: tidak ada {needs.form} bernama {name!r}",
            f"{needs.device}: there is no {needs.form} named {name!r}",
        ),
        Text(
            f"Di sana ada: {known}. Pilih dengan `netops needs … --set queue=NAMA`, atau sebut yang dibatasi: --set target=…",
            f"There are: {known}. Choose by `netops needs … --set queue=NAME`, or say what to limit: --set target=…",
        ),
    )


# ── around it ────────────────────────────────────────────────────────────────────────────────────────────────────


def require_room(needs: LinkNeeds, limits: Sequence[Limit], children: int | None) -> None:
    """Raises `NoCapacity` with the numbers: above a parent (or its parent), below a child of its own, and where `children`
    (per cent) bounds their sum, all children of the parent together."""
    _require_own(needs, limits)
    by_name = {one.name: one for one in limits if one.form == needs.form}
    for word, rate, own, parent in (
        (Text("unduh", "down"), needs.down, needs.queue, needs.parent),
        (Text("unggah", "up"), needs.up, needs.queue_up, needs.parent_up),
    ):
        way = word.en
        seen: set[str] = set()
        name = parent
        while name in by_name and name not in seen:
            seen.add(name)
            above = by_name[name]
            if 0 < _of(above, way) < rate:
                raise NoCapacity(
                    Text(
                        f"{needs.unit}: {word.id} {say_rate(rate)} melampaui induknya {name} di {needs.device}: "
                        f"{say_rate(_of(above, way))}",
                        f"{needs.unit}: {word.en} {say_rate(rate, 'en')} is above its parent {name} on {needs.device}: "
                        f"{say_rate(_of(above, way), 'en')}",
                    ),
                    Text(
                        f"Minta paling banyak {say_rate(_of(above, way))}, atau naikkan dulu {name}.",
                        f"Ask for at most {say_rate(_of(above, way), 'en')}, or raise {name} first.",
                    ),
                )
            name = above.parent
        for one in by_name.values():
            if own and one.parent == own and _of(one, way) > rate:
                raise NoCapacity(
                    Text(
                        f"{needs.unit}: {word.id} {say_rate(rate)} di bawah anaknya {one.name}: {say_rate(_of(one, way))}",
                        f"{needs.unit}: {word.en} {say_rate(rate, 'en')} is below its child {one.name}: "
                        f"{say_rate(_of(one, way), 'en')}",
                    ),
                    Text(f"Turunkan dulu {one.name}.", f"Lower {one.name} first."),
                )
        if children is not None and parent in by_name:
            _require_sum(needs, by_name[parent], list(by_name.values()), own, rate, word, children)


def _require_own(needs: LinkNeeds, limits: Sequence[Limit]) -> None:
    """A limit that others use too is not one unit's to raise."""
    mine = [one for one in limits if one.name in (needs.queue, needs.queue_up) and one.shared]
    if mine and not needs.makes:
        raise NoCapacity(
            Text(
                f"{needs.device}: {mine[0].name} juga membatasi {mine[0].shared} port lain",
                f"{needs.device}: {mine[0].name} limits {mine[0].shared} other ports too",
            ),
            Text(
                "Beri port itu policy-map sendiri di perangkat, lalu susun rencana lagi.",
                "Give the port a policy-map of its own on the device, then plan again.",
            ),
        )


def _require_sum(
    needs: LinkNeeds, parent: Limit, limits: Sequence[Limit], own: str, rate: int, word: Text, children: int
) -> None:
    most = _of(parent, word.en) * children // 100
    others = sum(_of(one, word.en) for one in limits if one.parent == parent.name and one.name != own)
    before = needs.was_down if word.en == "down" else needs.was_up
    if most and others + rate > most and rate > before:
        free = max(most - others, 0)
        raise NoCapacity(
            Text(
                f"{needs.unit}: {word.id} {say_rate(rate)} dan {say_rate(others)} dari yang lain melampaui {children} % dari "
                f"{parent.name} ({say_rate(_of(parent, word.en))})",
                f"{needs.unit}: {word.en} {say_rate(rate, 'en')} and {say_rate(others, 'en')} of the others are above {children} % of "
                f"{parent.name} ({say_rate(_of(parent, word.en), 'en')})",
            ),
            Text(f"Minta paling banyak {say_rate(free)}.", f"Ask for at most {say_rate(free, 'en')}."),
        )


def _of(one: Limit, way: str) -> int:
    return one.up if way == "up" else one.down
