"""Every way to pass off an electronically signed PDF as a decision, one named test each."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from life_desk import NOON, LifeDesk, open_life_desk
from pdf_signing import DAY, HEAD, Authority, sign_with_poppler, with_proofs, write_roots
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from returned_files import pdf

from netops import actions, views
from netops.actions import deciding, sheets
from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved, Refused
from netops.filing import Filed
from netops.practice import SIGNER
from netops.requests.chain import Approval
from netops.requests.policy import Evidence

ROOT = Authority()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path / "kampus") as found:
        inventory = found.root / "inventory"
        text = (inventory / "policy.yaml").read_text("utf-8")
        (inventory / "policy.yaml").write_text(text + f'\ncertificates:\n  {SIGNER}: "CN={HEAD},C=ID"\n', "utf-8")
        write_roots(inventory, ROOT)
        yield found


def issued(desk: LifeDesk, filed: Filed, reason: str = "") -> bytes:
    said = actions.statement(desk.app, filed, "approve", "kepala", SIGNER, reason)
    return sheets.issue(desk.app, filed, said, desk.root / "lembar.pdf").read_bytes()


def come_back(desk: LifeDesk, filed: Filed, signed: bytes) -> Approval:
    path = desk.root / "kembali.pdf"
    path.write_bytes(signed)
    statement, body, _ = sheets.read(desk.app, filed, path)
    return actions.receive(desk.app, filed, statement, body)


def refused(desk: LifeDesk, filed: Filed, signed: bytes, en: str, id: str) -> None:
    with pytest.raises(Refused) as caught:
        come_back(desk, filed, signed)
    assert en in caught.value.message.en and id in caught.value.message.id
    assert not actions.decisions(desk.app, filed)


@pytest.mark.needs_debian("poppler-utils")
@pytest.mark.needs_debian("libnss3-tools")
def test_a_sheet_signed_by_software_that_nobody_here_wrote_is_accepted(desk: LifeDesk, tmp_path: Path) -> None:
    filed = desk.filed()
    issued(desk, filed)
    signed = tmp_path / "ditandatangani.pdf"
    sign_with_poppler(ROOT, desk.root / "lembar.pdf", signed, tmp_path)
    approval = come_back(desk, filed, signed.read_bytes())
    assert (approval.evidence, approval.approver, approval.roots) == (Evidence.BSRE, SIGNER, digest(ROOT.pem))


def test_an_intermediate_authority_is_followed_to_the_pinned_root(desk: LifeDesk) -> None:
    filed = desk.filed()
    below = Authority("Penerbit Contoh", above=ROOT)
    approval = come_back(desk, filed, below.sign(issued(desk, filed)))
    assert approval.evidence is Evidence.BSRE


def test_an_intermediate_authority_of_another_root_is_refused(desk: LifeDesk) -> None:
    filed = desk.filed()
    below = Authority("Penerbit Contoh", above=Authority())
    refused(desk, filed, below.sign(issued(desk, filed)), "does not lead to a root", "tidak berujung pada akar")


@pytest.mark.parametrize(("field", "visible"), [("Persetujuan", False), ("BSrE", False), ("BSrE", True)])
def test_the_honest_sheet_is_accepted_as_what_it_is(desk: LifeDesk, field: str, visible: bool) -> None:
    filed = desk.filed()
    approval = come_back(desk, filed, ROOT.sign(issued(desk, filed), field=field, visible=visible))
    assert (approval.evidence, approval.approver) == (Evidence.BSRE, SIGNER)
    assert approval.key.startswith("X509 SHA256:")
    assert approval.roots == digest(ROOT.pem)
    assert actions.decisions(desk.app, filed) == (approval,), "verified again by what was logged"
    assert "tanda tangan elektronik pada PDF (PAdES)" in views.describe(desk.app, filed.change)


def test_proofs_that_the_certificate_held_may_stand_behind_the_signature(desk: LifeDesk) -> None:
    filed = desk.filed()
    assert come_back(desk, filed, with_proofs(ROOT, ROOT.sign(issued(desk, filed)))).evidence is Evidence.BSRE


def test_roots_swapped_later_do_not_change_what_was_judged(desk: LifeDesk) -> None:
    filed = desk.filed()
    approval = come_back(desk, filed, ROOT.sign(issued(desk, filed)))
    write_roots(desk.root / "inventory", Authority())
    assert actions.decisions(desk.app, filed) == (approval,)


def test_sheet_that_nobody_signed(desk: LifeDesk) -> None:
    filed = desk.filed()
    sheet = issued(desk, filed)
    refused(
        desk,
        filed,
        sheet,
        "not the sheet that we issued with a signature behind it",
        "bukan lembar yang kami terbitkan",
    )
    refused(desk, filed, sheet + b"\n%%EOF\n", "PDF", "PDF")


def test_another_pdf_and_a_sheet_of_another_request(desk: LifeDesk) -> None:
    filed, other = desk.filed(), desk.filed("HD-2")
    issued(desk, filed)
    refused(
        desk, filed, ROOT.sign(issued(desk, other)), "no approval sheet that was issued for", "bukan lembar persetujuan"
    )
    refused(desk, filed, pdf(), "no approval sheet that was issued for", "bukan lembar persetujuan")


def test_sheet_of_another_statement(desk: LifeDesk) -> None:
    """The row that says which sheet goes with which statement is forged: the sheet itself says otherwise."""
    filed = desk.filed()
    signed = ROOT.sign(issued(desk, filed, "Setuju"))
    sheet = (desk.root / "lembar.pdf").read_bytes()
    issued(desk, filed, "Setuju, dua kali lipat")
    (first, _), (second, _) = deciding.sheets(desk.app, filed).items()
    forged = {second: sheet}
    from netops.requests import pades

    with pytest.raises(NotApproved, match="about another statement"):
        pades.prove(signed, sheet=forged[second], statement=second, subject=f"CN={HEAD},C=ID", roots=ROOT.pem, at=NOON)
    assert pades.prove(signed, sheet=sheet, statement=first, subject=f"CN={HEAD},C=ID", roots=ROOT.pem, at=NOON)


def test_certificate_of_another_authority(desk: LifeDesk) -> None:
    filed = desk.filed()
    refused(desk, filed, Authority().sign(issued(desk, filed)), "does not lead to a root", "tidak berujung")


def test_certificate_of_another_authority_of_the_same_name(desk: LifeDesk) -> None:
    filed = desk.filed()
    with pytest.raises(NotApproved):
        come_back(desk, filed, Authority("Akar Contoh").sign(issued(desk, filed)))


def test_certificate_of_another_person(desk: LifeDesk) -> None:
    filed = desk.filed()
    refused(
        desk, filed, ROOT.sign(issued(desk, filed), "Dr. Lain"), "the certificate is for CN=Dr. Lain,C=ID", "atas nama"
    )


def test_certificate_that_had_expired_when_it_was_received(desk: LifeDesk) -> None:
    filed = desk.filed()
    refused(
        desk,
        filed,
        ROOT.sign(issued(desk, filed), until=NOON - DAY),
        "did not hold at the time of receipt",
        "tidak berlaku",
    )


def test_certificate_that_is_not_for_signing_documents(desk: LifeDesk) -> None:
    filed = desk.filed()
    with pytest.raises(NotApproved):
        come_back(desk, filed, ROOT.sign(issued(desk, filed), signing=False))


def test_approver_whose_certificate_is_not_written_down(desk: LifeDesk) -> None:
    policy = desk.root / "inventory" / "policy.yaml"
    policy.write_text(policy.read_text("utf-8").partition("\ncertificates:")[0] + "\n", "utf-8")
    filed = desk.filed()
    refused(desk, filed, ROOT.sign(issued(desk, filed)), "none is written", "belum ditulis")


def overwrite(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


def add_text(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(  # type: ignore[no-untyped-call]  # pyHanko left it untyped
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Contents"): generic.pdf_string("dua kali lipat"),
        }
    )
    page["/Annots"] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


@pytest.mark.parametrize("edit", [overwrite, add_text], ids=["page", "annotation"])
def test_sheet_changed_before_it_was_signed(desk: LifeDesk, edit: Callable[[IncrementalPdfFileWriter], None]) -> None:
    """Our bytes are all there, but what a reader shows is something else."""
    filed = desk.filed()
    refused(
        desk, filed, ROOT.sign(issued(desk, filed), edit=edit), "changed between what we issued", "isi lembar berubah"
    )


@pytest.mark.parametrize("edit", [overwrite, add_text], ids=["page", "annotation"])
def test_sheet_changed_after_it_was_signed(desk: LifeDesk, edit: Callable[[IncrementalPdfFileWriter], None]) -> None:
    filed = desk.filed()
    writer, out = IncrementalPdfFileWriter(io.BytesIO(ROOT.sign(issued(desk, filed)))), io.BytesIO()
    edit(writer)
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko left it untyped
    refused(desk, filed, out.getvalue(), "added to after it was signed", "ditambah sesudah ditandatangani")


def test_one_byte_of_the_signed_part_changed(desk: LifeDesk) -> None:
    filed = desk.filed()
    sheet = issued(desk, filed)
    signed = bytearray(ROOT.sign(sheet))
    place = signed.index(b"/Reason" if b"/Reason" in signed[len(sheet) :] else b"/M", len(sheet))
    signed[place + 8] ^= 1
    with pytest.raises(NotApproved):
        come_back(desk, filed, bytes(signed))


def test_signed_twice(desk: LifeDesk) -> None:
    filed = desk.filed()
    twice = Authority().sign(ROOT.sign(issued(desk, filed)), field="Kedua")
    refused(desk, filed, twice, "carries 2 signatures", "memuat 2 tanda tangan")


@pytest.mark.parametrize(
    "tail", [b"", b"%", b"\n1 0 obj\n<<", b"\nstartxref\n0\n%%EOF", b"\nstartxref\n99999999\n%%EOF\n"]
)
def test_sheet_with_rubbish_behind_it(desk: LifeDesk, tail: bytes) -> None:
    filed = desk.filed()
    signed = ROOT.sign(issued(desk, filed))
    for odd in (
        signed[: len(signed) // 2 + len((desk.root / "lembar.pdf").read_bytes()) // 2] + tail,
        (desk.root / "lembar.pdf").read_bytes() + tail,
    ):
        with pytest.raises(NotApproved):
            come_back(desk, filed, odd)


def test_roots_that_are_missing_or_damaged(desk: LifeDesk) -> None:
    filed = desk.filed()
    signed = ROOT.sign(issued(desk, filed))
    for data in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        (desk.root / "inventory" / "bsre-roots.pem").write_bytes(data)
        with pytest.raises(InputError, match="roots of certificates cannot be read"):
            come_back(desk, filed, signed)


def test_recorded_sheet_posing_as_an_ssh_signature(desk: LifeDesk) -> None:
    filed = desk.filed()
    approval = come_back(desk, filed, ROOT.sign(issued(desk, filed)))
    from netops.requests.approvals import check_recorded, event_data

    with pytest.raises(NotApproved, match="does not match its statement"):
        check_recorded(event_data(approval) | {"class": "ssh-signature"}, approval)


def another_history(sheet: bytes) -> bytes:
    """The sheet, and behind it another document with as many revisions of its own, which never leads back to ours."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    text = b"BT /F1 12 Tf 20 100 Td (Permohonan ditolak) Tj ET"
    whole, places = bytearray(sheet), []
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /SigFlags 3 >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    for number, body in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, before = len(whole), b""
    rows = [b"0000000000 65535 f \n", *(b"%010d 00000 n \n" % place for place in places)]
    whole += b"xref\n0 6\n" + b"".join(rows)
    for _ in range(PdfFileReader(io.BytesIO(sheet)).xrefs.total_revisions):
        whole += b"trailer\n<< /Size 6 /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (before, start)
        before, start, place = b" /Prev %d" % start, len(whole), len(whole)
        whole += b"5 0 obj\n%s\nendobj\n" % objects[4]
        start = len(whole)
        whole += b"xref\n5 1\n%010d 00000 n \n" % place
    whole += b"trailer\n<< /Size 6 /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (before, start)
    return bytes(whole)


