"""The shipped sites and playbook, and targets like the shipped inventory's, for tests of planning."""

from datetime import UTC, datetime
from pathlib import Path

from netops.core.model import Target
from netops.core.secret import SecretRef
from netops.planning.playbook import Playbook, load_playbook
from netops.planning.sites import Sites, load_sites
from netops.requests.load import read_document

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def sites(old: str = "", new: str = "") -> Sites:
    """The shipped `sites.yaml` with one piece of its text replaced."""
    text = (ROOT / "inventory" / "sites.yaml").read_text(encoding="utf-8")
    assert old in text
    return load_sites(read_document(text.replace(old, new, 1).encode(), name="sites.yaml"))


def playbook(old: str = "", new: str = "") -> Playbook:
    text = (ROOT / "playbooks" / "event-hotspot.yaml").read_text(encoding="utf-8")
    assert old in text
    return load_playbook(read_document(text.replace(old, new, 1).encode(), name="event-hotspot.yaml"))


def target(name: str, platform: str, site: str, role: str, **data: object) -> Target:
    return Target(
        name=name,
        host="127.0.0.1",
        platform=platform,
        site=site,
        roles=(role,),
        username="netops",
        password=SecretRef(f"device/{name}"),
        options={},
        data=data,
    )


GI = "GigabitEthernet1/0/"
GW = target("gw-kampus", "routeros", "kampus", "gateway", lan_bridge="bridge-lan")
LAMA = target("gw-lama", "routeros", "kampus-lama", "gateway", lan_bridge="bridge-lan")
INTI = target("sw-inti", "ios", "kampus", "core", links={f"{GI}1": "gw-kampus:ether2", f"{GI}2": f"sw-aula:{GI}1"})
SW = target("sw-aula", "ios", "kampus", "access")
AP = target(
    "ap-aula", "routeros", "kampus", "ap", lan_bridge="bridge", provisioning=["AP kampus 5 GHz", "AP kampus 2 GHz"],
    links={"ether1": f"sw-aula:{GI}23"},
)  # fmt: skip
AP_LAMA = target(
    "ap-lama", "routeros", "kampus-lama", "ap", provisioning=["AP gedung lama"], links={"ether1": "gw-lama:ether3"}
)
CAMPUS = [GW, LAMA, INTI, SW, AP, AP_LAMA]
