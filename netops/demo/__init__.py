"""`netops demo`: a graduation on the lab, from request to *selesai*. Every line of its closing table was checked, none is assumed."""

from collections.abc import Callable
from pathlib import Path

from netops.app import App
from netops.core.text import Lang, Text
from netops.demo import asking, finishing, raising, running
from netops.demo.stage import Stage, configuration, inject_refusal, lab_workspace, prepare_folder, rent_access_point

__all__ = ["Stage", "configuration", "inject_refusal", "lab_workspace", "prepare_folder", "run"]


def run(out: Path, lang: Lang, echo: Callable[[str], None], progress: Callable[[str, str], None]) -> None:
    """The whole way, in under a minute. Raises whatever fails; nothing of the lab outlives it."""
    stage = Stage(lang, echo)
    root = prepare_folder(out)
    stage.step("Kampus tiruan dinyalakan di 127.0.0.1", "A simulated campus starts on 127.0.0.1")
    with lab_workspace(root) as campus:
        rent_access_point(root)
        with App(root, actor="admin.jaringan", say=progress) as app:
            stage.show("\n".join(f"{name}  {target.platform}" for name, target in app.fleet.targets.items()))
            before = configuration(app)
            filed = asking.asked(stage, app, root)
            asking.needed(stage, app, filed)
            asking.tampered(stage, app, filed, root)
            asking.by_hand(stage, app, filed, root)
            running.applied(stage, app, filed)
            running.printed(stage, app, filed)
            ssid = running.guests(stage, app, campus, filed)
            running.handed_over(stage, app, filed)
            running.extended(stage, app, filed, root)
            running.applied_again(stage, app, filed)
            running.failed_and_restored(stage, app, campus, root)
            finishing.ended(stage, app, campus, filed, ssid, before)
            finishing.returned(stage, app, filed, root)
            more = raising.asked(stage, app, root)
            raising.raised(stage, app, more)
            raising.told(stage, app, more, root)
            finishing.recorded(stage, app)
    _closing(stage, root)


def _closing(stage: Stage, root: Path) -> None:
    lang = stage.lang
    stage.echo("\n" + Text("Yang diperiksa", "What was checked").to(lang))
    width = max(len(what) for what, _ in stage.checked)
    for what, how in stage.checked:
        stage.echo(f"  ✓ {what.ljust(width)}  {how}")
    stage.echo("\n" + Text("Ditinggalkan untuk dilihat", "Left to look at").to(lang))
    for name, path in stage.papers:
        stage.echo(f"  {name}: {path}")
    stage.echo(f"  {Text('catatan', 'log').to(lang)}:  netops -C {root} log show")
