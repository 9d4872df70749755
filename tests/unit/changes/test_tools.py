"""What every step works with: a plan that comes back from the object store is the plan, its equal parts are one again."""

from hypothesis import given
from hypothesis import strategies as st

from netops.changes.tools import ROLES, sharing
from netops.core.model import DevicePlan, Row, Rows, Scope, State, Tree


def part(number: int, want: State) -> DevicePlan:
    return DevicePlan(
        device=f"ap-{number:03}",
        platform="routeros",
        order=0,
        scope=Scope(paths=()),
        base="",
        want=want,
        batches=(),
        inverse=(),
        guards=(),
        difference="",
    )


def rows(name: str) -> State:
    return Rows(rows=(Row(menu="/queue/simple", values={"name": name, "max-limit": "1M/2M"}),))


def test_devices_of_a_role_want_the_same_rows_again() -> None:
    parts = [part(number, rows("a" if number % 2 else "b")) for number in range(10)]
    shared = sharing(parts)
    assert list(shared) == parts
    assert len({id(one.want) for one in shared}) == 2


@given(st.lists(st.integers(0, 2 * ROLES), max_size=40))
def test_nothing_else_becomes_another(wants: list[int]) -> None:
    parts = [part(at, rows(str(n)) if n else Tree(lines=())) for at, n in enumerate(wants)]
    assert list(sharing(parts)) == parts
