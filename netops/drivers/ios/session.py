"""One netmiko session with a pinned host key, and its errors as ours; refuses unknown keys before a password is sent."""

import codecs
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from netmiko.channel import SSHChannel
from netmiko.cisco import CiscoIosSSH
from netmiko.exceptions import (
    NetmikoAuthenticationException,
    NetmikoBaseException,
    NetmikoTimeoutException,
    ReadTimeout,
)
from paramiko import Channel, SSHClient
from paramiko.client import MissingHostKeyPolicy
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey
from paramiko.pkey import PKey
from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, IncompatiblePeer, SSHException

from netops.core.errors import (
    DeviceError,
    Failed,
    LoginRefused,
    Misbehaved,
    TimedOut,
    UnknownIdentity,
    Unreachable,
    Unsupported,
)
from netops.core.model import Target
from netops.core.secret import SecretRef, SecretSource
from netops.core.text import Text

GREETING = 1.0
"""Seconds that a device gets to show its first prompt by itself before it is poked."""
ANY_PROMPT = r"[>#][ \t]*$"
"""The end of a line that may be a prompt, before its name is known."""
PATIENCE = 0.2
"""Seconds that one look waits for a first byte: then netmiko asks again whether its own time is up."""
MOST = 65535
"""Bytes of one look, as netmiko has it."""
_LOGIN = 6
"""A whole login may take so many times the timeout of one of its steps. paramiko waits without end for the answer to its
request for a terminal and for a shell (`Channel._wait_for_event`, 5.0), and an hour for a channel."""


_SILENT = re.compile("Authentication timeout|transport shut down")
"""What paramiko (5.0, `AuthHandler.wait_for_response`) calls a failed authentication although nobody refused anything."""


class _WrongKey(Exception):
    """The server's key is not the pinned one; raised before any password is sent."""

    def __init__(self, offered: PKey) -> None:
        super().__init__("host key")
        self.offered = offered


class _BadSecret(Exception):
    pass


class _Pinned(MissingHostKeyPolicy):
    """Nothing is ever learned: a key that is not in the inventory ends the connection."""

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> NoReturn:
        raise _WrongKey(key)


class _Patient(SSHChannel):
    """netmiko looks for an answer, sleeps 10 to 25 ms and looks again; while `waiting`, a look lasts until something came."""

    def __init__(self, line: Channel, encoding: str) -> None:
        super().__init__(line, encoding)
        self._line = line
        self._decoder = codecs.getincrementaldecoder(encoding)("ignore")
        self.waiting = False

    def read_buffer(self) -> str:
        """What is there. A letter of two bytes may come in two packets: it is kept until it is whole."""
        while self._line.recv_ready():
            data = self._line.recv(MOST)
            text = self._decoder.decode(data)
            if text:
                return text
        return ""

    def read_channel(self) -> str:
        text: str = super().read_channel()
        if text or not self.waiting:
            return text
        usual = self._line.gettimeout()
        self._line.settimeout(PATIENCE)
        try:
            data = self._line.recv(MOST)
        except TimeoutError:
            return ""
        finally:
            self._line.settimeout(usual)
        more: str = super().read_channel()
        return self._decoder.decode(data) + more


