"""A session on the switch: prompts, modes, enable, exec and configuration lines; refuses with the device's own texts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from netops.lab.faults import Mishaps
from netops.lab.ios import commands, configure, file_commands, filters, grammar, tree
from netops.lab.ios.commands import Command
from netops.lab.ios.files import Flash
from netops.lab.ios.state import Snapshot
from netops.lab.ios.terminal import Ended, Interrupted, Terminal
from netops.lab.ios.work import Misplaced, Mode, Rejected

_BANNER = "Enter configuration commands, one per line.  End with CNTL/Z."


class Switch(Protocol):
    """What a session needs of the device it runs on."""

    enable: str
    flash: Flash
    mishaps: Mishaps

    def snapshot(self, line: int) -> Snapshot: ...
    def root(self) -> tree.Tree: ...
    def apply(self, mode: Mode, typed: str, user: str) -> tuple[list[str], Mode]: ...
    def save(self, user: str) -> list[str]: ...
    def archive(self) -> list[str]: ...
    def arm(self, user: str, line: int, minutes: int) -> list[str]: ...
    def rearm(self, minutes: int) -> list[str]: ...
    def confirm(self) -> list[str]: ...
    def revert(self) -> list[str]: ...
    def unsaved(self) -> bool: ...
    def read_file(self, path: str) -> str | None: ...
    def merge(self, text: str, user: str) -> list[str]: ...
    def write_startup(self, text: str, user: str) -> list[str]: ...
    def replace(self, text: str, user: str, *, with_list: bool, on_error: bool) -> list[str]: ...
    def fail(self) -> None: ...
    def reboot(self, *, proper: bool = True, seconds: float = 0.0) -> None: ...
    async def before(self, typed: str, *, configuring: bool) -> str | None: ...
    async def after(self, *, configuring: bool) -> None: ...


class Session:
    """One login. `run` returns when the user leaves or the connection ends."""

    def __init__(self, device: Switch, terminal: Terminal, *, user: str, line: int, level: int) -> None:
        self.device, self.terminal, self.user, self.line = device, terminal, user, line
        self.level = level
        self.mode: Mode | None = None
        self.gone = False
        self.broken = False  # the connection is to be cut, not closed

    @property
    def hostname(self) -> str:
        return (tree.find(self.device.root(), ("hostname",)) or "hostname Switch").split()[1]

    @property
    def prompt(self) -> str:
        """In configuration modes IOS gives the name 20 characters and the whole prompt 30; the mode is cut to fit."""
        if self.mode is None:
            return self.hostname + ("#" if self.level == 15 else ">")
        name = self.hostname[:20]
        return f"{name}({self.mode.name}"[:28] + ")#"

    def expect(self, typed: str) -> list[str]:
        if self.mode is None or typed.startswith("do "):
            return grammar.expect(commands.TABLES[self.level], typed.removeprefix("do "))
        name = "config-if" if self.mode.name == "config-if-range" else self.mode.name
        return grammar.expect(configure.GRAMMARS[name], typed)

    async def run(self) -> None:
        motd = tree.banner(self.device.root(), "motd")
        if motd:
            self.terminal.lines(["", *motd.strip("\n").split("\n"), ""])
        while not self.gone:
            try:
                await self.execute(await self.terminal.line(self.prompt, expect=self.expect))
            except Interrupted:
                self.mode = None
            except Ended as ended:
                if self.mode is not None:
                    await self.execute(ended.line)
                self.mode = None
            except EOFError:
                return
        self.terminal.flush()

    async def execute(self, typed: str) -> None:
        """Run one line and print what the device says to it."""
        line = typed.strip()
        if not line or line.startswith("!"):
            return
        self.terminal.flush()  # the echo does not wait for the answer
        configuring = self.mode is not None
        refusal = await self.device.before(line, configuring=configuring)
        if refusal is not None:
            self.terminal.lines([refusal, ""])
            return
        if self.mode is None:
            await self._exec(typed, typed, len(self.prompt))
        else:
            await self._configure(typed)
        await self.device.after(configuring=configuring)

    async def _write(self, work: Callable[[], Awaitable[None]], column: int) -> None:
        """Something that changes configurations or files, and what befalls it by the lab's wish."""
        blow = self.device.mishaps.write()
        if blow.refuse is not None:
            if blow.refuse:
                self.terminal.lines([blow.refuse, ""])
            else:
                self._caret(column)
            return
        if blow.cut != "before":
            await work()
        if blow.cut is None and not blow.reboot:
            return
        self.broken = True
        if blow.reboot:
            self.device.fail()
        elif blow.cut != "before":
            self.terminal.cut(self.prompt, whole=blow.cut == "after")
        raise EOFError

    # exec mode

    async def _exec(self, typed: str, line: str, offset: int) -> None:
        """`offset` is the column where `line` begins on the screen: prompt and, in configuration, `do `."""
        head, spec = filters.split(line) if line.lstrip().lower().startswith("s") else (line, None)
        found = grammar.match(commands.TABLES[self.level], head)
        if not isinstance(found, grammar.Matched):
            self._misunderstood(found, typed, line, offset)
            return
        command: Command = found.action
        if command.show is None:
            act = _ACTS[command.act]
            if command.act.startswith(WRITES):
                await self._write(lambda: act(self, found.args), offset)
            else:
                await act(self, found.args)
            return
        lines = command.show(self.device.snapshot(self.line), found.args)
        if lines is None:
            self._caret(offset + len(head.rstrip()) - len(head.split()[-1]))
            return
        if spec is not None:
            try:
                lines = filters.run(lines, spec)
            except filters.BadFilter as bad:
                self._caret(offset + len(head) + 1 + bad.column)
                return
        await self.terminal.page(lines)

    def _misunderstood(
        self, found: grammar.Ambiguous | grammar.Incomplete | grammar.Invalid, typed: str, line: str, offset: int
    ) -> None:
        if isinstance(found, grammar.Ambiguous):
            self.terminal.lines([f'% Ambiguous command:  "{line.strip()}"'])
        elif isinstance(found, grammar.Incomplete):
            self.terminal.lines(["% Incomplete command.", ""])
        elif found.first and self.mode is None and len(typed.split()) == 1:
            # A single unknown word is taken for a host to connect to.
            self.terminal.lines(
                [
                    f'Translating "{line.strip()}"',
                    "% Bad IP address or host name",
                    "% Unknown command or computer name, or unable to find computer address",
                ]
            )
        else:
            self._caret(offset + found.column)

    def _caret(self, column: int) -> None:
        self.terminal.lines([" " * column + "^", "% Invalid input detected at '^' marker.", ""])

    # configuration mode

    async def _configure(self, typed: str) -> None:
        mode = self.mode
        if mode is None:
            return
        word, _, rest = typed.strip().partition(" ")
        if word == "do" and rest:
            start = len(self.prompt) + typed.index("do") + 3
            self.mode, kept = None, mode
            try:
                await self._exec(typed, rest, start)
            finally:
                self.mode = kept
        elif word == "end":
            self.mode = None
        elif len(word) > 1 and "exit".startswith(word):
            self.mode = configure.parent(mode)
        else:
            await self._write(lambda: self._banner_or_line(mode, typed), len(self.prompt))

    async def _banner_or_line(self, mode: Mode, typed: str) -> None:
        typed = await self._whole_banner(typed)
        try:
            lines, self.mode = self.device.apply(mode, typed, self.user)
        except Rejected as refused:
            self.terminal.lines(list(refused.lines))
        except Misplaced as wrong:
            self._caret(len(self.prompt) + wrong.column)
        except configure.NotUnderstood as wrong:
            self._misunderstood(wrong.found, typed, typed, len(self.prompt))
        else:
            self.terminal.lines(lines)

    async def _whole_banner(self, typed: str) -> str:
        """A banner goes on over lines until its delimiter comes again."""
        words = typed.split(None, 2)
        if len(words) < 3 or words[0] != "banner":
            return typed
        delimiter = "^C" if words[2].startswith("^C") else words[2][0]
        text = words[2].removeprefix(delimiter)
        if delimiter in text:
            return typed
        self.terminal.lines([f"Enter TEXT message.  End with the character '{delimiter}'."])
        while delimiter not in text:
            text += "\n" + await self.terminal.line("")
        return f"{words[0]} {words[1]} {delimiter}{text}"

    # commands that act

    async def _configure_terminal(self, _args: tuple[str, ...]) -> None:
        self.terminal.lines([_BANNER])
        self.mode = Mode()

    async def _configure_ask(self, args: tuple[str, ...]) -> None:
        answer = await self.terminal.line("Configuring from terminal, memory, or network [terminal]? ")
        if "terminal".startswith(answer.strip().lower()):
            await self._configure_terminal(args)
        else:
            self.terminal.lines(['?Must be "terminal"'])

    async def _configure_revert(self, args: tuple[str, ...]) -> None:
        try:
            self.terminal.lines(self.device.arm(self.user, self.line, int(args[0])))
        except Rejected as refused:
            self.terminal.lines(list(refused.lines))
            return
        await self._configure_terminal(())

    async def _enable(self, _args: tuple[str, ...]) -> None:
        if self.level == 15:
            return
        if not self.device.enable:
            self.terminal.lines(["% No password set"])
            return
        for _ in range(3):
            if await self.terminal.line("Password: ", echo=False) == self.device.enable:
                self.level = 15
                return
        self.terminal.lines(["% Bad secrets", ""])

    async def _reload(self, _args: tuple[str, ...]) -> None:
        """Start again; what was changed since the last save can be saved first."""
        if self.device.unsaved():
            answer = await self.terminal.line("System configuration has been modified. Save? [yes/no]: ")
            if answer.strip().lower() in {"y", "yes"}:
                await self._save(())
        if await self.terminal.confirm("Proceed with reload? [confirm]"):
            self.broken = True
            self.device.reboot()
            raise EOFError

    async def _copy_save(self, args: tuple[str, ...]) -> None:
        if "file prompt quiet" not in self.device.root():
            name = await self.terminal.line("Destination filename [startup-config]? ")
            if name.strip() not in {"", "startup-config"}:
                self.terminal.lines([f"%Error opening nvram:{name.strip()} (No such file or directory)"])
                return
        await self._save(args)

    async def _save(self, _args: tuple[str, ...]) -> None:
        self.terminal.lines(self.device.save(self.user))

    def _do(self, action: Callable[["Session", tuple[str, ...]], list[str]], args: tuple[str, ...]) -> None:
        try:
            self.terminal.lines(action(self, args))
        except Rejected as refused:
            self.terminal.lines(list(refused.lines))


