"""Checks an auditor's pack with Python's standard library and OpenSSH alone; refuses what does not add up. Put into each pack as verify.py.

    python3 -I verify.py [--key "ssh-ed25519 AAAA…"] [--checkpoint FILE] [FOLDER]

--key is the log's public key as the office gave it to you by another way; --checkpoint one that you keep yourself.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PERSON, SERVER = "approval@netops", "workflow@netops"
FREE = {"verify.py", "PERIKSA.md", "README.md", "manifest.json"}


class Bad(Exception):
    """What does not add up, in words."""


def said(id_: str, en: str) -> None:
    sys.stdout.write(f"{id_} / {en}\n")


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    """RFC 8785 for what a commitment holds: one text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def ssh_verify(
    signers: bytes, name: str, namespace: str, signature: bytes, data: bytes, when: str = "", revoked: bytes = b""
) -> None:
    """`ssh-keygen -Y verify`; raises `Bad` with what it says."""
    with tempfile.TemporaryDirectory() as folder:
        signers_file, signature_file = Path(folder) / "signers", Path(folder) / "signature"
        signers_file.write_bytes(signers)
        signature_file.write_bytes(signature)
        words = ["ssh-keygen", "-Y", "verify", "-f", str(signers_file), "-I", name, "-n", namespace]
        words += ["-s", str(signature_file)]
        if when:
            words += ["-O", f"verify-time={when}"]
        if revoked:
            (Path(folder) / "revoked").write_bytes(revoked)
            words += ["-r", str(Path(folder) / "revoked")]
        done = subprocess.run(words, input=data, capture_output=True, timeout=60, check=False)
    if done.returncode != 0:
        raise Bad(f"ssh-keygen: {(done.stdout + done.stderr).decode(errors='replace').strip()}")


# Ed25519 (RFC 8032, 5.1), which is in no standard library: points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def plus(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return ((f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P)


def times(number: int, point: Point) -> Point:
    found: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = plus(found, point)
        point, number = plus(point, point), number >> 1
    return found


