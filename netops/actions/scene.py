"""What a plan is made on: the request's devices, what plans hold, and the other events of that time. Reads, writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from msgspec import Struct

from netops.app import App
from netops.changes import prepare
from netops.changes.lifecycle import DONE, OPEN, Change, fold, fold_all, held, promised
from netops.changes.lines import Lines
from netops.core.canonical import load, parse_json
from netops.core.model import AnyNeeds, ManualStep, Needs, Recorded, Reservation, Target
from netops.filing import Filed, filed
from netops.planning import manual
from netops.planning.briefing import NeedsFacts, needs_facts
from netops.planning.capacity import Ground
from netops.planning.commitments import adopted
from netops.planning.conflicts import Booked, Conflict, conflicts, refuse
from netops.planning.design import Design, design_of
from netops.planning.playbook import Playbook
from netops.planning.targets import Chosen, Where, choose
from netops.requests.event_hotspot import EventHotspot


class Scene(Struct, frozen=True, kw_only=True):
    """`everything` are the playbook's devices, `chosen` those that netops drives, `hands` those set up by hand.

    `changes` and `officers` (who planned last) are the log, by change.
    """

    playbook: Playbook
    where: Where
    ground: Ground
    everything: tuple[Chosen, ...]
    chosen: tuple[Chosen, ...]
    hands: tuple[Target, ...]
    changes: Mapping[str, Change]
    officers: Mapping[str, str]


def design_for(app: App, one: Filed) -> Design:
    """The request with the needs that an admin recorded for it."""
    return design_of(one.request, recorded(app, fold(one.change, app.journal.read(one.change))))


def recorded(app: App, change: Change | None) -> AnyNeeds | None:
    """The needs that an admin chose; None where they are left to the planner."""
    return needs_body(app, change.needs) if change and change.needs else None


def needs_body(app: App, digest: str) -> AnyNeeds:
    """Recorded needs of whatever kind, by their digest; without a kind they are an event's (`plan_of`)."""
    body = {"kind": "event", **parse_json(app.objects.get(digest))}
    found: AnyNeeds = load(cast("type[Any]", AnyNeeds), body)
    return found


def where_of(app: App, one: Filed) -> Where:
    """Where the request acts. Raises `InputError` for a place or device that is not there any more."""
    return design_for(app, one).where(app.sites, lambda: list(app.fleet.targets.values()))


def scene(app: App, one: Filed, lines: Lines) -> Scene:
    """Devices are looked at once, over `lines`, and only where somebody asks. Raises `NoTarget` and `InputError` where the inventory does not have what the request needs."""
    request, tools, now = one.request, app.tools, app.clock.now()
    playbook, where, targets = app.playbook(request.service), where_of(app, one), list(app.fleet.targets.values())
    everything = choose(playbook, where, targets)
    driven = manual.driven(everything)
    log = tuple(app.journal.read())
    changes = fold_all(log)
    taken = {change.id: held((change,), now) for change in changes.values()}
    return Scene(
        playbook=playbook,
        where=where,
        ground=Ground(
            change=one.change,
            site=app.sites.site(where.site),
            period=playbook.window(request.starts_at, request.ends_at),
            taken={name: found for name, found in taken.items() if found},
            used=cache(lambda: prepare.used(tools, [part.target.name for part in driven], lines)),
            limits=cache(lambda name: prepare.limits(tools, name, lines)),
            commitments=(*adopted(log), *promised(changes.values(), now, but=one.change)),
        ),
        everything=everything,
        chosen=driven,
        hands=manual.by_hand(everything, where, targets),
        changes=changes,
        officers=_officers(log),
    )


def _officers(log: Sequence[Recorded]) -> dict[str, str]:
    return {one.event.change: one.event.actor for one in log if one.event.kind == "plan.recorded"}


def with_recorded(app: App, one: Filed, at: Scene, proposed: AnyNeeds) -> AnyNeeds:
    """The proposal with what an admin chose; what nobody chose stays the planner's. Raises `NoCapacity` for what is taken."""
    found = recorded(app, at.changes.get(one.change))
    if found is None:
        return proposed
    fields, edits = _edited(app.journal.read(one.change))
    return design_of(one.request, found).settled(proposed, found, fields, edits, at.ground)


def _edited(events: Iterable[Recorded]) -> tuple[frozenset[str], int]:
    """The fields that were edited since the needs were last left to the planner, and in how many edits."""
    fields: frozenset[str] = frozenset()
    edits = 0
    for event in (one.event for one in events if one.event.kind == "needs.recorded"):
        names = frozenset(part["field"] for part in event.data["changes"])
        fields, edits = (fields | names, edits + 1) if event.data["needs"] else (frozenset(), 0)
    return fields, edits


def refuse_conflicts(app: App, one: Filed, at: Scene, needs: AnyNeeds) -> None:
    """Raises `NoCapacity` where an event cannot be beside another one that is planned."""
    if isinstance(one.request, EventHotspot) and isinstance(needs, Needs) and at.where.place is not None:
        refuse(_conflicts(app, one.change, one.request, at, needs))


def by_hand(one: Filed, at: Scene, needs: AnyNeeds) -> tuple[ManualStep, ...]:
    """What people do for the request as it is planned now."""
    place, points = at.where.place, None
    if isinstance(one.request, EventHotspot) and place is not None:
        points = manual.counted(one.request, at.ground.site, place, at.hands)
    return manual.steps(at.playbook, at.everything, at.hands, needs, points)


def prospects(app: App, one: Filed, request: EventHotspot, at: Scene, needs: Needs) -> NeedsFacts:
    """Everything that the needs list says."""
    assert at.where.place is not None  # an event has one
    return needs_facts(
        change=one.change,
        request=request,
        site=at.ground.site,
        place=at.where.place,
        needs=needs,
        chosen=at.chosen,
        manual=by_hand(one, at, needs),
        conflicts=_conflicts(app, one.change, request, at, needs),
        period=at.ground.period,
        taken=at.ground.taken,
        rented=manual.rented(at.where.place, at.hands),
    )


def _conflicts(app: App, change: str, request: EventHotspot, at: Scene, needs: Needs) -> tuple[Conflict, ...]:
    assert at.where.place is not None  # an event has one
    officer = at.officers.get(change, app.actor)
    mine = Booked(change=change, request=request, place=at.where.place, needs=needs, officer=officer)
    others = _others(app, change, at)
    return conflicts(mine, at.ground.site, at.ground.period, others, at.ground.taken)


def _others(app: App, mine: str, at: Scene) -> list[Booked]:
    """The other events whose window meets mine. Whose reservations lie elsewhere in time is not read at all."""
    found: list[Booked] = []
    for change in at.changes.values():
        if change.id == mine or not change.request or change.phase in DONE:
            continue
        holding = at.ground.taken.get(change.id, ())
        if holding and not any(_meets(one, at) for one in holding):
            continue
        request = filed(app, change).request
        if not isinstance(request, EventHotspot) or request.place not in app.sites.places:
            continue
        place = app.sites.places[request.place]
        officer = at.officers.get(change.id, "")
        holds = bool(holding) or change.phase in OPEN
        found.append(Booked(change=change.id, request=request, place=place, officer=officer, holds=holds))
    return found


def _meets(one: Reservation, at: Scene) -> bool:
    return one.starts_at < at.ground.period[1] and at.ground.period[0] < one.ends_at
