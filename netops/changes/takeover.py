"""Taking over from a worker that died or was paused: first wait until it can send no more; waits for nothing else.

A worker checks its fence when its intent becomes durable, and begins to send within `Tools.send_seconds` of that or not
at all (`push`). Whoever takes over therefore waits out the lease and that deadline, counted from the last intent, and
only then reads the device back.
"""

from datetime import datetime, timedelta

from netops.changes.lifecycle import BatchState, Change
from netops.changes.tools import Tools


def wait_out(tools: Tools, change: Change) -> None:
    """Sleep until the sender of the last intent of unknown outcome is silent: at most lease and send deadline."""
    intents = [progress.batches[-1] for progress in change.devices.values() if progress.batches]
    unknown = [batch.at for batch in intents if batch.state is BatchState.INTENDED and batch.at is not None]
    seconds = remaining(max(unknown), tools) if unknown else 0.0
    if seconds > 0:
        tools.say("wait", f"{seconds:.0f} s")
        tools.clock.sleep(seconds)


def remaining(intent: datetime, tools: Tools) -> float:
    """Seconds, 0 and more; a clock that was put back makes nobody wait longer than lease and send deadline."""
    most = tools.lease_seconds + tools.send_seconds
    left = (intent + timedelta(seconds=most) - tools.clock.now()).total_seconds()
    return min(max(left, 0.0), most)
