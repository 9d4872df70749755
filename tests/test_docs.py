"""Every command is documented by an example, every example is a command, and the examples run on a lab."""

import re
import shlex
from pathlib import Path

import click
import pytest
from doc_shell import follow, steps

from netops.cli.main import COMMANDS, main, root

DOCS = Path(__file__).resolve().parent.parent / "docs" / "cli.md"


def _commands(group: click.Group, prefix: str = "") -> list[str]:
    ctx = click.Context(group)
    names: list[str] = []
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        names += _commands(command, f"{prefix}{name} ") if isinstance(command, click.Group) else [prefix + name]
    return names


def _examples() -> list[list[str]]:
    """The words behind `netops` of each example, without what the shell takes."""
    commands = [step.text for step in steps(DOCS) if not step.path]
    return [shlex.split(re.split(r" [<>] ", line)[0])[1:] for line in commands if line.startswith("netops ")]


def test_every_command_has_an_example() -> None:
    shown = [" ".join(words) for words in _examples()]
    missing = [
        name for name in _commands(root()) if not any(f" {example} ".startswith(f" {name} ") for example in shown)
    ]
    assert not missing, f"without an example in docs/cli.md: {missing}"


def test_every_example_names_a_command_and_options_that_exist() -> None:
    for words in _examples():
        ctx: click.Context = click.Context(root())
        command: click.Command | None = root()
        options: set[str] = set()
        for word in words:
            if isinstance(command, click.Group) and not word.startswith("-"):
                command = command.get_command(ctx, word)
                assert command is not None, f"no command in {words}"
                options |= {flag for parameter in command.params for flag in parameter.opts}
            elif word.startswith("--"):
                assert word.split("=")[0] in options | {"--help"}, f"{word} in {words}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Usage: netops" in out and len(out.splitlines()) > 4


def test_the_examples_run_in_order_with_the_exit_codes_they_show(tmp_path: Path) -> None:
    follow(DOCS, tmp_path)
    assert (tmp_path / "kampus" / "bast.pdf").read_bytes().startswith(b"%PDF-")


def test_every_kind_of_event_is_in_the_vocabulary() -> None:
    """docs/events.md names what the code records, and nothing that it does not."""
    source = "".join(path.read_text("utf-8") for path in sorted((DOCS.parent.parent / "netops").rglob("*.py")))
    kind = r'"([a-z]+\.[a-z]+)"'
    written = set(
        re.findall(
            r"(?:\.log|record|\.note|\.intend|[Ee]vent|_happen)\(\s*(?:app,\s*(?:ref,\s*)?|kind=)?" + kind, source
        )
    )
    table = re.findall(r"^\| (.+?) \|", (DOCS.parent / "events.md").read_text("utf-8"), re.M)
    named = {word for cell in table for word in re.findall(r"`([a-z]+\.[a-z]+)`", cell)}
    assert written == named, f"undocumented: {sorted(written - named)}; not written: {sorted(named - written)}"
