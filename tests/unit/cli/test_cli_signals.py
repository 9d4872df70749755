"""A command that runs until it is told to stop leaves Ctrl-C as it found it."""

import os
import signal

import click

from netops.cli.signals import stopped_by_signal


def test_a_signal_stops_the_command_and_afterwards_means_again_what_it_did() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with click.Context(click.Command("serve")) as ctx:
        stop = stopped_by_signal(ctx)
        assert not stop.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(5)
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
