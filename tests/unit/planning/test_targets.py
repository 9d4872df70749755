"""Which devices are meant, in which order, and what is said when the inventory has none."""

from dataclasses import replace

import pytest
from planning_sample import GW, LAMA, SW, playbook, sites, target

from netops.core.errors import InputError, NoTarget
from netops.core.model import Target
from netops.planning.targets import Where, choose


def at(place: str) -> Where:
    found = sites().place(place)
    return Where(site=found.site, place=found)


def test_gateway_of_the_site_and_switch_of_the_place() -> None:
    chosen = choose(playbook(), at("aula"), [SW, LAMA, GW])
    assert [(one.target.name, one.part.role, len(one.ports)) for one in chosen] == [
        ("gw-kampus", "gateway", 0),
        ("sw-aula", "access", 4),
    ]
    assert {one.target.name: one.part.order for one in chosen} == {"gw-kampus": 1, "sw-aula": 2}


def test_other_switches_of_the_site_are_left_alone() -> None:
    other = target("sw-lain", "ios", "kampus", "access")
    chosen = choose(playbook(), at("lapangan"), [other, SW, GW])
    assert [one.target.name for one in chosen] == ["gw-kampus", "sw-aula"]
    assert chosen[1].ports == ("GigabitEthernet1/0/9", "GigabitEthernet1/0/10")


def test_a_place_without_a_switch_needs_none() -> None:
    assert [one.target.name for one in choose(playbook(), at("gedung-lama"), [GW, LAMA, SW])] == ["gw-lama"]


def test_several_devices_of_a_role_come_by_name() -> None:
    second = target("gw-cadangan", "routeros", "kampus", "gateway")
    names = [one.target.name for one in choose(playbook(), at("aula"), [GW, SW, second])]
    assert names == ["gw-cadangan", "gw-kampus", "sw-aula"]


def test_no_matching_device_names_site_role_and_what_to_add() -> None:
    with pytest.raises(NoTarget) as caught:
        choose(playbook(), at("aula"), [LAMA, SW])
    assert caught.value.exit_code == 4
    assert caught.value.describe("en").splitlines() == [
        "the inventory has no device of role 'gateway' at site 'kampus'",
        "Add a device to inventory/hosts.yaml with data: {site: kampus, roles: [gateway]}.",
    ]
    assert "inventaris tidak memiliki perangkat berperan 'gateway' di lokasi 'kampus'" in caught.value.describe("id")


@pytest.mark.parametrize(
    "there", [[], [target("sw-aula", "ios", "kampus-lama", "access")], [target("sw-aula", "ios", "kampus", "core")]]
)
def test_a_switch_of_the_place_that_is_not_there(there: list[Target]) -> None:
    with pytest.raises(NoTarget) as caught:
        choose(playbook(), at("aula"), [GW, *there])
    told = caught.value.describe("en")
    assert (
        "the place 'aula' names the switch 'sw-aula', but the inventory has no device 'sw-aula' of role 'access'"
        in told
    )
    assert "Add sw-aula to inventory/hosts.yaml with data: {site: kampus, roles: [access]}" in told


def test_an_empty_inventory() -> None:
    with pytest.raises(NoTarget):
        choose(playbook(), at("gedung-lama"), [])


def test_a_device_in_two_roles_is_told_with_both() -> None:
    both = replace(SW, roles=("access", "gateway"))
    with pytest.raises(InputError) as caught:
        choose(playbook(), at("aula"), [GW, both])
    assert caught.value.describe("en").startswith(
        "sw-aula: the device sw-aula plays two roles of the service event-hotspot: gateway and access\nGive sw-aula one"
    )
    assert "memegang dua peran" in caught.value.describe("id") and "inventory/hosts.yaml" in caught.value.describe("id")
    assert caught.value.exit_code == 2