def test_another_document_behind_the_sheet_with_a_history_of_its_own(desk: LifeDesk) -> None:
    """Readers begin at the end of a file: they would show the other document, whose own revisions do not change it."""
    filed = desk.filed()
    crafted = ROOT.sign(another_history(issued(desk, filed)), field="BSrE")
    refused(desk, filed, crafted, "changed between what we issued", "isi lembar berubah")


@pytest.mark.parametrize("box", [(0, 0, 595, 842), (595, 842, 0, 0), (-9000, 400, 9000, 500)])
def test_a_signature_whose_picture_covers_the_sheet(desk: LifeDesk, box: tuple[int, int, int, int]) -> None:
    filed = desk.filed()
    signed = ROOT.sign(issued(desk, filed), field="BSrE", visible=True, box=box)
    refused(desk, filed, signed, "the picture of the signature covers the sheet", "menutupi lembar")


def test_a_signature_that_its_library_stumbles_over(desk: LifeDesk) -> None:
    """pyHanko raises a bare TypeError for a CMS of another content type."""
    filed = desk.filed()
    signed = ROOT.sign(issued(desk, filed))
    signed_data = b"06092a864886f70d010702"  # the object identifier 1.2.840.113549.1.7.2 (RFC 5652, 5.1)
    place = signed.lower().index(signed_data)
    crafted = signed[: place + len(signed_data) - 2] + b"7f" + signed[place + len(signed_data) :]
    refused(desk, filed, crafted, "the PDF's signature cannot be accepted", "tanda tangan PDF tidak dapat diterima")
