"""Opening a RouterOS API session: TLS with a known certificate, one login; refuses strangers and never tries a password twice."""

import hashlib
import socket
import ssl
from functools import lru_cache
from pathlib import Path

from librouteros import create_transport
from librouteros.api import Api
from librouteros.exceptions import FatalError, LibRouterosError, MultiTrapError, TrapError
from librouteros.login import encode_password

from netops.core.clock import Clock
from netops.core.errors import LoginRefused, UnknownIdentity, Unreachable, Unsupported
from netops.core.model import Target
from netops.core.secret import Secret
from netops.core.text import Text
from netops.drivers.routeros_wire import Channel, Protocol, Wire


def connect(target: Target, password: Secret, clock: Clock) -> Wire:
    """Open, check who is there, log in; nothing but the login is sent, and it is sent once.

    Raises `Unreachable`, `UnknownIdentity`, `Unsupported` (no usable TLS), `LoginRefused`, `TimedOut`, `Misbehaved`.
    """
    options = target.options
    timeout = float(options.get("timeout", 30))
    clear = bool(options.get("cleartext", False))
    port = int(options.get("api_port", 8728) if clear else options.get("api_tls_port", 8729))
    try:
        transport = create_transport(
            host=target.host,
            port=port,
            saddr=None,
            timeout=timeout,
            ssl_wrapper=None if clear else lambda sock: _tls(sock, target, port, timeout),
        )
    except OSError as exc:
        raise _unreachable(target, port, clear, exc) from exc
    channel = Channel(transport.sock, target.name, timeout, clock)
    try:
        _login(channel, target, password)
    except BaseException:
        channel.close()
        raise
    return Wire(channel)


def _unreachable(target: Target, port: int, clear: bool, exc: OSError) -> Unreachable:
    """A port that refuses or resets is a service that is off; silence may be anything."""
    why = "timed out" if isinstance(exc, TimeoutError) else exc.strerror or type(exc).__name__
    service = "api" if clear else "api-ssl"
    closed = isinstance(exc, ConnectionError)
    what = ("mati", "off") if clear else ("mati atau tanpa sertifikat", "off or without certificate")
    return Unreachable(
        Text(
            f"{target.host}:{port} tidak menerima sambungan ({why})"
            + (f": {service} tampaknya {what[0]}, atau tertutup untuk alamat ini" if closed else ""),
            f"{target.host}:{port} accepts no connection ({why})"
            + (f": {service} seems to be {what[1]}, or closed to this address" if closed else ""),
        ),
        _paste(f"/ip service set {service} disabled=no port={port}") if clear else _paste(*_certificate(target)),
        device=target.name,
        step="connect",
        may_have_written=False,
    )


def _paste(*lines: str) -> Text:
    listed = "\n".join(lines)
    return Text(f"tempel di terminal perangkat:\n{listed}", f"paste into the device's terminal:\n{listed}")


def _certificate(target: Target) -> tuple[str, ...]:
    port = target.options.get("api_tls_port", 8729)
    return (
        f"/certificate add name=netops-api common-name={target.name} key-usage=digital-signature,key-encipherment,tls-server days-valid=3650",
        "/certificate sign netops-api",
        f"/ip service set api-ssl certificate=netops-api disabled=no port={port}",
        "/certificate print detail where name=netops-api",
    )


def _tls(sock: socket.socket, target: Target, port: int, timeout: float) -> socket.socket:
    """TLS with the pinned certificate, else with one that a known authority signed."""
    pinned = str(target.options.get("tls_fingerprint", "")).lower().removeprefix("sha256:").replace(":", "")
    authority = str(target.options.get("tls_ca", ""))
    try:
        context = _context(
            bool(pinned), authority, 0 if pinned or not authority else Path(authority).stat().st_mtime_ns
        )
        wrapped = context.wrap_socket(sock, server_hostname=target.host)
    except ssl.SSLCertVerificationError as exc:
        sock.close()
        raise _unknown(target, exc.verify_message, _presented(target, port, timeout)) from exc
    except ssl.SSLError as exc:
        sock.close()
        raise Unsupported(
            Text(
                f"TLS gagal ({exc.reason or 'tidak ada jawaban TLS'}): api-ssl tampaknya mati atau tanpa sertifikat",
                f"TLS failed ({exc.reason or 'no TLS answer'}): api-ssl seems to be off or without certificate",
            ),
            _paste(*_certificate(target)),
            device=target.name,
            step="connect",
            may_have_written=False,
        ) from exc
    except BaseException:
        sock.close()
        raise
    if pinned:
        seen = _fingerprint(wrapped)
        if seen != f"sha256:{pinned}":
            wrapped.close()
            raise _unknown(target, f"sha256:{pinned}", seen)
    return wrapped


