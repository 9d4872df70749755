"""A unit's limit found among a device's, what stands around it, and what is refused; no devices, no files."""

import pytest
from msgspec.structs import replace
from planning_sample import sites

from netops.core.errors import InputError, NoCapacity, NoTarget
from netops.core.model import Limit, LinkNeeds, Tag
from netops.planning.limits import found, require_room

OWNER = Tag("HD-7-abc123")
NEEDS = LinkNeeds(
    site="kampus", unit="FST", uplink="ISP-A", device="gw", form="simple", up=10_000_000, down=40_000_000,
    queue="FST", queue_up="FST",
)  # fmt: skip


def simple(name: str, rate: int, target: str = "", parent: str = "") -> Limit:
    return Limit(form="simple", name=name, up=rate, down=rate, target=target, parent=parent)


PARENT = simple("Fakultas", 60_000_000, "10.20.0.128/26")
FST = simple("FST", 30_000_000, "10.20.0.128/27", "Fakultas")
FEB = simple("FEB", 20_000_000, "10.20.0.160/27", "Fakultas")


def test_by_name_with_what_it_is_now_and_where_it_stands() -> None:
    needs = found(NEEDS, [PARENT, FST, FEB], OWNER)
    assert (needs.makes, needs.was_down, needs.parent, needs.target) == (
        False,
        30_000_000,
        "Fakultas",
        "10.20.0.128/27",
    )
    assert needs.allocation == "gw/FST"


def test_by_what_it_limits_where_its_name_is_another() -> None:
    renamed = replace(FST, name="Sains dan Teknologi")
    assert (
        found(replace(NEEDS, target=FST.target, target_up=FST.target), [PARENT, renamed], OWNER).queue == renamed.name
    )


def test_two_that_fit_are_a_question_for_a_person() -> None:
    with pytest.raises(NoTarget) as caught:
        found(replace(NEEDS, queue="", queue_up="", target="10.0.0.0/8", target_up="10.0.0.0/8"),
              [simple("a", 1, "10.0.0.0/8"), simple("b", 2, "10.0.0.0/8")], OWNER)  # fmt: skip
    assert "several limits for 10.0.0.0/8: a, b" in caught.value.describe("en")


def test_none_is_made_without_a_word_on_what_to_limit() -> None:
    with pytest.raises(NoTarget) as caught:
        found(NEEDS, [PARENT], OWNER)
    assert "there is no simple named 'FST'" in caught.value.describe(
        "en"
    ) and "There are: Fakultas" in caught.value.describe("en")
    made = found(
        replace(NEEDS, target="10.20.0.128/27", target_up="10.20.0.128/27", parent="Fakultas"), [PARENT], OWNER
    )
    assert (made.makes, made.queue) == (True, "netops-HD-7-abc123")


def test_a_port_may_be_limited_one_way_only() -> None:
    police = Limit(form="police", name="IN class-default", up=5, down=5, target="GigabitEthernet1/0/5 in", way="up")
    needs = found(replace(NEEDS, form="police", port="Gi1/0/5", queue="", queue_up=""), [police], OWNER)
    assert (needs.queue_up, needs.queue, needs.makes) == ("IN class-default", "", False)


def test_a_chain_of_parents_is_looked_at_to_its_end() -> None:
    top = simple("Kampus", 35_000_000)
    middle = replace(PARENT, parent="Kampus")
    with pytest.raises(NoCapacity, match="above its parent Kampus on gw: 35 Mbps"):
        require_room(found(NEEDS, [top, middle, FST], OWNER), [top, middle, FST], None)


def test_a_parent_that_names_itself_ends_the_look() -> None:
    loop = replace(PARENT, parent="Fakultas")
    require_room(found(NEEDS, [loop, FST], OWNER), [loop, FST], None)


@pytest.mark.parametrize(("children", "refused"), [(None, False), (100, False), (99, True), (150, False)])
def test_the_sum_of_children_counts_where_the_site_says_so(children: int | None, refused: bool) -> None:
    limits = [PARENT, FST, FEB]
    if not refused:
        require_room(found(NEEDS, limits, OWNER), limits, children)
        return
    with pytest.raises(NoCapacity, match="40 Mbps and 20 Mbps of the others are above 99 % of Fakultas"):
        require_room(found(NEEDS, limits, OWNER), limits, children)


def test_a_limit_is_not_lowered_below_its_children() -> None:
    needs = replace(NEEDS, unit="Fakultas", queue="Fakultas", queue_up="Fakultas", up=60_000_000, down=25_000_000)
    with pytest.raises(NoCapacity, match="below its child FST: 30 Mbps"):
        require_room(found(needs, [PARENT, FST], OWNER), [PARENT, FST], None)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("form: simple, queue: Rektorat", "form: hierarki, queue: Rektorat", "form"),
    ("form: simple, queue: Rektorat", "form: simple", "the form simple needs a queue or target"),
    ("form: shape, port: GigabitEthernet1/0/2", "form: shape", "the form shape needs a port"),
    ("{name: Rektorat, uplink: ISP-A", "{name: Rektorat, uplink: ISP-Z", "names the uplink 'ISP-Z', which does not exist"),
])  # fmt: skip
def test_what_does_not_add_up_in_the_list_of_allocations(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        sites(old, new)
    assert said in caught.value.describe("en")


def test_a_unit_is_found_as_people_write_it() -> None:
    known = sites()
    for text in ("fst", "Fakultas Sains  dan Teknologi", "FAKULTAS SAINS DAN TEKNOLOGI", "kampus/fst"):
        assert known.allocation(text)[1].key == "fst"
    with pytest.raises(InputError) as caught:
        known.allocation("Fakultas Hukum")
    assert "the unit or link 'Fakultas Hukum' is not known" in caught.value.describe("en")
    assert "Perpustakaan (perpustakaan)" in caught.value.describe("en")
