"""Between two waves: time passes, then each device of the wave is looked at; a doubt is a failure, and all of it is recorded."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from netops.changes import checks
from netops.changes.lines import Lines
from netops.changes.losses import Losses
from netops.changes.tools import Held, few, measure
from netops.changes.waves import Wave
from netops.core.errors import VerifyFailed
from netops.core.measured import InterfaceSample, Sample
from netops.core.model import DevicePlan, Tag
from netops.core.ports import Driver, GuestPlatform
from netops.core.text import Text

COUNTER32 = 2**32
Reading = Sample | Exception | None


def bake(
    held: Held, wave: Wave, names: Sequence[str], parts: Mapping[str, DevicePlan], lines: Lines, losses: Losses
) -> None:
    """Wait, and look at these devices of a wave. Raises `VerifyFailed` (or what the connection raised) for a sick one."""
    asked, seconds = wave.rollout.health, wave.rollout.bake_seconds
    if not asked and not seconds:
        return
    by_snmp = bool({"errors", "cpu"} & set(asked))
    before = measure(held, names, f"wave-{wave.number}") if by_snmp else {}
    held.tools.say("bake", f"{seconds} s")
    held.tools.clock.sleep(seconds)
    after = measure(held, names, f"wave-{wave.number}-baked") if by_snmp else {}
    sick: list[str] = []

    def look(name: str) -> None:
        try:
            _look(held, parts[name], lines, before.get(name), after.get(name))
        except Exception:
            sick.append(name)
            raise

    try:
        losses.over(wave, names, look)
    finally:
        healthy = [name for name in names if name not in sick]
        held.note(
            "wave.checked",
            "",
            wave=wave.number,
            canary=wave.canary,
            seconds=seconds,
            checks=list(asked),
            healthy=few(held.tools, healthy),
            sick=few(held.tools, sorted(sick)),
        )
    held.settle()


def _look(held: Held, part: DevicePlan, lines: Lines, before: Reading, after: Reading) -> None:
    asked = part.rollout.health
    if {"reachable", "hotspot"} & set(asked):
        lines.fresh(part.device, lambda driver: _over_a_connection(held, driver, part))
    findings = tuple(_by_snmp(part, before, after))
    if findings:
        raise _sick(part.device, findings)


def _over_a_connection(held: Held, driver: Driver, part: DevicePlan) -> None:
    """Reachable is who answers a new connection and still shows what was wanted."""
    platform, owner = held.tools.platform(part), Tag(held.change)
    seen = checks.verify(held, driver, part)
    if "hotspot" not in part.rollout.health or not isinstance(platform, GuestPlatform):
        return
    # A device that lets nobody in has no hotspot to serve with.
    if platform.ending(part.want) and not platform.accounts(seen, part.want, owner).serving:
        raise _sick(part.device, (Text(id="hotspot tidak melayani", en="the hotspot does not serve"),))


def _by_snmp(part: DevicePlan, before: Reading, after: Reading) -> Iterator[Text]:
    """What two readings say against going on."""
    asked: dict[str, Callable[[Sample], Iterator[Text]]] = {
        "errors": lambda sample: risen(before, sample),
        "cpu": lambda sample: busy(sample, part.rollout.cpu_limit),
    }
    wanted = [check for name, check in asked.items() if name in part.rollout.health]
    if wanted and not isinstance(after, Sample):
        yield Text(id=f"tidak ada jawaban SNMP: {after}", en=f"no SNMP answer: {after}")
        return
    for check in wanted:
        assert isinstance(after, Sample)
        yield from check(after)


def busy(sample: Sample, limit: int) -> Iterator[Text]:
    """A processor at or above `limit` per cent, or one that nobody can tell of."""
    if sample.cpu is None:
        yield Text(id="SNMP tidak memberi beban CPU", en="SNMP tells no CPU load")
    elif sample.cpu >= limit:
        yield Text(
            id=f"beban CPU {sample.cpu} % (batas kebijakan {limit} %)",
            en=f"CPU load {sample.cpu} % (the policy's limit is {limit} %)",
        )


def risen(before: Reading, after: Sample) -> Iterator[Text]:
    """Interfaces whose error counters rose between two readings of one run of the device; by name, wraps of 32 bits too."""
    if not isinstance(before, Sample):
        yield Text(
            id=f"tidak ada jawaban SNMP untuk pembanding: {before}", en=f"no SNMP answer to compare with: {before}"
        )
        return
    if after.uptime < before.uptime:
        yield Text(id="perangkat dimulai ulang", en="the device was restarted")
        return
    earlier = {one.name: one for one in before.interfaces}
    if not any(one.in_errors is not None for one in after.interfaces):
        yield Text(id="SNMP tidak memberi penghitung galat", en="SNMP gives no error counters")
    for one in after.interfaces:
        more = _more(earlier[one.name], one) if one.name in earlier else 0
        if more:
            yield Text(id=f"{one.name}: {more} galat baru", en=f"{one.name}: {more} new errors")


def _more(before: InterfaceSample, after: InterfaceSample) -> int:
    pairs = ((before.in_errors, after.in_errors), (before.out_errors, after.out_errors))
    return sum((now - then) % COUNTER32 for then, now in pairs if then is not None and now is not None)


def _sick(device: str, findings: Sequence[Text]) -> VerifyFailed:
    return VerifyFailed(
        Text(
            id=f"{device}: tidak sehat sesudah gelombangnya: {'; '.join(one.id for one in findings)}",
            en=f"{device}: not healthy after its wave: {'; '.join(one.en for one in findings)}",
        ),
        Text(
            id="periksa perangkat itu; pemeriksaannya tertulis pada waves di playbook",
            en="look at that device; what is checked is written under waves in the playbook",
        ),
        device=device,
        findings=tuple(str(one) for one in findings),
    )
