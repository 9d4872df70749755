"""Secrets at rest: private files, encrypted batches, and no code in any message."""

import json
import os
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from netops.core.errors import Failed, InputError, NetopsError
from netops.core.secret import Secret, SecretRef
from netops.vault import ALPHABET, FileSecrets, Secrets, Vault, letters, variable_of

CANARY = "kenari-9f3a7c"


def secret_file(folder: Path, content: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "secrets.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


def silent(action: Callable[[], object], *words: str) -> NetopsError:
    """The error of the action, which must not show any of these words anywhere on its way out."""
    with pytest.raises((Failed, InputError)) as caught:
        action()
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + error.describe("id") + error.describe("en") + repr(error)
    seen: BaseException | None = error
    while seen is not None:
        shown += repr(vars(seen)) + repr(seen.args) + repr(getattr(seen, "doc", ""))
        seen = seen.__cause__ or seen.__context__
    for word in words:
        assert word not in shown
    return error


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_values_by_name(tmp_path: Path) -> None:
    path = secret_file(tmp_path, json.dumps({"device/gw-kampus": CANARY, "snmp/gw/community": "x"}))
    source = FileSecrets(path, {})
    assert source.get(SecretRef("device/gw-kampus")) == Secret(CANARY)
    assert CANARY not in repr(source) + repr(vars(source))
    error = silent(lambda: source.get(SecretRef("device/gw-lama")), CANARY)
    assert "device/gw-lama" in str(error)
    assert "NETOPS_SECRET_DEVICE_GW_LAMA" in error.describe("id")


def test_environment_overrides_the_file(tmp_path: Path) -> None:
    path = secret_file(tmp_path, json.dumps({"device/gw-kampus": "file"}))
    environ = {"NETOPS_SECRET_DEVICE_GW_KAMPUS": "environment"}
    assert variable_of(SecretRef("device/gw-kampus")) == "NETOPS_SECRET_DEVICE_GW_KAMPUS"
    assert FileSecrets(path, environ).get(SecretRef("device/gw-kampus")).reveal() == "environment"
    assert FileSecrets(tmp_path / "none", environ).get(SecretRef("device/gw-kampus")).reveal() == "environment"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    source = FileSecrets(secret_file(tmp_path, '{"a": "1"}'), {})
    assert source.get(SecretRef("a")).reveal() == "1"
    secret_file(tmp_path, '{"a": "two"}')
    assert source.get(SecretRef("a")).reveal() == "two"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = secret_file(tmp_path, json.dumps({"a": CANARY}), mode)
    error = silent(lambda: FileSecrets(path, {}).get(SecretRef("a")), CANARY)
    assert f"chmod 600 {path}" in error.describe("id")


@pytest.mark.parametrize(
    "content",
    [
        f'{{"a": "{CANARY}",}}',
        f'["{CANARY}"]',
        f'{{"a": ["{CANARY}"]}}',
        f'{{"a": "{CANARY}", "a": "x"}}',
        f'{{"a": "{CANARY}\u0041\u0301"}}',
        f'"{CANARY}'.encode() + b"\xff",
        "",
    ],
)
def test_a_broken_file_is_named_without_its_content(tmp_path: Path, content: str | bytes) -> None:
    path = secret_file(tmp_path, content)
    error = silent(lambda: FileSecrets(path, {}).get(SecretRef("a")), CANARY)
    assert isinstance(error, InputError)
    assert error.path == path


@pytest.mark.parametrize("name", ["../a", "a/../b", "/etc/passwd", "", "a//b", "a\nb", ".hidden"])
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    both = Secrets(FileSecrets(secret_file(tmp_path, "{}"), {}), Vault(tmp_path / "v", tmp_path / "key"))
    for ref in (SecretRef(name), SecretRef(f"voucher/{name}/001")):
        silent(lambda ref=ref: both.get(ref))  # type: ignore[misc]  # bound at once


# ── the vault ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", tmp_path / "keys" / "vault.key")


def test_a_batch_of_codes(vault: Vault) -> None:
    refs = vault.create("HD-1-abcdef", 500)
    codes = [vault.get(ref).reveal() for ref in refs]
    assert [refs[0].name, refs[-1].name] == ["voucher/HD-1-abcdef/001", "voucher/HD-1-abcdef/500"]
    assert len(set(codes)) == 500
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("0O1lI")
    assert vault.exists("HD-1-abcdef")
    assert not vault.exists("HD-2")
    assert vault.create("b", 1_000)[0].name == "voucher/b/0001"


def test_codes_are_unreadable_on_the_disk(vault: Vault, tmp_path: Path) -> None:
    codes = [vault.get(ref).reveal() for ref in vault.create("b", 20)]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o777 == 0o600
            assert not any(code.encode() in path.read_bytes() for code in codes)
    assert not any(code in repr(vault) + repr(vars(vault)) for code in codes)


def test_another_process_reads_the_same_codes(vault: Vault) -> None:
    refs = vault.create("b", 5)
    other = Vault(vault.folder, vault.key_path)
    assert [other.get(ref) for ref in refs] == [vault.get(ref) for ref in refs]


def test_creating_again_keeps_the_codes(vault: Vault) -> None:
    refs = vault.create("b", 5)
    codes = [vault.get(ref) for ref in refs]
    assert vault.create("b", 5) == refs
    assert [vault.get(ref) for ref in refs] == codes
    with pytest.raises(Failed, match="exists with another number"):
        vault.create("b", 6)


def test_creating_at_once_agrees_on_one_batch(vault: Vault) -> None:
    def create(_number: int) -> list[str]:
        mine = Vault(vault.folder, vault.key_path)
        return [mine.get(ref).reveal() for ref in mine.create("b", 10)]

    vault.create("first", 1)  # the key
    with ThreadPoolExecutor(8) as pool:
        assert len({tuple(codes) for codes in pool.map(create, range(8))}) == 1
    assert sorted(path.name for path in vault.folder.iterdir()) == ["b.vault", "first.vault"]


def test_repeated_draws_are_drawn_again(tmp_path: Path) -> None:
    random = Random(1)
    narrow = Vault(tmp_path / "v", tmp_path / "key", pick=lambda letters: random.choice(letters[:2]))
    assert len({narrow.get(ref) for ref in narrow.create("b", 256)}) == 256  # all there are of two letters


def test_destroyed_is_gone(vault: Vault) -> None:
    (ref,) = vault.create("b", 1)
    vault.get(ref)
    vault.destroy("b")
    vault.destroy("b")
    assert not vault.exists("b")
    with pytest.raises(Failed, match="there is no voucher batch b"):
        vault.get(ref)


def test_damage_is_noticed(vault: Vault) -> None:
    (ref,) = vault.create("b", 1)
    code = vault.get(ref).reveal()
    path = vault.folder / "b.vault"
    good = path.read_bytes()
    for position in range(len(good)):
        damaged = bytearray(good)
        damaged[position] ^= 1
        path.write_bytes(damaged)
        silent(lambda: Vault(vault.folder, vault.key_path).get(ref), code)
    path.write_bytes(b"")
    silent(lambda: vault.get(ref), code)


def test_a_batch_under_another_name_is_noticed(vault: Vault) -> None:
    vault.create("b", 1)
    (vault.folder / "b.vault").rename(vault.folder / "c.vault")
    silent(lambda: vault.get(SecretRef("voucher/c/001")))


def test_a_lost_key_is_not_replaced(vault: Vault) -> None:
    (ref,) = vault.create("b", 1)
    code = vault.get(ref).reveal()
    vault.key_path.unlink()
    fresh = Vault(vault.folder, vault.key_path)
    for action in (lambda: fresh.get(ref), lambda: fresh.create("c", 1)):
        assert "is missing" in str(silent(action, code))
    assert not vault.key_path.exists()


def test_a_key_open_to_others_or_spoilt_is_refused(vault: Vault) -> None:
    (ref,) = vault.create("b", 1)
    key = vault.key_path.read_text().strip()
    vault.key_path.chmod(0o644)
    error = silent(lambda: Vault(vault.folder, vault.key_path).get(ref), key)
    assert f"chmod 600 {vault.key_path}" in error.describe("en")
    vault.key_path.chmod(0o600)
    for content in (key[:-1], "é" * 64):
        vault.key_path.write_text(content)
        assert "is not a vault key" in str(silent(lambda: Vault(vault.folder, vault.key_path).get(ref), key[:-1]))


@pytest.mark.parametrize("inside", ["key", "deep/key", "../vault/key"])
def test_the_key_stays_outside_the_folder(tmp_path: Path, inside: str) -> None:
    with pytest.raises(Failed, match="lies inside"):
        Vault(tmp_path / "vault", tmp_path / "vault" / inside)


@pytest.mark.parametrize("batch", ["", "../b", "a/b", "a.b", "x" * 25, "b\n"])
def test_names_of_batches(vault: Vault, batch: str) -> None:
    for action in (vault.exists, vault.destroy, lambda name: vault.create(name, 1)):
        with pytest.raises(Failed, match="is not a name of a batch"):
            action(batch)


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_counts(vault: Vault, count: int) -> None:
    with pytest.raises(Failed, match="are not 1–100000"):
        vault.create("b", count)


def test_a_full_disk_leaves_no_batch(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.create("first", 1)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Failed, match="No space left on device"):
        vault.create("b", 5)
    monkeypatch.undo()
    assert [path.name for path in vault.folder.iterdir()] == ["first.vault"]


def test_both_sources_by_prefix(vault: Vault, tmp_path: Path) -> None:
    both = Secrets(FileSecrets(secret_file(tmp_path, '{"device/a": "x"}'), {}), vault)
    (ref,) = vault.create("b", 1)
    assert both.get(ref) == vault.get(ref)
    assert both.get(SecretRef("device/a")).reveal() == "x"
    with pytest.raises(Failed, match="there is no secret voucher/b/002"):
        both.get(SecretRef("voucher/b/002"))


def test_each_letter_is_as_likely_and_each_byte_is_used_once() -> None:
    pick = letters(lambda count: bytes(range(256)) * (count // 256))
    drawn = [pick(ALPHABET) for _ in range(4 * 248)]
    assert {letter: drawn.count(letter) for letter in ALPHABET} == dict.fromkeys(ALPHABET, 4 * 8)
    made = letters()
    assert len({"".join(made(ALPHABET) for _ in range(8)) for _ in range(2_000)}) == 2_000
