"""`netops init`."""

from pathlib import Path

import click

from netops.cli.output import say
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Buat ruang kerja di FOLDER: netops.toml, inventory/, playbooks/, templates/.",
        "Make a workspace in FOLDER: netops.toml, inventory/, playbooks/, templates/.",
    ).to(language())
)
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    from netops.data_root import init_workspace
    from netops.settings import DEFAULT

    init_workspace(folder, settings=DEFAULT)
    say(
        Text(
            f"ruang kerja siap: {folder}\nisi inventory/, lalu `netops -C {folder} doctor`; atau `netops lab up` untuk lab",
            f"workspace ready: {folder}\nfill inventory/, then `netops -C {folder} doctor`; or `netops lab up` for a lab",
        )
    )
