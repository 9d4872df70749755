"""`configure replace` and `copy … running-config`: a file merged line by line, or the difference to it applied in passes.

Texts: published sessions of `configure replace` (success, `list`, a rollback aborted after five passes); what is not in
one of them is said at its place. Refuses what the hardware cannot have, and lists it.
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from netops.lab.ios import configure, grammar, tree
from netops.lab.ios.tree import Tree
from netops.lab.ios.work import Misplaced, Mode, Rejected

PASSES = 5
NOT_VALID = "%The input file is not a valid config file."
PROMPT = (
    "This will apply all necessary additions and deletions",
    "to replace the current running configuration with the",
    "contents of the specified configuration file, which is",
    "assumed to be a complete configuration, not a partial",
)
QUESTION = "configuration. Enter Y if you are sure you want to proceed. ? [no]: "
# NAPALM 5.2 knows both as parts of longer lines; the rest of those lines is not known.
PLEASE_ARCHIVE = "%Please turn config archive on"
RESTORED = "The original configuration has been successfully restored."


class Step(Struct, frozen=True):
    """A line to enter, and what to enter in the mode that it opens."""

    line: str
    below: tuple["Step", ...] = ()


class Outcome(Struct, frozen=True, kw_only=True):
    """`listed` are the commands of the first pass, `last` of the last one; `failed` did not apply after all passes."""

    passes: int
    listed: tuple[str, ...]
    last: tuple[str, ...]
    failed: tuple[str, ...]


def lines_of(text: str) -> Iterator[str]:
    """A configuration file's lines, a banner as one; nothing behind `end`."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.strip() == "end":
            return
        if line.strip().startswith("banner "):
            yield tree.banner_line(line.strip(), lines)
        elif line.strip() and not line.strip().startswith("!"):
            yield line


def is_whole(text: str) -> bool:
    """A whole configuration ends with `end`; the device takes nothing else for a configuration file."""
    return any(line.strip() == "end" for line in text.splitlines())


def steps(old: Tree, new: Tree, mode: str = "config") -> tuple[Step, ...]:
    """What turns `old` into `new`: removals first; a line that another of the same key replaces is not removed."""
    gone = [line for line in old if line not in new]
    fresh = [line for line in new if line not in old]
    replaced = {_key(mode, line) for line in fresh}
    out = [Step(_negated(line)) for line in gone if _key(mode, line) not in replaced]
    for line in new:
        below = steps(old.get(line, {}), new[line], _opens(mode, line))
        if line not in old or below:
            out.append(Step(line, below))
    return tuple(out)


def _negated(line: str) -> str:
    return line.removeprefix("no ") if line.startswith("no ") else f"no {line}"


def _key(mode: str, line: str) -> tuple[str, ...]:
    words = tree.positive(line).split()
    found = grammar.match(configure.GRAMMARS[mode], line) if mode in configure.GRAMMARS else None
    if isinstance(found, grammar.Matched) and found.action.rule.key:
        return tuple(words[: found.action.rule.key])
    return tuple(words)


def _opens(mode: str, line: str) -> str:
    found = grammar.match(configure.GRAMMARS[mode], line) if mode in configure.GRAMMARS else None
    if not isinstance(found, grammar.Matched):
        return ""
    rule = found.action.rule
    return (
        f"config-{rule.enters}"
        if rule.enters
        else {"interface": "config-if", "vlan": "config-vlan"}.get(rule.handler, "")
    )


def listing(todo: tuple[Step, ...], depth: int = 0) -> list[str]:
    out: list[str] = []
    for step in todo:
        out += [" " * depth + step.line, *listing(step.below, depth + 1)]
    return out


def _enter(root: Tree, todo: tuple[Step, ...], mode: Mode, *, hardware: frozenset[str], modern: bool) -> list[str]:
    """The lines that the device did not take."""
    failed: list[str] = []
    for step in todo:
        found = configure.understand(mode, step.line)
        if not isinstance(found, grammar.Matched):
            failed += listing((step,))
            continue
        try:
            _, after = configure.apply(root, mode, step.line, found, hardware=hardware, modern=modern)
        except (Rejected, Misplaced):
            failed += listing((step,))
            continue
        failed += _enter(root, step.below, after, hardware=hardware, modern=modern)
    return failed


def replace(root: Tree, wanted: Tree, *, hardware: frozenset[str], modern: bool) -> Outcome:
    """Change `root` in place until it is `wanted` or five passes did not help. VLANs of a VTP server are not in a file."""
    if not tree.is_transparent(wanted):
        wanted = {line: below for line, below in wanted.items() if not tree.is_vlan_section(line)}
        wanted |= {line: below for line, below in root.items() if tree.is_vlan_section(line)}
    first: list[str] = []
    last: list[str] = []
    failed: list[str] = []
    passes = 0
    while passes < PASSES and (todo := steps(root, wanted)):
        passes += 1
        last = listing(todo)
        first = first or last
        failed = _enter(root, todo, Mode(), hardware=hardware, modern=modern)
    if not steps(root, wanted):
        failed = []
    return Outcome(passes=passes, listed=tuple(first), last=tuple(last), failed=tuple(failed))


def report(outcome: Outcome, *, with_list: bool) -> list[str]:
    if outcome.failed:
        return [
            "The rollback configlet from the last pass is listed below:",
            *("********", "!List of Rollback Commands:", *outcome.last, "end", "********", "", ""),
            f"Rollback aborted after {PASSES} passes",
            "The following commands are failed to apply to the IOS image.",
            *("********", *outcome.failed, "********", ""),
        ]
    shown = (
        ["!Pass 1", "!List of Rollback Commands:", *outcome.listed, "end", ""] if with_list and outcome.listed else []
    )
    return [*shown, f"Total number of passes: {outcome.passes}", "Rollback Done", ""]


def merge(text: str, apply: Callable[[Mode, str], tuple[list[str], Mode]]) -> list[str]:
    """Enter a file as a person would type it; a line that is not understood is repeated above its caret."""
    mode, out = Mode(), []
    for line in lines_of(text):
        if line.strip() == "exit":
            mode = configure.parent(mode) or Mode()
            continue
        try:
            lines, mode = apply(mode, line)
        except Rejected as refused:
            lines = list(refused.lines)
        except configure.NotUnderstood as error:
            lines = _wrong(line, error.found)
        except Misplaced as error:
            lines = _caret(line, error.column)
        out += lines
    return out


def _wrong(line: str, found: grammar.Ambiguous | grammar.Incomplete | grammar.Invalid) -> list[str]:
    if isinstance(found, grammar.Ambiguous):
        return [f'% Ambiguous command:  "{line.strip()}"']
    if isinstance(found, grammar.Incomplete):
        return [line, "% Incomplete command.", ""]
    return _caret(line, found.column)


def _caret(line: str, column: int) -> list[str]:
    return [line, " " * column + "^", "% Invalid input detected at '^' marker.", ""]


def incremental(running: Tree, file: Tree) -> list[str]:
    """`show archive config incremental-diffs`: lines of the file that the running configuration lacks, under headers.

    Layout after NAPALM 5.2's comment on the answer where nothing differs.
    """
    found = _lacking(running, file, 0)
    return ["!List of Commands:", *found, "end", *([] if found else ["!No changes were found"])]


def _lacking(running: Tree, file: Tree, depth: int) -> list[str]:
    out: list[str] = []
    for line, below in file.items():
        inner = _lacking(running.get(line, {}), below, depth + 1)
        if line not in running or inner:
            out += [" " * depth + line, *inner]
    return out
