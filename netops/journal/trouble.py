"""Why the journal refused, and what to do next: leases, and SQLite's result codes; imports no database library."""

from datetime import datetime

from netops.core.errors import FenceLost, JournalError, JournalFull, Locked
from netops.core.model import Fence
from netops.core.text import Text

_KINDS: tuple[tuple[str, type[JournalError], Text, Text], ...] = (
    (
        "SQLITE_FULL",
        JournalFull,
        Text("media penyimpanan penuh", "the disk is full"),
        Text("Kosongkan ruang, lalu jalankan `netops resume`.", "Free some space, then run `netops resume`."),
    ),
    (
        "SQLITE_IOERR",
        JournalFull,
        Text("media penyimpanan menolak tulisan atau bacaan", "the disk refuses to be written or read"),
        Text(
            "Periksa ruang, kuota dan kesehatan media, lalu jalankan `netops resume`.",
            "Check space, quota and health of the disk, then run `netops resume`.",
        ),
    ),
    (
        "SQLITE_READONLY",
        JournalFull,
        Text("berkas hanya dapat dibaca", "the file is read-only"),
        Text(
            "Beri hak tulis atas berkas dan foldernya kepada pengguna ini.",
            "Give this user write permission on the file and its folder.",
        ),
    ),
    (
        "SQLITE_CANTOPEN",
        JournalFull,
        Text("berkas tidak dapat dibuka", "the file cannot be opened"),
        Text(
            "Periksa apakah foldernya ada dan dapat ditulisi pengguna ini.",
            "Check that its folder exists and that this user may write there.",
        ),
    ),
    (
        "SQLITE_BUSY",
        JournalFull,
        Text("berkas dikunci proses lain", "the file is locked by another process"),
        Text(
            "Tutup program yang membuka berkas itu (cadangan, penyunting SQLite), lalu ulangi.",
            "Close the program that holds it (a backup, an SQLite editor), then try again.",
        ),
    ),
    (
        "SQLITE_CORRUPT",
        JournalError,
        Text("berkas rusak", "the file is damaged"),
        Text(
            "Simpan salinannya, pulihkan dari cadangan terakhir, lalu jalankan `netops log verify`.",
            "Keep a copy, restore the last backup, then run `netops log verify`.",
        ),
    ),
    (
        "SQLITE_NOTADB",
        JournalError,
        Text("berkas itu bukan jurnal netops", "that file is not a netops journal"),
        Text("Periksa nama berkas jurnal di netops.toml.", "Check the journal's file name in netops.toml."),
    ),
)
_ALIASES = {"SQLITE_LOCKED": "SQLITE_BUSY", "SQLITE_PERM": "SQLITE_READONLY", "SQLITE_NOLFS": "SQLITE_IOERR"}


def trouble(place: str, code: str, detail: str) -> JournalError:
    """Our error for a result code name such as `SQLITE_IOERR_WRITE` (https://sqlite.org/rescode.html)."""
    base = next((kind for alias, kind in _ALIASES.items() if code.startswith(alias)), code)
    for name, shape, what, hint in _KINDS:
        if base.startswith(name):
            return shape(
                Text(
                    f"jurnal {place}: {what.id} ({detail}); tidak ada yang tercatat",
                    f"journal {place}: {what.en} ({detail}); nothing was recorded",
                ),
                hint,
            )
    return JournalError(
        Text(
            f"jurnal {place}: basis data menolak ({code or 'galat'}: {detail}); tidak ada yang tercatat",
            f"journal {place}: the database refused ({code or 'error'}: {detail}); nothing was recorded",
        ),
        Text("Jalankan `netops log verify`.", "Run `netops log verify`."),
    )


def locked(resource: str, holder: str, until: datetime) -> Locked:
    """Another holder's lease lives until then (UTC)."""
    return Locked(
        Text(
            f"{resource} sedang dipegang {holder} sampai {until:%Y-%m-%d %H:%M:%S} UTC",
            f"{resource} is held by {holder} until {until:%Y-%m-%d %H:%M:%S} UTC",
        ),
        Text(
            "Tunggu sampai selesai; `netops status` menunjukkan apa yang berjalan.",
            "Wait until it is done; `netops status` shows what runs.",
        ),
    )


def lost(fence: Fence, id: str, en: str) -> FenceLost:
    """The lease behind a fence is not ours any more, with the reason in both languages."""
    return FenceLost(
        Text(
            f"hak atas {fence.resource} (nomor {fence.number}) hilang: {id}",
            f"the right to act on {fence.resource} (number {fence.number}) is lost: {en}",
        ),
        Text(
            "Tidak ada yang dikirim lagi; periksa dengan `netops status` lalu `netops resume`.",
            "Nothing more is sent; look with `netops status`, then `netops resume`.",
        ),
    )
