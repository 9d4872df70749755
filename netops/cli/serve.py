"""`netops serve`: the process that starts and ends events, resumes, warns, mails and measures by itself."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netops.cli.output import EXIT_CHANGES, clean, fail, say
from netops.cli.signals import stopped_by_signal
from netops.core.text import Text, language

if TYPE_CHECKING:
    from netops.app import App

_WORDS = {
    "resume": Text("diteruskan", "resumed"),
    "end": Text("diakhiri", "ended"),
    "start": Text("dijalankan", "applied"),
    "warn": Text("diperingatkan", "warned"),
}


@click.command(
    help=Text(
        "Jalankan yang sudah waktunya: mulai, akhiri, teruskan yang terputus, peringatkan, kirim surel; ukur juga "
        "([collect] di netops.toml). Berhenti dengan Ctrl-C atau SIGTERM, setelah yang sedang dikerjakan selesai.",
        "Do what is due: start, end, resume, warn, mail; measure too ([collect] in netops.toml). Stops by Ctrl-C or "
        "SIGTERM once the work in hand is done.",
    ).to(language())
)
@click.option(
    "--every",
    type=click.FloatRange(1, 3600),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help=Text("jeda antarpemeriksaan", "between two looks").to(language()),
)
@click.option("--once", is_flag=True, help=Text("sekali saja, lalu keluar", "once, then exit").to(language()))
@click.option(
    "--metrics",
    default="",
    metavar="HOST:PORT",
    help=Text(
        "juga sajikan /metrics untuk Prometheus, mis. 127.0.0.1:9190",
        "serve /metrics for Prometheus too, such as 127.0.0.1:9190",
    ).to(language()),
)
@click.pass_context
def serve(ctx: click.Context, every: float, once: bool, metrics: str) -> None:
    from netops.actions.beside import Collector, command
    from netops.actions.serving import Done, Server
    from netops.app import App

    root = Path(ctx.find_root().obj)
    failed: list[Done] = []

    def open_app() -> App:
        return App(root)

    def told(done: Done) -> None:
        if done.error is None:
            word = _WORDS[done.due.duty]
            say(Text(f"{done.due.change}: {word.id}", f"{done.due.change}: {word.en}"))
            return
        failed.append(done)
        click.echo(clean(f"{done.due.change or 'netops'}: {done.due.duty}:"), err=True)
        fail(done.error)

    with open_app() as app:  # a workspace that cannot be opened is told at once, not every ten seconds
        app.journal.read()
        clock, measures = app.clock, app.settings.collect_every
    server = Server(open_app, told, clock)
    if once:
        round_ = subprocess.Popen(command(root, "--once")) if measures else None
        server.once()
        silent = round_ is not None and round_.wait() not in (0, EXIT_CHANGES)
        ctx.exit(1 if failed or silent else 0)
    stop = stopped_by_signal(ctx)
    collector = Collector(root, measures, fail)
    try:
        with _exposed(open_app, metrics):
            say(Text(f"berjaga tiap {every:g} detik", f"looking every {every:g} seconds"))
            server.run(stop, every, (lambda: collector.look(clock.now())) if measures else (lambda: None))
    finally:
        collector.stop()
    say(Text("berhenti", "stopped"))


@contextmanager
def _exposed(open_app: Callable[[], "App"], listen: str) -> Iterator[None]:
    """`/metrics` meanwhile, where the option or the settings say so, over a workspace of its own."""
    with open_app() as app:
        address = listen or app.settings.metrics_listen
        if not address:
            yield
            return
        from netops.actions.exposing import Exposer
        from netops.monitoring.metrics_server import MetricsServer, is_loopback, listening

        host, port = listening(address)
        exposer = Exposer(app, say)
        exposer.text()  # a library that is missing is told at once
        running = MetricsServer((host, port), exposer.text)
        shown = f"http://{f'[{host}]' if ':' in host else host}:{running.address[1]}/metrics"
        say(Text(f"metrik di {shown}", f"metrics at {shown}"))
        if not is_loopback(host):
            say(
                Text(
                    f"PERHATIAN: {host} terbuka bagi jaringan; /metrics tanpa login dan tanpa TLS",
                    f"WARNING: {host} is open to the network; /metrics has neither login nor TLS",
                )
            )
        try:
            yield
        finally:
            running.close()
