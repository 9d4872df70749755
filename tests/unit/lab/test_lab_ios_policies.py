"""Policy-maps of the lab's switches: entered, listed, in force, counted and refused as Cisco's command references have it.

Sources: command references of the Catalyst 3750 (service-policy: only what comes in, one policy-map a port) and ME 3400
(policy-map: shaping in output policies only), IOS QoS command reference (police, service-policy); published listings for
`show policy-map interface`. Where a refusal's words are from memory the handlers say so.
"""

from pathlib import Path

import pytest

from netops.core.clock import ManualClock
from netops.lab import spec
from netops.lab.ios.device import Ios
from netops.lab.ios.work import Mode, Rejected

CONFIG = (Path(spec.__file__).parent / "configs" / "sw-fakultas.cfg").read_text("utf-8")
FKIP = "GigabitEthernet1/0/2"


def switch(version: str = "16.12.4") -> tuple[Ios, ManualClock]:
    from datetime import UTC, datetime

    clock = ManualClock(datetime(2026, 11, 30, 3, 0, tzinfo=UTC))
    made = Ios(
        name="sw",
        config=CONFIG,
        username="u",
        password="p",
        enable="e",
        clock=clock,
        version=version,
        offered=spec.UNITS,
    )
    return made, clock


def typed(device: Ios, *lines: str) -> None:
    mode = Mode()
    for line in lines:
        _, mode = device.apply(mode, line, "u")


def rates(device: Ios, clock: ManualClock, port: str) -> tuple[float, float]:
    def octets() -> tuple[int, int]:
        (one,) = [one for one in device.interfaces() if one.name == port]
        return one.in_octets, one.out_octets

    before = octets()
    clock.move(600)  # a whole swing of the offered load
    after = octets()
    return (after[0] - before[0]) * 8 / 600, (after[1] - before[1]) * 8 / 600


def test_the_configuration_is_listed_as_it_was_loaded() -> None:
    device, _ = switch()
    listed = device.running_config
    for piece in (
        "policy-map FKIP-MASUK\n description dibuat 2019, jangan dihapus\n class SUARA\n  set dscp ef\n class class-default\n"
        "  police cir 5000000 bc 156250\n   conform-action transmit\n   exceed-action drop\n!\n",
        "class-map match-any SUARA\n match dscp ef\n!\n",
        " service-policy input FKIP-MASUK\n service-policy output FKIP-KELUAR\n!\n",
    ):
        assert piece in listed


def test_a_limit_in_force_holds_and_a_raised_one_lets_more_through() -> None:
    device, clock = switch()
    up, down = rates(device, clock, FKIP)
    assert up == pytest.approx(4.9e6, rel=0.05) and down == pytest.approx(20e6, rel=0.01)
    typed(device, "policy-map FKIP-KELUAR", "class class-default", "shape average 40000000")
    assert rates(device, clock, FKIP)[1] == pytest.approx(37e6, rel=0.1) and rates(device, clock, FKIP)[1] > down
    typed(device, f"interface {FKIP}", "no service-policy output FKIP-KELUAR")
    assert rates(device, clock, FKIP)[1] == pytest.approx(48e6, rel=0.01), "all that is offered"


def test_figures_given_again_keep_a_policers_actions() -> None:
    device, _ = switch()
    typed(device, "policy-map FKIP-MASUK", "class class-default", "police cir 7000000 bc 156250")
    assert (
        "  police cir 7000000 bc 156250\n   conform-action transmit\n   exceed-action drop\n" in device.running_config
    )


def test_counters_of_classes() -> None:
    device, clock = switch()
    clock.move(600)
    (fkip,) = [one for one in device.classes() if one.policy == "FKIP-KELUAR"]
    assert (fkip.way, fkip.rate, fkip.police) == ("out", 20_000_000, False)
    assert fkip.offered > fkip.passed > 0 and fkip.dropped > 0


@pytest.mark.parametrize(("lines", "said"), [
    (("interface Gi1/0/7", "service-policy input TIDAK-ADA"), "% policy map TIDAK-ADA not configured"),
    (("interface Gi1/0/2", "service-policy input FMIPA-MASUK"), "Policy map FKIP-MASUK is already attached"),
    (("interface Gi1/0/7", "service-policy input FKIP-KELUAR"), "shape is not supported in input policies"),
    (("no policy-map FKIP-MASUK",), "% Policy map FKIP-MASUK is in use and cannot be removed"),
    (("policy-map X", "class TIDAK-ADA"), "% class map TIDAK-ADA not configured"),
])  # fmt: skip
def test_what_the_device_refuses(lines: tuple[str, ...], said: str) -> None:
    device, _ = switch()
    with pytest.raises(Rejected) as caught:
        typed(device, *lines)
    assert caught.value.lines[0] == said


def test_a_2960_takes_policies_for_what_comes_in_only() -> None:
    device, _ = switch("15.2(7)E")
    typed(device, "interface Gi1/0/7", "service-policy input FMIPA-MASUK")
    with pytest.raises(Rejected, match="Service policy output is not supported"):
        typed(device, "interface Gi1/0/8", "service-policy output FMIPA-KELUAR")