def _act(action: Callable[[Session, tuple[str, ...]], list[str]]) -> "Act":
    async def run(session: Session, args: tuple[str, ...]) -> None:
        session._do(action, args)
        await asyncio.sleep(0)

    return run


def _leave(session: Session, _args: tuple[str, ...]) -> list[str]:
    session.gone = True
    return []


def _disable(session: Session, _args: tuple[str, ...]) -> list[str]:
    session.level = 1
    return []


def _length(session: Session, args: tuple[str, ...]) -> list[str]:
    session.terminal.length = int(args[0])
    return []


# Exec commands that write: the acts of configurations, and those of files.
WRITES = (
    "archive_config",
    "configure replace",
    "configure_revert_timer",
    "confirm",
    "copy",
    "delete",
    "revert",
    "save",
)


class Act(Protocol):
    async def __call__(self, session: Session, args: tuple[str, ...], /) -> None: ...


_ACTS: dict[str, Act] = {
    "archive_config": _act(lambda session, _: session.device.archive()),
    "configure": Session._configure_terminal,
    "configure_ask": Session._configure_ask,
    "configure_revert_timer": Session._configure_revert,
    "confirm": _act(lambda session, _: session.device.confirm()),
    "copy_save": Session._copy_save,
    "disable": _act(_disable),
    "enable": Session._enable,
    "length": _act(_length),
    "logout": _act(_leave),
    "nothing": _act(lambda _session, _args: []),
    "privilege": _act(lambda session, _: [f"Current privilege level is {session.level}"]),
    "reload": Session._reload,
    "revert_now": _act(lambda session, _: session.device.revert()),
    "revert_timer": _act(lambda session, args: session.device.rearm(int(args[0]))),
    "save": Session._save,
    **file_commands.COMMANDS,
}
