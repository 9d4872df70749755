"""One router with 10,000 queue rows: observed through the API and compared with 10,000 wanted ones."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.fleet import lab, session
from benchmarks.measure import BenchError, Line, Timing, median, timed_call
from netops.app import App
from netops.core.model import Rows, State, Tag

QUEUES = 10_000
OWNER = Tag("bench-big")


def measure(folder: Path, rounds: int) -> list[Line]:
    with lab(folder, 1) as routers, App(folder) as app:
        (name,) = routers
        _fill(routers[name])
        platform = app.platforms["routeros"]
        want = platform.parse(_template(), {})
        scope = platform.scope(want)
        observed: list[Timing] = []
        compared: list[Timing] = []
        with app.connect(app.fleet.target(name)) as driver:
            for _ in range(max(rounds, 5)):
                seen: list[State] = []
                observed.append(timed_call(lambda seen=seen: seen.append(driver.observe(scope))))  # type: ignore[misc]  # mypy infers no type for a lambda's default
                ops: list[object] = []
                compared.append(timed_call(lambda seen=seen, ops=ops: ops.extend(platform.diff(seen[0], want, OWNER))))  # type: ignore[misc]  # as above
                state = seen[0]
                count = len(state.rows) if isinstance(state, Rows) else 0
                if count < QUEUES or ops:
                    raise BenchError(f"{count} rows observed, {len(ops)} differences found; expected {QUEUES} and none")
    seconds = median(observed), median(compared)
    both = seconds[0].wall + seconds[1].wall
    return [
        Line(
            what=f"a router with {QUEUES:,} queue rows observed and compared with {QUEUES:,} wanted ones",
            measured=f"{both:.2f} s: {seconds[0].wall:.2f} s to observe ({seconds[0].cpu:.2f} s of it our CPU, "
            f"the rest the simulated router's), {seconds[1].wall:.2f} s to compare",
            promised="< 0.5 s",
            met=both < 0.5,
        )
    ]


def _queues() -> Iterator[dict[str, str]]:
    for n in range(QUEUES):
        yield {
            "name": f"{OWNER.name}.{n}",
            "target": f"10.{64 + n // 65536}.{n // 256 % 256}.{n % 256}/32",
            "max-limit": "1M/2M",
            "comment": OWNER.comment,
        }


def _template() -> str:
    words = (" ".join(f"{key}={value}" for key, value in row.items()) for row in _queues())
    return "/queue simple\n" + "".join(f"add {line}\n" for line in words)


def _fill(device: dict[str, object]) -> None:
    api = session(device)
    try:
        queues = api.path("queue", "simple")
        for row in _queues():
            queues.add(**row)
    finally:
        api.close()
