"""Who asks whom, and how often: the fast poller where it is installed and can, pysnmp else; silent devices less often."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from netops.core.clock import Clock
from netops.core.errors import InputError, Misbehaved, NetopsError, NotAsked
from netops.core.measured import Sample
from netops.core.model import Target
from netops.core.ports import OpenPoller
from netops.core.secret import SecretSource
from netops.core.text import Text
from netops.monitoring import login
from netops.monitoring.asking import STEP

if TYPE_CHECKING:
    from netops.monitoring.with_pysnmp import PysnmpPoller

RESTS = {3: 1, 5: 3}
"""Missed so many rounds in a row: left out of so many before it is asked again. With a round a minute that is 4 minutes."""


class _Silence(Struct):
    missed: int = 0
    rest: int = 0


class SnmpPoller:
    """A `Poller` kept open between rounds: v2c by gufo-snmp where that is installed, v3 and the rest by pysnmp.

    v3 is not left to gufo-snmp because it does not authenticate answers (see `with_gufo`), and a device whose answers it
    could not read is asked by pysnmp from the next round on.
    """

    def __init__(self, secrets: SecretSource, clock: Clock) -> None:
        self._secrets, self._clock = secrets, clock
        self._fast = _gufo(secrets, clock)
        self._complete: PysnmpPoller | None = None
        self._silent: dict[str, _Silence] = {}
        self._unread: set[str] = set()

    def __enter__(self) -> "SnmpPoller":
        return self

    def __exit__(self, *exc: object) -> None:
        if self._fast is not None:
            self._fast.__exit__(*exc)
        if self._complete is not None:
            self._complete.__exit__(*exc)

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        """As `with_pysnmp.PysnmpPoller.sample`, and `NotAsked` for a device that is left out of this round."""
        results: dict[str, Sample | Exception] = {}
        asked: list[Target] = []
        for target in targets:
            silence = self._silent.get(target.name)
            if silence is not None and silence.rest > 0:
                silence.rest -= 1
                results[target.name] = _left_out(target, silence)
            else:
                asked.append(target)
        results.update(self._ask(asked, at))
        for target in asked:
            self._remember(target.name, results[target.name])
        return {target.name: results[target.name] for target in targets}

    def _ask(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        quick = [target for target in targets if self._fast is not None and self._can(target)]
        others = [target for target in targets if target not in quick] if len(quick) < len(targets) else []
        if not others or self._fast is None:
            return self._fast.sample(quick, at) if self._fast is not None and quick else self._slowly(others, at)
        if not quick:
            return self._slowly(others, at)
        with ThreadPoolExecutor(max_workers=1) as aside:
            beside = aside.submit(self._fast.sample, quick, at)
            return {**self._slowly(others, at), **beside.result()}

    def _slowly(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        if not targets:
            return {}
        if self._complete is None:
            from netops.monitoring.with_pysnmp import PysnmpPoller

            self._complete = PysnmpPoller(self._secrets, self._clock).__enter__()
        return self._complete.sample(targets, at)

    def _can(self, target: Target) -> bool:
        return target.name not in self._unread and _is_v2c(target)

    def _remember(self, name: str, result: Sample | Exception) -> None:
        if isinstance(result, Sample | InputError):
            self._silent.pop(name, None)
            return
        if isinstance(result, Misbehaved):
            self._unread.add(name)
        silence = self._silent.setdefault(name, _Silence())
        silence.missed += 1
        silence.rest = max((rest for missed, rest in RESTS.items() if silence.missed >= missed), default=0)


def _gufo(secrets: SecretSource, clock: Clock) -> OpenPoller | None:
    """The fast poller, or None where the extra `monitoring` is not installed."""
    try:
        from netops.monitoring.with_gufo import GufoPoller
    except ImportError:
        return None
    return GufoPoller(secrets, clock)


def _is_v2c(target: Target) -> bool:
    try:
        return login.version(target) == "2c"
    except NetopsError:
        return False


def _left_out(target: Target, silence: _Silence) -> NotAsked:
    missed, rest = silence.missed, silence.rest
    return NotAsked(
        Text(
            id=f"tidak ditanya pada putaran ini: {missed} kali berturut-turut tanpa hasil",
            en=f"not asked in this round: {missed} times in a row without a result",
        ),
        Text(
            id="ditanya lagi pada putaran berikutnya"
            if not rest
            else f"ditanya lagi setelah {rest} putaran berikutnya",
            en="asked again in the next round" if not rest else f"asked again after the next {rest} rounds",
        ),
        device=target.name,
        step=STEP,
        may_have_written=False,
    )
