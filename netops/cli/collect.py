"""`netops collect`: measure by SNMP, once or round after round."""

import json
from datetime import timedelta
from threading import Event as Flag
from typing import TYPE_CHECKING

import click

from netops.cli.common import json_option, opened
from netops.cli.output import EXIT_CHANGES, clean, fail, result, say
from netops.cli.signals import stopped_by_signal
from netops.core.errors import NetopsError
from netops.core.text import Text, language
from netops.core.units import parse_duration

if TYPE_CHECKING:
    from netops.actions.collecting import Round
    from netops.monitoring.keeping import Kept


class Duration(click.ParamType[int]):
    """`60s`, `5m`; seconds."""

    name = "duration"

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            seconds = parse_duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not self.least <= seconds <= self.most:
            self.fail(f"{self.least}..{self.most} s", param, ctx)
        return seconds


@click.command(
    help=Text(
        "Ukur lewat SNMP: sekali, atau berulang pada jam yang rata; hasilnya langsung di cakram. Keluar 0: semua menjawab; "
        "3: ada yang tidak (putaran terakhir); 1: tidak ada yang menjawab, atau cakram menolak.",
        "Measure by SNMP: once, or on the clock; what was read is on the disk at once. Exit 0: all answered; 3: some did "
        "not (last round); 1: none did, or the disk refuses.",
    ).to(language())
)
@click.option("--once", is_flag=True, help=Text("satu putaran (bawaan)", "one round (the default)").to(language()))
@click.option(
    "--every",
    type=Duration(1, 3600),
    metavar="60s",
    help=Text("putaran tiap kelipatan ini", "a round at each multiple of this").to(language()),
)
@click.option(
    "--for",
    "for_",
    type=Duration(1, 366 * 86_400),
    metavar="10m",
    help=Text("berhenti sesudah ini (--every)", "stop after this (--every)").to(language()),
)
@click.option("--limit", metavar="role=gateway", help=Text("sebagian perangkat", "some of the devices").to(language()))
@click.option(
    "--close",
    is_flag=True,
    help=Text(
        "tutup juga jam yang masih berjalan, agar laporan melihatnya", "close the open hour too, so that reports see it"
    ).to(language()),
)
@click.option("--with-parent", type=int, hidden=True)
@json_option
@click.pass_context
def collect(
    ctx: click.Context,
    once: bool,
    every: int | None,
    for_: int | None,
    limit: str | None,
    close: bool,
    with_parent: int | None,
    json_: bool,
) -> None:
    from netops.actions import collecting

    if once and every:
        raise click.UsageError(Text("pilih --once atau --every", "choose --once or --every").to(language()))
    if for_ and not every:
        raise click.UsageError(Text("--for untuk --every", "--for goes with --every").to(language()))
    shown = _Shown(json_, verbose=every is None, quiet=with_parent is not None)
    stop = stopped_by_signal(ctx) if every else Flag()
    if every and with_parent:
        _watch(with_parent, stop)
    with opened(ctx) as app:
        until = app.clock.now() + timedelta(seconds=for_) if for_ else None
        told = collecting.Listener(shown.round, shown.kept, fail)
        collecting.collect(app, told, every=every, until=until, limit=limit, stop=stop, close=close)
    ctx.exit(shown.exit_code())


def _watch(parent: int, stop: Flag) -> None:
    """Stops it when the process that started us is gone."""
    import os
    from threading import Thread

    def look() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                stop.set()

    Thread(target=look, daemon=True, name="parent").start()


class _Shown:
    """What a person sees of rounds: each miss when it begins, with its reason in words, and when it is over."""

    def __init__(self, json_: bool, *, verbose: bool, quiet: bool = False) -> None:
        self.json, self.verbose, self.quiet = json_, verbose, quiet
        self.silent: set[str] = set()
        self.last: Round | None = None
        self.any = False

    def round(self, done: "Round") -> None:
        self.last, self.any = done, self.any or done.answered > 0
        if self.json:
            result(json.dumps(_plain(done), ensure_ascii=True, sort_keys=True))
        total = done.answered + len(done.missed)
        at, took = f"{done.at:%Y-%m-%d %H:%M:%S}Z", f"{done.seconds:.1f}"
        line = Text(
            f"{at} {done.answered} dari {total} menjawab, {done.series} pencacah, {took.replace('.', ',')} detik",
            f"{at} {done.answered} of {total} answered, {done.series} counters, {took} s",
        )
        missed = {miss.device for miss in done.missed}
        if not self.quiet or missed != self.silent or done.skipped or done.lost:  # beside `serve`: what is new only
            say(line)
        if done.skipped:
            say(
                Text(
                    f"  {done.skipped} putaran terlewat: yang sebelumnya terlalu lama",
                    f"  {done.skipped} rounds left out: the one before took too long",
                )
            )
        for miss in done.missed:
            if self.verbose or miss.device not in self.silent:
                say(_why(miss.device, done.errors.get(miss.device), miss.message))
        for device in sorted(self.silent - missed):
            say(Text(f"  {clean(device)}: menjawab lagi", f"  {clean(device)}: answers again"))
        self.silent = missed
        if done.lost is not None:
            fail(done.lost)

    def kept(self, done: "Kept") -> None:
        for word, files in (
            (Text("ditutup", "closed"), done.closed),
            (Text("dipadatkan", "compacted"), done.compacted),
        ):
            for file in files:
                path, rows = file.segment.path, file.rows
                say(Text(f"segmen {path} {word.id}: {rows} baris", f"segment {path} {word.en}: {rows} rows"))
        if done.expired:
            count = len(done.expired)
            say(Text(f"{count} segmen habis masa simpannya", f"{count} segments are past their time and gone"))
        if done.cut:
            say(
                Text(
                    f"PERHATIAN: {done.cut} byte spool tidak terbaca (ekor yang terputus); sisanya utuh",
                    f"NOTE: {done.cut} bytes of the spool cannot be read (a torn tail); the rest is whole",
                )
            )

    def exit_code(self) -> int:
        if self.last is None:
            return 0  # stopped before the first round
        if not self.any or self.last.lost is not None:
            return 1
        return EXIT_CHANGES if self.last.missed else 0


def _why(device: str, error: Exception | None, message: str) -> Text:
    if isinstance(error, NetopsError):
        lines = [clean(" ".join(error.describe(lang).split())) for lang in ("id", "en")]
        return Text(f"  {lines[0]}", f"  {lines[1]}")
    return Text(clean(f"  {device}: {message}"), clean(f"  {device}: {message}"))


def _plain(done: "Round") -> dict[str, object]:
    return {
        "at": done.at.isoformat(),
        "seconds": round(done.seconds, 3),
        "answered": done.answered,
        "series": done.series,
        "skipped": done.skipped,
        "durable": done.lost is None,
        "missed": [{"device": one.device, "reason": one.reason, "message": one.message} for one in done.missed],
    }
