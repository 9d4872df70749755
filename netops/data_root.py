"""Where the packaged defaults are (checkout or wheel), and their copy as a workspace; refuses to write over anything."""

import shutil
from pathlib import Path

from netops.core.errors import Failed, InputError
from netops.core.text import Text

FOLDERS = ("inventory", "playbooks", "templates")
_PACKAGE = Path(__file__).resolve().parent
_SETTINGS = "# Ruang kerja netops; tanpa isian berlaku nilai bawaan. / A netops workspace; defaults hold where nothing is set.\n"
_IGNORE = """\
# Data dan rahasia tidak masuk git / data and secrets stay out of git
var/
secrets.json
vault.key
*.key
"""


def data_root(package: Path = _PACKAGE) -> Path:
    """The folder with `inventory/`, `playbooks/` and `templates/`: inside the wheel, or the checkout's root.

    An editable install has no copies (hatchling maps force-included files for wheels only). Raises `Failed`.
    """
    for root in (package / "_defaults", package.parent):
        if all((root / folder).is_dir() for folder in FOLDERS):
            return root
    raise Failed(
        Text(
            f"berkas bawaan ({', '.join(FOLDERS)}) tidak ditemukan di {package}",
            f"the packaged defaults ({', '.join(FOLDERS)}) are not in {package}",
        ),
        Text("Pasang ulang netops.", "Install netops again."),
    )


def init_workspace(folder: Path, *, source: Path | None = None, settings: str = _SETTINGS) -> tuple[Path, ...]:
    """Copy the defaults into a new or empty folder with `netops.toml` (text `settings`) and `.gitignore`.

    A folder that holds nothing but hidden files (a fresh git clone) counts as empty. Returns the files written. Raises
    `InputError` where there is something already, `Failed` where it cannot be written; then nothing half-made stays.
    """
    root = source or data_root()
    _require_fresh(folder)
    existed = folder.exists()
    written: list[Path] = []
    try:
        for path in _defaults(root):
            written.append(_write(folder / path.relative_to(root), path.read_bytes()))
        written.append(_write(folder / "netops.toml", settings.encode()))
        if not (folder / ".gitignore").exists():
            written.append(_write(folder / ".gitignore", _IGNORE.encode()))
    except OSError as exc:
        _take_back(folder, existed)
        reason = exc.strerror or str(exc)
        raise Failed(
            Text(f"{folder}: tidak dapat ditulis: {reason}", f"{folder}: cannot be written: {reason}"),
            Text("Periksa izin dan ruang kosong, lalu ulangi.", "Check permissions and free space, then try again."),
        ) from exc
    return tuple(written)


def _defaults(root: Path) -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file() and not path.name.startswith(".") and "__pycache__" not in path.parts
    ]


def _require_fresh(folder: Path) -> None:
    try:
        there = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise InputError(Text(f"bukan folder: {reason}", f"not a folder: {reason}"), path=folder) from exc
    if "netops.toml" in there:
        raise InputError(
            Text(
                "sudah menjadi ruang kerja; tidak ada yang ditimpa", "is a workspace already; nothing was overwritten"
            ),
            Text(f"Pakai: netops -C {folder} …", f"Use it: netops -C {folder} …"),
            path=folder,
        )
    if there:
        raise InputError(
            Text(
                f"folder tidak kosong (ada {there[0]}); tidak ada yang ditimpa",
                f"the folder is not empty (it holds {there[0]}); nothing was overwritten",
            ),
            Text("Pilih folder baru atau kosong.", "Choose a new or empty folder."),
            path=folder,
        )


def _write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
    return path


def _take_back(folder: Path, existed: bool) -> None:
    """The folder was empty but for hidden files, so whatever else is in it now is ours."""
    if not existed:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():
        if path.name in FOLDERS:
            shutil.rmtree(path, ignore_errors=True)
        elif path.name == "netops.toml":
            path.unlink(missing_ok=True)
