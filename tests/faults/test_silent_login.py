"""A switch that falls silent while we log in, at each step of it: given up within a bound, and nobody waits for its goodbye."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import paramiko
import pytest
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED

from netops.core.clock import SystemClock
from netops.core.errors import TimedOut, Unreachable
from netops.core.model import Target
from netops.core.secret import Secret, SecretRef
from netops.drivers.ios import open_driver

STEPS = ("banner", "key exchange", "password", "channel", "terminal", "shell", "prompt")
HANGS = 100.0
"""Seconds after which a login counts as one that never ends; its bound is six seconds here."""


class Silent(paramiko.ServerInterface):
    """An SSH server that answers up to a step, and from there on never more; the connection stays open."""

    def __init__(self, step: str, over: threading.Event) -> None:
        self._step, self._over = step, over

    def _reach(self, step: str) -> None:
        if step == self._step:
            self._over.wait()

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        self._reach("password")
        return int(AUTH_SUCCESSFUL)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        self._reach("channel")
        return int(OPEN_SUCCEEDED)

    def check_channel_pty_request(self, *what: object) -> bool:
        self._reach("terminal")
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        self._reach("shell")
        return True


@contextmanager
def silent_switch(step: str) -> Iterator[Target]:
    over, key = threading.Event(), paramiko.RSAKey.generate(2048)
    ends: list[socket.socket | paramiko.Transport] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):
            near, _ = listener.accept()
            ends.append(near)
            if step == "banner":
                return
            if step == "key exchange":
                near.sendall(b"SSH-2.0-Cisco-1.25\r\n")
                return
            transport = paramiko.Transport(near)
            ends.append(transport)
            transport.add_server_key(key)
            transport.start_server(server=Silent(step, over))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    options = {
        "ssh_port": listener.getsockname()[1], "host_key": f"{key.get_name()} {key.get_base64()}", "timeout": 1,
    }  # fmt: skip
    yield Target(
        name="sw-aula", host="127.0.0.1", platform="ios", site="kampus", roles=("switch",), username="netops",
        password=SecretRef("device/sw-aula"), data={}, options=options,
    )  # fmt: skip
    over.set()
    for end in (listener, *ends):
        end.close()
    thread.join(10)


class Secrets:
    def get(self, ref: SecretRef) -> Secret:
        return Secret("canary-login-5512")


@pytest.mark.parametrize("step", STEPS)
def test_a_switch_that_falls_silent_during_the_login_is_given_up(step: str) -> None:
    found: list[Exception] = []

    def log_in(target: Target) -> None:
        try:
            open_driver(target, Secrets(), SystemClock())
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            found.append(error)

    with silent_switch(step) as target:
        trying = threading.Thread(target=log_in, args=(target,), daemon=True)
        trying.start()
        trying.join(HANGS)
        assert not trying.is_alive(), "it waits without end"
    (error,) = found
    assert isinstance(error, TimedOut | Unreachable), error
    assert not error.may_have_written
    assert "canary-login-5512" not in repr(error) + error.describe("en")
