"""The keys a simulated router shows: a self-signed certificate for API-TLS and an SSH host key; made per call, kept by nobody."""

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from msgspec import Struct

PEM = serialization.Encoding.PEM
PKCS8 = serialization.PrivateFormat.PKCS8
OPENSSH = serialization.PrivateFormat.OpenSSH
PLAIN = serialization.NoEncryption()


class Identity(Struct, frozen=True, kw_only=True):
    """`fingerprint` is SHA-256 of the DER certificate in hex; `host_key` the public line without a comment."""

    context: ssl.SSLContext
    certificate: bytes
    fingerprint: str
    ssh_private: bytes
    host_key: str
    subject: str


def make_identity(subject: str, now: datetime | None = None) -> Identity:
    """Elliptic keys, valid for ten years around `now`. Many devices may share one."""
    now = now or datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1825))
        .not_valid_after(now + timedelta(days=1825))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(PEM)
    host = ed25519.Ed25519PrivateKey.generate()
    line = host.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return Identity(
        context=_context(pem, key.private_bytes(PEM, PKCS8, PLAIN)),
        certificate=pem,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        ssh_private=host.private_bytes(PEM, OPENSSH, PLAIN),
        host_key=line.decode("ascii"),
        subject=subject,
    )


def _context(certificate: bytes, key: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "both.pem")
        path.touch(0o600)
        path.write_bytes(key + certificate)
        context.load_cert_chain(path)
    return context