def pointed(data: bytes) -> Point:
    """A point from its 32 bytes. Raises `Bad`."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Bad("bukan kunci atau tanda tangan Ed25519 / no Ed25519 key or signature")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def ed25519(key: bytes, signature: bytes, data: bytes) -> bool:
    if len(key) != 32 or len(signature) != 64:
        return False
    base = pointed((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    response = int.from_bytes(signature[32:], "little")
    mine = pointed(key)
    if response >= ORDER or times(8, mine)[0] % P == 0:  # a point of a small order: anybody signs for such a key
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + data).digest(), "little") % ORDER
    left, right = times(response, base), plus(pointed(signature[:32]), times(challenge, mine))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


LISTED = re.compile(
    r'([\w.+@,-]+)\s+(?:((?:[A-Za-z-]+="[^"]*",?)+)\s+)?([a-z0-9@.-]+)\s+([A-Za-z0-9+/=]+)(\s.*)?', re.ASCII
)
Line = tuple[list[str], dict[str, str], bytes]


def lines(signers: bytes) -> list[Line]:
    """Names, options and key (wire form) of each line of `allowed_signers`. Raises `Bad` for one that netops refuses."""
    found = []
    for line in signers.decode().split("\n"):
        if not line.strip() or line.strip().startswith("#"):
            continue
        match = LISTED.fullmatch(line.strip())
        options = re.findall(r'([A-Za-z-]+)="([^"]*)"', match[2] or "") if match else []
        words = [word.lower() for word, _ in options]
        if match is None or len({*words}) < len(words) or {*words} - {"namespaces", "valid-after", "valid-before"}:
            raise Bad(f"allowed_signers: {line[:60]!r}: tidak tepat satu arti / open to two readings")
        named = {word.lower(): value for word, value in options}
        found.append((match[1].split(","), named, base64.b64decode(match[4], validate=True)))
    return found


def spaces(line: Line) -> set[str]:
    """The namespaces that a line is for; none for any."""
    return {*line[1]["namespaces"].split(",")} if "namespaces" in line[1] else set()


def listed(signers: bytes, name: str, at: str) -> list[bytes]:
    """The keys that `allowed_signers` has for a server of that name at a moment (`YYYYMMDDHHMMSS`, UTC), and for nothing else."""
    found: dict[bytes, Line] = {}
    for line in lines(signers):
        after, before = (line[1].get(word, "").removesuffix("Z") for word in ("valid-after", "valid-before"))
        here = name in line[0] and (not spaces(line) or SERVER in spaces(line))
        if here and (after or "0").ljust(14, "0") <= at and (not before or at <= before.ljust(14, "0")):
            found.setdefault(line[2], line)
    return [key for key, line in found.items() if SERVER in spaces(line) and PERSON not in spaces(line)]


def revoked_key(key: bytes, revoked: bytes) -> bool:
    """By a list of keys, or by a KRL, which `ssh-keygen -Q` reads."""
    line = base64.b64encode(key).decode()
    if not revoked.startswith(b"SSHKRL\n\0"):
        return line in revoked.decode(errors="replace").split()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "krl").write_bytes(revoked)
        (Path(folder) / "key").write_text(f"ssh-ed25519 {line}\n")
        words = ["ssh-keygen", "-Q", "-f", f"{folder}/krl", f"{folder}/key"]
        return subprocess.run(words, capture_output=True, timeout=60, check=False).returncode != 0


def unpadded(text: bytes) -> bytes:
    """base64url without padding (RFC 7515), in the one spelling that its bytes have."""
    data = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(data).rstrip(b"=") != text:
        raise Bad("base64url tidak baku / base64url in another spelling")
    return data


RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def pdf_verify(openssl: str, signed: bytes, sheet: bytes, roots: bytes, at: datetime) -> tuple[bytes, int]:
    """`openssl cms -verify` of a PDF's first signature over all that is before its end (ISO 32000-2, 12.8).

    The signer's certificate (DER), and how many bytes stand behind what was signed: as a rule proofs that the certificate
    held (PAdES B-LT, B-LTA).
    """
    first = RANGE.search(signed)
    if not signed.startswith(sheet) or first is None:
        raise Bad("bukan lembar yang diterbitkan dan ditandatangani / not the sheet that was issued, signed")
    start, length, tail, rest = (int(number) for number in first.groups())
    hole, end = signed[length:tail], tail + rest
    whole = start == 0 and len(sheet) <= length < tail and first.end() <= end <= len(signed)
    if not whole or not re.fullmatch(rb"<[0-9A-Fa-f]+>", hole):
        raise Bad("tanda tangan tidak meliputi seluruh lembar / the signature does not cover the whole sheet")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cms").write_bytes(bytes.fromhex(hole[1:-1].decode()))
        (folder / "covered").write_bytes(signed[:length] + signed[tail:end])
        (folder / "roots").write_bytes(roots)
        words = [openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "covered"]
        words += ["-CAfile", "roots", "-no-CApath", "-no-CAstore", "-purpose", "any"]
        words += ["-attime", str(int(at.timestamp())), "-signer", "signer", "-out", os.devnull]
        done = subprocess.run(words, cwd=folder, capture_output=True, timeout=60, check=False)
        if done.returncode != 0:
            raise Bad(f"openssl: {done.stderr.decode(errors='replace').strip()}")
        pem = (folder / "signer").read_text().partition("-----BEGIN CERTIFICATE-----")[2]
        return base64.b64decode(pem.partition("-----END")[0]), len(signed) - end


class Pack:
    """A pack's folder, read as it is checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = json.loads(self.read("manifest.json"))
        self.bodies: dict[str, str] = self.manifest["bodies"]
        self.entries: list[dict[str, Any]] = []

    def read(self, name: str) -> bytes:
        path = self.folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts or path.is_symlink() or not path.is_file():
            raise Bad(f"{name}: berkas tidak ada / the file is missing")
        return path.read_bytes()

    def body(self, digest: str) -> bytes:
        if digest not in self.bodies:
            raise Bad(f"{digest}: tidak ada dalam paket / not in the pack")
        return self.read(self.bodies[digest])

    # ── the head ────────────────────────────────────────────────────────────────────────────────────────────────

    def head(self, key: str, kept: Path | None) -> tuple[int, bytes, bytes]:
        """Size, root and text of the signed head."""
        text, signers = self.read("checkpoint.body"), self.read("checkpoint.signers")
        origin, size, root = text.decode().split("\n")[:3]
        ssh_verify(signers, origin, "checkpoint@netops", self.read("checkpoint.body.sig"), text)
        if not self.read("checkpoint").startswith(text + b"\n"):
            raise Bad("checkpoint: bukan teks yang ditandatangani / not the text that was signed")
        mine = signers.decode().split()
        if key and key.split()[:2] != mine[mine.index("ssh-ed25519") :][:2]:
            raise Bad("checkpoint.signers: bukan kunci yang Anda sebut / not the key that you named")
        if kept is not None:
            kept_origin, kept_size, kept_root = kept.read_text().split("\n")[:3]
            if kept_origin != origin or (kept_size == size and kept_root != root):
                raise Bad("checkpoint Anda bercabang dari yang di sini / your checkpoint and this one have forked")
            if kept_size != size:
                said(
                    f"  checkpoint Anda berisi {kept_size} entri: bandingkan dengan `netops log verify FOLDER --against`",
                    f"your checkpoint has {kept_size} entries: compare by `netops log verify FOLDER --against`",
                )
        raw = base64.b64decode(root, validate=True)
        code = base64.b32encode(raw)[:12].decode()
        said(
            f"catatan {origin}, {size} entri, kode {code[:4]}-{code[4:8]}-{code[8:]}: tanda tangan sah",
            "signature good",
        )
        if not key:
            said(
                f"  PERHATIAN: cocokkan kunci ini: {' '.join(mine[mine.index('ssh-ed25519') :][:2])}",
                "NOTE: compare this key with the office's",
            )
        return int(size), raw, text

    # ── entries ─────────────────────────────────────────────────────────────────────────────────────────────────

    def receipts(self, size: int, root: bytes, head: bytes) -> None:
        listed = self.manifest["entries"]
        if not listed or [one["index"] for one in listed] != sorted({one["index"] for one in listed}):
            raise Bad("manifest.json: daftar entri tidak urut / the entries are not in order")
        for one in listed:
            self.entries.append(self.receipt(one["file"], one["index"], size, root, head))
        said(f"{len(self.entries)} tanda terima sah", f"{len(self.entries)} receipts hold")

    def receipt(self, name: str, index: int, size: int, root: bytes, head: bytes) -> dict[str, Any]:
        proof, _, note = self.read(name).partition(b"\n\n")
        lines = proof.decode("ascii").split("\n")
        if lines[0] != "c2sp.org/tlog-proof@v1" or lines[2] != f"index {index}":
            raise Bad(f"{name}: bentuknya lain / it has another form")
        entry = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
        path = [base64.b64decode(line, validate=True) for line in lines[3:]]
        if not note.startswith(head + b"\n"):
            raise Bad(f"{name}: checkpoint lain / another checkpoint")
        if not included(hashlib.sha256(b"\x00" + entry).digest(), index, size, path, root):
            raise Bad(f"{name}: entri {index} tidak ada di pohon itu / entry {index} is not in that tree")
        value: dict[str, Any] = json.loads(entry)
        if value["seq"] != index or value["change"] != self.manifest["change"]:
            raise Bad(f"{name}: entri dari perubahan lain / an entry of another change")
        return value

    # ── bodies ──────────────────────────────────────────────────────────────────────────────────────────────────

    def contents(self) -> None:
        for digest, name in self.bodies.items():
            if sha256(self.read(name)) != digest:
                raise Bad(f"{name}: isinya berubah / it was changed")
        wanted = {digest for entry in self.entries for digest in digests(entry["data"])}
        if unknown := sorted(set(self.bodies) - wanted):
            raise Bad(f"{self.bodies[unknown[0]]}: tidak disebut catatan / no entry names it")
        absent = wanted - set(self.bodies)
        told = {**self.manifest["left_out"]}
        if unsaid := sorted(absent - set(told)):
            raise Bad(f"{unsaid[0]}: hilang dari paket / missing from the pack")
        known = FREE | {"checkpoint", "checkpoint.body", "checkpoint.body.sig", "checkpoint.signers", "log.vkey"}
        known |= set(self.bodies.values()) | {one["file"] for one in self.manifest["entries"]} | {"persons.json"}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if not path.is_dir() and name not in known:
                raise Bad(f"{name}: bukan bagian paket / not part of the pack")
        said(f"{len(self.bodies)} isi cocok dengan sidiknya", f"{len(self.bodies)} bodies match their digests")
        for reason in sorted(set(told.values())):
            count = sum(1 for one in told.values() if one == reason)
            said(f"  tidak disertakan: {count} ({reason})", f"left out: {count} ({reason})")

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────

    def request(self) -> None:
        first = next((one for one in self.entries if one["kind"] == "request.received"), None)
        if first is None:
            raise Bad("tidak ada entri request.received / there is no such entry")
        digest = first["data"]["request"]
        if digest not in self.bodies:
            said("permohonan tidak disertakan", "the request is left out")
            return
        value = json.loads(self.body(digest))
        shown = json.loads(self.read("persons.json")) if (self.folder / "persons.json").exists() else {}
        hidden = 0
        for group, name, found in committed(value):
            one = shown.pop(f"{group}/{name}", None)
            if one is None:
                hidden += 1
            else:
                made = sha256(b"netops person 1\n" + one["key"].encode() + b"\n" + canonical(one["value"]))
                if not hmac.compare_digest(made, found):
                    raise Bad(f"persons.json: {group}/{name} bukan yang ditandatangani / not what was signed")
        if shown:
            raise Bad(f"persons.json: {next(iter(shown))} tidak dikenal / not known")
        said(f"permohonan {digest[7:19]} sah; {hidden} isian pribadi ditutup", f"{hidden} personal fields closed")

    def approvals(self) -> None:
        requests = {one["data"].get("request") for one in self.entries if one["kind"] == "request.received"}
        counted = 0
        for entry in self.entries:
            if entry["kind"] != "approval.received":
                continue
            data = entry["data"]
            statement = json.loads(self.body(data["statement"]))
            for name in ("request", "decision", "role", "approver"):
                if statement[name] != data[name]:
                    raise Bad(f"persetujuan entri {entry['seq']}: {name} lain / another {name}")
            try:
                word = self.proven(entry, statement)
            except Bad as error:
                raise Bad(f"persetujuan entri {entry['seq']} tidak sah / approval does not hold: {error}") from error
            if not word:
                said(f"  entri {entry['seq']}: {data.get('class')} diperiksa orang", "is for a person to check")
                continue
            counted += data["request"] in requests
            said(f"  {data['role']}: {data['approver']} {data['decision']}, {entry['at']}", word)
        said(f"{counted} persetujuan atas permohonan ini", f"{counted} approvals of this request")

    def proven(self, entry: dict[str, Any], statement: dict[str, Any]) -> str:
        """What was checked of an approval's evidence, in words; '' where a person has to."""
        data, kind = entry["data"], statement["kind"]
        signed = self.body(data["statement"])
        if (kind == "netops-attestation-1") != (data.get("class") == "workflow-attestation"):
            raise Bad(f"kelas {data.get('class')} bukan untuk {kind} / is not the class of such a statement")
        match data.get("class"):
            case "ssh-signature":
                evidence = self.body(data["signature"])
                self.signature(entry, data["approver"], PERSON, evidence, signed)
                if any(
                    line[2] == signer(evidence) and SERVER in spaces(line) for line in lines(self.body(data["signers"]))
                ):
                    raise Bad("kunci itu juga kunci server / that key is a server's too: no personal signature")
                return "signature good"
            case "workflow-attestation":
                return self.attested(entry, statement, signed)
            case "wet-signature":
                return self.witnessed(entry, signed)
            case "bsre-signature":
                return self.sealed(entry)
        return ""

    def signature(self, entry: dict[str, Any], name: str, namespace: str, signature: bytes, signed: bytes) -> None:
        """An SSH signature, at the moment of receipt, by the files of that moment."""
        data = entry["data"]
        lines(self.body(data["signers"]))
        when = re.sub(r"[-:]", "", entry["at"][:19]).replace("T", "") + "Z"
        revoked = self.body(data["revoked"]) if data.get("revoked") else b""
        ssh_verify(self.body(data["signers"]), name, namespace, signature, signed, when, revoked)

    def attested(self, entry: dict[str, Any], statement: dict[str, Any], signed: bytes) -> str:
        """A server's word, not a person's signature: an SSH signature, or an Ed25519 JWS (RFC 7515, RFC 8037)."""
        data = entry["data"]
        if statement["system"] != data["system"] or len(data["by"]) != 1:
            raise Bad("sistem atau server lain / another system or server")
        evidence = self.body(data["signature"])
        at, server = re.sub(r"[-:T]", "", entry["at"][:19]), data["by"][0]
        keys = listed(self.body(data["signers"]), server, at)
        if evidence.lstrip().startswith(b"-----BEGIN SSH SIGNATURE-----"):
            self.signature(entry, server, SERVER, evidence, signed)
            if signer(evidence) not in keys:
                raise Bad(f"kunci itu tidak hanya untuk {SERVER} / that key is not for {SERVER} alone")
            return f"attested by {server} of {data['system']}, no personal signature; the server's signature good"
        head, carried, mark = evidence.strip().split(b".")
        if unpadded(carried) != signed:
            raise Bad("JWS itu memuat pernyataan lain / the JWS carries another statement")
        pairs = json.loads(unpadded(head), object_pairs_hook=list)
        words = dict(pairs)
        if (
            len(pairs) != len(words)
            or {*words} - {"alg", "kid", "typ"}
            or words.get("typ", "JWT") not in ("JOSE", "JWT")
        ):
            raise Bad("kepala JWS memuat yang lain / the header of the JWS holds something else")
        revoked = self.body(data["revoked"]) if data.get("revoked") else b""
        for key in keys:
            mine = "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")
            if words.get("alg") != "EdDSA" or words.get("kid") != mine or revoked_key(key, revoked):
                continue
            # The wire form is "ssh-ed25519" and the key, each behind its length (RFC 8709).
            wire = len(key) == 51 and key.startswith(b"\0\0\0\x0bssh-ed25519\0\0\0\x20")
            if not wire or not ed25519(key[19:], unpadded(mark), head + b"." + carried):
                raise Bad("tanda tangan JWS tidak cocok / the signature of the JWS does not match")
            return f"attested by {server} of {data['system']} (JWS), no personal signature; the server's signature good"
        raise Bad(
            "kunci JWS itu tidak terdaftar saat diterima / the key of the JWS was not listed when it was received"
        )

    def sealed(self, entry: dict[str, Any]) -> str:
        """A PDF sheet signed electronically, by OpenSSL where it is; what its pages show is for a person to see."""
        data, openssl = entry["data"], shutil.which("openssl")
        issued = (one["data"] for one in self.entries if one["kind"] == "approval.sheet")
        sheet = next((one["sheet"] for one in issued if one["statement"] == data["statement"]), "")
        if not openssl or not {sheet, data["signature"]} <= set(self.bodies):
            return ""
        at = datetime.fromisoformat(entry["at"])
        signed = self.body(data["signature"])
        certificate, added = pdf_verify(openssl, signed, self.body(sheet), self.body(data["roots"]), at)
        if data["key"] != f"X509 SHA256:{hashlib.sha256(certificate).hexdigest()}":
            raise Bad("sertifikat lain yang menandatangani / another certificate signed it")
        words = [openssl, "x509", "-inform", "DER", "-noout", "-subject", "-nameopt", "RFC2253"]
        named = subprocess.run(words, input=certificate, capture_output=True, timeout=60, check=True).stdout
        subject = named.decode(errors="replace").strip().removeprefix("subject=").strip()
        if added:
            said(
                f"  entri {entry['seq']}: tanda tangan elektronik sah ({subject}), tetapi {added} bita ditambahkan di belakangnya",
                f"the electronic signature is good, but {added} bytes were added behind it",
            )
            return ""
        return f"electronic signature good ({subject}); a person looks at {self.bodies[data['signature']]}"

    def witnessed(self, entry: dict[str, Any], signed: bytes) -> str:
        """Two officers' signatures about one scan; whether its ink is the approver's is for a person to see."""
        data, evidence = entry["data"], json.loads(self.body(entry["data"]["signature"]))
        if evidence["kind"] != "netops-wet-1" or evidence["scan"] not in {*self.bodies, *self.manifest["left_out"]}:
            raise Bad("pindaian itu tidak ada dalam catatan / that scan is in no entry")
        officers, keys = [], []
        for part in ("recorded", "confirmed"):
            officer, signature = evidence[part]["officer"], evidence[part]["signature"].encode()
            record = {"kind": "netops-wet-record-1", "officer": officer, "part": part, "scan": evidence["scan"]}
            body = canonical({**record, "statement": sha256(signed)})
            self.signature(entry, officer, PERSON, signature, body)
            officers.append(officer)
            keys.append(signer(signature))
        people = {name.casefold() for name in (*officers, data["approver"])}
        if officers != data["by"] or len(people) != 3 or keys[0] == keys[1]:
            raise Bad("bukan dua petugas yang berbeda / not two different officers")
        where = "in " + self.bodies[evidence["scan"]] if evidence["scan"] in self.bodies else "left out"
        return f"both officers' signatures good ({', '.join(officers)}); a person looks at the scan ({where})"


