"""An Ed25519 JWS in compact form (RFC 7515, RFC 8037): its payload, once a known key signed it. Refuses every other kind.

Only `alg` (`EdDSA`), `kid` (the key's SHA-256 fingerprint as OpenSSH prints it) and `typ` may stand in the header: no key,
address or option that the sender chose is ever followed (`none`, HMAC, `jwk`, `x5u`, `crit`, `b64`, RFC 7797).
"""

import base64
import binascii
import re
from collections.abc import Iterable

from netops.core.canonical import parse_json
from netops.core.errors import NotApproved
from netops.requests.refusal import no
from netops.requests.sshsig import fingerprint, verify_raw

MAX_TOKEN = 32_768
SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def payload_of(token: str) -> bytes:
    """What the token carries, not believed yet. Raises `NotApproved`."""
    return _part(_parts(token)[1])


def verify(token: str, keys: Iterable[bytes]) -> tuple[bytes, bytes]:
    """Payload and key (wire form), where one of `keys` is the one named by `kid` and signed it. Raises `NotApproved`."""
    head, body, mark = _parts(token)
    kid = _header(_part(head))
    key = next((one for one in keys if fingerprint(one) == kid), None)
    if key is None:
        raise no(f"kunci server {kid} tidak terdaftar", f"server key {kid} is not listed")
    try:
        good = verify_raw(key, f"{head}.{body}".encode("ascii"), _part(mark))
    except ValueError as error:
        raise _bad(f"kuncinya bukan Ed25519 ({error})", f"its key is not Ed25519 ({error})") from error
    if not good:
        raise no(
            f"tanda tangan kunci {kid} tidak cocok dengan isinya",
            f"the signature of key {kid} does not match what was signed",
        )
    return _part(body), key


def _header(data: bytes) -> str:
    """The `kid`."""
    try:
        head = parse_json(data)
    except (ValueError, RecursionError) as error:
        raise _bad(f"kepalanya bukan JSON: {error}", f"its header is not JSON: {error}") from error
    if not isinstance(head, dict):
        raise _bad("kepalanya bukan objek", "its header is no object")
    if head.get("alg") != "EdDSA":
        raise _bad(f"alg {head.get('alg')!r} tidak diterima", f"alg {head.get('alg')!r} is not accepted")
    odd = sorted(set(head) - {"alg", "kid", "typ"})
    if odd:
        raise _bad(f"{', '.join(odd)} tidak diterima", f"{', '.join(odd)} is not accepted")
    kid = head.get("kid")
    if not isinstance(kid, str) or head.get("typ", "JOSE") not in ("JOSE", "JWT"):
        raise _bad("kid tidak ada, atau typ lain", "kid is missing, or another typ")
    return kid


def _parts(token: str) -> tuple[str, str, str]:
    if len(token) > MAX_TOKEN or not SHAPE.fullmatch(token):
        raise _bad("bukan bentuk ringkas RFC 7515", "not the compact form of RFC 7515")
    head, body, mark = token.split(".")
    return head, body, mark


def _part(text: str) -> bytes:
    """base64url without padding, in the one spelling that its bytes have."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise _bad("base64url rusak", "damaged base64url") from error
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise _bad("base64url tidak baku", "base64url in another spelling")
    return data


def _bad(id: str, en: str) -> NotApproved:
    return no(
        f"JWS tidak dapat diterima: {id}",
        f"the JWS cannot be accepted: {en}",
        "Kirim JWS ringkas: alg EdDSA, kid sidik SHA256:… kunci server (RFC 8037).",
        "Send a compact JWS: alg EdDSA, kid the SHA256:… fingerprint of the server's key (RFC 8037).",
    )
