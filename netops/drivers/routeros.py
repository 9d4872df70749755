"""One connection to a RouterOS device over its API: I/O only; never writes twice, never reads a secret back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache

from msgspec import Struct

from netops.core.clock import Clock
from netops.core.errors import CommandRefused, Misbehaved, Unsupported
from netops.core.model import (
    Batch,
    DeviceFacts,
    Expected,
    Finding,
    GuardHandle,
    GuardPurpose,
    GuardSpec,
    GuardState,
    Receipt,
    Row,
    Rows,
    Scope,
    State,
    Target,
)
from netops.core.secret import SecretSource
from netops.core.text import Text
from netops.drivers import routeros_checks as checks
from netops.drivers.routeros_clock import read_clock
from netops.drivers.routeros_codes import NAMED, hide
from netops.drivers.routeros_connect import connect
from netops.drivers.routeros_expected import compare
from netops.drivers.routeros_wire import Answer, Command, Wire
from netops.drivers.routeros_write import Sender
from netops.platforms.routeros import guard
from netops.platforms.routeros.facts import menu, menus
from netops.platforms.routeros.quirks import COUNTED, COUNTERS, FLAGS, NAMED_BY_PASSWORDS, RUNTIME
from netops.platforms.routeros.show import export, exported

_NO_BACKUP = RUNTIME | NAMED_BY_PASSWORDS | {"/log", "/file", "/system/history", "/certificate", "/interface"}
CATCH_UP = 300
"""Seconds between the attempts of an END timer; its script disables it with the first."""
STOPPED = ("=disabled=yes", "=on-event=")
"""How we switch a guard's scheduler off: told apart from one that its own script switched off."""
_META = frozenset({".id", ".nextid", ".about", ".dead", ".section"})


class _Parts(Struct, frozen=True):
    """What is on the device under a guard's name."""

    schedulers: list[dict[str, str]]
    scripts: list[dict[str, str]]

    @property
    def ran(self) -> bool:
        """Whether its script was started. A reboot resets `run-count` (manual, Scheduler), but the script's first line
        switched its own scheduler off, and that stays. Where we switch it off, it runs nothing any more (`STOPPED`).
        """
        return any(row.get("run-count", "0") != "0" or (_off(row) and row.get("on-event")) for row in self.schedulers)


def open_driver(target: Target, secrets: SecretSource, clock: Clock) -> "RouterOSDriver":
    """A driver that connects when it is entered. Raises nothing by itself."""
    return RouterOSDriver(target, secrets, clock)


