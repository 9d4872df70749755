"""One line of configuration mode understood and applied to the tree; refuses with the device's own texts."""

import re

from netops.lab.ios import grammar, tree
from netops.lab.ios.handlers import HANDLERS
from netops.lab.ios.rules import RULES
from netops.lab.ios.tree import Tree
from netops.lab.ios.work import Entry, Misplaced, Mode, Rejected, Work


def _grammar(mode: str) -> grammar.Node[Entry]:
    rules = [rule for rule in RULES if rule.mode == mode]
    patterns: list[tuple[str, Entry]] = []
    for rule in rules:
        words = rule.pattern.split()
        if rule.key and rule.handler != "interface_range":
            for count in range(min(rule.key, len(words)), len(words) + 1):
                patterns.append((" ".join(["no", *words[:count]]), Entry(rule, True)))
    patterns += [(rule.pattern, Entry(rule, False)) for rule in rules]
    return grammar.build(patterns)


class NotUnderstood(Exception):
    """The line is no configuration command; `found` says why."""

    def __init__(self, found: grammar.Ambiguous | grammar.Incomplete | grammar.Invalid) -> None:
        super().__init__(type(found).__name__)
        self.found = found


def parent(mode: Mode) -> Mode | None:
    """Where `exit` leads: out of a nested mode to the one above, out of a submode to configuration, then to exec."""
    if mode.name == "config":
        return None
    if mode.name in _OUTER:
        return Mode(_OUTER[mode.name], tuple(path[:-1] for path in mode.paths))
    return Mode()


_OUTER = {
    "config-archive-log-cfg": "config-archive",
    "config-pmap-c": "config-pmap",
    "config-pmap-c-police": "config-pmap-c",
}


GRAMMARS = {mode: _grammar(mode) for mode in sorted({rule.mode for rule in RULES})}


def understand(
    mode: Mode, line: str
) -> grammar.Matched[Entry] | grammar.Ambiguous | grammar.Incomplete | grammar.Invalid:
    """Look in the mode first, then in the global commands, as IOS does from every submode."""
    name = "config-if" if mode.name == "config-if-range" else mode.name
    found = grammar.match(GRAMMARS[name], line)
    if name == "config" or not isinstance(found, grammar.Invalid | grammar.Incomplete):
        return found
    outer = grammar.match(GRAMMARS["config"], line)
    if isinstance(outer, grammar.Matched):
        return outer
    if isinstance(outer, grammar.Invalid) and isinstance(found, grammar.Invalid):
        return outer if outer.column > found.column else found
    return outer if isinstance(found, grammar.Invalid) else found


def apply(
    root: Tree,
    mode: Mode,
    typed: str,
    matched: grammar.Matched[Entry],
    *,
    hardware: frozenset[str],
    modern: bool = True,
    xe: bool = True,
    strict: bool = True,
) -> tuple[list[str], Mode]:
    """Change `root`; gives what the device prints and the mode afterwards. Raises `Rejected` or `Misplaced`."""
    entry = matched.action
    if entry.rule.mode == "config" and mode.name != "config":
        mode = Mode()
    work = Work(root, mode, typed, matched.line, matched.args, hardware, modern, strict, xe)
    after = HANDLERS[entry.rule.handler](work, entry)
    return work.output, after or mode


def load(text: str, *, modern: bool, xe: bool = True) -> Tree:
    """A configuration file to a tree, each line in its full form; lines that the grammar lacks are kept as they are."""
    raw = tree.parse(text)
    hardware = frozenset(line.split(" ", 1)[1] for line in raw if line.startswith("interface "))
    root: Tree = {}
    if any(re.match(r"vlan \d", line) for line in raw) and not any(line.startswith("vtp mode ") for line in raw):
        root["vtp mode transparent"] = {}  # only such a switch shows its VLANs in its configuration

    def walk(lines: Tree, mode: Mode) -> None:
        for line, below in lines.items():
            after = mode
            matched = grammar.match(GRAMMARS[mode.name], line)
            try:
                if line.startswith("banner ") or not isinstance(matched, grammar.Matched):
                    raise Rejected
                _, after = apply(root, mode, line, matched, hardware=hardware, modern=modern, xe=xe, strict=False)
            except (Rejected, Misplaced):
                for path in mode.paths:
                    lines_below = tree.at(root, path)
                    (root if lines_below is None else lines_below)[line] = tree.clone(below)
                continue
            if below:
                walk(below, after)

    walk(raw, Mode())
    return root
