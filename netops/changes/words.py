"""What people are told of where a change stands; words only."""

from netops.changes.lifecycle import Phase
from netops.core.text import Text

PHASES = {
    Phase.NEW: Text("diterima", "received"),
    Phase.PLANNED: Text("direncanakan", "planned"),
    Phase.APPROVED: Text("disetujui", "approved"),
    Phase.REJECTED: Text("ditolak", "rejected"),
    Phase.APPLYING: Text("sedang dijalankan atau terputus", "being applied, or interrupted"),
    Phase.ACTIVE: Text("berjalan", "running"),
    Phase.ENDING: Text("sedang diakhiri", "being ended"),
    Phase.ENDED: Text("berakhir", "ended"),
    Phase.RESTORED: Text("gagal dan dipulihkan", "failed and restored"),
    Phase.QUARANTINED: Text("menunggu petugas", "waiting for a person"),
    Phase.RETURNED: Text("dikembalikan untuk dilengkapi", "returned to be completed"),
    Phase.POSTPONED: Text("ditunda", "postponed"),
    Phase.CANCELLED: Text("dibatalkan", "cancelled"),
    Phase.SUPERSEDED: Text("digantikan", "superseded"),
}
