"""A workspace to practise in: its inventory, secrets, mail and one approver's key belong to a lab, and papers say so."""

from pathlib import Path

from netops.core.errors import Failed, InputError
from netops.core.text import Text
from netops.settings import NAME

SIGNER = "kepala@kampus.example"
"""Who holds the role `kepala` in the packaged policy."""
KEY = "kepala.key"
OFFICERS = {"koordinator.key": "koordinator@kampus.example", "piket.key": "piket@kampus.example"}
"""Who may let an emergency run before its papers, by the lab's key file."""
CHAIN = {"kadis.key": "kadis@pemda.example", "kabid.key": "kabid@pemda.example", "kasi.key": "kasi@pemda.example"}
"""Who sign a change of bandwidth, in this order, by the lab's key file."""
LOG_KEY = "log.key"
ORIGIN = "lab.kampus.example/log"
"""The practice log and its key: a real office keeps its own away from this folder, behind a passphrase."""
HOSTS = ("hosts.yaml", "groups.yaml", "defaults.yaml")


def point_at(root: Path, inventory: Path, secrets: Path, mail_port: int) -> tuple[str, ...]:
    """Let workspace `root` use a lab whose files are in `inventory` and `secrets`. Returns the files that changed.

    Refuses a workspace that names devices of its own (`InputError`): they would be lost.
    """
    settings = root / NAME
    if not settings.is_file():
        raise InputError(
            Text("bukan ruang kerja netops", "not a netops workspace"),
            Text("buat dengan `netops init FOLDER`", "make one with `netops init FOLDER`"),
            path=settings,
        )
    if not practises(root) and not _packaged(root):
        raise InputError(
            Text(
                "ruang kerja ini sudah memiliki perangkat sendiri; lab tidak menimpanya",
                "this workspace has devices of its own; the lab does not overwrite them",
            ),
            Text("pakai ruang kerja baru: `netops init lab`", "use a new workspace: `netops init lab`"),
            path=root / "inventory" / "hosts.yaml",
        )
    try:
        for name in HOSTS:
            (root / "inventory" / name).write_bytes((inventory / name).read_bytes())
        private(root / "secrets.json", secrets.read_bytes())
        changed = [f"inventory/{name}" for name in HOSTS] + ["secrets.json", *mark(root, mail_port)]
    except OSError as error:
        raise Failed(
            Text(f"{root}: tidak dapat ditulis: {error.strerror}", f"{root}: cannot be written: {error.strerror}")
        ) from error
    return tuple(changed)


def mark(root: Path, mail_port: int) -> tuple[str, ...]:
    """Settings that say `lab = true` and mail to the lab's catcher; an approver's key where there is none yet."""
    settings = root / NAME
    lines = []
    for line in settings.read_text(encoding="utf-8").splitlines():
        key = line.partition("=")[0].strip()
        known = {"lab": "lab = true", "host": 'host = "127.0.0.1"', "port": f"port = {mail_port}"}
        known["origin"] = f'origin = "{ORIGIN}"'
        lines.append(known.get(key, line))
    settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if (root / KEY).exists():
        return (NAME,)
    new_key(root / LOG_KEY)
    with (root / "inventory" / "allowed_signers").open("a", encoding="utf-8") as signers:
        for key, signer in {KEY: SIGNER, **OFFICERS, **CHAIN}.items():
            signers.write(f'{signer} namespaces="approval@netops" {new_key(root / key)}\n')
    return (NAME, KEY, *OFFICERS, *CHAIN, LOG_KEY, "inventory/allowed_signers")


def practises(root: Path) -> bool:
    """Whether this workspace was pointed at a lab before."""
    return "lab = true" in (root / NAME).read_text(encoding="utf-8").splitlines()


def _packaged(root: Path) -> bool:
    from netops.data_root import data_root

    return (root / "inventory" / "hosts.yaml").read_bytes() == (data_root() / "inventory" / "hosts.yaml").read_bytes()


def new_key(path: Path) -> str:
    """An Ed25519 key as OpenSSH keeps it (0600); returns its public line."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    key = Ed25519PrivateKey.generate()
    private(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def private(path: Path, data: bytes) -> None:
    """Written so that nobody else can read it at any moment."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(data)
