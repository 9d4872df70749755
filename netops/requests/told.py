"""pydantic's findings in two languages; what it does not know it passes on in pydantic's own words."""

import json
from collections.abc import Mapping

from pydantic_core import ErrorDetails

from netops.core.text import Text

_TOLD: Mapping[str, tuple[str, str]] = {
    "missing": ("harus diisi", "must be filled in"),
    "extra_forbidden": ("isian ini tidak dikenal", "this field is not known"),
    "string_type": ("harus berupa teks (beri tanda kutip)", "must be text (put it in quotes)"),
    "int_type": ("harus bilangan bulat", "must be a whole number"),
    "int_from_float": ("harus bilangan bulat", "must be a whole number"),
    "float_type": ("harus berupa bilangan", "must be a number"),
    "bool_type": ("harus true atau false", "must be true or false"),
    "dict_type": ("harus berisi isian bernama", "must hold named fields"),
    "model_type": ("harus berisi isian bernama", "must hold named fields"),
    "model_attributes_type": ("harus berisi isian bernama", "must hold named fields"),
    "list_type": ("harus berupa daftar", "must be a list"),
    "tuple_type": ("harus berupa daftar", "must be a list"),
    "string_too_short": ("tidak boleh kosong", "must not be empty"),
    "string_too_long": ("paling banyak {max_length} karakter", "at most {max_length} characters"),
    "string_pattern_mismatch": ("tidak sesuai pola {pattern}", "does not match the pattern {pattern}"),
    "greater_than": ("harus lebih besar dari {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("paling kecil {ge}", "must be at least {ge}"),
    "less_than": ("harus lebih kecil dari {lt}", "must be less than {lt}"),
    "less_than_equal": ("paling besar {le}", "must be at most {le}"),
    "literal_error": ("harus salah satu dari {expected}", "must be one of {expected}"),
    "too_short": ("paling sedikit {min_length} butir", "at least {min_length} items"),
    "too_long": ("paling banyak {max_length} butir", "at most {max_length} items"),
}


def translate(item: ErrorDetails) -> Text:
    """The reason of one finding, with what was found where that is short."""
    kind, given, context = item["type"], item["input"], item.get("ctx") or {}
    if kind in ("too_short", "too_long") and isinstance(given, str):
        kind = f"string_{kind}"
    if given is None:
        kind = "missing"
    if kind == "said":
        told = Text(str(context["id"]), str(context["en"]))
    elif kind in _TOLD:
        words = {key: str(value).replace(" or ", ", ") for key, value in context.items()}
        told = Text(*(one.format_map(words) for one in _TOLD[kind]))
    else:
        told = Text(f"tidak sah: {item['msg']}", item["msg"])
    shown = json.dumps(given, ensure_ascii=False) if isinstance(given, str | int | float) else ""
    if not shown or len(shown) > 60 or kind in ("missing", "extra_forbidden", "said"):
        return told
    return Text(f"{told.id}; tertulis {shown}", f"{told.en}; found {shown}")
