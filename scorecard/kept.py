"""Cases that were run, one file each in a folder: several processes share a matrix by it, and a stopped one is gone on with."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

PLANNED = "planned"
"""In a row's folder: how many cases it has."""


class Found(Struct, frozen=True, kw_only=True):
    """One case. `why` is '' where everything held; `measured` seconds, or None."""

    row: str
    label: str
    why: str
    measured: float | None
    seconds: float


class Kept:
    """`claim` a case before it is run, `keep` what was found; an empty file is a case in work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _place(self, row: str, label: str) -> Path:
        return self.folder / row / (re.sub(r"[^\w.,+-]+", "_", label).strip("_") + ".json")

    def plan(self, row: str, cases: int) -> None:
        (self.folder / row).mkdir(parents=True, exist_ok=True)
        (self.folder / row / PLANNED).write_text(str(cases), encoding="utf-8")

    def planned(self, row: str) -> int:
        """How many cases the row has; 0 where nobody has counted yet."""
        try:
            return int((self.folder / row / PLANNED).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return 0

    def done(self, row: str) -> bool:
        """Whether every case of the row is here or in work."""
        return 0 < self.planned(row) <= len(list((self.folder / row).glob("*.json")))

    def claim(self, row: str, label: str) -> bool:
        """False where another process has it, or had it before."""
        try:
            self._place(row, label).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def keep(self, found: Found) -> None:
        place = self._place(found.row, found.label)
        whole = place.with_suffix(".part")
        whole.write_text(json.dumps(asdict(found)) + "\n", encoding="utf-8")
        whole.replace(place)

    def forget(self, *, broken: bool) -> None:
        """What was in work when a run was stopped; with `broken`, what did not hold too: both are run again."""
        for place in self.folder.glob("*/*.json"):
            text = place.read_text(encoding="utf-8")
            if not text or (broken and json.loads(text)["why"]):
                place.unlink()

    def read(self, rows: Sequence[str]) -> list[Found]:
        texts = [
            place.read_text(encoding="utf-8") for row in rows for place in sorted((self.folder / row).glob("*.json"))
        ]
        return [Found(**json.loads(text)) for text in texts if text]
