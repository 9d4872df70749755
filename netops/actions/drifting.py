"""What moved on the devices of a change since its plan was made, or since it runs. Reads devices, writes nothing."""

from netops.actions import vouchers
from netops.actions.common import change_of
from netops.app import App
from netops.changes import drift
from netops.core.errors import StalePlan
from netops.core.text import Text
from netops.filing import look


def moved_since(app: App, ref: str) -> dict[str, tuple[str, ...]]:
    """By device, in its own words; () for one on which nothing moved. Raises `StalePlan` where there is no plan."""
    filed = look(app, ref)
    change = change_of(app, filed)
    plan = change.running_plan or change.plan
    if not plan:
        raise StalePlan(
            Text(f"{filed.change} belum punya rencana", f"{filed.change} has no plan yet"),
            Text(f"jalankan `netops plan {filed.change}`", f"run `netops plan {filed.change}`"),
        )
    made = app.tools.plan(plan)
    return drift.since(made, app.tools, vouchers.revoked_names(app, made))
