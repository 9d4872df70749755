"""Opening a RouterOS API session: TLS with a known certificate, one login; refuses strangers and never tries a password twice."""

import hashlib
import socket
import ssl
from functools import lru_cache
from pathlib import Path

from librouteros.login import encode_password
from librouteros.protocol import compose_word, encode_sentence

from netops.core.clock import Clock
from netops.core.errors import LoginRefused, UnknownIdentity, Unreachable, Unsupported
from netops.core.model import Target
from netops.core.secret import Secret
from netops.core.text import Text
from netops.drivers.routeros_wire import Channel, Wire, values_of


def connect(target: Target, password: Secret, clock: Clock) -> Wire:
    """Open, check who is there, log in; nothing but the login is sent, and it is sent once.

    Raises `Unreachable`, `UnknownIdentity`, `Unsupported` (no usable TLS), `LoginRefused`, `TimedOut`, `Misbehaved`.
    """
    options = target.options
    timeout = float(options.get("timeout", 30))
    clear = bool(options.get("cleartext", False))
    port = int(options.get("api_port", 8728) if clear else options.get("api_tls_port", 8729))
    try:
        plain = _dial(target.host, port, timeout)
        sock = plain if clear else _tls(plain, target, port, timeout)
    except OSError as exc:
        raise _unreachable(target, port, clear, exc) from exc
    channel = Channel(sock, target.name, timeout, clock)
    try:
        _login(channel, target, password)
    except BaseException:
        channel.close()
        raise
    return Wire(channel)


def _dial(host: str, port: int, timeout: float) -> socket.socket:
    """A connection; an address in digits needs no resolver.

    Small packets go out at once: the login follows the end of the handshake, and would wait for its acknowledgement.
    """
    family = _family(host)
    if family is None:
        sock = socket.create_connection((host, port), timeout)
    else:
        sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family is not None:
            sock.settimeout(timeout)
            sock.connect((host, port))
    except BaseException:
        sock.close()
        raise
    return sock


def _family(host: str) -> socket.AddressFamily | None:
    """The kind of an address in digits; None for a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, ValueError):
            continue
        return family
    return None


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
    try:
        name, word = _bytes_as_text(target.username), _bytes_as_text(password.reveal())
    except UnicodeEncodeError:  # it would show a character of the password, and where it stands
        raise _refused(target, "a name or password that is no text") from None
    challenge = _ask(channel, target, name=name, password=word)
    if not challenge:
        return
    if not word.isascii():
        raise _refused(target, "a password beyond ASCII at a router before 6.43")
    try:
        response = encode_password(challenge, word)
    except ValueError:
        raise channel.misbehaved("not an answer to a login") from None
    _ask(channel, target, name=name, response=response)


def _ask(channel: Channel, target: Target, **values: str) -> str:
    """Sends a login, reads to its end and says what came back as `ret`."""
    words = [compose_word(name, value) for name, value in values.items()]
    channel.write(encode_sentence("/login", *words, encoding="latin-1"))
    traps: list[str] = []
    while True:
        reply = channel.sentence()
        match reply[0]:
            case "!done" if traps:
                # The device's text is not shown: nothing of the attempt may travel with the error.
                raise _refused(target, " ".join(traps))
            case "!done":
                return values_of(reply).get("ret", "")
            case "!trap":
                traps.append(values_of(reply).get("message", ""))
            case "!re" | "!empty":
                pass
            case "!fatal":
                raise channel.misbehaved("the session was ended during the login")
            case _:
                raise channel.misbehaved("not an answer to a login")


def _bytes_as_text(text: str) -> str:
    """What is no UTF-8 in a variable of the environment goes out as the bytes that it is."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


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
