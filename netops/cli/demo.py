"""`netops demo`."""

from pathlib import Path

import click

from netops.cli.common import progress
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Peragakan seluruh alur pada kampus tiruan di komputer ini, kurang dari satu menit.",
        "Show the whole way on a simulated campus on this machine, in under a minute.",
    ).to(language())
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help=Text("folder untuk dokumen dan catatan", "folder for papers and log").to(language()),
)
def demo(out: Path) -> None:
    from netops.cli.output import clean
    from netops.demo import run

    run(out, language(), lambda text: click.echo(clean(text)), progress)
