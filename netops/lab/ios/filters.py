"""The filters behind `|` of show commands: include, exclude, begin, section, count; refuses an unknown filter."""

import re

_KINDS = ("begin", "count", "exclude", "include", "section")


class BadFilter(Exception):
    """`column` counts from the first character after the bar."""

    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


def split(line: str) -> tuple[str, str | None]:
    """A command and what stands after its first bar."""
    head, bar, tail = line.partition("|")
    return head, tail if bar else None


def run(lines: list[str], spec: str) -> list[str]:
    """`spec` is the text after the bar. Regular expressions may contain bars themselves."""
    found = re.match(r"(\s*)(\S*)\s*(.*)", spec)
    word, text = (found[2].lower(), found[3].rstrip()) if found else ("", "")
    kinds = [kind for kind in _KINDS if word and kind.startswith(word)]
    if len(kinds) != 1 or not text:
        raise BadFilter(len(found[1]) if found and len(kinds) != 1 else len(spec))
    try:
        pattern = re.compile(text)
    except re.error:
        pattern = re.compile(re.escape(text))
    match kinds[0]:
        case "include":
            return [line for line in lines if pattern.search(line)]
        case "exclude":
            return [line for line in lines if not pattern.search(line)]
        case "count":
            hits = sum(1 for line in lines if pattern.search(line))
            return [f"Number of lines which match regexp = {hits}"]
        case "begin":
            first = next((at for at, line in enumerate(lines) if pattern.search(line)), len(lines))
            return lines[first:]
        case _:
            return _section(lines, pattern)


def _section(lines: list[str], pattern: re.Pattern[str]) -> list[str]:
    """Every matching line with the lines below it that are indented deeper."""
    out: list[str] = []
    depth: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if depth is not None and line.strip() and indent > depth:
            out.append(line)
            continue
        depth = indent if line.strip() and pattern.search(line) else None
        if depth is not None:
            out.append(line)
    return out
