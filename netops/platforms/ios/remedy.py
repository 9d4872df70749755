"""The ordered difference of two sets of sections by hier_config (its only importer); knows no ownership, refuses nothing."""

from collections.abc import Mapping, Sequence

from hier_config import HConfig
from hier_config.models import (
    IdempotentCommandsRule,
    MatchRule,
    NegationDefaultWithRule,
    NegationSubRule,
    OrderingRule,
)
from hier_config.platforms.driver_base import HConfigDriverBase, HConfigDriverRules

from netops.platforms.ios.quirks import ALLOWED, KEYED


def _keyed(word: str) -> tuple[tuple[MatchRule, ...], ...]:
    """A command as a line of any section, and as a global line."""
    here = MatchRule(re_search=rf"^{word}(?: |$)")
    return ((MatchRule(), here), (here,))


class _Rules(HConfigDriverBase):
    """One value per keyed command; make before break: sections first, lines after, removals last."""

    @staticmethod
    def _instantiate_rules() -> HConfigDriverRules:
        return HConfigDriverRules(
            idempotent_commands=[IdempotentCommandsRule(match_rules=rules) for word in KEYED for rules in _keyed(word)],
            negate_with=[
                NegationDefaultWithRule(match_rules=rules, use=f"no {word}") for word in KEYED for rules in _keyed(word)
            ],
            negation_sub=[
                NegationSubRule(
                    match_rules=(MatchRule(), MatchRule(startswith=f"{ALLOWED} add ")),
                    search=f"^no {ALLOWED} add ",
                    replace=f"{ALLOWED} remove ",
                )
            ],
            ordering=[
                OrderingRule(match_rules=(MatchRule(startswith="vlan "),), weight=-100),
                OrderingRule(match_rules=(MatchRule(startswith="no "),), weight=200),
                OrderingRule(match_rules=(MatchRule(), MatchRule(startswith="switchport mode ")), weight=-10),
                OrderingRule(match_rules=(MatchRule(), MatchRule(startswith="no shutdown")), weight=200),
            ],
        )


def _config(parts: Mapping[str, Sequence[str]]) -> HConfig:
    config = HConfig(_Rules())
    for name, lines in parts.items():
        config.add_child(name).add_children(lines)
    return config


def remedy(seen: Mapping[str, Sequence[str]], want: Mapping[str, Sequence[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """What to send to get from `seen` to `want`, in order: (header or global line, its lines)."""
    delta = _config(seen).config_to_get_to(_config(want)).set_order_weight()
    return [(section.text, tuple(line.text for line in sorted(section.children))) for section in sorted(delta.children)]
