"""A certificate authority and a head's certificate for tests of electronically signed PDFs; signs with pyHanko, or Poppler."""

import io
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

pytest.importorskip("pyhanko", reason="signatures on PDFs: pip install 'netops[bsre]'")

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from netops.requests.pades import FIELD

DAY = timedelta(days=1)
MADE = datetime(2026, 11, 1, tzinfo=UTC)
HEAD = "Dr. Contoh Prasetyo"


def _name(common: str) -> x509.Name:
    """`C` first and `CN` last, as issuers write it: RFC 4514 tells it the other way round."""
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


class Authority:
    """`pem` is what a site pins; one with an `above` is an intermediate authority, whose certificate a signer carries along."""

    def __init__(self, name: str = "Akar Contoh", above: "Authority | None" = None) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        made = above.issue(name, self.key, ca=True) if above else None
        self.certificate = made or self.issue(name, self.key, ca=True, name=_name(name))
        self.pem = self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self, common: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, *, ca: bool = False, name: x509.Name | None = None,
        until: datetime = MADE + 365 * DAY, signing: bool = True,
    ) -> x509.Certificate:  # fmt: skip
        usage = x509.KeyUsage(
            digital_signature=not ca, content_commitment=not ca and signing, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return (
            x509.CertificateBuilder()
            .subject_name(_name(common))
            .issuer_name(name or self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(MADE)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def sign(
        self,
        sheet: bytes,
        common: str = HEAD,
        *,
        field: str = "Persetujuan",
        visible: bool = False,
        box: tuple[int, int, int, int] = (300, 100, 400, 200),
        edit: Callable[[IncrementalPdfFileWriter], None] | None = None,
        **certificate: object,
    ) -> bytes:
        """The sheet, signed (PAdES) in its own field or a new one; `edit` changes the document in the same revision."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self.issue(common, key, **certificate)  # type: ignore[arg-type]  # by name
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko left it untyped
        store.register(asn1.Certificate.load(self.certificate.public_bytes(Encoding.DER)))
        signer = signers.SimpleSigner(
            signing_cert=asn1.Certificate.load(leaf.public_bytes(Encoding.DER)),
            signing_key=asn1_keys.PrivateKeyInfo.load(
                key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            ),
            cert_registry=store,
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(sheet))
        if edit is not None:
            edit(writer)
        spec = None
        if field != "Persetujuan":
            spec = fields.SigFieldSpec(field, on_page=0, box=box if visible else None)
        signed = signers.sign_pdf(
            writer,
            signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES),
            signer=signer,
            new_field_spec=spec,
        )
        return bytes(signed.getvalue())


def with_proofs(authority: Authority, signed: bytes) -> bytes:
    """The signed sheet and behind it a document security store, as for PAdES B-LT (ETSI EN 319 142-1, 5.4)."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(signed)), io.BytesIO()
    held = asn1.Certificate.load(authority.certificate.public_bytes(Encoding.DER))
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=[held])
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko left it untyped
    return out.getvalue()


def sign_with_poppler(authority: Authority, sheet: Path, signed: Path, folder: Path) -> None:
    """The sheet, signed in its own field by Debian's `pdfsig` (Poppler on NSS): software that nobody here wrote."""
    key = rsa.generate_private_key(65537, 2048)
    leaf = authority.issue(HEAD, key)
    made = pkcs12.serialize_key_and_certificates(
        b"kepala", key, leaf, [authority.certificate], BestAvailableEncryption(b"x")
    )
    (folder / "kepala.p12").write_bytes(made)
    (folder / "akar.pem").write_bytes(authority.pem)
    store = f"sql:{folder}"
    for words in (
        ["certutil", "-N", "-d", store, "--empty-password"],
        ["pk12util", "-i", str(folder / "kepala.p12"), "-d", store, "-W", "x"],
        ["certutil", "-A", "-d", store, "-n", "akar", "-t", "CT,C,C", "-i", str(folder / "akar.pem")],
        ["pdfsig", "-nssdir", store, "-nick", "kepala", "-etsi", "-sign", FIELD, str(sheet), str(signed)],
    ):
        subprocess.run(words, check=True, capture_output=True, timeout=60)


def write_roots(inventory: Path, *authorities: Authority) -> None:
    (inventory / "bsre-roots.pem").write_bytes(b"".join(one.pem for one in authorities))
