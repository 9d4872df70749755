"""What a template of a site's own service claims; refuses one that would touch what is neither ours nor named, with its line."""

from collections.abc import Collection, Mapping

from netops.core.errors import InputError
from netops.core.model import Tag, Value
from netops.core.ports import Platform
from netops.core.text import Text
from netops.planning.render import Renderer


def render_checked(
    renderer: Renderer,
    template: str,
    platform: Platform,
    context: Mapping[str, object],
    owner: Tag,
    named: Collection[str],
) -> tuple[str, Mapping[str, Value]]:
    """The rendered text and its values; `named`: the ports and rows that the request names on this device.

    Raises `InputError` with the template's file and line.
    """
    text, values = renderer.render(template, platform.name, context)
    try:
        claims = platform.foreign(text, values, owner, named)
    except InputError as exc:
        if exc.path is None and exc.line is not None:
            exc.path, exc.line = renderer.source_line(template, platform.name, context, exc.line)
        raise
    if claims:
        path, line = renderer.source_line(template, platform.name, context, claims[0].line)
        names = ", ".join(sorted(named)) or "-"
        raise InputError(
            Text(
                f"templat membuat atau mengubah yang bukan milik permohonan ini: {claims[0].what}",
                f"the template makes or changes what is not of this request: {claims[0].what}",
            ),
            Text(
                f"Beri tanda comment={{{{ comment }}}} atau name {{{{ name }}}}; milik orang lain hanya yang disebut di isian ({names}).",
                f"Tag it with comment={{{{ comment }}}} or name {{{{ name }}}}; of others' only what a field names ({names}).",
            ),
            path=path,
            line=line,
        )
    return text, values
