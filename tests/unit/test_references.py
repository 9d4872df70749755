"""References to secrets: each kind, followed at the moment of use; refused clearly, and no message holds a value."""

import json
import os
import subprocess
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import which

import pytest

from netops.core.errors import Failed
from netops.core.secret import SecretRef
from netops.references import References, is_reference
from netops.vault import FileSecrets

CANARY = "kenari-3b91e7"


def put(path: Path, data: str | bytes = CANARY + "\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    path.chmod(mode)
    return path


def source(folder: Path, values: Mapping[str, str], **environ: str) -> FileSecrets:
    return FileSecrets(put(folder / "secrets.json", json.dumps(values)), environ)


def refused(action: Callable[[], object], *told: str) -> str:
    """What is told in both languages; the canary is nowhere in the error, its causes and the frames' messages."""
    with pytest.raises(Failed) as caught:
        action()
    error = caught.value
    shown = error.describe("id") + error.describe("en") + "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen is not None:
        shown += repr(vars(seen)) + repr(seen.args)
        seen = seen.__cause__ or seen.__context__
    assert CANARY not in shown
    for word in told:
        assert word in shown
    return shown


def test_each_kind_leads_to_its_secret(tmp_path: Path) -> None:
    put(tmp_path / "kata" / "gw")
    put(tmp_path / "cred" / "switch", mode=0o440)
    known = source(
        tmp_path,
        {
            "a": "env:SMTP_PW",
            "b": "file:kata/gw",
            "c": f"file:{tmp_path}/kata/gw",
            "d": "cred:switch",
            "e": "text:env:X",
        },
        SMTP_PW=CANARY,
        CREDENTIALS_DIRECTORY=str(tmp_path / "cred"),
    )
    assert [known.get(SecretRef(name)).reveal() for name in "abcde"] == [CANARY] * 4 + ["env:X"]


def test_a_setting_may_name_a_reference_itself(tmp_path: Path) -> None:
    known = FileSecrets(tmp_path / "none.json", {"SMTP_PW": CANARY})
    assert known.get(SecretRef("env:SMTP_PW")).reveal() == CANARY
    assert str(SecretRef("env:SMTP_PW")) == "<env:SMTP_PW>"


def test_it_is_followed_at_each_use_and_not_before(tmp_path: Path) -> None:
    known = source(tmp_path, {"a": "file:late", "b": CANARY})
    assert known.get(SecretRef("b")).reveal() == CANARY  # the broken one beside it does no harm
    put(tmp_path / "late", "one")
    assert known.get(SecretRef("a")).reveal() == "one"
    put(tmp_path / "late", "another")
    assert known.get(SecretRef("a")).reveal() == "another"


def test_what_a_reference_leads_to_is_no_reference(tmp_path: Path) -> None:
    put(tmp_path / "gw", "env:HOME")
    assert source(tmp_path, {"a": "file:gw"}).get(SecretRef("a")).reveal() == "env:HOME"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o602, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = put(tmp_path / "gw", mode=mode)
    refused(lambda: source(tmp_path, {"a": "file:gw"}).get(SecretRef("a")), "file:gw", f"chmod 600 {path}")


@pytest.mark.parametrize("mode", [0o404, 0o420, 0o460, 0o444])
def test_a_credential_that_more_than_systemds_acl_opens_is_refused(tmp_path: Path, mode: int) -> None:
    put(tmp_path / "c" / "gw", mode=mode)
    known = source(tmp_path, {"a": "cred:gw"}, CREDENTIALS_DIRECTORY=str(tmp_path / "c"))
    refused(lambda: known.get(SecretRef("a")), "cred:gw")


def test_what_is_not_there_is_told_by_its_reference(tmp_path: Path) -> None:
    values = {"a": "env:NONE", "b": "file:none", "c": "cred:none", "d": "age:none.age"}
    known = source(tmp_path, values)
    for name, text in values.items():
        refused(lambda name=name: known.get(SecretRef(name)), text)  # type: ignore[misc]
    refused(lambda: known.get(SecretRef("c")), "LoadCredentialEncrypted=none")
    known = source(tmp_path, values, CREDENTIALS_DIRECTORY=str(tmp_path))
    refused(lambda: known.get(SecretRef("c")), "cred:none", "No such file")


@pytest.mark.parametrize(
    "text", ["env:kenari-3b91e7", "env:", "cred:../kenari-3b91e7", "cred:..", "cred:", "file:", "age:", "file:kenari-3b91e7\x00", "env:A=kenari-3b91e7"]
)  # fmt: skip
def test_a_password_that_looks_like_a_reference_is_not_shown(tmp_path: Path, text: str) -> None:
    known = source(tmp_path, {"device/gw": text}, CREDENTIALS_DIRECTORY=str(tmp_path))
    refused(lambda: known.get(SecretRef("device/gw")), "device/gw", "text:")


@pytest.mark.parametrize("text", ["env", "envelope:x", "vaulted:a#b", "Env:A", " env:A", "a env:B", "https://x"])
def test_what_is_no_reference_is_a_password(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize("data", [b"", b"\n", b"kenari-3b91e7\nno shutdown\n", b"kenari-3b91e7\x00", b"kenari-3b91e7\xff", b"\x1bkenari-3b91e7",
                                  b"kenari-3b91e7\xe2\x80\xa8x"])  # fmt: skip
def test_what_is_not_one_line_of_text_is_refused(tmp_path: Path, data: bytes) -> None:
    """A second line would be typed at a device's prompt."""
    put(tmp_path / "gw", data)
    refused(lambda: source(tmp_path, {"a": "file:gw"}).get(SecretRef("a")), "file:gw")


def test_a_huge_file_a_folder_and_a_pipe_are_refused_at_once(tmp_path: Path) -> None:
    put(tmp_path / "huge", b"x" * 1_000_000)
    os.mkfifo(tmp_path / "pipe", 0o600)
    known = source(tmp_path, {"a": "file:huge", "b": "file:pipe", "c": "file:."})
    refused(lambda: known.get(SecretRef("a")), "65536")
    refused(lambda: known.get(SecretRef("b")), "file:pipe", "no regular file")
    refused(lambda: known.get(SecretRef("c")), "file:.")


def test_windows_line_ends_and_spaces(tmp_path: Path) -> None:
    put(tmp_path / "gw", " spasi di tepi \r\n")
    assert source(tmp_path, {"a": "file:gw"}).get(SecretRef("a")).reveal() == " spasi di tepi "


# ── age ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def fake_age(folder: Path, script: str) -> str:
    """A folder with a program `age` that does as the script says: what ours does with answers is seen without the real one."""
    put(folder / "bin" / "age", f"#!/bin/sh\n{script}\n", 0o755)
    return f"{folder / 'bin'}:{os.environ['PATH']}"


def test_age_is_called_without_our_secrets_and_not_at_a_terminal(tmp_path: Path) -> None:
    path = fake_age(tmp_path, f'env >{tmp_path}/env; echo "$@" >{tmp_path}/words; tty >{tmp_path}/tty; echo {CANARY}')
    put(tmp_path / "age.key", "AGE-SECRET-KEY-1X\n")
    put(tmp_path / "gw.age", "sealed", 0o644)
    known = source(tmp_path, {"a": "age:gw.age"}, PATH=path, OTHER=CANARY)
    assert known.get(SecretRef("a")).reveal() == CANARY
    assert CANARY not in (tmp_path / "env").read_text()
    words = (tmp_path / "words").read_text()
    assert words == f"--decrypt --identity {tmp_path}/age.key {tmp_path}/gw.age\n"
    assert "not a tty" in (tmp_path / "tty").read_text()


def test_an_age_file_is_opened_once_and_again_when_it_changes(tmp_path: Path) -> None:
    path = fake_age(tmp_path, f'echo x >>{tmp_path}/calls; cat "$4"')
    put(tmp_path / "age.key")
    put(tmp_path / "gw.age", "one")
    known = source(tmp_path, {"a": "age:gw.age"}, PATH=path)
    assert [known.get(SecretRef("a")).reveal() for _ in range(3)] == ["one"] * 3
    assert (tmp_path / "calls").read_text() == "x\n"
    (tmp_path / "gw.age").unlink()
    put(tmp_path / "gw.age", "another")
    os.utime(tmp_path / "gw.age", (1, 1))
    assert known.get(SecretRef("a")).reveal() == "another"


def test_an_age_file_that_does_not_open(tmp_path: Path) -> None:
    path = fake_age(
        tmp_path, f"echo {CANARY}; echo 'age: error: no identity matched any of the recipients' >&2; exit 1"
    )
    put(tmp_path / "gw.age")
    known = source(tmp_path, {"a": "age:gw.age"}, PATH=path)
    refused(lambda: known.get(SecretRef("a")), "age:gw.age", "No such file")
    put(tmp_path / "age.key", mode=0o644)
    refused(lambda: known.get(SecretRef("a")), "chmod 600")
    put(tmp_path / "age.key")
    refused(lambda: known.get(SecretRef("a")), "age:gw.age", "no identity matched", str(tmp_path / "age.key"))


def test_without_the_program_age_it_says_what_to_install(tmp_path: Path) -> None:
    put(tmp_path / "age.key")
    put(tmp_path / "gw.age")
    known = source(tmp_path, {"a": "age:gw.age"}, PATH=str(tmp_path / "empty"))
    refused(lambda: known.get(SecretRef("a")), "apt install age")


@pytest.mark.needs_debian("age")
def test_the_real_age(tmp_path: Path) -> None:
    keygen, age = which("age-keygen"), which("age")
    assert keygen and age
    key = tmp_path / "age.key"
    subprocess.run([keygen, "-o", str(key)], check=True, capture_output=True)
    key.chmod(0o600)
    public = subprocess.run([keygen, "-y", str(key)], check=True, capture_output=True, text=True).stdout.strip()
    sealed = tmp_path / "gw.age"
    subprocess.run([age, "-r", public, "-o", str(sealed)], input=f"{CANARY}\n".encode(), check=True)
    assert CANARY.encode() not in sealed.read_bytes()
    assert References(tmp_path, key).follow("age:gw.age", "a").reveal() == CANARY
    data = bytearray(sealed.read_bytes())
    data[-1] ^= 1
    sealed.write_bytes(bytes(data))
    os.utime(sealed, (1, 1))
    refused(lambda: References(tmp_path, key).follow("age:gw.age", "a"), "age:gw.age")
