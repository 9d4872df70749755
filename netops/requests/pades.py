"""An approval sheet that we issued, signed electronically as a PDF (PAdES, ETSI EN 319 142-1; BSrE). Refuses any other PDF.

The signed file begins with our bytes, the signature covers all of it, and between the two nothing changed but the signature
field. The certificate leads to the site's pinned roots and names the approver. Nothing is fetched from a network: what the
certificate's issuer revoked is known only as far as the file itself carries it. Needs the extra `bsre` (pyHanko).
"""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509

from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.refusal import no

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import DiffPolicy
    from pyhanko.sign.validation import EmbeddedPdfSignature

MAX_FILE = 10_000_000
FIELD = "Persetujuan"
LARGEST_PICTURE = 595 * 842 / 4
"""A quarter of an A4 page, in square points."""
_MARK = re.compile(rb"netops statement (sha256:[0-9a-f]{64})")


def mark(statement: str) -> str:
    """What the sheet's metadata says of the statement (digest) that it is about."""
    return f"netops statement {statement}"


def with_field(sheet: bytes) -> bytes:
    """The sheet with an empty signature field, so that signing it changes nothing but that field. Raises `InputError`."""
    with _library():
        from pyhanko.pdf_utils import generic
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign.fields import SigFieldSpec, append_signature_field

        writer, out = IncrementalPdfFileWriter(io.BytesIO(sheet)), io.BytesIO()
        append_signature_field(writer, SigFieldSpec(FIELD))
        form = writer.root["/AcroForm"]
        # As signers set it (ISO 32000-2, table 225): else the signature would be a change of ours.
        form["/SigFlags"] = generic.NumberObject(3)  # type: ignore[no-untyped-call]  # pyHanko left it untyped
        writer.update_container(form)
        writer.write(out)  # type: ignore[no-untyped-call]  # the same
        return out.getvalue()


def prove(signed: bytes, *, sheet: bytes, statement: str, subject: str, roots: bytes, at: datetime) -> str:
    """Who signed: `X509 SHA256:…` of the certificate. `subject`: the approver's name in it (RFC 4514); `roots`: PEM.

    Raises `NotApproved` with the precise reason, `InputError` without the extra or with unreadable roots.
    """
    if set(_MARK.findall(sheet)) != {statement.encode()}:
        raise no("lembar itu tentang pernyataan lain", "that sheet is about another statement")
    if len(signed) > MAX_FILE or not signed.startswith(sheet) or len(signed) == len(sheet):
        raise no(
            "PDF itu bukan lembar yang kami terbitkan dengan tanda tangan di belakangnya",
            "that PDF is not the sheet that we issued with a signature behind it",
            "Tanda tangani berkas dari `netops approve … --sheet` apa adanya (jangan dicetak ulang atau disimpan ulang).",
            "Sign the file of `netops approve … --sheet` as it is (do not print or save it anew).",
        )
    with _library():
        return _prove(signed, sheet, subject, roots, at)