def _fingerprint(wrapped: ssl.SSLSocket) -> str:
    return f"sha256:{hashlib.sha256(wrapped.getpeercert(binary_form=True) or b'').hexdigest()}"


def _presented(target: Target, port: int, timeout: float) -> str:
    """The fingerprint of the certificate that was not believed, '' where it is not to be had; nothing else is sent.

    A handshake that fails tells no certificate, so this is a second one that believes anything and ends there.
    """
    try:
        with (
            socket.create_connection((target.host, port), timeout) as plain,
            _context(True, "", 0).wrap_socket(plain) as wrapped,
        ):
            return _fingerprint(wrapped)
    except OSError:
        return ""


@lru_cache(maxsize=32)
def _context(pinned: bool, authority: str, changed: int) -> ssl.SSLContext:
    """Making one costs a fifth of a handshake, so routers share it; `changed` makes a new one for an edited authority.

    With a pin the certificate itself is compared, so no authority is asked.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if pinned:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif authority:
        context.load_verify_locations(cafile=authority)
    else:
        context.load_default_certs()
    return context


def _unknown(target: Target, what: str, seen: str) -> UnknownIdentity:
    """`what` was known or is wrong with it; `seen` is the fingerprint that the device presented, '' if it did not say."""
    line = f"      tls_fingerprint: {seen or 'sha256:…'}"
    return UnknownIdentity(
        Text(
            f"sertifikat TLS bukan yang dikenal ({what}); kata sandi tidak dikirim",
            f"the TLS certificate is not the known one ({what}); no password was sent",
        ),
        Text(
            "bandingkan dulu di perangkat: /certificate print detail menampilkan fingerprint; bila sama, tempel di "
            f"inventory/hosts.yaml, di options milik {target.name}:\n{line}",
            "compare on the device first: /certificate print detail shows the fingerprint; if it is the same, paste into "
            f"inventory/hosts.yaml, under the options of {target.name}:\n{line}",
        ),
        device=target.name,
        step="connect",
        may_have_written=False,
    )


def _login(channel: Channel, target: Target, password: Secret) -> None:
    """Plain login; a router before 6.43 answers with a challenge and gets its hash. One attempt, never a second."""
    api = Api(Protocol(transport=channel, encoding="latin-1"))
    name, word = _bytes_as_text(target.username), _bytes_as_text(password.reveal())
    try:
        replies = tuple(api("/login", name=name, password=word))
        challenge = next((str(reply["ret"]) for reply in replies if "ret" in reply), "")
        if challenge and not word.isascii():
            raise _refused(target, "a password beyond ASCII at a router before 6.43")
        if challenge:
            tuple(api("/login", name=name, response=encode_password(challenge, word)))
    except (TrapError, MultiTrapError) as exc:
        # The device's text is not shown and the cause is cut: nothing of the attempt may travel with the error.
        raise _refused(target, str(exc)) from None
    except FatalError:
        raise channel.misbehaved("the session was ended during the login") from None
    except (LibRouterosError, UnicodeError, ValueError, TypeError):
        raise channel.misbehaved("not an answer to a login") from None


def _bytes_as_text(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


def _refused(target: Target, reply: str) -> LoginRefused:
    known = "invalid user name or password" in reply or "cannot log in" in reply
    shown = "invalid user name or password" if known else "refused"
    return LoginRefused(
        Text(
            f"perangkat menolak login {target.username!r} ({shown}); tidak dicoba lagi",
            f"the device refused the login {target.username!r} ({shown}); not tried again",
        ),
        _paste(
            "/user group add name=netops policy=read,write,test,api,sensitive,!ftp,!local,!ssh,!telnet,!web,!winbox",
            f"/user add name={target.username} group=netops password=…",
        ),
        device=target.name,
        step="login",
        may_have_written=False,
    )
