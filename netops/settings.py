"""`netops.toml` of a workspace: where things are, who we are; refuses keys it does not know and says which line."""

import re
import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct

from netops.core.errors import InputError
from netops.core.text import Lang, Text
from netops.core.units import parse_duration

NAME = "netops.toml"
MAILS = ("rejection", "returned", "cancelled", "ready", "ending", "extended", "ended")
"""Every mail that netops can send; a site leaves out of `mail.sends` what its helpdesk sends."""

DEFAULT = """\
# Ruang kerja netops / a netops workspace. Path relatif terhadap berkas ini / paths are relative to this file.
language = "id"                 # id | en
lab = false                     # true: dokumen ditandai CONTOH / papers carry the mark of the lab

[journal]
path = "var/journal.db"

[secrets]
file = "secrets.json"           # nama -> rahasia atau rujukan, chmod 600 / name -> secret or reference (docs/security.md)
vault_key = "vault.key"         # kunci voucher / key of the vouchers

[inventory]
netbox = ""                     # kosong: hanya inventory/*.yaml; mis. https://netbox.kampus.example / empty: the YAML files only
token = "netbox/token"          # nama atau rujukan rahasia / a secret's name or reference
filter = "status=active"        # perangkat mana, seperti di API NetBox / which devices, as NetBox's API has it
ca = ""                         # sertifikat server (PEM), bila bukan CA umum / the server's certificate (PEM)
refresh = 300                   # detik sampai NetBox ditanya lagi / seconds until NetBox is asked again

[log]
origin = ""                     # nama catatan, misalnya ptipd.kampus.example/log / the log's name
folder = "var/log"              # terbitan: berkas statis untuk auditor / what is published: static files for auditors
key = "log.key"                 # kunci Ed25519 (ssh-keygen -t ed25519), di luar var/ / outside var/; .pub: ssh-agent
kept = ""                       # salinan checkpoint di luar komputer ini / a copy of the checkpoint outside this machine

[metrics]
listen = ""                     # kosong: tidak ada; untuk Prometheus, mis. 127.0.0.1:9190 / empty: none; for Prometheus

[collect]
every = ""                      # "60s": netops serve mengukur tiap menit; kosong: tidak / netops serve measures; empty: it does not
poller = "main"                 # nama pengukur ini, foldernya var/segments/poller=<nama> / this poller's name and folder
others = []                     # folder segmen pengukur lain yang ikut dibaca / other pollers' folders of segments, read too
keep = ""                       # "800d": hapus hasil ukur yang lebih lama; kosong: simpan terus / let older samples go; empty: never
keep_hours = "2d"               # segmen jam sesudah harinya jadi / hourly segments once their day is there

[mail]
host = ""                       # kosong: surel tidak dikirim / empty: no mail is sent
port = 25
sender = "helpdesk@kampus.example"
starttls = false
ca = ""                         # sertifikat server (PEM), bila bukan CA umum / the server's certificate (PEM)
username = ""                   # kosong: tanpa login / empty: no login
password = "mail/password"      # nama atau rujukan rahasia (env:NAMA) / a secret's name or reference (env:NAME)
sends = ["rejection", "returned", "cancelled", "ready", "ending", "extended", "ended"]
                                # yang dikirim netops; selebihnya oleh helpdesk / what netops sends; the helpdesk sends the rest
"""


class Settings(Struct, frozen=True, kw_only=True):
    """Absolute paths; `mail_host` '' means that no mail is sent, `collect_every` 0 that `serve` does not measure.

    `keep_seconds` 0: samples are never let go.
    """

    root: Path
    language: Lang = "id"
    lab: bool = False
    journal: Path
    secrets: Path
    vault_key: Path
    netbox_url: str = ""
    netbox_token: str = "netbox/token"
    netbox_filter: str = "status=active"
    netbox_ca: Path | None = None
    netbox_refresh: int = 300
    log_origin: str = ""
    log_folder: Path
    log_key: Path
    log_kept: Path | None = None
    metrics_listen: str = ""
    collect_every: int = 0
    poller: str = "main"
    segment_roots: tuple[Path, ...] = ()
    keep_seconds: int = 0
    keep_hours_seconds: int = 172_800
    mail_host: str = ""
    mail_port: int = 25
    mail_sender: str = ""
    mail_starttls: bool = False
    mail_ca: Path | None = None
    mail_username: str = ""
    mail_password: str = "mail/password"
    mail_sends: tuple[str, ...] = MAILS

    @property
    def inventory(self) -> Path:
        return self.root / "inventory"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def playbooks(self) -> Path:
        return self.root / "playbooks"

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def segments(self) -> Path:
        """Where this workspace's pollers keep their samples; `segment_roots` begins with it, the others' follow."""
        return self.var / "segments"