def _prove(signed: bytes, sheet: bytes, subject: str, roots: bytes, at: datetime) -> str:
    from asn1crypto import x509 as asn1
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator import ValidationContext

    anchors = [asn1.Certificate.load(one) for one in _der(roots)]
    try:
        reader = PdfFileReader(io.BytesIO(signed))
        signatures = reader.embedded_regular_signatures
        if len(signatures) != 1:
            raise no(
                f"PDF itu memuat {len(signatures)} tanda tangan, seharusnya satu",
                f"that PDF carries {len(signatures)} signatures, not one",
            )
        _only_signed(reader, PdfFileReader(io.BytesIO(sheet)), signatures[0])
        context = ValidationContext(trust_roots=anchors, moment=at, allow_fetching=False)
        status = validate_pdf_signature(signatures[0], context)
    except (
        PdfError,
        SignatureValidationError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        # What the library stumbles over in a crafted file is no signature either.
        raise _bad(f"{type(error).__name__}: {error}") from error
    if not (status.intact and status.valid):
        raise _bad("the signature does not match what was signed")
    if not status.trusted:
        raise no(
            "sertifikat penanda tangan tidak berujung pada akar yang dipercaya situs ini, atau tidak berlaku saat diterima",
            "the signer's certificate does not lead to a root that this site trusts, or did not hold at the time of receipt",
            "Akar sertifikat ada di inventory/bsre-roots.pem.",
            "The roots are in inventory/bsre-roots.pem.",
        )
    if not status.bottom_line:
        raise _bad(status.summary())
    certificate = x509.load_der_x509_certificate(status.signing_cert.dump())
    named = certificate.subject.rfc4514_string()
    if not subject or named != subject:
        raise no(
            f"sertifikat itu atas nama {named}, bukan {subject or '(belum ditulis)'}",
            f"the certificate is for {named}, not {subject or '(none is written)'}",
            "Nama penyetuju pada sertifikatnya ditulis pada certificates di inventory/policy.yaml.",
            "An approver's name in the certificate is written under certificates in inventory/policy.yaml.",
        )
    return f"X509 SHA256:{status.signing_cert.sha256.hex()}"


def _only_signed(reader: "PdfFileReader", sheet: "PdfFileReader", signature: "EmbeddedPdfSignature") -> None:
    """The signature covers the whole file (but for later proofs of its validity), and changed nothing of ours but its field."""
    from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    changed = no(
        "isi lembar berubah antara yang kami terbitkan dan yang ditandatangani",
        "the sheet changed between what we issued and what was signed",
        "Tanda tangani berkas dari `netops approve … --sheet` apa adanya.",
        "Sign the file of `netops approve … --sheet` as it is.",
    )
    signature.compute_integrity_info()  # type: ignore[no-untyped-call]  # pyHanko left it untyped
    if signature.evaluate_signature_coverage() < SignatureCoverageLevel.ENTIRE_REVISION:
        raise no("tanda tangan tidak meliputi seluruh dokumen", "the signature does not cover the whole document")
    later = signature.summarise_integrity_info()
    whole = later["coverage"] is SignatureCoverageLevel.ENTIRE_FILE
    level = getattr(later.get("diff_result"), "modification_level", None)
    if not whole and (level is None or level > ModificationLevel.LTA_UPDATES):
        raise no("dokumen ditambah sesudah ditandatangani", "the document was added to after it was signed")
    # The end of a file says where its history begins: it may pass our sheet by, and show another document.
    ours = sheet.xrefs.total_revisions
    if _history(reader)[:ours] != _history(sheet):
        raise changed
    try:
        found = _allowed().review_file(reader, ours - 1)
    except SuspiciousModification as error:
        raise changed from error
    if isinstance(found, SuspiciousModification):
        raise changed from found
    if found.modification_level > ModificationLevel.FORM_FILLING or found.changed_form_fields - {signature.field_name}:
        raise changed
    if any(_area(one) > LARGEST_PICTURE for one in (signature.sig_field, *signature.sig_field.get("/Kids", ()))):
        raise no(
            "gambar tanda tangan menutupi lembar itu",
            "the picture of the signature covers the sheet",
            "Tempatkan gambarnya di bagian kosong, paling besar seperempat halaman.",
            "Put it where the sheet is empty, a quarter of a page at most.",
        )


def _area(widget: Any) -> float:
    """What a signature's picture covers (ISO 32000-2, 12.5.5: it is fitted into its rectangle), in square points."""
    left, bottom, right, top = (float(side) for side in widget.get_object().get("/Rect", (0, 0, 0, 0)))
    return abs((right - left) * (top - bottom))


def _history(reader: "PdfFileReader") -> list[int]:
    """Where the table of each revision stands, the oldest first."""
    return [reader.xrefs.get_startxref_for_revision(number) for number in range(reader.xrefs.total_revisions)]


def _allowed() -> "DiffPolicy":
    """What signing may change: pyHanko's default rules, and the date `/M` on the field's annotation (ISO 32000-2, table 166).

    Poppler's signer, and whatever is built on it, writes that date; it shows nothing.
    """
    from pyhanko.sign.diff_analysis import (
        DEFAULT_DIFF_POLICY,
        FormUpdatingRule,
        GenericFieldModificationRule,
        SigFieldCreationRule,
        SigFieldModificationRule,
        StandardDiffPolicy,
    )
    from pyhanko.sign.diff_analysis.constants import VALUE_UPDATE_KEYS

    signing = SigFieldModificationRule(value_update_keys=VALUE_UPDATE_KEYS | {"/M"})
    creation = SigFieldCreationRule()  # type: ignore[no-untyped-call]  # pyHanko left it untyped
    fields = [creation, signing, GenericFieldModificationRule()]
    return StandardDiffPolicy(DEFAULT_DIFF_POLICY.global_rules, FormUpdatingRule(field_rules=fields))


def _der(roots: bytes) -> Iterator[bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        for one in x509.load_pem_x509_certificates(roots):
            yield one.public_bytes(Encoding.DER)
    except ValueError as error:
        raise InputError(
            Text("akar sertifikat tidak dapat dibaca", "the roots of certificates cannot be read"),
            Text(
                "Tulis sertifikat akar (PEM) yang dipercaya di inventory/bsre-roots.pem.",
                "Put the trusted root certificates (PEM) into inventory/bsre-roots.pem.",
            ),
            path="inventory/bsre-roots.pem",
        ) from error


@contextmanager
def _library() -> Iterator[None]:
    logger = logging.getLogger("pyhanko")
    if not logger.handlers:  # it would print a traceback for what is told as a refusal here
        logger.addHandler(logging.NullHandler())
    try:
        yield
    except ImportError as error:
        raise InputError(
            Text("tanda tangan PDF perlu tambahan bsre", "signatures on PDFs need the extra bsre"),
            Text("Pasang: pip install 'netops[bsre]'", "Install it: pip install 'netops[bsre]'"),
        ) from error


def _bad(why: str) -> Exception:
    reason = " ".join(why.split())[:200]
    return no(f"tanda tangan PDF tidak dapat diterima: {reason}", f"the PDF's signature cannot be accepted: {reason}")
