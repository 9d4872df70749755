"""The words of the command line: a language chosen anywhere on the line, aliases, the card, the day's work."""

import json
import os
import subprocess
import sys

import pytest

from netops.cli.daily import CARD
from netops.cli.main import ALIASES, COMMANDS, main


def said(*words: str, **environ: str) -> str:
    """A whole process: help texts are made when modules are imported."""
    clean = {name: value for name, value in os.environ.items() if name != "NETOPS_LANG"}
    call = [sys.executable, "-c", "import sys; from netops.cli.main import main; sys.exit(main())", *words]
    return subprocess.run(call, capture_output=True, text=True, check=True, env={**clean, **environ}).stdout


@pytest.mark.parametrize(
    ("words", "environ", "expected"),
    [
        (["--help"], {}, "Permohonan yang disetujui"),
        (["--lang", "en", "--help"], {}, "An approved request"),
        (["--help"], {"NETOPS_LANG": "en"}, "An approved request"),
        (["--lang=id", "--help"], {"NETOPS_LANG": "en"}, "Permohonan yang disetujui"),
        (["plan", "--help"], {}, "Susun dan catat rencana"),
        (["plan", "--lang", "en", "--help"], {}, "Make and record the plan"),
        (["mail", "send", "--help", "--lang", "en"], {}, "Send what is due"),
        (["rencana", "--lang", "en", "--help"], {}, "Make and record the plan"),
        (["kartu"], {}, "netops dalam lima perintah"),
        (["card", "--lang", "en"], {}, "netops in five commands"),
    ],
)
def test_the_language_is_chosen_anywhere_on_the_line(words: list[str], environ: dict[str, str], expected: str) -> None:
    assert expected in said(*words, **environ)


def test_a_language_chosen_for_one_call_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETOPS_LANG", raising=False)
    assert main(["--lang", "en", "card"]) == 0
    assert "NETOPS_LANG" not in os.environ


def test_an_unknown_language_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "--lang", "jv"]) == 2
    assert "jv" in capsys.readouterr().err


def test_aliases_name_commands_and_the_card_uses_them() -> None:
    assert set(ALIASES.values()) <= set(COMMANDS) and not set(ALIASES) & set(COMMANDS)
    for alias in ("periksa", "rencana", "jalankan", "akhiri", "laporan"):
        assert f"netops {alias} REQUEST" in CARD.id and f"netops {ALIASES[alias]} REQUEST" in CARD.en


def test_a_word_that_is_no_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kerjakan"]) == 2
    assert "kerjakan" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "indonesian", "english"),
    [
        (["kerjakan"], "tidak ada perintah 'kerjakan'", "No such command"),
        (["card", "--warna"], "pilihan --warna tidak dikenal", "No such option"),
        (
            ["attach", "HD-1", "--as", "ktp", "x.png"],
            "--as: 'ktp' tidak dikenal; pilih salah satu dari bast, foto",
            "'ktp' is not one of",
        ),
        (["show"], "REQUEST harus diisi", "Missing argument"),
        (["return", "HD-1"], "--reason harus diisi", "Missing option"),
        (["card", "x"], "terlalu banyak kata", "unexpected extra argument"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_told_in_either_language(
    words: list[str],
    indonesian: str,
    english: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NETOPS_LANG", raising=False)
    assert main(words) == 2
    told = capsys.readouterr().err
    assert "galat: " in told and indonesian in told and "Error" not in told and "Usage" not in told
    assert main([*words, "--lang", "en"]) == 2
    assert english in capsys.readouterr().err


def test_json_of_a_command_is_json_in_any_language(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    assert main(["-C", str(tmp_path), "init", f"{tmp_path}/kampus"]) == 0
    capsys.readouterr()
    assert main(["-C", f"{tmp_path}/kampus", "today", "--json", "--lang", "en"]) == 0
    assert json.loads(capsys.readouterr().out) == []
