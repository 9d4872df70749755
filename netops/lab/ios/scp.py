"""The far end of `scp` on the switch: one file into or out of flash; refuses logins below level 15 and a closed server.

The protocol is the one that OpenSSH's old scp speaks (`-t` receives, `-f` sends). The two refusals are what IOS answers.
"""

import re
import shlex
from collections.abc import Awaitable, Callable

from netops.lab.ios import files, tree

DISABLED = "Administratively disabled.\n"
PRIVILEGE = "Privilege denied.\n"
_HEADER = re.compile(r"C\d{4} (\d+) (.+)")


class Stream:
    """What comes from the client, by count or by line."""

    def __init__(self, read: Callable[[], Awaitable[str]]) -> None:
        self._read, self._held = read, ""

    async def take(self, count: int) -> str:
        while len(self._held) < count:
            more = await self._read()
            if not more:
                raise EOFError
            self._held += more
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    async def line(self) -> str:
        """A line without its end; "" at the end of the stream."""
        while "\n" not in self._held:
            more = await self._read()
            if not more:
                return ""
            self._held += more
        line, _, self._held = self._held.partition("\n")
        return line


def asks(command: str) -> bool:
    return command.startswith("scp ")


def refusal(root: tree.Tree, level: int) -> str:
    """Why this login may not copy; "" where it may."""
    if "ip scp server enable" not in root:
        return DISABLED
    return "" if level == 15 else PRIVILEGE


async def serve(
    command: str,
    stream: Stream,
    write: Callable[[str], None],
    *,
    read_file: Callable[[str], str | None],
    store: Callable[[str, str], bool],
) -> bool:
    """Run one transfer; False where it failed."""
    words = shlex.split(command)
    path = words[-1]
    if "-t" in words:
        return await _receive(path, stream, write, store)
    return await _send(path, stream, write, read_file)


async def _receive(path: str, stream: Stream, write: Callable[[str], None], store: Callable[[str, str], bool]) -> bool:
    write("\0")
    line = await stream.line()
    if line.startswith("T"):  # times of the file: taken and forgotten
        write("\0")
        line = await stream.line()
    found = _HEADER.fullmatch(line)
    if found is None:
        write("\1scp: protocol error\n")
        return False
    name = files.local(path)
    if name is None:
        write(f"\1scp: {files.missing(path)}\n")
        return False
    write("\0")
    text = await stream.take(int(found[1]))
    await stream.take(1)
    if not store(name or found[2], text):
        write(f"\1scp: %Error writing {path} (No space left on device)\n")
        return False
    write("\0")
    return True


async def _send(
    path: str, stream: Stream, write: Callable[[str], None], read_file: Callable[[str], str | None]
) -> bool:
    text = read_file(path)
    await stream.take(1)
    if text is None:
        write(f"\1scp: {files.missing(path)}\n")
        return False
    write(f"C0644 {len(text)} {path.rpartition('/')[2].rpartition(':')[2]}\n")
    await stream.take(1)
    write(text + "\0")
    await stream.take(1)
    return True
