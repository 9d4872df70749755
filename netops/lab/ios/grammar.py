"""Command patterns to a tree, and a typed line matched in it as IOS does: abbreviations, ambiguity, the caret's column."""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from msgspec import Struct, field

from netops.lab.ios import names

A = TypeVar("A")


class Token(Struct, frozen=True):
    text: str
    start: int


class Matched(Struct, Generic[A], frozen=True):
    """`words` is the line in full words; `args` are the values of the pattern's parameters, in order."""

    action: A
    words: tuple[str, ...]
    args: tuple[str, ...]

    @property
    def line(self) -> str:
        return " ".join(self.words)


class Ambiguous(Struct, frozen=True):
    pass


class Incomplete(Struct, frozen=True):
    pass


class Invalid(Struct, frozen=True):
    """`column` counts from the line's first character; `first` when not even the first word is known."""

    column: int
    first: bool


class Node(Struct, Generic[A]):
    keywords: "dict[str, Node[A]]" = field(default_factory=dict)
    params: "dict[str, Node[A]]" = field(default_factory=dict)
    action: A | None = None


def tokens(line: str) -> list[Token]:
    return [Token(match[0], match.start()) for match in re.finditer(r"\S+", line)]


def build(patterns: Iterable[tuple[str, A]]) -> Node[A]:
    """A tree of patterns; words in angle brackets are parameters (see `_take`)."""
    root: Node[A] = Node()
    for pattern, action in patterns:
        node = root
        for word in pattern.split(" "):
            branch = node.params if word.startswith("<") else node.keywords
            node = branch.setdefault(word, Node())
        node.action = action
    return root


def _take(param: str, found: list[Token], at: int, line: str) -> tuple[str, int] | None:
    """The value of one parameter and how many tokens it takes; None where it does not fit."""
    text = found[at].text
    rest = line[found[at].start :].strip()
    if param == "<line>":
        return rest, len(found) - at
    if param == "<range>":
        return rest, len(found) - at
    if param == "<if>":
        for count in (1, 2):
            name = names.canonical(" ".join(token.text for token in found[at : at + count]))
            if name is not None and at + count <= len(found):
                return name, count
        return None
    if param == "<vlans>":
        return (text, 1) if re.fullmatch(r"[\d,-]+", text) else None
    if param in {"<ip>", "<mask>"}:
        return (text, 1) if _is_ip(text) else None
    bounds = re.fullmatch(r"<(\d+)-(\d+)>", param)
    if bounds:
        return (str(int(text)), 1) if text.isdecimal() and int(bounds[1]) <= int(text) <= int(bounds[2]) else None
    return text, 1


def _is_ip(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdecimal() and len(part) <= 3 and int(part) <= 255 for part in parts)


def match(root: Node[A], line: str) -> Matched[A] | Ambiguous | Incomplete | Invalid:
    """Match a typed line. An exact keyword wins over abbreviations; a keyword wins over a parameter."""
    found = tokens(line)
    node, at = root, 0
    words: list[str] = []
    args: list[str] = []
    while at < len(found):
        token = found[at]
        typed = token.text.lower()
        candidates = [typed] if typed in node.keywords else [key for key in node.keywords if key.startswith(typed)]
        if len(candidates) == 1:
            words.append(candidates[0])
            node, at = node.keywords[candidates[0]], at + 1
            continue
        if len(candidates) > 1 and not node.params:
            return Ambiguous()
        for param, after in node.params.items():
            taken = _take(param, found, at, line)
            if taken is not None:
                words.append(taken[0])
                args.append(taken[0])
                node, at = after, at + taken[1]
                break
        else:
            return Ambiguous() if candidates else Invalid(_column(node, token), at == 0)
    if node.action is None:
        return Incomplete()
    return Matched(node.action, tuple(words), tuple(args))


def _column(node: Node[A], token: Token) -> int:
    """IOS puts the caret under the first character that no keyword of this place can have."""
    typed = token.text.lower()
    common = 0
    for key in node.keywords:
        same = 0
        while same < min(len(key), len(typed)) and key[same] == typed[same]:
            same += 1
        common = max(common, same)
    if "<if>" in node.params and re.match(r"[a-z-]+", typed):
        letters = re.match(r"[a-z-]+", typed)
        if letters and names.kinds_of(letters[0]):
            common = max(common, letters.end())
    return token.start + min(common, len(typed))


def expect(root: Node[A], line: str) -> list[str]:
    """What may stand at the line's end (its last word as a beginning): the words that `?` shows, `<cr>` last."""
    found = tokens(line)
    prefix = "" if not line or line[-1] == " " else found[-1].text.lower()
    before = found[: len(found) - (1 if prefix else 0)]
    node, at = root, 0
    while at < len(before):
        typed = before[at].text.lower()
        keys = [typed] if typed in node.keywords else [key for key in node.keywords if key.startswith(typed)]
        if len(keys) == 1:
            node, at = node.keywords[keys[0]], at + 1
            continue
        for param, after in node.params.items():
            taken = _take(param, before, at, " ".join(token.text for token in before))
            if taken is not None:
                node, at = after, at + taken[1]
                break
        else:
            return []
    shown = sorted(key for key in node.keywords if key.startswith(prefix))
    if not prefix:
        shown += [_HELP.get(param, param[1:-1].upper()) for param in node.params]
        shown += ["<cr>"] if node.action is not None else []
    return shown


_HELP = {"<ip>": "A.B.C.D", "<mask>": "A.B.C.D", "<line>": "LINE", "<if>": "interface", "<range>": "interface list"}
