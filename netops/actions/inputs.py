"""What a plan was made from, by digest: inventory, templates, playbook, policy, the program's version. Refuses nothing."""

from pathlib import Path

from netops import __version__
from netops.app import App
from netops.core.canonical import canonical, digest


def inputs(app: App, service: str) -> dict[str, str]:
    """Digests for the log; `inventory` and `templates` are bodies that list each file with its own digest.

    `policy` and `playbook` are those files themselves, by the digest that an approval names the policy by.
    """
    settings = app.settings
    return {
        "inventory": app.objects.put(_listed(settings.inventory)),
        "templates": app.objects.put(_listed(settings.templates)),
        "playbook": app.objects.put((settings.playbooks / f"{service}.yaml").read_bytes()),
        "policy": app.objects.put((settings.inventory / "policy.yaml").read_bytes()),
        "program": __version__,
    }


def _listed(folder: Path) -> bytes:
    """`{path: digest}` of a folder's files, in canonical form."""
    return canonical(
        {
            path.relative_to(folder).as_posix(): digest(path.read_bytes())
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".") and not path.name.endswith("~")
        }
    )