_KEYS: dict[str, tuple[str, type]] = {
    "language": ("language", str),
    "lab": ("lab", bool),
    "journal.path": ("journal", str),
    "secrets.file": ("secrets", str),
    "secrets.vault_key": ("vault_key", str),
    "inventory.netbox": ("netbox_url", str),
    "inventory.token": ("netbox_token", str),
    "inventory.filter": ("netbox_filter", str),
    "inventory.ca": ("netbox_ca", str),
    "inventory.refresh": ("netbox_refresh", int),
    "log.origin": ("log_origin", str),
    "log.folder": ("log_folder", str),
    "log.key": ("log_key", str),
    "log.kept": ("log_kept", str),
    "metrics.listen": ("metrics_listen", str),
    "collect.every": ("collect_every", str),
    "collect.poller": ("poller", str),
    "collect.others": ("segment_roots", list),
    "collect.keep": ("keep_seconds", str),
    "collect.keep_hours": ("keep_hours_seconds", str),
    "mail.host": ("mail_host", str),
    "mail.port": ("mail_port", int),
    "mail.sender": ("mail_sender", str),
    "mail.starttls": ("mail_starttls", bool),
    "mail.ca": ("mail_ca", str),
    "mail.username": ("mail_username", str),
    "mail.password": ("mail_password", str),
    "mail.sends": ("mail_sends", list),
}
_PATHS = {
    "journal": "var/journal.db",
    "secrets": "secrets.json",
    "vault_key": "vault.key",
    "log_folder": "var/log",
    "log_key": "log.key",
}
"""Settings that are paths, with what holds where nothing is set."""


def load_settings(root: Path) -> Settings:
    """Raises `InputError` where `root` is no workspace or its file has a key or value that does not belong there."""
    path = root / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            Text(id=f"bukan ruang kerja netops ({error.strerror})", en=f"not a netops workspace ({error.strerror})"),
            Text(
                id="buat dengan `netops init FOLDER`, atau tunjuk dengan `netops -C FOLDER`",
                en="make one with `netops init FOLDER`, or point at one with `netops -C FOLDER`",
            ),
            path=path,
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(Text(id="bukan teks UTF-8", en="not UTF-8 text"), path=path) from error
    try:
        found = _flatten(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(Text(id=f"bukan TOML: {error}", en=f"not TOML: {error}"), path=path) from error
    except RecursionError:
        raise InputError(Text(id="bersarang terlalu dalam", en="nested too deeply"), path=path) from None
    values: dict[str, Any] = dict(_PATHS)
    for key, value in found.items():
        values[_known(path, text, key, value)] = value
    if values.get("language", "id") not in ("id", "en"):
        raise InputError(Text(id="pilih id atau en", en="choose id or en"), path=path, field="language")
    _collect(path, text, root.absolute(), values)
    values["mail_sends"] = _mails(path, text, values.get("mail_sends", MAILS))
    for name in ("mail_ca", "log_kept", "netbox_ca"):
        values[name] = root.absolute() / values[name] if values.get(name) else None
    values.update({name: root.absolute() / values[name] for name in _PATHS})
    return Settings(root=root.absolute(), **values)


_POLLER = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def _collect(path: Path, text: str, root: Path, values: dict[str, Any]) -> None:
    """The section [collect]: durations to seconds, folders to paths."""

    def odd(key: str, message: Text) -> InputError:
        return InputError(message, path=path, line=_line(text, f"collect.{key}"), field=f"collect.{key}")

    for key, name in (("every", "collect_every"), ("keep", "keep_seconds"), ("keep_hours", "keep_hours_seconds")):
        given = values.get(name)
        if given is not None:
            try:
                values[name] = parse_duration(given) if given else 0
            except ValueError as error:
                raise odd(key, Text(f"bukan lamanya waktu: {error}", f"not a duration: {error}")) from error
    if values.get("collect_every", 0) not in (0, *range(5, 3601)):
        raise odd("every", Text("antara 5s dan 1h", "between 5s and 1h"))
    if 0 < values.get("keep_seconds", 0) < 86_400:
        raise odd("keep", Text("sekurangnya 1d", "1d at least"))
    if not _POLLER.fullmatch(values.get("poller", "main")):
        raise odd("poller", Text("hanya a-z, 0-9 dan -", "a-z, 0-9 and - only"))
    others = values.get("segment_roots", [])
    if not all(isinstance(one, str) and one for one in others):
        raise odd("others", Text("harus daftar folder", "must be a list of folders"))
    values["segment_roots"] = (root / "var" / "segments", *(root / one for one in others))


def _mails(path: Path, text: str, sends: object) -> tuple[str, ...]:
    found = tuple(sends) if isinstance(sends, list | tuple) else ()
    odd = [repr(word) for word in found if word not in MAILS]
    if odd:
        raise InputError(
            Text(f"surel tidak dikenal: {', '.join(odd)}", f"unknown mail: {', '.join(odd)}"),
            Text(f"pilih dari: {', '.join(MAILS)}", f"choose from: {', '.join(MAILS)}"),
            path=path,
            line=_line(text, "sends"),
            field="mail.sends",
        )
    return found


def _line(text: str, key: str) -> int | None:
    rows = enumerate(text.splitlines(), 1)
    return next((n for n, row in rows if row.split("=")[0].strip() == key.rsplit(".", maxsplit=1)[-1]), None)


def _known(path: Path, text: str, key: str, value: object) -> str:
    line = _line(text, key)
    if key not in _KEYS:
        known = ", ".join(_KEYS)
        raise InputError(
            Text(id="kunci tidak dikenal", en="unknown key"),
            Text(id=f"yang dikenal: {known}", en=f"known keys: {known}"),
            path=path,
            line=line,
            field=key,
        )
    name, kind = _KEYS[key]
    if type(value) is not kind:
        raise InputError(
            Text(id=f"harus {kind.__name__}", en=f"must be {kind.__name__}"), path=path, line=line, field=key
        )
    return name


def _flatten(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= _flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat
