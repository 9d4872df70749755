"""What a switch says: tables, versions, errors, secrets; each text as devices print it."""

import re

import pytest

from netops.core.model import DeviceFacts, Severity
from netops.platforms.ios import show
from netops.platforms.ios.preflight import findings

BRIEF = """
VLAN Name                             Status    Ports
---- -------------------------------- --------- -------------------------------
1    default                          active    Gi1/0/11, Gi1/0/12
20   KANTOR                           active    Gi1/0/2, Gi1/0/3, Gi1/0/4
                                                Gi1/0/5
30   VLAN0030                         active
210  netops-HD-2026-0117-abcdef       act/lshut
211  LAMA                             suspended
1002 fddi-default                     act/unsup
"""
RUNNING = """Building configuration...

Current configuration : 1234 bytes
!
! Last configuration change at 08:12:44 WIB Mon Nov 9 2026 by admin
version 15.2
hostname sw-aula
!
vlan internal allocation policy ascending
!
vlan 30,40-41
!
vlan 20
 name KANTOR
 remote-span
!
interface GigabitEthernet1/0/5
 description Aula
!
interface Vlan10
 ip address 10.10.0.2 255.255.255.0
!
end
"""


def test_vlan_table_without_reserved_ones_and_default_names() -> None:
    assert show.vlan_table(BRIEF) == {20: "KANTOR", 30: "", 210: "netops-HD-2026-0117-abcdef", 211: "LAMA"}


def test_vlans_that_the_configuration_does_not_show_come_from_the_table() -> None:
    seen = show.observed(RUNNING, show.vlan_table(BRIEF), ("vlan *", "interface Gi1/0/5", "hostname"))
    assert seen.lines == (
        "hostname sw-aula",
        "interface GigabitEthernet1/0/5",
        " description Aula",
        "vlan 20",
        " name KANTOR",
        " remote-span",
        "vlan 30",
        "vlan 40",
        "vlan 41",
        "vlan 210",
        " name netops-HD-2026-0117-abcdef",
        "vlan 211",
        " name LAMA",
    )


def test_only_the_scope_is_seen() -> None:
    assert show.observed(RUNNING, {}, ("interface *",)).lines == (
        "interface GigabitEthernet1/0/5",
        " description Aula",
        "interface Vlan10",
        " ip address 10.10.0.2 255.255.255.0",
    )
    assert show.observed(RUNNING, {}, ()).lines == ()


def test_what_changes_at_every_reading_is_no_configuration() -> None:
    plain = show.configuration(RUNNING)
    assert "bytes" not in plain and plain == show.configuration(plain)
    dated = "!\n! Last configuration change at 03:09:10 WIB Sat Nov 21 2026 by netops\n" + RUNNING
    assert show.configuration(dated) == plain and not plain.startswith("!")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E3, RELEASE SOFTWARE (fc3)", "15.2(7)E3"),
        ("Catalyst L3 Switch Software (CAT9K_IOSXE), Version 17.9.4a, RELEASE", "17.9.4a"),
        ("odd", "odd"),
    ],
)
def test_version(text: str, found: str) -> None:
    assert show.version(text) == found


@pytest.mark.parametrize(
    "answer",
    [
        "              ^\n% Invalid input detected at '^' marker.",
        "% Incomplete command.",
        '% Ambiguous command:  "sh"',
        "% Unknown command or computer name, or unable to find computer address",
        "%No Rollback Confirmed Change pending",
        "% Bad VLAN allowed list. You have to include all default vlans",
        'Command rejected: An interface whose trunk encapsulation is "Auto" can not be configured to "trunk" mode.',
        "VTP VLAN configuration not allowed when device is in CLIENT mode.",
        "% Authorization failed.\nCommand authorization failed.",
    ],
)
def test_answers_that_refuse(answer: str) -> None:
    assert re.search(show.ERROR, f"sw(config)#x\n{answer}\nsw(config)#", re.MULTILINE)


@pytest.mark.parametrize(
    "answer",
    [
        "%Warning: portfast should only be enabled on ports connected to a single\n host. Use with CAUTION",
        "%Portfast has been configured on GigabitEthernet1/0/5 but will only\n have effect when the interface is in a non-trunking mode.",
        "% Access VLAN does not exist. Creating vlan 210",
        "% Applying VLAN changes may take few minutes.  Please wait...",
        "%SYS-5-CONFIG_I: Configured from console by netops on vty0 (10.10.0.1)",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface Vlan210, changed state to up",
        "sw(config-if)# description Command rejected 100 % today",
        "",
    ],
)
def test_hints_and_log_messages_do_not_refuse(answer: str) -> None:
    assert not re.search(show.ERROR, f"sw(config)#x\n{answer}\nsw(config)#", re.MULTILINE)