class Session(CiscoIosSSH):
    """netmiko's session with the pinned key as its only known host, and one try at the enable secret."""

    def __init__(self, pinned: PKey | None, **settings: Any) -> None:
        self._pinned = pinned
        super().__init__(auto_connect=False, **settings)

    def _build_ssh_client(self) -> SSHClient:
        client = SSHClient()
        client.set_missing_host_key_policy(_Pinned())
        if self._pinned is not None:
            # Named here, the key's type is what paramiko asks the server for first.
            place = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
            client.get_host_keys().add(place, self._pinned.get_name(), self._pinned)
        return client

    def connect(self) -> None:
        self.sock = socket.create_connection((self.host, self.port), self.conn_timeout)
        # Paramiko leaves Nagle's algorithm on: its small packets would wait for the acknowledgement of the one before,
        # which the other side may put off (40 ms on Linux, up to 200 ms elsewhere), at several points of each login.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.establish_connection()
        assert isinstance(self.remote_conn, Channel)
        self.channel = _Patient(self.remote_conn, self.encoding)
        self._greeted()
        self._try_session_preparation(force_data=False)

    def _greeted(self) -> None:
        """Wait for the first prompt, since some devices throw away what is typed before it; poke one that stays silent.

        netmiko presses Enter and waits 0.1 s, whether the prompt has come or not.
        """
        with self._patient():
            try:  # a banner may have lines that end like a prompt; they rarely look like a name too
                self.read_until_pattern(r"^\w\S*[>#][ \t]*\Z", read_timeout=GREETING, re_flags=re.MULTILINE)
            except ReadTimeout:
                self.write_channel(self.RETURN)
                self.read_until_pattern(r"[>#][ \t]*\Z", read_timeout=self.conn_timeout)

    def session_preparation(self) -> None:
        """netmiko's steps, each read to the prompt after it, so that nothing is left over for the next to stumble on."""
        for command in ("terminal width 511", "terminal length 0"):
            self.ask(command, ANY_PROMPT, 20)
        self.set_base_prompt()

    def find_prompt(self, delay_factor: float = 1.0, pattern: str | None = None) -> str:
        """One Enter, read to the prompt; netmiko sleeps and looks before and after."""
        with self._patient():
            self.write_channel(self.RETURN)
            answer: str = self.read_until_pattern(pattern or ANY_PROMPT, re_flags=re.MULTILINE)
        return answer.rsplit(self.RESPONSE_RETURN, maxsplit=1)[-1].strip()

    def enable(self, *args: Any, **named: Any) -> str:
        with self._patient():
            return str(super().enable(*args, **named))

    def check_enable_mode(self, check_string: str = "#") -> bool:
        return check_string in self.find_prompt()

    @contextmanager
    def _patient(self, waiting: bool = True) -> Iterator[None]:
        channel = self.channel
        assert isinstance(channel, _Patient)
        before, channel.waiting = channel.waiting, waiting
        try:
            yield
        finally:
            channel.waiting = before

    def ask(self, command: str, pattern: str, timeout: float, *, echo: bool = True, strip: bool = True) -> str:
        """A command and its answer up to `pattern` (each line may end it), without the echo and, to `strip`, the prompt.

        netmiko's `send_command` with its own parts, and without its fixed waits. What comes behind the pattern is kept
        for the next look. Raises `ReadTimeout`.
        """
        command = self.normalize_cmd(command)
        with self._patient():
            self.write_channel(command)
            answer = self.command_echo_read(command.strip(), read_timeout=10) if echo else ""
            answer += self.read_until_pattern(pattern, read_timeout=timeout, re_flags=re.MULTILINE)
        answer = self.strip_command(command, answer)
        return self.strip_prompt(answer) if strip else answer

    def read_channel(self) -> str:
        """netmiko waits its whole time for a connection that is already gone; this says so at once."""
        if self._read_buffer.strip():  # what is kept may be the answer already: waiting for more would be for nothing
            with self._patient(False):
                return str(super().read_channel())
        data: str = super().read_channel()
        if not data and getattr(self.remote_conn, "closed", True):
            raise EOFError("closed by the device")
        return data

    def cleanup(self, command: str = "exit") -> None:
        with self._patient():
            super().cleanup(command)

    def drop(self) -> None:
        """Close the socket at once: a silent device would make an orderly goodbye wait."""
        with suppress(Exception):
            self.paramiko_cleanup()

    def enable_secret_handler(self, pattern: str, output: str, re_flags: int = re.IGNORECASE) -> str:
        if not re.search(pattern, output, flags=re_flags):
            return ""
        self.write_channel(self.normalize_cmd(self.secret))
        answer: str = self.read_until_pattern(rf"{pattern}|Bad secrets|denied|{re.escape(self.base_prompt)}\S*[>#]\s*$")
        if re.search(rf"{pattern}|Bad secrets|denied", answer, flags=re_flags):
            raise _BadSecret
        return answer


