"""Where a secret lies: `env:NAME`, `file:PATH`, `cred:NAME`, `age:FILE`, `vault:PATH#FIELD`, looked up at each use; refuses files that others can read.

A message names the reference and never what it leads to; one that is malformed is not shown at all: it may be a password.
"""

import os
import re
import stat
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from shutil import which

from netops.core.errors import Failed
from netops.core.secret import Secret
from netops.core.text import Text

MAX_SIZE = 65_536
AGE_SECONDS = 30.0
_REFERENCE = re.compile(r"(env|file|cred|age|vault|text):(.*)", re.DOTALL)
_FORMS = {
    "env": re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    "file": re.compile(r"[^\x00-\x1f\x7f-\x9f]+"),
    "cred": re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*"),
    "age": re.compile(r"[^\x00-\x1f\x7f-\x9f]+"),
    "vault": re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)+#[A-Za-z0-9_.-]+"),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_OTHERS = 0o077
_OTHERS_OF_A_CREDENTIAL = 0o037
"""systemd lets a service's user read its credential by an ACL, whose mask `stat` shows as the group's right to read."""


def is_reference(text: str) -> bool:
    """Whether it starts like one; `text:` stands before a password that itself starts like one."""
    return ":" in text and _REFERENCE.fullmatch(text) is not None


class References:
    """Follows references. Relative paths are of `root` (the workspace); `age_key` is the identity that opens `age:` files."""

    def __init__(self, root: Path, age_key: Path, environ: Mapping[str, str] | None = None) -> None:
        self.root, self.age_key = root, age_key
        self._environ = os.environ if environ is None else environ
        self._lock = threading.Lock()
        self._opened: dict[Path, tuple[tuple[int, ...], Secret]] = {}

    def follow(self, text: str, name: str) -> Secret:
        """The secret behind a reference that stands for the secret `name`. Raises `Failed`."""
        found = _REFERENCE.fullmatch(text)
        kind, rest = (found[1], found[2]) if found else ("", "")
        if kind == "text":
            return Secret(rest)
        if kind not in _FORMS or not _FORMS[kind].fullmatch(rest):
            raise _malformed(name)
        if kind == "env":
            return self._variable(rest)
        if kind == "file":
            return _one_line(_private(self.root / rest, text, _OTHERS), text)
        if kind == "cred":
            return self._credential(rest, text)
        if kind == "vault":
            return self._vault(rest, text)
        return self._age(self.root / rest, text)

    def _vault(self, place: str, text: str) -> Secret:
        from netops.hashicorp import read_field

        path, _, field = place.partition("#")
        return _one_line(read_field(path, field, self._environ).encode(), text)

    def _variable(self, variable: str) -> Secret:
        value = self._environ.get(variable)
        if value is None:
            raise _no(f"env:{variable}", "variabel itu tidak ada", "there is no such variable")
        return _one_line(value.encode("utf-8", "surrogateescape"), f"env:{variable}")

    def _credential(self, credential: str, text: str) -> Secret:
        folder = self._environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise _no(
                text,
                "tidak dijalankan oleh systemd dengan kredensial",
                "not run by systemd with credentials",
                Text(
                    f"Isi LoadCredentialEncrypted={credential}:… pada unit systemd.",
                    f"Set LoadCredentialEncrypted={credential}:… in the systemd unit.",
                ),
            )
        return _one_line(_private(Path(folder) / credential, text, _OTHERS_OF_A_CREDENTIAL), text)

    def _age(self, path: Path, text: str) -> Secret:
        """Opened once for as long as neither file nor key is another one: the program takes some milliseconds."""
        _private(self.age_key, text, _OTHERS)
        try:
            stamp = tuple(
                number for one in (path, self.age_key) for number in (one.stat().st_mtime_ns, one.stat().st_ino)
            )
        except OSError as error:
            raise _io(text, error) from error
        with self._lock:
            held = self._opened.get(path)
            if held is None or held[0] != stamp:
                held = self._opened[path] = (stamp, _one_line(self._decrypt(path, text), text))
            return held[1]

    def _decrypt(self, path: Path, text: str) -> bytes:
        program = which("age", path=self._environ.get("PATH"))
        if program is None:
            hint = Text("Pasang: apt install age", "Install it: apt install age")
            raise _no(text, "program age tidak ada", "the program age is missing", hint)
        try:
            # Of our own session: age must not ask at the terminal. No variable of ours but the path: they may hold secrets.
            done = subprocess.run(
                [program, "--decrypt", "--identity", str(self.age_key), str(path)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=AGE_SECONDS,
                env={"PATH": self._environ.get("PATH", os.defpath)},
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired:  # not chained: it carries what was written so far
            raise _no(text, "age tidak selesai", "age did not end") from None
        except OSError as error:
            raise _io(text, error) from error
        if done.returncode:
            said = _CONTROL.sub(" ", done.stderr.decode("utf-8", "replace").partition("\n")[0])[:200]
            hint = Text(f"Periksa kunci {self.age_key}.", f"Check the key {self.age_key}.")
            raise _no(text, f"tidak terbuka: {said}", f"it does not open: {said}", hint)
        return done.stdout


def _private(path: Path, text: str, others: int) -> bytes:
    """The bytes of a file whose mode has no bit of `others`. The mode is that of the very file that is read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not hold us up
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise _no(text, f"{path} bukan berkas biasa", f"{path} is no regular file")
            if about.st_mode & others:
                hint = Text(f"chmod 600 {path}", f"chmod 600 {path}")
                raise _no(text, f"{path} dapat dibaca pengguna lain", f"other users can read {path}", hint)
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise _io(text, error) from error
    if len(data) > MAX_SIZE:
        raise _no(text, f"lebih dari {MAX_SIZE} byte", f"more than {MAX_SIZE} bytes")
    return data


def _one_line(data: bytes, text: str) -> Secret:
    """One line of UTF-8, its end left out. What has more would be keys pressed on a device's command line."""
    try:
        value = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:  # not chained: it carries the value
        value = "\0"
    if not value:
        raise _no(text, "isinya kosong", "it is empty")
    if _CONTROL.search(value):
        raise _no(text, "isinya bukan satu baris teks UTF-8", "it is not one line of UTF-8 text")
    return Secret(value)


def _no(text: str, indonesian: str, english: str, hint: Text | None = None) -> Failed:
    return Failed(Text(f"rahasia {text}: {indonesian}", f"secret {text}: {english}"), hint)


def _io(text: str, error: OSError) -> Failed:
    reason = error.strerror or type(error).__name__
    return _no(text, reason, reason, Text("Periksa letak dan hak aksesnya.", "Check its place and permissions."))


def _malformed(name: str) -> Failed:
    return Failed(
        Text(
            f"rahasia {name} berawalan seperti rujukan tetapi bukan rujukan",
            f"secret {name} starts like a reference and is none",
        ),
        Text(
            "Rujukan: env:NAMA, file:PATH, cred:NAMA, age:BERKAS, vault:PATH#ISIAN; kata sandi yang berawalan begitu ditulis text:…",
            "References: env:NAME, file:PATH, cred:NAME, age:FILE, vault:PATH#FIELD; a password that starts like one is written text:…",
        ),
    )
