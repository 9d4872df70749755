"""What stops a command that runs until it is told to: SIGTERM and Ctrl-C; gives both back when the command ends."""

import signal
from functools import partial
from threading import Event as Flag

import click


def stopped_by_signal(ctx: click.Context) -> Flag:
    """Set by the first of them, so that what is in hand is finished. In a process that goes on, Ctrl-C means again what it did."""
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.signal(number, lambda *_: stop.set())
        ctx.call_on_close(partial(signal.signal, number, before))
    return stop
