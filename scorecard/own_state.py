"""Our own state in trouble: a full disk, a locked database, an old copy put back."""

import contextlib
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from netops.app import App
from netops.changes.lifecycle import Phase
from netops.core.canonical import parse_json
from scorecard.judge import judged, recovered
from scorecard.points import some
from scorecard.rows import Row, Setting, Trial
from scorecard.stand import SITES, Broken, Case, Stand, Wanted

JOURNAL = Path("var") / "journal.db"
PAGES, BYTES = 60, 250_000
"""By how much a journal grows in one change, at the very most."""


def unlogged(case: Case) -> None:
    """Raises `Broken` where more operations reached the routers than were announced in the log."""
    with App(case.root) as app:
        events = [one.event for one in app.journal.read(case.change)]
        sent = sum(len(parse_json(app.objects.get(one.data["ops"]))) for one in events if one.kind == "batch.intent")
    guards = sum(1 for one in events if one.kind == "guard.intent")
    if case.stand.effects.adds > sent + 2 * guards:
        raise Broken(f"{case.stand.effects.adds} rows were added, {sent} operations and {guards} timers announced")


def full(stand: Stand, wanted: Sequence[Wanted], kind: str, more: int) -> None:
    """The disk is full after so much more; what stopped goes on when there is space."""
    case = stand.case(wanted)
    journal = case.root / JOURNAL
    with contextlib.closing(sqlite3.connect(journal)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    limit = pages + more if kind == "pages" else journal.stat().st_size + more
    case.run("apply", case.change, **{kind: limit})
    unlogged(case)
    phase = recovered(case)
    if phase is Phase.APPROVED:
        case.must("apply", case.change)
        judged(case)
    case.close()


def locked(stand: Stand, wanted: Sequence[Wanted], number: int, seconds: float) -> None:
    """Somebody else holds the database for so long, from the n-th event on."""
    case = stand.case(wanted)
    worker = case.start("apply", case.change, strike={"point": "append", "number": number, "act": "stop"})
    worker.wait()
    with contextlib.closing(sqlite3.connect(case.root / JOURNAL, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        worker.signal(signal.SIGCONT)
        until = time.monotonic() + seconds
        while worker.code is None and time.monotonic() < until:
            time.sleep(0.05)
        connection.execute("ROLLBACK")
    worker.wait()
    unlogged(case)
    recovered(case)
    case.close()


def old_copy(stand: Stand, wanted: Sequence[Wanted], number: int) -> None:
    """The journal is put back as it was earlier: nothing is signed, and nothing is claimed of devices that say otherwise."""
    case = stand.case(wanted)
    kept = case.root / "kept"
    if number:
        case.run("apply", case.change, strike={"point": "append", "number": number, "act": "stop"})
    _copy(case.root / "var", kept)
    if number:
        case.children[-1].signal(signal.SIGCONT)
        case.children[-1].wait()
    else:
        case.must("apply", case.change)
    case.must("log", "publish")
    now = case.root / "now"
    _copy(case.root / "var", now)
    _copy(kept, case.root / "var", keep="log")
    child = case.run("log", "publish")
    if child.code == 0:
        raise Broken(f"a log that was put back from an old copy was signed: {child.text[-200:]}")
    _copy(now, case.root / "var")
    judged(case)
    case.close()


def _copy(source: Path, target: Path, keep: str = "") -> None:
    """`target` becomes a copy, but for what is to be kept of it."""
    if target.exists():
        for path in target.iterdir():
            if path.name != keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(keep) if keep else None)


def _fulls(kind: str, whole: int) -> Callable[[Setting], Iterator[Trial]]:
    def trials(setting: Setting) -> Iterator[Trial]:
        for site, wanted in SITES.items():
            for number in some(range(20), min(setting.most or 20, 20)):
                more = round(whole * number / 20)
                yield Trial(label=f"{site}: {more} more {kind}", run=partial(full, setting.stand, wanted, kind, more))

    return trials


def _locks(setting: Setting) -> Iterator[Trial]:
    for site, wanted in SITES.items():
        total = setting.counted.of(setting.stand, wanted, "apply").append
        for number in some(range(1, total), setting.few(4)):
            for seconds in (2.0, 30.0)[: 1 if setting.most == 1 else 2]:
                label = f"{site}: for {seconds:g} s from event {number}/{total} on"
                yield Trial(label=label, run=partial(locked, setting.stand, wanted, number, seconds))


def _copies(setting: Setting) -> Iterator[Trial]:
    for site, wanted in SITES.items():
        total = setting.counted.of(setting.stand, wanted, "apply").append
        for number in some(range(total), setting.few(4)):
            label = f"{site}: the copy is of event {number}/{total}"
            yield Trial(label=label, run=partial(old_copy, setting.stand, wanted, number))


FULL = "nothing pushed unlogged; goes on when there is space"
ROWS = (
    Row(
        name="full-pages",
        fault="the database may not grow (SQLite's own limit)",
        holds=FULL,
        trials=_fulls("pages", PAGES),
    ),
    Row(name="full-bytes", fault="no file may grow (RLIMIT_FSIZE)", holds=FULL, trials=_fulls("bytes", BYTES)),
    Row(
        name="locked",
        fault="another process holds the database",
        holds="waited for, or nothing pushed unlogged and gone on with later",
        trials=_locks,
    ),
    Row(
        name="old-copy",
        fault="the database is put back from an old copy",
        holds="refuses to sign",
        trials=_copies,
    ),
)
