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
@click.option(
    "--faults",
    is_flag=True,
    help=Text("peragaan pendek: sambungan putus di tengah", "a short one: the link is cut in the middle").to(
        language()
    ),
)
def demo(faults: bool, out: Path) -> None:
    from netops import demo as whole
    from netops import demo_faults
    from netops.cli.output import clean

    run = demo_faults.run if faults else whole.run

    run(out, language(), lambda text: click.echo(clean(text)), progress)
