"""The IOS driver: NAPALM reads facts, netmiko the rest, one session; refuses line breaks and never sends a line twice."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from netmiko.exceptions import ConfigInvalidException, NetmikoBaseException

from netops.core.clock import Clock
from netops.core.errors import CommandRefused, Misbehaved, TimedOut, Unreachable, Unsupported
from netops.core.model import (
    Batch,
    DeviceFacts,
    Expected,
    Finding,
    GuardHandle,
    GuardKind,
    GuardPurpose,
    GuardSpec,
    GuardState,
    LineOp,
    Receipt,
    Scope,
    State,
    Target,
)
from netops.core.secret import SecretSource
from netops.core.text import Text
from netops.drivers.ios.session import Session, log_in, new_session, told
from netops.platforms.ios import show
from netops.platforms.ios.lines import steps
from netops.platforms.ios.preflight import NONE_PENDING, PENDING, compare, findings, surroundings
from netops.platforms.ios.quirks import ARCHIVE

_ERROR = re.compile(show.ERROR, re.MULTILINE)
_TIMER = "show archive config rollback timer"
_LONG = 120.0
"""Seconds at most for what a switch takes its time for: a whole configuration, a roll-back, writing to flash."""
_LONGER = 10
"""So many times the site's own `timeout`, where that is less: a switch that fell silent is given up sooner."""


def open_driver(target: Target, secrets: SecretSource, clock: Clock) -> "IosDriver":
    """Connects, logs in once and enters privileged mode. Raises `DeviceError`s with `may_have_written` False."""
    session = new_session(target, secrets)
    try:
        log_in(target, session)
    except BaseException:
        session.drop()
        session.disconnect()
        raise
    return IosDriver(target, session, clock)


