"""Whatever comes from outside, as bytes: each parser answers with a value or with its own clear error, in bounded time.

Run for long by `./dev fuzz [--minutes N] [--only NAME]`; a slice of it is `tests/attacks/test_fuzz_slice.py`.
"""

import argparse
import base64
import json
import socket
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from approval_office import KEPALA, POLICY, Office, new_key, public_line
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from requests_sample import NOW, TEXT

from netops.actions.voucher_files import read_codes
from netops.core.canonical import body_of, canonical, parse_json
from netops.core.clock import SystemClock
from netops.core.errors import (
    DeviceError,
    InputError,
    JournalError,
    LockedKey,
    NetopsError,
    NotApproved,
)
from netops.core.units import parse_duration, parse_rate_pair
from netops.data_root import data_root
from netops.drivers.routeros_wire import Channel
from netops.fleet import Fleet
from netops.journal import checkpoint, note, receipt, tiles
from netops.journal.entry import parse_body
from netops.papers.office import load_office
from netops.papers.received import marks, receive
from netops.planning.playbook import load_playbook
from netops.planning.sites import load_sites
from netops.platforms.ios import PLATFORM as IOS
from netops.platforms.ios import show
from netops.platforms.routeros import PLATFORM as ROUTEROS
from netops.platforms.routeros.words import quote, statements, text_of
from netops.requests import jws, sshsig
from netops.requests.example import example
from netops.requests.load import read_document
from netops.requests.policy_file import parse_policy
from netops.requests.revoked import parse_revoked
from netops.requests.services import load_request, read_body
from netops.requests.signers import parse_signers
from netops.requests.statement import parse_statement, statement_bytes
from netops.settings import NAME, load_settings

SECONDS = 20.0
"""No input of at most 64 kB may keep a parser busy for as long."""
MOST = 65_536


class Target(Struct, frozen=True, kw_only=True):
    """`read` is given bytes; of what it raises only `errors` is clear. `seeds` are good inputs, `words` of its language."""

    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "replace"))


def _file(read: Callable[[Path], object], name: str) -> Callable[[bytes], object]:
    """A parser that wants a path: the bytes are its file, in a folder of its own."""

    def with_file(data: bytes) -> object:
        with tempfile.TemporaryDirectory(prefix="netops-fuzz-") as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            return read(path)

    return with_file


def _same_again(data: bytes) -> None:
    """What parses has one canonical form, which parses to the same."""
    value = parse_json(data)
    written = canonical(value)
    assert canonical(parse_json(written)) == written == body_of(value)


