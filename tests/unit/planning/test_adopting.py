"""Day one: limits that people made are proposed as a file, come back as promises with letters, and stand beside the devices."""

import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from planning_sample import sites

from netops.core.errors import InputError
from netops.core.measured import Commitment
from netops.core.model import Form, Limit
from netops.planning.adopting import Standing, compare, promises_of, proposal, standing
from netops.planning.commitments import steps
from netops.planning.sites import Allocation
from netops.requests.load import read_document

M = 1_000_000
SITES = sites()
SITE = SITES.site("kampus")
KNOWN = tuple(SITE.allocations.values())
DEVICES = {"gw-kampus", "sw-inti"}


def limit(name: str, up: int = 10 * M, down: int = 20 * M, form: Form = "simple", **more: str) -> Limit:
    return Limit(form=form, name=name, up=up, down=down, **more)  # type: ignore[arg-type]  # fields of a limit


def proposed(*limits: Limit, device: str = "gw-kampus", known: tuple[Allocation, ...] = KNOWN) -> str:
    found = standing(device, limits, known)
    return proposal([(one, SITE) for one in found], known, date(2026, 11, 30), "id")


def read(text: str, before: dict[str, Commitment] | None = None) -> tuple[Commitment, ...]:
    return promises_of(read_document(text.encode(), name="antrean.yaml"), SITES, DEVICES, before or {})


# ── what stands on a device ──────────────────────────────────────────────────────────────────────────────────────


def test_two_trees_that_the_office_calls_one_unit_are_one_allocation() -> None:
    tree = Allocation.model_validate(
        {"key": "sains", "name": "Fakultas Sains", "uplink": "ISP-A", "device": "gw", "form": "tree", "queue": {"up": "sains-up", "down": "sains-dn"}}
    )  # fmt: skip
    limits = [limit("sains-up", 5 * M, 5 * M, "tree", way="one"), limit("sains-dn", 9 * M, 9 * M, "tree", way="one")]
    (one,) = standing("gw", limits, [tree])
    assert (one.allocation, one.names, one.up, one.down, one.known) == (
        "gw/sains-dn", ("sains-dn", "sains-up"), 5 * M, 9 * M, True,
    )  # fmt: skip
    assert [each.allocation for each in standing("gw", limits, [])] == ["gw/sains-up", "gw/sains-dn"]


def test_two_policies_of_a_port_are_one_allocation_by_its_port() -> None:
    port = "GigabitEthernet1/0/5"
    limits = [
        limit("IN class-default", 8 * M, 8 * M, "police", target=f"{port} in", way="up"),
        limit("OUT class-default", 9 * M, 9 * M, "shape", target=f"{port} out", way="down"),
    ]
    (one,) = standing("sw-inti", limits, [])
    assert (one.allocation, one.up, one.down) == (f"sw-inti/{port}", 8 * M, 9 * M)


def test_limits_of_nothing_and_rates_for_each_client_are_no_allocations() -> None:
    assert standing("gw", [limit("parent", 0, 0), limit("default", form="profile")], []) == ()


def test_a_row_of_a_change_of_ours_is_known_as_such() -> None:
    limits = [limit("q", comment="netops:HD-1-aaaaaa"), limit("netops-HD-2-bbbbbb"), limit("mine", comment="netops")]
    assert [one.ours for one in standing("gw", limits, [])] == [True, True, False]


# ── the file, there and back ─────────────────────────────────────────────────────────────────────────────────────


def test_the_proposal_knows_units_that_the_office_named_and_asks_for_their_letters() -> None:
    text = proposed(limit("Perpustakaan", target="10.20.1.0/24"), limit("LAB", parent="FST"))
    assert "unit: 'Perpustakaan'\n    letter:\n" in text and "unit:\n" in text
    assert read(text) != () and read(text)[0].unit == "Perpustakaan"
    assert [one.allocation for one in read(text)] == ["gw-kampus/Perpustakaan"], "a row without a unit is left alone"


def test_a_filled_in_file_becomes_promises_with_letters() -> None:
    text = (
        proposed(limit("LAB", target="10.20.1.0/24"))
        .replace("unit:", "unit: Laboratorium")
        .replace("letter:", "letter: B-77/2026")
    )
    (one,) = read(text)
    assert one == Commitment(
        allocation="gw-kampus/LAB", unit="Laboratorium", letter="B-77/2026", uplink="kampus/ISP-A", up=10 * M, down=20 * M,
        since=datetime(2026, 11, 29, 17, tzinfo=UTC), until=None, kind="permanent", change="", watch=one.watch,
    )  # fmt: skip
    assert one.watch is not None and one.watch.series.name == "LAB"


def test_a_last_day_makes_it_temporary_up_to_its_end() -> None:
    (one,) = read(proposed(limit("A")).replace("unit:", "unit: A").replace("until:", "until: 2026-12-31"))
    assert (one.kind, one.until) == ("temporary", datetime(2026, 12, 31, 17, tzinfo=UTC))


def test_what_is_inside_a_promised_parent_comes_out_of_that_however_deep() -> None:
    text = proposed(
        limit("BLOK", 50 * M, 90 * M), limit("GEDUNG", parent="BLOK"), limit("LAB", 2 * M, 4 * M, parent="GEDUNG")
    )
    rows = text.split("  - ")
    rows[1] = rows[1].replace("unit:", "unit: Fakultas Sains")
    rows[3] = rows[3].replace("unit:", "unit: Laboratorium")
    found = read("  - ".join(rows))
    assert [(one.unit, one.within) for one in found] == [("Fakultas Sains", ""), ("Laboratorium", "gw-kampus/BLOK")]
    assert [step.down for step in steps(found, "kampus/ISP-A")] == [90 * M]


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")),
    min_size=1,
    max_size=20,
)


