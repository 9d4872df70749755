"""The site's figures and the playbook: the shipped ones load, and what does not add up is told with its line."""

from datetime import timedelta

import pytest
from planning_sample import NOW, playbook, sites
from requests_sample import document, load_event, request

from netops.core.errors import InputError, NoCapacity
from netops.core.model import GuardKind
from netops.planning.event import EventDesign
from netops.planning.playbook import playbook_digest


def test_the_shipped_sites() -> None:
    found = sites()
    kampus = found.site("kampus")
    assert kampus.key == "kampus"
    assert (kampus.event.vlans.first, kampus.event.vlans.last) == (210, 229)
    assert 229 in kampus.event.vlans and 230 not in kampus.event.vlans and "210" not in kampus.event.vlans
    assert kampus.uplinks["ISP-A"].down == 500_000_000
    assert kampus.event.lease == 7200
    assert (kampus.event.client.up, kampus.event.client.down) == (2_000_000, 5_000_000)
    assert found.place("aula").ports["sw-aula"][0] == "GigabitEthernet1/0/5"
    assert found.place("gedung-lama").ports == {}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("vlans: 210-229", "vlans: 229-210", "sites.kampus.event.vlans: the VLAN range is reversed"),
        ("vlans: 210-229", "vlans: 0-5000", "sites.kampus.event.vlans: must be at least 2"),
        ("vlans: 210-229", "vlans: many", "sites.kampus.event.vlans: must hold named fields"),
        ("10.90.0.0/16", "10.90.0.1/16", "'10.90.0.1/16' is not an IPv4 prefix such as 10.90.0.0/16"),
        ("10.90.0.0/16", "10.0.0.0/8", "the event address ranges of 'kampus-lama' and 'kampus' overlap"),
        ("uplink: ISP-A", "uplink: ISP-X", "event.uplink 'ISP-X' is not among the uplinks (ISP-A)"),
        ("down: 500M", "down: cepat", "'cepat' is not a rate such as 20M"),
        ("office: 60%", "office: 101%", "sites.kampus.uplinks.ISP-A.office: must be at most 100"),
        ("lease: 2h", "lease: lama", "'lama' is not a duration such as 2h30m"),
        ("lease: 2h", "lease: 5s", "must be at least 60"),
        ("devices_per_person: 1.5", "devices_per_person: 0", "must be greater than 0"),
        ("site: kampus\n", "site: pusat\n", "the place 'aula' names the site 'pusat', which does not exist"),
        ("zone: WIB", "zone: Asia/Jakarta", "must be one of 'WIB', 'WITA', 'WIT'"),
        ("name: Kampus Utama", "name: Kampus {{ x }}", "template syntax '{{' is not accepted"),
        ("      sw-aula: [", '      "sw aula; x": [', "does not match the pattern"),
        ("GigabitEthernet1/0/5,", '"Gi1/0/5\\nshutdown",', "places.aula.ports.sw-aula.0: "),
        ("domain: acara.kampus.example", "domain: acara", "does not match the pattern"),
        ("    source: Kontrak", "    sumber: Kontrak", "this field is not known"),
    ],
)
def test_what_does_not_add_up_in_sites_is_told(old: str, new: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        sites(old, new)
    assert reason in caught.value.describe("en")
    assert caught.value.describe("id").startswith("sites.yaml:")


def test_an_unknown_place_is_told_with_the_requests_line() -> None:
    asked = document("place: aula", "place: balairung")
    with pytest.raises(InputError) as caught:
        sites().place(load_event(asked).event.place, asked)
    assert caught.value.describe("id").splitlines() == [
        "permohonan.yaml:24: event.place: tempat 'balairung' tidak dikenal",
        "Tempat di inventory/sites.yaml: aula, gedung-lama, lapangan",
    ]
    with pytest.raises(InputError, match="the place 'balairung' is not known"):
        sites().place("balairung")
    with pytest.raises(InputError, match="the site 'pusat' is not known"):
        sites().site("pusat")


def test_the_shipped_playbook() -> None:
    found = playbook()
    assert [(part.role, part.order, part.select) for part in found.parts] == [
        ("gateway", 1, "site"),
        ("core", 2, "path"),
        ("access", 3, "path"),
        ("ap", 4, "path"),
        ("radius", 1, "site"),
    ]
    assert found.parts[0].guards == (GuardKind.DEVICE_TIMER, GuardKind.NONE)
    assert [(step.number, step.minutes) for step in found.sop.steps] == [
        (1, 5), (2, 5), (3, 10), (4, 5), (5, 5), (6, 300), (7, 5), (8, None),
    ]  # fmt: skip
    assert found.sop.number == "B-24/Un.03/PTIPD/OT.01.6/05/2024"
    assert found.title.text.en == "Internet for an event"


def test_the_window_has_setup_and_tolerance() -> None:
    event = request().event
    assert playbook().window(event.starts_at, event.ends_at) == (
        event.starts_at - timedelta(days=1),
        event.ends_at + timedelta(hours=1),
    )


def test_the_playbooks_digest_is_of_what_it_says() -> None:
    assert playbook_digest(playbook("# Internet", "# internet")) == playbook_digest(playbook())
    assert playbook_digest(playbook("setup: 1d", "setup: 2d")) != playbook_digest(playbook())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("role: access", "role: gateway", "the role 'gateway' is in parts twice"),
        ("select: path", "select: all", "must be one of 'site', 'path', 'device'"),
        ("guard: [device-timer, none]", "guard: [reload]", "must be one of 'device-timer', 'none'"),
        ("guard: [device-timer, none]", "guard: []", "at least 1 items"),
        ("templates: event-hotspot", "templates: ../../etc", "'../../etc' is not a short name"),
        ("checks: [configuration", "checks: [ping", "must be one of 'configuration', 'snmp-interfaces'"),
        ("plan_expiry: 7d", "plan_expiry: 0", "plan_expiry: must be at least 60"),
        ("order: 2", "order: last", "parts.1.order: must be a whole number"),
    ],
)
def test_what_a_playbook_must_not_say_is_told(old: str, new: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        playbook(old, new)
    assert reason in caught.value.describe("en")
    assert caught.value.describe("id").startswith("event-hotspot.yaml:")


# ── a request against clock, place and uplink ────────────────────────────────────────────────────────────────────


def check(old: str = "", new: str = "", days: float = 0) -> None:
    asked = document(old, new)
    found, known = load_event(asked), sites()
    design = EventDesign(found)
    where = design.where(known, list, asked)
    playbook().check(found, NOW + timedelta(days=days), asked)
    design.check(where, known.site(where.site), asked)


def test_a_possible_request_passes() -> None:
    check()


@pytest.mark.parametrize(
    ("old", "new", "days", "indonesian", "english"),
    [
        (
            "",
            "",
            30,
            "permohonan.yaml:23: event.ends_at: waktu selesai sudah berlalu (Selasa, 1 Desember 2026, pukul 16.00 WIB)",
            "permohonan.yaml:23: event.ends_at: the end is past (Tuesday, 1 December 2026, 16:00 WIB)",
        ),
        (
            "12-01 16:00",
            "12-01 08:10",
            0,
            "permohonan.yaml:23: event.ends_at: lebih singkat dari yang dilayani (30m)",
            "permohonan.yaml:23: event.ends_at: shorter than this service allows (30m)",
        ),
        (
            "12-01 16:00",
            "12-31 16:00",
            0,
            "permohonan.yaml:23: event.ends_at: lebih lama dari yang dilayani (2w)",
            "permohonan.yaml:23: event.ends_at: longer than this service allows (2w)",
        ),
        (
            "",
            "",
            -400,
            "permohonan.yaml:22: event.starts_at: lebih jauh di depan dari yang dilayani (52w)",
            "permohonan.yaml:22: event.starts_at: further ahead than this service allows (52w)",
        ),
        (
            "setting: indoor",
            "setting: outdoor",
            0,
            "permohonan.yaml:25: event.setting: tempat aula adalah indoor",
            "permohonan.yaml:25: event.setting: the place aula is indoor",
        ),
    ],
)
def test_impossible_times_and_settings_are_told(old: str, new: str, days: int, indonesian: str, english: str) -> None:
    with pytest.raises(InputError) as caught:
        check(old, new, days)
    assert caught.value.describe("id").splitlines()[0] == indonesian
    assert caught.value.describe("en").splitlines()[0] == english
    assert caught.value.exit_code == 2


def test_an_event_that_runs_is_not_past() -> None:
    check(days=11.1)


@pytest.mark.parametrize(("pair", "wanted"), [("20M/201M", "201 Mbps"), ("201M/20M", "201 Mbps"), ("10G", "10 Gbps")])
def test_bandwidth_above_the_uplink(pair: str, wanted: str) -> None:
    with pytest.raises(NoCapacity) as caught:
        check("20M/50M", pair)
    assert caught.value.exit_code == 4
    assert caught.value.describe("en") == (
        f"permohonan.yaml:27: event.bandwidth: bandwidth {wanted} is above the uplink ISP-A at kampus: contract "
        "500 Mbps, kept for the office 300 Mbps\nAsk for at most 200 Mbps."
    )
    assert "melampaui uplink ISP-A di kampus" in caught.value.describe("id")


def test_bandwidth_that_just_fits() -> None:
    check("20M/50M", "200M")
