"""The line being configured: where it works, what it is, what the device says; refuses nothing by itself."""

from collections.abc import Iterator

from msgspec import Struct, field

from netops.lab.ios import tree
from netops.lab.ios.rules import Rule
from netops.lab.ios.tree import Path, Tree


class Mode(Struct, frozen=True):
    """A configuration mode (`config`, `config-if` …) and the headers it works under (several for a range)."""

    name: str = "config"
    paths: tuple[Path, ...] = ((),)


class Entry(Struct, frozen=True):
    """What a typed line means: a rule, or its `no` form."""

    rule: Rule
    negative: bool


class Rejected(Exception):
    """The device does not take the line; `lines` is its text."""

    def __init__(self, *lines: str) -> None:
        super().__init__(lines[0] if lines else "")
        self.lines = lines


class Misplaced(Exception):
    """Invalid input: the caret goes under `column` of the typed line."""

    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


class Work(Struct):
    """One line being applied. `strict` is a person typing; a file being loaded creates nothing on its own. `xe`: IOS XE."""

    root: Tree
    mode: Mode
    typed: str
    line: str
    args: tuple[str, ...]
    hardware: frozenset[str]
    modern: bool
    strict: bool
    xe: bool = False
    output: list[str] = field(default_factory=list)

    def below(self) -> Iterator[tuple[Path, Tree]]:
        for path in self.mode.paths:
            lines = tree.at(self.root, path)
            if lines is not None:
                yield path, lines