@given(st.lists(NAMES, min_size=1, max_size=4, unique=True), NAMES)
def test_whatever_a_device_calls_its_queues_the_file_can_be_read_back(names: list[str], target: str) -> None:
    text = proposed(*(limit(name, target=target) for name in names), known=())
    try:
        document = read_document(text.encode(), name="antrean.yaml")
    except InputError as error:
        raise AssertionError(text) from error
    kept = [name for name in names if unicodedata.is_normalized("NFC", name + target)]
    assert [row["queue"] for row in document.data["allocations"] or []] == kept


@pytest.mark.parametrize("name", ["a\nunit: x", "a\x1b[2J", "\u202eabc"])
def test_a_name_that_cannot_be_written_is_named_in_a_comment(name: str) -> None:
    text = proposed(limit(name), limit("good"), known=())
    assert "nama ini tidak dapat ditulis" in text and name not in text
    document = read_document(text.encode(), name="antrean.yaml")
    assert [row["queue"] for row in document.data["allocations"]] == ["good"]


_FILE = proposed(limit("A"), known=())
GOOD = _FILE[_FILE.index("allocations:") :].replace("unit:", "unit: Unit A")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("device: 'gw-kampus'", "device: gw-mars", "there is no device 'gw-mars'"),
        ("uplink: 'kampus/ISP-A'", "uplink: kampus/ISP-Z", "the uplink 'kampus/ISP-Z' is not known"),
        ("uplink: 'kampus/ISP-A'", "uplink: ISP-A", "the uplink 'ISP-A' is not known"),
        ("rate: 10M/20M", "rate: cepat", "rate"),
        ("rate: 10M/20M", "rate: 0", "rate"),
        ("since: 2026-11-30", "since: kemarin", "since"),
        ("until:", "until: 2026-11-01", "it ends before it starts"),
        ("direction: both", "direction:", "fill in both, up or down"),
        ("direction: both", "direction: samping", "direction"),
        ("unit: Unit A\n    letter:", "unit:\n    letter: B-1", "there is a letter, but no unit"),
        ("form: simple", "form: bulat", "form"),
        ("unit: Unit A", "unit: Unit A\n    unita: x", "unita"),
        ("unit: Unit A", "unit: '{{ 1 }}'", "template syntax"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_field(old: str, new: str, said: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    with pytest.raises(InputError) as caught:
        read(text)
    told = caught.value.describe("en")
    assert said in told and told.startswith("antrean.yaml:") and "allocations.0" in told
    assert caught.value.line is not None and 1 < caught.value.line <= len(text.splitlines())


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = GOOD.replace("gw-kampus", "gw-mars").replace("ISP-A", "ISP-Z").replace("until:", "until: 2020-01-01")
    with pytest.raises(InputError) as caught:
        read(text)
    assert all(word in caught.value.describe("id") for word in ("gw-mars", "ISP-Z", "berakhir sebelum mulai"))


def test_a_queue_twice_or_held_by_a_change_is_refused() -> None:
    row = GOOD[GOOD.index("  - ") :]
    with pytest.raises(InputError, match="that queue stands in line 2 already"):
        read(GOOD + row)
    (one,) = read(GOOD)
    held = {one.allocation: replace(one, change="HD-1-aaaaaa")}
    with pytest.raises(InputError, match="held by HD-1-aaaaaa"):
        read(GOOD, held)


# ── side by side ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_queues_without_a_letter_letters_without_a_queue_and_other_rates() -> None:
    def promise(
        queue: str, letter: str = "B-1", up: int = 10 * M, down: int = 20 * M, device: str = "gw"
    ) -> Commitment:
        return Commitment(
            allocation=f"{device}/{queue}", unit=queue, letter=letter, uplink="kampus/ISP-A", up=up, down=down,
            since=datetime(2026, 1, 1, tzinfo=UTC), until=None, kind="permanent", change="",
        )  # fmt: skip

    def there(queue: str, comment: str = "", way: str = "both") -> Standing:
        (one,) = standing(
            "gw", [limit(queue, 20 * M if way == "one" else 10 * M, 20 * M, comment=comment, way=way)], []
        )
        return one

    held = [
        promise("same"),
        promise("gone"),
        promise("slow", down=15 * M),
        promise("bare", letter=""),
        promise("far", device="gw-2"),
    ]
    held += [promise("tree", up=0)]
    found = [
        there("same"),
        there("slow"),
        there("bare"),
        there("new"),
        there("event", "netops:HD-1"),
        there("tree", way="one"),
    ]
    said = compare({"gw": found}, {one.allocation: one for one in held}, {"gw-2": "away"})
    assert [one.allocation for one in said.without_letter] == ["gw/bare", "gw/new"]
    assert [one.allocation for one in said.without_queue] == ["gw/gone"], (
        "of a device that was not read nothing is said"
    )
    assert [(one.commitment.allocation, one.down) for one in said.differing] == [("gw/slow", 20 * M)]
    assert said.unseen == {"gw-2": "away"}