class RouterOSDriver:
    """The driver port for RouterOS 6 and 7 (`core.ports.Driver`)."""

    def __init__(self, target: Target, secrets: SecretSource, clock: Clock) -> None:
        self._target, self._secrets, self._clock = target, secrets, clock
        self._open: Wire | None = None
        self._facts: DeviceFacts | None = None

    def __enter__(self) -> "RouterOSDriver":
        self._open = connect(self._target, self._secrets.get(self._target.password), self._clock)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    @property
    def facts(self) -> DeviceFacts:
        """Asked when first wanted: a connection that only verifies or confirms need not pay for it.

        No `cached_property`: in Python 3.11 that holds one lock for all routers while one of them answers.
        """
        if self._facts is None:
            self._facts = checks.device_facts(self._wire.exchange("facts", list(checks.ASKED.values())), self._target)
        return self._facts

    @property
    def features(self) -> tuple[str, ...]:
        return self.facts.features

    @property
    def _wire(self) -> Wire:
        if self._open is None:
            raise RuntimeError("the driver is used outside its with block")
        return self._open

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def preflight(self) -> tuple[Finding, ...]:
        return checks.preflight(self._wire, self._target, self.facts, self._clock.now())

    def compare(self, expected: Expected) -> tuple[Finding, ...]:
        return compare(self._wire, self.facts, expected)

    def observe(self, scope: Scope, *, facts: bool = False, counters: bool = False) -> State:
        """All menus of the scope in one round trip: settable properties and flags, raw text, no secrets, no counters.

        With `counters` what each login and session of the hotspot used comes along.

        Raises `Unsupported` for a menu that the device does not have or does not let us read.
        """
        answers = self._read("observe", _prints(scope.paths, counters=counters), facts=facts)
        rows: list[Row] = []
        for path, answer in zip(scope.paths, answers, strict=True):
            if answer.traps:
                raise self._unreadable(path, answer)
            rows += _rows(path, answer)
        return Rows(rows=tuple(hide(rows, self._secrets)))

    def capture(self) -> bytes:
        """What we know of the device's configuration as a terse export, without dynamic rows and secrets.

        `/export` returns no text over the API, and a file on the device would be a write: so this is put together from
        every known menu that the device has. It documents the state before a change; it is no image to restore from.
        """
        prints = _backup_prints()
        found = dict(zip(prints, self._read("capture", prints.values(), facts=True), strict=True))
        hidden = hide([row for path in found if path in NAMED for row in _rows(path, found[path])], self._secrets)
        about = f"# RouterOS {self.facts.version}, {self.facts.board}, {self.facts.identity}: known menus, no secrets"
        lines = [about]
        for path, answer in found.items():
            if path in NAMED:
                rows = [
                    [f"={name}={value}" for name, value in row.values.items()] for row in hidden if row.menu == path
                ]
                lines += export(path, rows, keep=False)
            elif answer.sentences:
                lines += export(path, answer.sentences, keep=True)
        return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")

    def _read(self, step: str, prints: Collection[Command], *, facts: bool) -> list[Answer]:
        """These, and what the facts are made of where they are wanted and not known: one round trip."""
        more = list(checks.ASKED.values()) if facts and self._facts is None else []
        answers = self._wire.exchange(step, [*prints, *more])
        if more:
            self._facts = checks.device_facts(answers[len(prints) :], self._target)
        return answers[: len(prints)]

    def _unreadable(self, path: str, answer: Answer) -> Unsupported:
        why = checks.printable(answer.traps[0])
        return Unsupported(
            Text(f"{path} tidak dapat dibaca: {why}", f"{path} cannot be read: {why}"),
            Text(
                "periksa paket dan policy grup pengguna API (read, write, test, api)",
                "check the packages and the policies of the API user's group (read, write, test, api)",
            )
            if not path.startswith("/user-manager")
            else Text(
                "User Manager adalah paket tersendiri (user-manager) untuk RouterOS 7, bukan untuk perangkat kecil: pasang "
                "paketnya, atau pilih backend lain di inventory/sites.yaml (event: vouchers)",
                "User Manager is a package of its own (user-manager) of RouterOS 7, not for small boards: install it, or "
                "choose another backend in inventory/sites.yaml (event: vouchers)",
            ),
            device=self._target.name,
            step="observe",
            may_have_written=False,
        )

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        """Rows are looked up by natural key right before, then all commands go out; each answer is read before an error
        is raised. A row that clients made (`active`, `cookie`, `host`, leases) and that is gone already is as good as
        removed.
        """
        return Sender(self._wire, self._target.name).apply(batch, secrets)

    def save(self) -> None:
        """Nothing: RouterOS keeps what it runs."""

    # ── guards ───────────────────────────────────────────────────────────────────────────────────────────────────

    def arm(self, spec: GuardSpec) -> GuardHandle:
        """A script and the scheduler that runs it once after `seconds`; what stands under its name goes first.

        A REVERT guard counts from now (an interval: a clock that is set meanwhile does not move it). An END timer is an
        absolute moment of the device's own clock; from then on it tries each `CATCH_UP` seconds, so that a device that
        was off at its moment closes once it is back.

        Raises `Unsupported` where the way back fits into no script or the device refuses one. Whether the device will
        really run it is asked by `guard_state`.
        """
        name = guard.name_of(spec.owner, spec.purpose)
        try:
            source = guard.script(spec)
        except ValueError as exc:
            raise self._no_guard(str(exc)) from exc
        self._remove(self._parts(name))
        now = self._clock.now()
        timing = self._timing(spec, now)
        policy = ",".join(guard.POLICIES)
        common = (f"=name={name}", f"=comment={spec.owner.comment}", f"=policy={policy}")
        answers = self._wire.exchange(
            "arm",
            [
                ("/system/script/add", common[0], common[2], f"=source={source}"),
                ("/system/scheduler/add", *common, *timing, f"=on-event={name}"),
            ],
            writes=True,
        )
        refused = next((answer.traps[0] for answer in answers if answer.traps), None)
        if refused is not None:
            self._remove(self._parts(name, writes=True))
            raise self._no_guard(checks.printable(refused))
        return GuardHandle(
            purpose=spec.purpose,
            kind=spec.kind,
            device=self._target.name,
            name=name,
            armed_at=now,
            fires_at=now + timedelta(seconds=spec.seconds),
        )

    def _timing(self, spec: GuardSpec, now: datetime) -> tuple[str, ...]:
        clock = None
        if spec.purpose is GuardPurpose.END:
            answer = self._wire.exchange("arm", [("/system/clock/print",)])[0]
            clock = read_clock(next(iter(answer.rows), {}))
        if clock is None:
            return (f"=interval={spec.seconds}s",)
        date, time = clock.words(now + timedelta(seconds=spec.seconds), now)
        return (f"=start-date={date}", f"=start-time={time}", f"=interval={CATCH_UP}s")

    def guard_state(self, handle: GuardHandle) -> GuardState:
        """FIRED once the device ran it; INACTIVE where it is there but will not run (device-mode, stopped by us, no date).

        One that a hand switched off counts as FIRED: nothing on the device tells it from one that fired before a reboot.
        """
        parts = self._parts(handle.name)
        if not parts.schedulers:
            return GuardState.ABSENT
        if parts.ran:
            return GuardState.FIRED
        row = parts.schedulers[0]
        if _off(row) or "inactiv" in row.get(".about", "") or not row.get("next-run") or not parts.scripts:
            return GuardState.INACTIVE
        return GuardState.ARMED

    def confirm(self, handle: GuardHandle) -> None:
        """Stops the timer, then looks whether it had fired: only then its rows go. An absent guard is confirmed already.

        Raises `Misbehaved` (its rows removed all the same) for a REVERT guard that had fired: the change did not stay.
        Only the first look writes nothing: an error behind it says that something may have been written.
        """
        parts, fired = self._parts(handle.name), False
        if parts.schedulers:
            off = [("/system/scheduler/set", f"=.id={row['.id']}", *STOPPED) for row in parts.schedulers]
            fired = parts.ran
            self._checked("confirm", off)
            parts = self._parts(handle.name, writes=True)
            fired = fired or parts.ran
        self._remove(parts)
        if fired and handle.purpose is GuardPurpose.REVERT:
            raise Misbehaved(
                Text(
                    "pengaman di perangkat sudah memulihkan keadaan semula sebelum dikonfirmasi",
                    "the device's guard had restored it before it was confirmed",
                ),
                device=self._target.name,
                step="confirm",
                may_have_written=True,
            )

    def fire(self, handle: GuardHandle) -> None:
        """Runs the guard's script now and waits for it; then its rows go."""
        parts = self._parts(handle.name)
        if parts.scripts:
            self._checked("fire", [("/system/script/run", f"=.id={parts.scripts[0]['.id']}")])
            parts = self._parts(handle.name, writes=True)
        self._remove(parts)

    def _parts(self, name: str, *, writes: bool = False) -> "_Parts":
        """The rows of a guard, in one round trip; `writes`: behind a write, so that an error must not say otherwise."""
        asked: list[Command] = [
            ("/system/scheduler/print", "=.proplist=.id,name,disabled,next-run,on-event,run-count,.about"),
            ("/system/script/print", "=.proplist=.id,name"),
        ]
        found = self._wire.exchange("guard", asked, writes=writes)
        return _Parts(*([row for row in answer.rows if row.get("name") == name] for answer in found))

    def _remove(self, parts: "_Parts") -> None:
        """Both at once: a scheduler whose script is gone runs nothing."""
        gone = [("/system/scheduler/remove", f"=.id={row['.id']}") for row in parts.schedulers]
        gone += [("/system/script/remove", f"=.id={row['.id']}") for row in parts.scripts]
        if gone:
            self._checked("guard", gone)

    def _checked(self, step: str, commands: Sequence[Command]) -> None:
        for command, answer in zip(commands, self._wire.exchange(step, commands, writes=True), strict=True):
            if answer.traps:
                reply = checks.printable(answer.traps[0])
                raise CommandRefused(
                    Text(f"{command[0]}: perangkat menolak: {reply}", f"{command[0]}: the device refused: {reply}"),
                    device=self._target.name,
                    step=step,
                    may_have_written=True,
                    reply=reply,
                )

    def _no_guard(self, why: str) -> Unsupported:
        return Unsupported(
            Text(f"pengaman tidak dapat dipasang: {why}", f"the guard cannot be armed: {why}"),
            Text(
                "beri grup pengguna API policy read, write, test, dan izinkan scheduler di /system/device-mode",
                "give the API user's group the policies read, write, test, and allow scheduler in /system/device-mode",
            ),
            device=self._target.name,
            step="arm",
            may_have_written=False,
        )


