"""The whole error tree; every error says what happened, where, and what to do next.

NetopsError                     exit  meaning
├── InputError                   2    malformed input; carries file, line and field
│   └── LockedKey                     a private key that needs a passphrase
├── Refused                      4    well-formed, but must not run
│   ├── NotApproved                   no, wrong, expired or rejected approval
│   ├── OutsideWindow                 too early, too late
│   ├── OutOfBounds                   needs go beyond what was approved, or policy
│   ├── NoCapacity                    uplink, VLAN, subnet or place is taken
│   ├── NoTarget                      no device of the inventory matches
│   ├── StalePlan                     what the plan touches moved since it was made; or the plan expired
│   └── Locked                        another worker holds the device or the change
├── DeviceError                  1    carries device, step and may_have_written
│   ├── Unreachable                   no connection, or it broke
│   ├── LoginRefused                  the device does not accept the credentials
│   ├── UnknownIdentity               host key or certificate is not the pinned one
│   ├── Unsupported                   the device lacks what is needed (TLS, policy, archive)
│   ├── CommandRefused                the device answered with an error of its own
│   ├── TimedOut                      no answer within the deadline
│   ├── NotAsked                      left out of a round of polling, because it was silent before
│   └── Misbehaved                    an answer that its protocol does not allow
├── VerifyFailed                 1    pushed, but the device does not show what was wanted
├── JournalError                 1    nothing may be pushed unlogged
│   ├── FenceLost                     our lease was taken over
│   ├── JournalFull                   no space, read-only, locked file
│   └── JournalBroken                 the log does not verify
├── Failed                       1    anything else that failed, with its reason (a paper, a mail, a lab)
│   └── MailRefused                   the mail server refuses this mail for good: no use trying again
├── Restored                     5    the change failed and every device is back at its base
└── NeedsPerson                  6    a device is at neither end, or something of somebody else was left
"""

from pathlib import Path

from netops.core.text import Lang, Text


class NetopsError(Exception):
    """Root. `message` says what happened, `hint` what to do next; both in two languages."""

    exit_code = 1

    def __init__(self, message: Text, hint: Text | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint

    def describe(self, lang: Lang) -> str:
        """The message as one line, and the hint on lines of its own."""
        return self.message.to(lang) + (f"\n{self.hint.to(lang)}" if self.hint else "")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.__dict__.copy(), self.args))


def _rebuild(cls: type[NetopsError], state: dict[str, object], args: tuple[object, ...]) -> NetopsError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class InputError(NetopsError):
    """Malformed input. `path`, `line` (1-based) and `field` are shown in front of the message where known."""

    exit_code = 2

    def __init__(
        self,
        message: Text,
        hint: Text | None = None,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.path, self.line, self.field = path, line, field

    def describe(self, lang: Lang) -> str:
        place = str(self.path) if self.path else ""
        if self.line is not None:
            place += f":{self.line}" if place else f"{Text('baris', 'line').to(lang)} {self.line}"
        place = ": ".join(part for part in (place, self.field or "") if part)
        return f"{place}: {super().describe(lang)}" if place else super().describe(lang)


class LockedKey(InputError):
    """The private key is encrypted and no passphrase was given."""


class Refused(NetopsError):
    """Well-formed, but must not run: nothing was sent to any device."""

    exit_code = 4


class NotApproved(Refused):
    pass


class OutsideWindow(Refused):
    pass


class OutOfBounds(Refused):
    pass


class NoCapacity(Refused):
    pass


class NoTarget(Refused):
    pass


class StalePlan(Refused):
    """`difference` is the present difference per device, in the device's own words."""

    def __init__(self, message: Text, hint: Text | None = None, *, difference: str = "") -> None:
        super().__init__(message, hint)
        self.difference = difference


class Locked(Refused):
    pass


class DeviceError(NetopsError):
    """Something on one device. `may_have_written` False: nothing left us, safe to retry; True: read back first."""

    def __init__(
        self, message: Text, hint: Text | None = None, *, device: str, step: str, may_have_written: bool
    ) -> None:
        super().__init__(message, hint)
        self.device, self.step, self.may_have_written = device, step, may_have_written

    def describe(self, lang: Lang) -> str:
        return f"{self.device}: {self.step}: {super().describe(lang)}"


class Unreachable(DeviceError):
    pass


class LoginRefused(DeviceError):
    pass


class UnknownIdentity(DeviceError):
    pass


class Unsupported(DeviceError):
    pass


class CommandRefused(DeviceError):
    """`reply` is the device's own text, `op` the index of the refused operation in its batch, where known."""

    def __init__(
        self,
        message: Text,
        hint: Text | None = None,
        *,
        device: str,
        step: str,
        may_have_written: bool,
        reply: str,
        op: int | None = None,
    ) -> None:
        super().__init__(message, hint, device=device, step=step, may_have_written=may_have_written)
        self.reply, self.op = reply, op


class TimedOut(DeviceError):
    pass


class NotAsked(DeviceError):
    pass


class Misbehaved(DeviceError):
    pass


class VerifyFailed(NetopsError):
    """Pushed, but a new connection does not show what was wanted. `findings` are one line each."""

    def __init__(self, message: Text, hint: Text | None = None, *, device: str, findings: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.device, self.findings = device, findings


class JournalError(NetopsError):
    pass


class FenceLost(JournalError):
    pass


class JournalFull(JournalError):
    pass


class JournalBroken(JournalError):
    """`seq` is the first bad entry."""

    def __init__(self, message: Text, hint: Text | None = None, *, seq: int) -> None:
        super().__init__(message, hint)
        self.seq = seq


class Failed(NetopsError):
    pass


class MailRefused(Failed):
    pass


class Restored(NetopsError):
    exit_code = 5


class NeedsPerson(NetopsError):
    exit_code = 6
