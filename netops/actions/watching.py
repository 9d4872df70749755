"""What an admin looks at while an event runs: clients on line now, and the own day's work. Writes nothing anywhere."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from netops.actions.common import change_of, running_plan
from netops.app import App
from netops.changes.diary import Deed, diary
from netops.changes.lifecycle import Phase
from netops.core.errors import NetopsError, Refused
from netops.core.model import DevicePlan, Tag, Target
from netops.core.text import Text
from netops.filing import look


def clients(app: App, ref: str) -> Mapping[str, int | NetopsError]:
    """Per device that lets clients in: how many are logged in at this moment. Raises `Refused` where nothing runs."""
    filed = look(app, ref)
    change = change_of(app, filed)
    if change.phase is not Phase.ACTIVE:
        raise Refused(
            Text(f"{filed.change} tidak sedang berjalan", f"{filed.change} is not running"),
            Text("lihat `netops status`", "see `netops status`"),
        )
    tools, owner = app.tools, Tag(filed.change)
    parts = {part.device: part for part in running_plan(app, change).devices}

    def count(part: DevicePlan) -> int | None:
        with tools.open(part.device) as driver:
            return tools.platforms[part.platform].logged_in(driver.observe(part.scope), owner)

    def one(target: Target) -> int | None:
        return count(parts[target.name])

    found: dict[str, int | NetopsError] = {}
    for name, outcome in sorted(tools.fleet.run(list(parts), one).items()):
        if isinstance(outcome, Exception) and not isinstance(outcome, NetopsError):
            raise outcome
        if outcome is not None:
            found[name] = outcome
    return found


def day(app: App, on: date | None = None, by: str = "") -> tuple[Deed, ...]:
    """What `by` (the operator without it) did on a day of the office's zone (today without it)."""
    zone = app.office.timezone
    chosen = on or app.clock.now().astimezone(zone).date()
    begins = datetime.combine(chosen, time(), zone)
    return diary(app.journal.read(), by or app.actor, begins, begins + timedelta(days=1))
