"""A unit's bandwidth the whole way over sockets: asked, planned, signed by the chain, applied, measured, put back."""

from collections.abc import Iterator

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.execute import Outcome
from netops.core.model import LinkNeeds, Plan


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("bandwidth") / "ws") as found:
        yield found


def link_needs(plan: Plan) -> LinkNeeds:
    assert isinstance(plan.needs, LinkNeeds)
    return plan.needs


def test_a_queue_that_a_person_made_is_raised_and_nothing_else_of_it_changes(desk: Desk) -> None:
    before = desk.configuration()
    filed = desk.raised("HD-B1", link="perpustakaan", rate="15M/20M")
    needs = link_needs(desk.app.tools.plan(views.state(desk.app, filed.change).plan))
    assert (needs.queue, needs.makes, needs.was_up, needs.was_down) == ("Perpustakaan", False, 10_000_000, 10_000_000)
    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    old, new = before["gw-kampus"].decode().split("\n"), desk.configuration()["gw-kampus"].decode().split("\n")
    changed = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    ((one, other),) = changed
    assert one.replace("max-limit=10000000/10000000", "max-limit=15000000/20000000") == other
    assert actions.apply(desk.app, filed.change) is Outcome.NOTHING
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before