@pytest.mark.parametrize(
    "line",
    [
        "enable secret 9 $9$CANARY",
        "enable password CANARY",
        "username netops privilege 15 secret 5 $1$CANARY",
        "username x password 7 CANARY",
        "snmp-server community CANARY RO 10",
        "snmp-server host 10.0.0.9 version 2c CANARY",
        "snmp-server host 10.0.0.9 CANARY",
        "snmp-server host 10.0.0.9 vrf mgmt informs version 3 priv CANARY",
        "snmp-server user u g v3 auth sha CANARY priv aes 128 CANARY",
        "tacacs-server key 7 CANARY",
        "radius-server key CANARY",
        "tacacs-server host 10.0.0.9 key 7 CANARY",
        "radius server X\n key 7 CANARY",
        "aaa server radius dynamic-author\n client 10.0.0.9 server-key 7 CANARY",
        "aaa group server radius X\n server-private 10.0.0.9 auth-port 1812 acct-port 1813 key 7 CANARY",
        "crypto isakmp key CANARY address 10.0.0.9",
        "crypto ikev2 keyring X\n peer Y\n  pre-shared-key local CANARY",
        "ntp authentication-key 1 md5 CANARY 7",
        "key chain X\n key 1\n  key-string 7 CANARY",
        "interface Vlan1\n ip ospf message-digest-key 1 md5 7 CANARY\n standby 1 authentication md5 key-string 7 CANARY",
        "interface Vlan1\n ip ospf authentication-key 7 CANARY",
        "router bgp 1\n neighbor 10.0.0.9 password 7 CANARY",
        "line vty 0 4\n password 7 CANARY",
        "dot11 ssid X\n   wpa-psk ascii 7 CANARY",
        "interface Dialer1\n ppp chap password 0 CANARY",
        "ip ftp password 7 CANARY",
        "vtp password CANARY",
    ],
)
def test_no_secret_stays_in_a_configuration_that_is_kept(line: str) -> None:
    kept = show.masked(f"hostname x\n{line}\nend\n")
    assert "CANARY" not in kept
    assert "***" in kept
    assert kept.splitlines()[0] == "hostname x"


def test_what_is_no_secret_stays() -> None:
    text = "service password-encryption\nkey chain X\ninterface Gi1/0/1\n description secret key to room 5\nsnmp-server location Aula\n"
    assert show.masked(text) == text


# ── preflight ────────────────────────────────────────────────────────────────────────────────────────────────────

NONE = "%No Rollback Confirmed Change pending"
PENDING = "Time configured(or reconfigured): 22:50:48 UTC\nTimer type: absolute timer\nTimer value: 4 min\nUser: admin"


def facts(*features: str) -> DeviceFacts:
    return DeviceFacts(platform="ios", version="15.2(7)E", board="WS-C2960X", identity="sw", features=features)


def told(
    feature: tuple[str, ...] = ("archive",), timer: str = NONE, vtp: str = "", startup: str = "a\n"
) -> dict[str, Severity]:
    found = findings(facts(*feature), timer=timer, vtp=vtp, running="! x\na\n", startup=startup)
    assert all(finding.id and finding.en for finding in found)
    return {finding.about: finding.severity for finding in found}


def test_a_good_switch() -> None:
    assert set(told().values()) == {Severity.OK}


def test_without_an_archive_the_lines_to_paste_are_told() -> None:
    assert told(())["archive"] is Severity.WARNING
    (finding,) = [
        each for each in findings(facts(), timer="", vtp="", running="", startup="") if each.about == "archive"
    ]
    assert " path flash:netops-archive" in finding.paste


def test_somebody_elses_timer_stops() -> None:
    assert told(timer=PENDING)["revert timer"] is Severity.STOP


@pytest.mark.parametrize(
    ("mode", "severity"), [("Client", Severity.STOP), ("Server", Severity.WARNING), ("Transparent", None)]
)
def test_vtp(mode: str, severity: Severity | None) -> None:
    vtp = f"VTP Version capable             : 1 to 3\nVTP Operating Mode                : {mode}\n"
    assert told(vtp=vtp).get("vtp") is severity


def test_an_unsaved_configuration_is_told() -> None:
    assert told(startup="b\n")["startup-config"] is Severity.WARNING
