"""`netops lab faults|clients DEVICE`: what goes wrong on purpose, and people on the air, in a lab that is up."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from netops.cli.output import as_json, result, say, table
from netops.core.errors import Failed, InputError
from netops.core.text import Text, language

REFUSE = Text("Tolak penulisan ke-K: K atau K:teks", "Refuse write K: K or K:text")
CUT = Text("Putus pada penulisan ke-K: K:before|within|after", "Cut at write K: K:before|within|after")
SLOW = Text("Lambat per perintah, mis. 200ms atau 2s", "Slow per command, such as 200ms or 2s")
REBOOT = Text(
    "Nyalakan ulang: now, power (listrik padam) atau penulisan ke-K", "Restart: now, power (failure) or at write K"
)
HALF = Text("Sambungan terbuka tanpa jawaban", "Connections stay open, nothing is answered")
KEY = Text("Ganti sertifikat dan kunci host", "Change certificate and host key")
WRONG = Text("Setiap kata sandi salah", "Every password is wrong")
CLEAR = Text("Matikan semua gangguan lebih dulu", "Switch every fault off first")
LIST = Text("Tampilkan yang menyala", "Show what is on")
JOIN = Text("Sekian gawai tamu bergabung", "So many devices of guests join")
SSID = Text(
    "Lewat radio dengan nama ini (bawaan: langsung di hotspot)", "By radio, by this name (default: on the hotspot)"
)
SERVER = Text("Hotspot yang mana (bawaan: yang pertama)", "Which hotspot (default: the first)")
CODES = Text("Kode dipisah koma: kode atau user:kata-sandi", "Codes with commas: code or user:password")
USE = Text("Unggah/unduh tiap gawai, mis. 1M/4M", "Upload/download of each device, such as 1M/4M")
LEAVE = Text("Tamu perangkat ini pergi lebih dulu", "Guests of this device leave first")
JSON = Text("JSON ke stdout", "JSON on stdout")

RATES = {"k": 10**3, "M": 10**6, "G": 10**9}


@click.command(name="faults", help=Text("Gangguan dengan sengaja.", "Things that go wrong on purpose.").to(language()))
@click.argument("device")
@click.option("--refuse", multiple=True, metavar="K[:TEXT]", help=REFUSE.to(language()))
@click.option("--cut", multiple=True, metavar="K:WHERE", help=CUT.to(language()))
@click.option("--slow", metavar="TIME", help=SLOW.to(language()))
@click.option("--reboot", metavar="now|power|K", help=REBOOT.to(language()))
@click.option("--half-open", is_flag=True, help=HALF.to(language()))
@click.option("--new-key", is_flag=True, help=KEY.to(language()))
@click.option("--wrong-password", is_flag=True, help=WRONG.to(language()))
@click.option("--clear", is_flag=True, help=CLEAR.to(language()))
@click.option("--list", "show", is_flag=True, help=LIST.to(language()))
@click.option("--dir", "folder", type=click.Path(path_type=Path))
@click.option("--json", "in_json", is_flag=True, help=JSON.to(language()))
@click.pass_obj
def faults(
    workspace: str | None,
    device: str,
    refuse: tuple[str, ...],
    cut: tuple[str, ...],
    slow: str | None,
    reboot: str | None,
    half_open: bool,
    new_key: bool,
    wrong_password: bool,
    clear: bool,
    show: bool,
    folder: Path | None,
    in_json: bool,
) -> None:
    wish: dict[str, object] = {}
    if refuse:
        wish["refuse"] = {number: text for number, _, text in (one.partition(":") for one in refuse)}
    if cut:
        wish["cut"] = {number: where or "before" for number, _, where in (one.partition(":") for one in cut)}
    if slow is not None:
        wish["slow"] = _seconds(slow)
    if reboot is not None and reboot not in ("now", "power"):
        wish["reboot"] = [reboot]
    wish |= {name: True for name, on in (("half_open", half_open), ("wrong_password", wrong_password)) if on}
    words = {"clear": clear, "wish": wish, "identity": new_key, "reboot": reboot if reboot in ("now", "power") else ""}
    answer = _order(workspace, folder, device, "faults", words)
    if in_json:
        as_json(answer["faults"])
        return
    on = {name: value for name, value in answer["faults"].items() if name != "writes"}
    result("\n".join(f"{name}: {_plain(value)}" for name, value in on.items()) or _none())
    if not show:
        say(Text(f"gangguan pada {device} diatur", f"faults of {device} are set"))


@click.command(name="clients", help=Text("Tamu di hotspot.", "Guests at a hotspot.").to(language()))
@click.argument("device")
@click.option("--join", type=click.IntRange(0, 5000), default=0, metavar="N", help=JOIN.to(language()))
@click.option("--ssid", help=SSID.to(language()))
@click.option("--server", help=SERVER.to(language()))
@click.option("--codes", default="", help=CODES.to(language()))
@click.option("--use", metavar="UP/DOWN", help=USE.to(language()))
@click.option("--leave", is_flag=True, help=LEAVE.to(language()))
@click.option("--dir", "folder", type=click.Path(path_type=Path))
@click.option("--json", "in_json", is_flag=True, help=JSON.to(language()))
@click.pass_obj
def clients(
    workspace: str | None,
    device: str,
    join: int,
    ssid: str | None,
    server: str | None,
    codes: str,
    use: str | None,
    leave: bool,
    folder: Path | None,
    in_json: bool,
) -> None:
    words: dict[str, object] = {"join": join, "codes": [code for code in codes.split(",") if code]}
    words |= {name: value for name, value in (("ssid", ssid), ("server", server), ("leave", leave)) if value}
    if use is not None:
        up, _, down = use.partition("/")
        words["use"] = [_rate(up), _rate(down or up)]
    found = _order(workspace, folder, device, "clients", words)["clients"]
    if in_json:
        as_json(found)
        return
    yes, no = Text("masuk", "logged in").to(language()), Text("belum masuk", "not logged in").to(language())
    head = tuple(Text("gawai|alamat|hotspot|keadaan", "device|address|hotspot|state").to(language()).split("|"))
    rows = [(one["mac"], one["address"], one["server"], yes if one["online"] else one["said"] or no) for one in found]
    result(table(head, rows))


def _order(
    workspace: str | None, folder: Path | None, device: str, what: str, words: Mapping[str, Any]
) -> dict[str, Any]:
    from netops.lab import process
    from netops.lab.control import ControlError, order

    where = folder if folder is not None else Path(workspace or ".") / "var" / "lab"
    running = process.find(where)
    if running is None or "control" not in running.description:
        raise Failed(
            Text(f"tidak ada lab yang menyala di {where}", f"no lab is up in {where}"),
            Text("nyalakan: netops lab up", "start it: netops lab up"),
        )
    try:
        return order(running.description["control"], device, what, words)
    except ControlError as exc:
        if exc.kind == "refused":
            raise InputError(
                Text(
                    f"lab menolak perintah untuk {device}: {exc.message}",
                    f"the lab refuses the order for {device}: {exc.message}",
                ),
                Text("perbaiki pilihan perintah ini", "mend the options of this command"),
            ) from exc
        raise Failed(
            Text(f"lab di {where} tidak menjawab: {exc.message}", f"the lab in {where} does not answer: {exc.message}"),
            Text("lihat netops lab status", "see netops lab status"),
        ) from exc


def _seconds(text: str) -> float:
    for unit, size in (("ms", 0.001), ("s", 1.0)):
        number = text.removesuffix(unit)
        if number != text and number.replace(".", "", 1).isdigit():
            return float(number) * size
    raise _malformed("--slow", text, "200ms, 2s")


def _rate(text: str) -> float:
    number, size = (text[:-1], RATES[text[-1]]) if text[-1:] in RATES else (text, 1)
    if not number.replace(".", "", 1).isdigit():
        raise _malformed("--use", text, "500k/2M")
    return float(number) * size


def _malformed(option: str, text: str, good: str) -> InputError:
    return InputError(
        Text(f"{option}: {text!r} tidak dapat dibaca", f"{option}: {text!r} cannot be read"),
        Text(f"tulis seperti {good}", f"write it like {good}"),
    )


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}:{text}" if text else str(key) for key, text in value.items())
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _none() -> str:
    return Text("tidak ada gangguan", "no fault is on").to(language())