class IosDriver:
    """One SSH session in privileged mode; see `core.ports.Driver`."""

    def __init__(self, target: Target, session: Session, clock: Clock) -> None:
        self._target, self._session, self._clock = target, session, clock
        self._name = target.name
        self._facts: DeviceFacts | None = None
        self._features: tuple[str, ...] | None = None
        self._timeout = float(target.options.get("timeout", 30))
        self._long = min(_LONG, _LONGER * self._timeout)
        # Not the end of the text: a warning of the timer may follow at any moment, on a new line or on this one.
        self._prompt = rf"^{re.escape(session.base_prompt)}[^\s#]*#[ \t]*(?:$|Rollback Confirmed Change|[%*])"

    @contextmanager
    def _at(self, step: str, *, wrote: bool) -> Iterator[None]:
        try:
            with told(self._name, step, wrote=wrote):
                yield
        except (TimedOut, Unreachable):
            self._session.drop()
            raise

    def __enter__(self) -> "IosDriver":
        return self

    def __exit__(self, *exc: object) -> None:
        self._session.disconnect()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def facts(self) -> DeviceFacts:
        """Asked for when first needed: NAPALM's `get_facts` over our own session, and whether there is an archive."""
        if self._facts is None:
            self._facts = self._ask_facts()
        return self._facts

    def _ask_facts(self) -> DeviceFacts:
        from napalm.ios import IOSDriver as Napalm

        with self._at("facts", wrote=False):
            napalm = Napalm(self._target.host, self._target.username, "", optional_args={"force_no_enable": True})
            napalm.device = _Asked(self)
            found = napalm.get_facts()
        return DeviceFacts(
            platform="ios",
            version=show.version(found["os_version"]),
            board=found["model"],
            identity=found["hostname"],
            features=self.features,
        )

    @property
    def features(self) -> tuple[str, ...]:
        """Whether there is an archive, in one command: all that planning and guarding need to know."""
        if self._features is None:
            archive = self.ask("show archive", "facts")
            self._features = () if _ERROR.search(archive) or "not enabled" in archive else ("archive",)
        return self._features

    def observe(self, scope: Scope, *, facts: bool = False, counters: bool = False) -> State:
        vlans: dict[int, str] = {}
        if any(path.startswith("vlan ") for path in scope.paths):
            vlans = show.vlan_table(self.ask("show vlan brief", "observe"))
        try:
            return show.observed(self._running("observe"), vlans, scope.paths)
        except ValueError as exc:
            raise Misbehaved(
                Text(id=f"konfigurasi tidak terbaca: {exc}", en=f"the configuration cannot be read: {exc}"),
                device=self._name,
                step="observe",
                may_have_written=False,
            ) from exc

    def capture(self) -> bytes:
        return show.masked(show.configuration(self._running("capture"))).encode()

    def preflight(self) -> tuple[Finding, ...]:
        facts = self.facts
        timer = self.ask(_TIMER, "preflight")
        vtp = self.ask("show vtp status", "preflight")
        running = show.configuration(self._running("preflight"))
        startup = show.configuration(self.ask("show startup-config", "preflight", self._long))
        around = surroundings(
            clock=self.ask("show clock", "preflight"),
            ntp=self.ask("show ntp associations", "preflight"),
            flash=self.ask("dir flash:", "preflight"),
            now=self._clock.now(),
            running=running,
        )
        return (*findings(facts, timer=timer, vtp=vtp, startup=startup, running=running), *around)

    def compare(self, expected: Expected) -> tuple[Finding, ...]:
        return compare(show.configuration(self._running("compare")), expected)

    def ask(self, command: str, step: str, timeout: float = 0.0) -> str:
        """One `show`; an error text is an answer."""
        with self._at(step, wrote=False):
            return self._send(command, max(timeout, self._timeout))

    def _send(self, command: str, timeout: float, expect: str = "", *, strip: bool = True, echo: bool = True) -> str:
        return self._session.ask(command, expect or self._prompt, timeout, strip=strip, echo=echo)

    def _running(self, step: str) -> str:
        text = self.ask("show running-config", step, self._long)
        refused = _ERROR.search(text)
        if refused:
            raise self._refused(step, refused[0], wrote=False)
        if not re.search(r"^end\s*$", text, re.MULTILINE):
            raise Misbehaved(
                Text(
                    id="konfigurasi tidak lengkap: baris `end` tidak ada", en="the configuration is cut: no `end` line"
                ),
                device=self._name,
                step=step,
                may_have_written=False,
            )
        return text

    def _refused(self, step: str, reply: str, *, wrote: bool, op: int | None = None, line: str = "") -> CommandRefused:
        said, where = " ".join(reply.split()), f" ({line!r})" if line else ""
        return CommandRefused(
            Text(id=f"ditolak perangkat{where}: {said}", en=f"refused by the device{where}: {said}"),
            device=self._name,
            step=step,
            may_have_written=wrote,
            reply=said,
            op=op,
        )

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        """Lines one by one, each answered before the next; the first refused line ends the batch."""
        feed = _Feed(self._script(batch))
        try:
            with self._at("apply", wrote=True):
                self._session.send_config_set(
                    feed, error_pattern=show.ERROR, bypass_commands="", read_timeout=self._timeout
                )
        except Misbehaved as exc:
            if not isinstance(exc.__cause__, ConfigInvalidException):
                raise
            reply = str(exc.__cause__).partition("matched error: ")[2]
            self._leave_config()
            op, line = feed.now
            raise self._refused("apply", reply, wrote=feed.sent > 1, op=op, line=line) from exc.__cause__
        return Receipt(batch=batch.number, replies=("",) * len(batch.ops))

    def _script(self, batch: Batch) -> list[tuple[int, str]]:
        """The batch as (op index, line); a section is left before a global line, which its mode might know otherwise."""
        script: list[tuple[int, str]] = []
        inside = 0
        for index, op in enumerate(batch.ops):
            if not isinstance(op, LineOp):
                raise TypeError("an IOS op is a LineOp")
            lines = [*steps(op.path), *op.lines] if op.path else list(op.lines)
            if not op.path:
                script += [(index, "exit")] * inside
            for line in lines:
                if not line.strip() or "?" in line or not line.isascii() or not line.isprintable():
                    raise self._refused("apply", "?, control or non-ASCII character", wrote=False, op=index)
                script.append((index, line.strip()))
            inside = len(steps(op.path)) if op.path else max(len(line) - len(line.lstrip(" ")) for line in op.lines)
        return script

    def _leave_config(self) -> None:
        with suppress(NetmikoBaseException, OSError, EOFError, ValueError):
            self._session.exit_config_mode()

    def save(self) -> None:
        with self._at("save", wrote=True):
            answer = self._send("write memory", self._long, rf"{self._prompt}|\[confirm\]")
            if "[confirm]" in answer:
                # The startup configuration was written by another release; replacing it is what saving means.
                answer += self._send("\n", self._long, echo=False)
        if "[OK]" not in answer:
            raise self._refused("save", answer, wrote=True)

    # ── the device's own timer ───────────────────────────────────────────────────────────────────────────────────

    def arm(self, spec: GuardSpec) -> GuardHandle:
        """`configure terminal revert timer`: whole minutes, rounded up; the device keeps its own copy to go back to."""
        minutes = -(-spec.seconds // 60)
        if (
            spec.purpose is not GuardPurpose.REVERT
            or spec.kind is not GuardKind.DEVICE_TIMER
            or not 1 <= minutes <= 120
        ):
            raise self._unsupported(
                f"pengaman {spec.purpose.value}/{spec.kind.value} {spec.seconds} detik tidak ada di IOS (1-120 menit)",
                f"no {spec.purpose.value}/{spec.kind.value} guard of {spec.seconds} s on IOS (1 to 120 minutes)",
            )
        pending = self.ask(_TIMER, "arm")
        if re.search(PENDING, pending):
            raise self._refused("arm", pending, wrote=False)
        now = self._clock.now()
        with self._at("arm", wrote=True):
            answer = self._send(f"configure terminal revert timer {minutes}", self._long, strip=False)
            entered = bool(re.search(r"(?m)\(config[^)]*\)#", answer))
            if entered:
                self._session.exit_config_mode()
        refused = _ERROR.search(answer)
        if refused or not entered:
            raise self._unsupported(
                f"timer pemulihan ditolak: {' '.join((refused[0] if refused else answer).split())}",
                f"the revert timer is refused: {' '.join((refused[0] if refused else answer).split())}",
            )
        return GuardHandle(
            purpose=spec.purpose,
            kind=spec.kind,
            device=self._name,
            name=f"rollback-timer {minutes} min ({self._target.username})",
            armed_at=now,
            fires_at=now + timedelta(minutes=minutes),
        )

    def _unsupported(self, indonesian: str, english: str) -> Unsupported:
        lines = "\n  ".join(ARCHIVE)
        hint = Text(id=f"Tempelkan di perangkat:\n  {lines}", en=f"Paste on the device:\n  {lines}")
        return Unsupported(Text(id=indonesian, en=english), hint, device=self._name, step="arm", may_have_written=False)

    def guard_state(self, handle: GuardHandle) -> GuardState:
        """ARMED while the device lists a pending change; afterwards FIRED from its time on, else ABSENT."""
        answer = self.ask(_TIMER, "guard")
        if NONE_PENDING not in answer:
            return GuardState.ARMED if re.search(PENDING, answer) else GuardState.INACTIVE
        return GuardState.FIRED if self._clock.now() >= handle.fires_at else GuardState.ABSENT

    def confirm(self, handle: GuardHandle) -> None:
        """Once more does no harm before the timer's end; after it the device has taken the change back: refused."""
        answer = self._order("configure confirm", "confirm")
        if NONE_PENDING in answer and self._clock.now() < handle.fires_at:
            return
        refused = _ERROR.search(answer)
        if refused:
            raise self._refused("confirm", refused[0], wrote=False)
        pending = self.ask(_TIMER, "confirm")
        if re.search(PENDING, pending):
            raise self._refused("confirm", pending, wrote=True)

    def fire(self, handle: GuardHandle) -> None:
        """Once the timer has fired there is nothing left to do."""
        answer = self._order("configure revert now", "fire")
        if NONE_PENDING in answer and self._clock.now() >= handle.fires_at:
            return
        refused = _ERROR.search(answer)
        if refused:
            raise self._refused("fire", refused[0], wrote=NONE_PENDING not in answer)

    def _order(self, command: str, step: str) -> str:
        with self._at(step, wrote=True):
            return self._send(command, self._long)


class _Asked:
    """What NAPALM's getters need of a session."""

    def __init__(self, driver: IosDriver) -> None:
        self._driver = driver

    def send_command(self, command: str) -> str:
        return self._driver.ask(command, "facts")


class _Feed(Iterator[str]):
    """Lines for netmiko, which says only in words at which one it stopped: (op index, line) is in `now`."""

    def __init__(self, script: Sequence[tuple[int, str]]) -> None:
        self._script = iter(script)
        self.now: tuple[int, str] = (0, "")
        self.sent = 0

    def __next__(self) -> str:
        self.now = next(self._script)
        self.sent += 1
        return self.now[1]
