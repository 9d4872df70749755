"""Make a plan of a filed request: observe, size, compare, record with its reservation. Writes nothing to a device."""

from collections.abc import Callable, Mapping
from typing import Any

from netops.actions.common import change_of, recorded_refusal
from netops.actions.inputs import inputs
from netops.actions.living import instead
from netops.actions.scene import by_hand, design_for, refuse_conflicts, scene, where_of, with_recorded
from netops.actions.settling import refuse_quarantined
from netops.app import App
from netops.changes import prepare
from netops.changes.lifecycle import OPEN, STOPPED
from netops.changes.lines import Lines
from netops.changes.words import PHASES
from netops.core.canonical import dump
from netops.core.errors import Refused
from netops.core.model import DeviceFacts, LinkNeeds, Plan, Tag
from netops.core.text import Text
from netops.filing import Filed, find, record
from netops.planning import manual
from netops.planning import plan as planning
from netops.planning.claims import render_checked
from netops.planning.playbook import Playbook
from netops.planning.render import Renderer
from netops.planning.targets import Chosen
from netops.requests.common import ZONES
from netops.requests.policy import check_bounds

PLANNING_SECONDS = 60.0
"""How long a planner may hold a site: long enough to observe it, short enough to be waited for."""


def plan(app: App, ref: str) -> Plan:
    """Observe, size, compare and record a plan with its reservation. Writes nothing to a device."""
    filed = find(app, ref)
    with recorded_refusal(app, filed.change):
        change = change_of(app, filed)
        phase = change.phase
        if phase in OPEN or phase in STOPPED:
            raise Refused(
                Text(
                    f"{filed.change} {PHASES[phase].id}; tidak direncanakan lagi",
                    f"{filed.change} is {PHASES[phase].en}; it is not planned again",
                ),
                instead(change),
            )
        site = where_of(app, filed).site
        lease = app.journal.acquire(f"planning:{site}", app.holder, PLANNING_SECONDS)
        try:
            made = make_plan(app, filed)
            record(
                app,
                "plan.recorded",
                filed.change,
                (lease.fence,),  # a planner that took too long must not promise what another has promised since
                plan=app.tools.body(made),
                request=filed.digest,
                expires_at=made.expires_at.isoformat(),
                reservations=dump(made.reservations),
                commitments=dump(made.commitments),
                papers=list(made.papers),
                manual=dump(made.manual),
                lasting=filed.request.ends_at is None,
                inputs=inputs(app, filed.request.service),
            )
        finally:
            app.journal.release(lease)
    return made


def make_plan(app: App, filed: Filed) -> Plan:
    """The plan as things are now; each device is connected to once."""
    with Lines(app.tools) as lines:
        return _made(app, filed, lines)


def _made(app: App, filed: Filed, lines: Lines) -> Plan:
    request, tools = filed.request, app.tools
    now = app.clock.now()
    within_policy(app, filed)
    design, at = design_for(app, filed), scene(app, filed, lines)
    site, chosen = at.ground.site, at.chosen
    needs = with_recorded(app, filed, at, design.propose(at.ground))
    design.require(needs, at.ground)
    refuse_conflicts(app, filed, at, needs)
    refuse_quarantined(app, filed.change, [one.target.name for one in chosen])
    renderer = Renderer(app.settings.templates)
    by_name = {one.target.name: one for one in chosen}

    def rendered(name: str, facts: Callable[[], DeviceFacts]) -> tuple[str, Mapping[str, Any]]:
        one = by_name[name]
        context = design.context(needs, one, Tag(filed.change), site, facts)
        named = design.named(one)
        if named is None:
            return renderer.render(one.part.templates, one.target.platform, context)
        platform = tools.platforms[one.target.platform]
        return render_checked(renderer, one.part.templates, platform, context, Tag(filed.change), named)

    devices = prepare.device_plans(
        tools,
        filed.change,
        _shares(app, at.playbook, chosen, isinstance(needs, LinkNeeds) and request.ends_at is not None),
        rendered,
        lines,
    )
    steps, zone = by_hand(filed, at, needs), ZONES[request.zone]
    loans = manual.loans(at.hands, request.ends_at.astimezone(zone).date() if request.ends_at else None)
    return planning.build(request, at.playbook, site, needs, devices, now, steps, loans)


def within_policy(app: App, filed: Filed) -> None:
    """Raises `OutOfBounds` for what the site's policy accepts from nobody."""
    check_bounds(app.policy, filed.request.service, filed.request.figures)


def _shares(app: App, playbook: Playbook, chosen: tuple[Chosen, ...], returns: bool) -> dict[str, prepare.Share]:
    return {
        one.target.name: prepare.Share(
            order=one.part.order,
            guards=one.part.guards,
            guard_seconds=one.part.guard_seconds,
            checks=one.part.checks,
            rollout=(one.part.waves or playbook.waves).rollout(app.policy.cpu_limit),
            returns=returns,
        )
        for one in chosen
    }
