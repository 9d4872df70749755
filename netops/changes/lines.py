"""Connections that a change keeps between two steps on a device; never writes over one twice, never shares one.

Opening is what costs most on a fast network (a TLS handshake, a login) and much on a far one. So the line over which a
device was observed is kept for the push, and the new one that verified it for confirming and saving.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from netops.changes.tools import Tools
from netops.core.errors import TimedOut, Unreachable
from netops.core.ports import Driver

T = TypeVar("T")
KEPT = 200
"""Lines at most that wait at a time (a process has 1,024 files by default); the devices beyond are connected to anew."""


class Lines:
    """At most one open line to each device of a change; leaving closes all. Different devices may be used side by side."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._kept: dict[str, Driver] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def fresh(self, name: str, work: Callable[[Driver], T]) -> T:
        """`work` over a new connection, which is kept afterwards; the old one is closed before."""
        self._close(name)
        return self._use(name, self._open(name), work)

    def again(self, name: str, work: Callable[[Driver], T], *, repeatable: bool = False) -> T:
        """`work` over the kept line; over a new one where it died while it waited, provided nothing may have been written.

        `repeatable`: doing it twice does no harm, so it may be done again in any case.
        """
        driver = self._kept.pop(name, None)
        if driver is None:
            return self._use(name, self._open(name), work)
        try:
            return self._use(name, driver, work)
        except (Unreachable, TimedOut) as error:
            if error.may_have_written and not repeatable:
                raise
        return self._use(name, self._open(name), work)

    @contextmanager
    def last(self, name: str) -> Iterator[Driver]:
        """The kept line (or a new one) for what may be sent once only; closed afterwards."""
        driver = self._kept.pop(name, None) or self._open(name)
        try:
            yield driver
        finally:
            driver.__exit__(None, None, None)

    def drop(self, name: str) -> None:
        """The kept line to one device, if there is one: somebody else needs the device now."""
        self._close(name)

    def close(self) -> None:
        """Every line, so that whoever comes next finds the devices free."""
        for name in list(self._kept):
            self._close(name)

    def _open(self, name: str) -> Driver:
        return self._tools.open(name).__enter__()

    def _close(self, name: str) -> None:
        driver = self._kept.pop(name, None)
        if driver is not None:
            driver.__exit__(None, None, None)

    def _use(self, name: str, driver: Driver, work: Callable[[Driver], T]) -> T:
        try:
            result = work(driver)
        except BaseException:
            driver.__exit__(None, None, None)
            raise
        if len(self._kept) < KEPT:
            self._kept[name] = driver
        else:
            driver.__exit__(None, None, None)
        return result
