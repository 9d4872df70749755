"""What guests' logins need of User Manager: switched on, asked by the router's own hotspot; refuses to plan on one that is not.

These are the site's own, set once for all events; netops names what is missing and leaves them alone.
"""

from netops.core.errors import Refused
from netops.core.model import Row, Rows
from netops.core.text import Text

UM, UM_ROUTER, UM_USER, UM_LINK = (
    "/user-manager",
    "/user-manager/router",
    "/user-manager/user",
    "/user-manager/user-profile",
)
RADIUS, LOCAL = "/radius", "127.0.0.1"
_ON = ("yes", "true")


def refuse_off(seen: Rows, want: Rows) -> None:
    """Raises `Refused` with what to paste where `want` has users of User Manager and nobody would ask it."""
    if not any(row.menu == UM_USER for row in want.rows):
        return
    paste = [line for line, there in _needed(seen) if not there]
    if paste:
        lines = "\n".join(paste)
        raise Refused(
            Text("User Manager router ini belum siap", "this router's User Manager is not ready"),
            Text(f"tempel di terminal perangkat:\n{lines}", f"paste into the device's terminal:\n{lines}"),
        )


def _needed(seen: Rows) -> tuple[tuple[str, bool], ...]:
    settings = next((row for row in seen.rows if row.menu == UM), Row(menu=UM, values={}))
    on = settings.values.get("enabled") in _ON and settings.values.get("use-profiles") in _ON
    router = any(row.menu == UM_ROUTER and _local(row) for row in seen.rows)
    asks = any(
        row.menu == RADIUS and _local(row) and "hotspot" in str(row.values.get("service", "")).split(",")
        for row in seen.rows
    )
    return (
        ("/user-manager set enabled=yes use-profiles=yes", on),
        (f"/user-manager router add name=lokal address={LOCAL} shared-secret=RAHASIA", router),
        (f"/radius add service=hotspot address={LOCAL} secret=RAHASIA", asks),
    )


def _local(row: Row) -> bool:
    return row.values.get("address") == LOCAL and row.values.get("disabled", "no") not in _ON