def new_session(target: Target, secrets: SecretSource) -> Session:
    timeout = _timeout(target)
    enable = ""
    with suppress(Failed):
        enable = secrets.get(SecretRef(f"enable/{target.name}")).reveal()
    return Session(
        _pinned_key(target),
        device_type="cisco_ios",
        host=target.host,
        port=int(target.options.get("ssh_port", 22)),
        username=target.username,
        password=secrets.get(target.password).reveal(),
        secret=enable,
        use_keys=False,
        allow_agent=False,
        conn_timeout=timeout,
        banner_timeout=timeout,
        auth_timeout=timeout,
        fast_cli=True,
    )


def _timeout(target: Target) -> float:
    return float(target.options.get("timeout", 10))


def log_in(target: Target, session: Session) -> None:
    """Connect, log in and enter privileged mode, each tried once, all of it within `_LOGIN` times the timeout."""
    with _bounded(target.name, session, _LOGIN * _timeout(target)):
        with told(target.name, "connect", wrote=False):
            _connect(target, session)
        with told(target.name, "enable", wrote=False):
            try:
                session.enable()
            except (_BadSecret, ValueError) as exc:
                raise _enable_refused(target.name) from exc


@contextmanager
def _bounded(name: str, session: Session, seconds: float) -> Iterator[None]:
    """A login that lasts longer loses its connection, which ends every wait; raises `TimedOut` then."""
    over, late = threading.Event(), threading.Event()

    def watch() -> None:
        if not over.wait(seconds):
            late.set()
        while not over.wait(0.2):  # again and again: the first time there may be nothing to close yet
            session.drop()

    watcher = threading.Thread(target=watch, name=f"login-{name}", daemon=True)
    watcher.start()
    try:
        yield
    except Exception as exc:
        if not late.is_set():
            raise
        raise TimedOut(
            Text(
                id=f"login tidak selesai dalam {seconds:g} detik",
                en=f"the login was not over within {seconds:g} seconds",
            ),
            device=name,
            step="connect",
            may_have_written=False,
        ) from exc
    finally:
        over.set()
        watcher.join()


def _connect(target: Target, session: Session) -> None:
    name = target.name
    try:
        session.connect()
    except OSError as exc:
        raise _unreachable(name, "connect", exc, wrote=False) from exc
    except _WrongKey as exc:
        raise _unknown_key(target, exc.offered) from exc
    except NetmikoAuthenticationException as exc:
        cause = exc.__context__
        if not isinstance(cause, AuthenticationException) or not _SILENT.search(str(cause)):
            raise _login_refused(target) from exc
        raise _unreachable(name, "login", cause, wrote=False) from exc
    except NetmikoTimeoutException as exc:
        cause = exc.__context__
        if isinstance(cause, BadHostKeyException):
            raise _unknown_key(target, cause.key) from exc
        if isinstance(cause, IncompatiblePeer):
            raise Unsupported(
                Text(id=f"SSH perangkat terlalu lama: {cause}", en=f"the device's SSH is too old: {cause}"),
                Text(
                    id="Perbarui IOS; paramiko 5 tanpa SHA-1: pasang `netmiko[par4]` bila tidak dapat diperbarui.",
                    en="Update IOS; paramiko 5 has no SHA-1: install `netmiko[par4]` where that cannot be done.",
                ),
                device=name,
                step="connect",
                may_have_written=False,
            ) from exc
        raise _unreachable(name, "connect", cause or exc, wrote=False) from exc


