"""What must come back before a change is finished: confirmed manual steps, signed papers, photos. Folds, refuses nothing."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from netops.core.canonical import load
from netops.core.model import Event, ManualStep


class Confirmation(Struct, frozen=True, kw_only=True):
    """A named officer's word that a manual step was done. `photo` is the digest of its body, '' without one."""

    step: str
    by: str
    at: datetime
    photo: str = ""
    note: str = ""


class Attached(Struct, frozen=True, kw_only=True):
    """A file that came back. `kind` bast, foto, disposisi or surat; `document` the digest of its body; `type` of its content."""

    kind: str
    document: str
    type: str
    size: int
    name: str
    by: str
    at: datetime
    code: str = ""


class Demands(Struct, frozen=True, kw_only=True):
    """What the recorded plan demands, and what of it is there."""

    papers: tuple[str, ...] = ()
    steps: tuple[ManualStep, ...] = ()
    confirmed: tuple[Confirmation, ...] = ()
    attached: tuple[Attached, ...] = ()

    def confirmation(self, step: str) -> Confirmation | None:
        return next((one for one in self.confirmed if one.step == step), None)

    @property
    def open_steps(self) -> tuple[ManualStep, ...]:
        """Steps that nobody confirmed, or whose demanded photo is missing."""
        return tuple(step for step in self.steps if not self._done(step))

    @property
    def waited_for(self) -> tuple[ManualStep, ...]:
        """Open steps that others depend on: nothing is applied before they are done."""
        return tuple(step for step in self.open_steps if step.needed and step.when == "before")

    @property
    def handover_waits(self) -> tuple[ManualStep, ...]:
        """Open steps that come after, a test at the place say: nothing is handed over before they are done."""
        return tuple(step for step in self.open_steps if step.needed and step.when == "after")

    @property
    def open_papers(self) -> tuple[str, ...]:
        there = {one.kind for one in self.attached}
        return tuple(kind for kind in self.papers if kind not in there)

    @property
    def complete(self) -> bool:
        return not self.open_steps and not self.open_papers

    def photos(self) -> Iterator[tuple[str, str]]:
        """Digests of the pictures with what they show: a step's id, or the name of an attached photo."""
        for confirmation in self.confirmed:
            if confirmation.photo:
                yield confirmation.photo, confirmation.step
        for one in self.attached:
            if one.kind == "foto":
                yield one.document, one.name

    def _done(self, step: ManualStep) -> bool:
        done = self.confirmation(step.id)
        return done is not None and (bool(done.photo) or not step.photo)


KINDS = ("plan.recorded", "manual.confirmed", "manual.retracted", "paper.attached", "paper.withdrawn")
"""Events that this fold reads."""


def demanded(state: Demands, event: Event) -> Demands:
    """The demands after one event of `KINDS`. A newer plan's steps replace the older one's; what was confirmed stays."""
    data = event.data
    match event.kind:
        case "plan.recorded":
            return replace(
                state,
                papers=tuple(data.get("papers", ())),
                steps=tuple(load(ManualStep, step) for step in data.get("manual", ())),
            )
        case "manual.confirmed":
            done = Confirmation(
                step=data["step"],
                by=data["by"],
                at=datetime.fromisoformat(data["done_at"]),
                photo=data.get("photo", ""),
                note=data.get("note", ""),
            )
            return replace(state, confirmed=(*_without(state.confirmed, done.step), done))
        case "manual.retracted":
            return replace(state, confirmed=_without(state.confirmed, data["step"]))
        case "paper.attached":
            gone = set(data.get("replaces", ()))
            attached = Attached(
                kind=data["as"],
                document=data["document"],
                type=data["type"],
                size=data["size"],
                name=data["name"],
                by=event.actor,
                at=event.at,
                code=data.get("code", ""),
            )
            kept = tuple(one for one in state.attached if not (one.kind == attached.kind and one.document in gone))
            return replace(state, attached=(*kept, attached))
        case "paper.withdrawn":
            same = (data["as"], data["document"])
            return replace(state, attached=tuple(one for one in state.attached if (one.kind, one.document) != same))
    return state


def _without(confirmed: tuple[Confirmation, ...], step: str) -> tuple[Confirmation, ...]:
    return tuple(one for one in confirmed if one.step != step)