def signer(signature: bytes) -> bytes:
    """The public key in an SSHSIG (PROTOCOL.sshsig: magic, version, then the key as a string)."""
    raw = base64.b64decode(b"".join(signature.strip().split(b"\n")[1:-1]))
    return raw[14 : 14 + int.from_bytes(raw[10:14], "big")]


def committed(request: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    for group, inner in sorted(request.items()):
        for name, value in sorted(inner.items()) if isinstance(inner, dict) else ():
            if isinstance(value, dict) and set(value) == {"committed"}:
                found.append((group, name, str(value["committed"])))
    return found


def digests(value: object) -> set[str]:
    if isinstance(value, str):
        return {value} if DIGEST.fullmatch(value) else set()
    if isinstance(value, dict):
        return {one for inner in value.values() for one in digests(inner)}
    if isinstance(value, list):
        return {one for inner in value for one in digests(inner)}
    return set()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", default=".", type=Path)
    parser.add_argument("--key", default="")
    parser.add_argument("--checkpoint", type=Path)
    given = parser.parse_args(arguments)
    try:
        pack = Pack(given.folder)
        pack.receipts(*pack.head(given.key, given.checkpoint))
        pack.contents()
        pack.request()
        pack.approvals()
    except Bad as error:
        said(f"TIDAK SAH: {error}", "DOES NOT HOLD")
        return 1
    except (OSError, ValueError, LookupError, TypeError, AttributeError, subprocess.SubprocessError) as error:
        said(f"TIDAK SAH: {type(error).__name__}: {error}", "DOES NOT HOLD")
        return 1
    said(
        f"SAH: paket {pack.manifest['change']} cocok dengan catatan yang ditandatangani",
        "HOLDS: it matches the signed log",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