@cache
def _backup_prints() -> Mapping[str, Command]:
    paths = [path for path in menus() if path not in _NO_BACKUP and menu(path).settable]
    return {path: (f"{path}/print", f"=.proplist={','.join(exported(path))}") for path in paths}


@lru_cache(maxsize=256)
def _prints(paths: tuple[str, ...], *, counters: bool) -> tuple[Command, ...]:
    return tuple(_print(path, counters=counters and path in COUNTED) for path in paths)


def _print(path: str, *, counters: bool) -> Command:
    menu_ = menu(path)
    shown = dict.fromkeys(name for name in menu_.settable if name not in menu_.secrets)
    shown |= dict.fromkeys((*menu_.key, *(flag for flag in FLAGS if flag in menu_.read_only)))
    if counters:
        shown |= dict.fromkeys(name for name in COUNTERS if name in menu_.read_only)
    return (f"{menu_.path}/print", f"=.proplist={','.join(('.id', *shown))}")


def _off(row: Mapping[str, str]) -> bool:
    return row.get("disabled") in ("true", "yes")


def _rows(path: str, answer: Answer) -> Iterable[Row]:
    for values in answer.rows:
        row_id = values.pop(".id", "")
        yield Row(menu=path, values=_plain(values), id=row_id)


def _plain(values: dict[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in values.items() if name not in _META} if _META & values.keys() else values