def _sentences(data: bytes) -> None:
    """The device's side of the API: all bytes at once, then the end of the connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data[:MOST])
        theirs.close()
        channel = Channel(ours, "gw", 5.0, SystemClock())
        while True:
            channel.sentence()


def _quoted(data: bytes) -> None:
    text = text_of(data).replace("\0", "")  # RouterOS keeps no NUL; control characters are refused long before
    line = quote(text)
    found = list(statements(f"/ip hotspot user\nadd name=x comment={line}\n"))
    assert [one.values["comment"] for one in found] == [text], "quoting changed the value"


def _ios(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    kept = show.masked(text)
    assert show.masked(kept) == kept
    show.version(text)
    show.observed(show.configuration(text), show.vlan_table(text), ("vlan *", "interface *"))


def _inventory(data: bytes) -> None:
    with tempfile.TemporaryDirectory(prefix="netops-fuzz-") as folder:
        for name in ("groups.yaml", "defaults.yaml"):
            (Path(folder) / name).write_bytes((data_root() / "inventory" / name).read_bytes())
        (Path(folder) / "hosts.yaml").write_bytes(data)
        fleet = Fleet.open(Path(folder))
        list(fleet.targets.items())


def _receipt(data: bytes) -> None:
    receipt.check(receipt.parse(data))


def _token(key: sshsig.SigningKey) -> bytes:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    head = part(json.dumps({"alg": "EdDSA", "kid": key.fingerprint}).encode())
    signed = f"{head}.{part(b'{}')}"
    raw = sshsig.sign_raw(signed.encode(), key)
    return f"{signed}.{part(raw)}".encode()


@cache
def targets() -> Mapping[str, Target]:
    """Every parser of what others write, by the name that `--only` takes."""
    key = new_key()
    line = public_line(key).encode()
    signature = sshsig.sign(b"seed", key, "approval@netops").encode()
    verifier = note.verifier_key("kampus.example/log", sshsig.raw_public(key.public))
    head = checkpoint.Checkpoint(origin="kampus.example/log", size=1, root=bytes(32))
    signed = note.sign(head.text, verifier, lambda message: bytes(64))
    whole = str(note.Note(text=head.text, signatures=(signed,))).encode()
    proof = f"{receipt.MAGIC}\nextra e30=\nindex 0\n\n{whole.decode()}".encode()
    packaged = data_root()
    playbooks = tuple(path.read_bytes() for path in sorted((packaged / "playbooks").glob("*.yaml")))
    event = example(NOW).encode()
    yaml = (
        b"&a ",
        b"*a",
        b"<<: ",
        b"!!python/object",
        b"? ",
        b"- ",
        b": ",
        b"{",
        b"[",
        b"|\n",
        b"%YAML 1.1\n",
        b"---\n",
        b"0o7",
        b".inf",
    )
    return {
        "sshsig": Target(read=_text(lambda text: sshsig.verify(b"seed", text, "approval@netops")), errors=(NotApproved,), seeds=(signature,),
                         words=(b"-----BEGIN SSH SIGNATURE-----\n", b"U1NIU0lH", b"=")),
        "sshsig-inside": Target(read=lambda data: sshsig.verify(b"seed", _armored(data), "approval@netops"), errors=(NotApproved,),
                                seeds=(_inside(signature),), words=(b"SSHSIG", b"\0\0\0\1", b"\xff\xff\xff\xff", b"ssh-rsa", b"ecdsa-sha2-nistp256")),
        "private-key": Target(read=_file(sshsig.load_key, "key"), errors=(InputError, LockedKey), seeds=(_private(key),)),
        "allowed-signers": Target(read=parse_signers, errors=(InputError,), seeds=(b'kepala@kampus.example namespaces="approval@netops" ' + line + b"\n",),
                                  words=(b"valid-after=", b"cert-authority ", b'"', b"\\", b"*@*")),
        "revoked": Target(read=parse_revoked, errors=(InputError,), seeds=(line + b"\n", b"SSHKRL\n\0\0\0\0\1" + bytes(36)), words=(b"SSHKRL\n\0", b"SHA256:")),
        "note": Target(read=note.parse, errors=(JournalError,), seeds=(whole,), words=("— ".encode(), b"\n\n", b"+")),
        "note-key": Target(read=_text(note.parse_key), errors=(InputError,), seeds=(str(verifier).encode(),), words=(b"+",)),
        "checkpoint": Target(read=checkpoint.read, errors=(JournalError,), seeds=(whole,), words=("— ".encode(), b"\n\n", b"9" * 30)),
        "receipt": Target(read=_receipt, errors=(JournalError,), seeds=(proof,), words=(b"index 0", b"extra ", b"\n\n")),
        "tile": Target(read=lambda data: tiles.unpack(data, tiles.Tile(level=-1, index=0, width=2)), errors=(JournalError,), seeds=(tiles.pack((b"{}", b"[]")),)),
        "log-entry": Target(read=parse_body, errors=(JournalError, ValueError), seeds=(b'{"at":"2026-11-20T01:00:00Z","kind":"x"}',), words=(b"{", b"[", b'"')),
        "canonical-json": Target(read=_same_again, errors=(ValueError,), seeds=(b'{"a":[1,-2.5e-7,"\xc3\xa9",null,true],"b":{}}',),
                                 words=(b"[" * 500, b'{"a":' * 200, b"1e999", b"-0", b"1E400", b"9" * 40, b"\\ud800", b"NaN", b"\\u0000", "𐀀".encode())),
        "statement": Target(read=parse_statement, errors=(NotApproved,), seeds=(_statement(),), words=(b"[" * 500, b"null", b'"kind":', b"\\u202e")),
        "jws": Target(read=_text(lambda text: jws.verify(text, (key.public,))), errors=(NotApproved,), seeds=(_token(key),), words=(b".", b"eyJ", b"==")),
        "request": Target(read=lambda data: load_request(read_document(data, name="p.yaml"), {}), errors=(InputError,), seeds=(TEXT.encode(), event), words=yaml),
        "request-json": Target(read=lambda data: load_request(read_document(data, name="p.json"), {}), errors=(InputError,),
                               seeds=(b'{"service":"event-hotspot","event":{"participants":3}}',), words=(b"[" * 500, b"{", b'"', b"1e999", b"\\ud800")),
        "recorded-request": Target(read=read_body, errors=(InputError,), seeds=(b'{"service":"event-hotspot"}',), words=(b"[" * 500, b"null", b"[]")),
        "playbook": Target(read=lambda data: load_playbook(read_document(data, name="p.yaml")), errors=(InputError,), seeds=playbooks, words=yaml),
        "sites": Target(read=lambda data: load_sites(read_document(data, name="s.yaml")), errors=(InputError,), seeds=((packaged / "inventory/sites.yaml").read_bytes(),), words=yaml),
        "policy": Target(read=parse_policy, errors=(InputError,), seeds=((packaged / "inventory/policy.yaml").read_bytes(), POLICY.encode()), words=(*yaml, KEPALA.encode())),
        "office": Target(read=_file(load_office, "office.yaml"), errors=(InputError,), seeds=((packaged / "inventory/office.yaml").read_bytes(),), words=yaml),
        "inventory": Target(read=_inventory, errors=(InputError,), seeds=((packaged / "inventory/hosts.yaml").read_bytes(),), words=yaml),
        "settings": Target(read=_file(lambda path: load_settings(path.parent), NAME), errors=(InputError,), seeds=(b'language = "id"\n[mail]\nport = 25\n',), words=(b"[", b"[[", b"'''", b"= ", b"1979-05-27")),
        "voucher-import": Target(read=_file(read_codes, "kode.csv"), errors=(InputError,), seeds=(b"Username,Password,Profile\nu1,k3yk3yk3,acara\n", b"code;note\nabc;x\n"),
                                 words=(b'"', b'""', b"\0", b";", b"\r\n", b"\xef\xbb\xbf")),
        "rates": Target(read=_text(parse_rate_pair), errors=(InputError, ValueError), seeds=(b"20M/50M",), words=(b"M", b"/", b"9" * 40)),
        "durations": Target(read=_text(parse_duration), errors=(InputError, ValueError), seeds=(b"1d2h",), words=(b"d", b"h", b"9" * 40)),
        "routeros-words": Target(read=_sentences, errors=(DeviceError,), seeds=(b"\x03!re\x0b=name=ether1\0\x05!done\0",), words=(b"\x80", b"\xc0", b"\xe0", b"\xf0", b"\xf8", b"\xff\xff\xff\xff", b"\0")),
        "routeros-template": Target(read=_text(lambda text: ROUTEROS.parse(text, {})), errors=(InputError,), words=(b'"', b"\\", b"[ find ", b"$", b";", b"\xee\x80\x80"),
                                    seeds=(b'/queue simple\nadd name="a b" target=10.0.0.0/24 max-limit=1M/2M comment=x\n',)),
        "routeros-export": Target(read=_text(lambda text: list(statements(text))), errors=(InputError,), words=(b'"', b"\\\n", b"\\", b"[ find ", b"#", b"{"),
                                  seeds=(b'# export\n/ip address\nadd address=10.0.0.1/24 \\\n    interface=ether1\nset [ find default=yes ] x="y\\"z"\n',)),
        "routeros-quote": Target(read=_quoted, errors=(), seeds=(b'; [ ] $ " \\ ?',), words=(b"\\", b'"', b"$", b"\xff")),
        "ios-show": Target(read=_ios, errors=(ValueError,), seeds=(b"version 15.2\nhostname sw\nenable secret 5 $1$x\nvlan 210\n name acara\n!\ninterface Gi1/0/1\n switchport trunk allowed vlan 1-20,30\n!\nend\n",),
                           words=(b"vlan ", b"interface ", b" switchport trunk allowed vlan ", b"1-4094", b"password 7 ", b"username x secret ")),
        "ios-template": Target(read=_text(lambda text: IOS.parse(text, {})), errors=(InputError,), seeds=(b"vlan 210\n name acara\ninterface GigabitEthernet1/0/1\n switchport trunk allowed vlan add 210\n",),
                               words=(b"no ", b"?", b"!", b"\t", b"exit", b"interface ")),
        "returned-file": Target(read=_file(lambda path: receive(path, ("pdf", "jpeg", "png"), 1_000_000), "scan.pdf"), errors=(InputError,), seeds=(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(9) + b"\xff\xd9", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0" + bytes(4)),
                                words=(b"stream\n", b"endstream", b"\xff\xd9", b"IDAT", b"\xff\xff\xff\xff", b"startxref")),
        "paper-marks": Target(read=marks, errors=(), seeds=(b"/Subject (netops BAST HD-1)",), words=(b"netops", b"(", b")")),
    }  # fmt: skip


def _inside(armored: bytes) -> bytes:
    return base64.b64decode(b"".join(armored.split(b"\n")[1:-2]))


def _armored(data: bytes) -> str:
    encoded = base64.b64encode(data).decode()
    rows = [encoded[at : at + 70] for at in range(0, len(encoded), 70)]
    return "\n".join([sshsig.BEGIN, *rows, sshsig.END, ""])


def _private(key: sshsig.SigningKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    assert not hasattr(key.private, "comment")
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    made: bytes = key.private.private_bytes(*form)  # type: ignore[union-attr]  # made here, not an agent's
    return made


def _statement() -> bytes:
    office = Office()
    return statement_bytes(office.statement())


@st.composite
def inputs(draw: st.DrawFn, target: Target) -> bytes:
    """A good input after some damage: pieces taken out, put in, doubled, flipped; or bytes of any kind."""
    data = bytearray(draw(st.sampled_from(target.seeds))) if draw(st.integers(0, 9)) else bytearray()
    pieces = st.one_of(st.binary(max_size=8), st.text(max_size=6).map(lambda text: text.encode("utf-8", "replace")))
    if target.words:
        pieces = st.one_of(pieces, st.sampled_from(target.words))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 40)))
        match draw(st.integers(0, 4)):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = draw(pieces)
            case 2:
                data[at:end] = draw(pieces)
            case 3:
                data[at:at] = data[at:end] * draw(st.sampled_from((1, 2, 50)))
            case _ if at < len(data):
                data[at] ^= 1 << draw(st.integers(0, 7))
            case _:
                pass
    return bytes(data[:MOST])


def hold(name: str, data: bytes) -> None:
    """One input: a value, or a clear error, in time. Raises AssertionError with the input for anything else."""
    target = targets()[name]
    began = time.monotonic()
    try:
        target.read(data)
    except target.errors as error:
        if isinstance(error, NetopsError):
            shown = error.describe("id") + error.describe("en")
            assert shown.strip() and len(shown) < 8 * len(data) + 20_000, (
                f"{name}: {data!r}: an error of {len(shown)} letters"
            )
    except Exception as error:  # whatever else it is, it is what we look for
        where = "".join(traceback.format_exception(error)[-4:])
        raise AssertionError(f"{name}: {type(error).__name__} for {data!r}\n{where}") from error
    assert time.monotonic() - began < SECONDS, f"{name}: {data!r} took {time.monotonic() - began:.0f} s"


def fuzz(name: str, examples: int, *, shrink: bool = True) -> None:
    """That many inputs for one parser."""
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))

    @settings(
        max_examples=examples, deadline=None, database=None, phases=phases, suppress_health_check=list(HealthCheck)
    )
    @given(inputs(targets()[name]))
    def one(data: bytes) -> None:
        hold(name, data)

    one()


def main() -> int:
    """Rounds over all parsers until the time is over; prints what each took, and each finding once."""
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--only", choices=sorted(targets()), action="append")
    chosen = parser.parse_args()
    names = list(chosen.only or targets())
    until = time.monotonic() + chosen.minutes * 60
    done, found = dict.fromkeys(names, 0), dict[str, str]()
    while time.monotonic() < until and len(found) < len(names):
        for name in names:
            if name in found or time.monotonic() >= until:
                continue
            try:
                fuzz(name, 500)
                done[name] += 500
            except AssertionError as error:
                found[name] = str(error)
                print(f"FOUND {error}", flush=True)
    for name in names:
        print(f"{name:20} {'FOUND' if name in found else 'held':6} {done[name]:8} inputs")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