def _pinned_key(target: Target) -> PKey | None:
    """The inventory's `host_key` (`ssh-ed25519 AAAA…`, as known_hosts has it); None when there is none."""
    line = str(target.options.get("host_key", ""))
    if not line:
        return None
    entry = None
    with suppress(InvalidHostKey, SSHException, ValueError):
        entry = HostKeyEntry.from_line(f"device {' '.join(line.split()[:2])}")
    if entry is None or entry.key is None:
        raise UnknownIdentity(
            Text(id="host_key di inventaris tidak terbaca", en="the inventory's host_key cannot be read"),
            Text(id='Tulis seperti: host_key: "ssh-ed25519 AAAA…"', en='Write: host_key: "ssh-ed25519 AAAA…"'),
            device=target.name,
            step="connect",
            may_have_written=False,
        )
    key: PKey = entry.key
    return key


def _unknown_key(target: Target, offered: PKey) -> UnknownIdentity:
    line = f'host_key: "{offered.get_name()} {offered.get_base64()}"'
    known = bool(target.options.get("host_key"))
    what = Text(
        id="kunci host SSH bukan yang tercatat" if known else "kunci host SSH belum tercatat di inventaris",
        en="the SSH host key is not the recorded one" if known else "the SSH host key is not in the inventory",
    )
    place = f"inventory/hosts.yaml, {target.name}, data.options:\n    {line}\n  {offered.fingerprint}"
    return UnknownIdentity(
        Text(id=f"{what.id}; kata sandi tidak dikirim", en=f"{what.en}; no password was sent"),
        Text(
            id=f"Bandingkan dengan konsol perangkat (`show ip ssh`); bila benar, tempelkan di {place}",
            en=f"Compare with the device's console (`show ip ssh`); when it is right, paste into {place}",
        ),
        device=target.name,
        step="connect",
        may_have_written=False,
    )


def _login_refused(target: Target) -> LoginRefused:
    return LoginRefused(
        Text(
            id=f"nama {target.username!r} atau kata sandinya ditolak",
            en=f"user {target.username!r} or its password is refused",
        ),
        Text(
            id=f"Periksa rahasia `device/{target.name}` dan `username` di inventaris; tidak dicoba ulang.",
            en=f"Check the secret `device/{target.name}` and the inventory's `username`; it is not tried again.",
        ),
        device=target.name,
        step="login",
        may_have_written=False,
    )


def _enable_refused(name: str) -> LoginRefused:
    return LoginRefused(
        Text(id="mode privileged (enable) ditolak", en="privileged mode (enable) is refused"),
        Text(
            id=f"Periksa rahasia `enable/{name}`, atau beri pengguna `privilege 15`.",
            en=f"Check the secret `enable/{name}`, or give the user `privilege 15`.",
        ),
        device=name,
        step="enable",
        may_have_written=False,
    )


def _unreachable(name: str, step: str, cause: BaseException, *, wrote: bool) -> Unreachable:
    reason = " ".join(str(cause).split())[:200] or type(cause).__name__
    return Unreachable(
        Text(id=f"sambungan gagal atau putus: {reason}", en=f"no connection, or it broke: {reason}"),
        Text(id="Periksa alamat, port SSH dan jaringan.", en="Check address, SSH port and network."),
        device=name,
        step=step,
        may_have_written=wrote,
    )


@contextmanager
def told(name: str, step: str, *, wrote: bool) -> Iterator[None]:
    """The libraries' errors as ours, in this one place."""
    try:
        yield
    except DeviceError:
        raise
    except (ReadTimeout, TimeoutError) as exc:
        raise TimedOut(
            Text(id="perangkat tidak menjawab pada waktunya", en="the device did not answer in time"),
            device=name,
            step=step,
            may_have_written=wrote,
        ) from exc
    except (OSError, EOFError, SSHException) as exc:
        raise _unreachable(name, step, exc, wrote=wrote) from exc
    except (NetmikoBaseException, ValueError) as exc:
        raise Misbehaved(
            Text(id=f"jawaban tidak terduga ({type(exc).__name__})", en=f"an unexpected answer ({type(exc).__name__})"),
            device=name,
            step=step,
            may_have_written=wrote,
        ) from exc
