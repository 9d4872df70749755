"""A far network before each router: every API sentence arrives so much later; counts round trips. In clear text, by design."""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from msgspec import Struct


class Line(Struct):
    """One client's connection: `waiting` is True once an answer went back since the last sentence."""

    waiting: bool = True
    trips: int = 0


def sentences(buffer: bytearray) -> list[bytes]:
    """Whole sentences taken off the front of `buffer` (RouterOS API: length-prefixed words, an empty word ends one)."""
    found: list[bytes] = []
    start = at = 0
    while at < len(buffer):
        first = buffer[at]
        extra = 0 if first < 0x80 else 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        if at + extra >= len(buffer):
            break
        mask = (0x7F, 0x3F, 0x1F, 0x0F, 0x00)[extra]
        length = int.from_bytes(bytes([first & mask]) + bytes(buffer[at + 1 : at + 1 + extra]), "big")
        at += 1 + extra + length
        if at > len(buffer):
            break
        if length == 0:
            found.append(bytes(buffer[start:at]))
            start = at
    del buffer[:start]
    return found


async def serve(ports: Mapping[str, int], state: Path, latency: float) -> None:
    """Listen once for each router of `ports`; write our ports to `state`; on end of input print the round trips."""
    lines: dict[str, list[Line]] = {name: [] for name in ports}
    ours: dict[str, int] = {}
    for name, port in ports.items():

        async def client(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str = name, port: int = port
        ) -> None:
            line = Line()
            lines[name].append(line)
            await _between(reader, writer, port, line, latency)

        server = await asyncio.start_server(client, "127.0.0.1", 0)
        ours[name] = server.sockets[0].getsockname()[1]
    state.write_text(json.dumps(ours), "utf-8")
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({name: sum(line.trips for line in found) for name, found in lines.items()}), flush=True)


async def _between(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, line: Line, latency: float
) -> None:
    loop = asyncio.get_running_loop()
    back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)

    async def answers() -> None:
        while data := await back_reader.read(65536):
            line.waiting = True
            writer.write(data)
        writer.close()

    task = loop.create_task(answers())
    buffer = bytearray()
    while data := await reader.read(65536):
        buffer += data
        whole = sentences(buffer)
        if whole:  # what came together goes on together
            line.trips += line.waiting
            line.waiting = False
            loop.call_later(latency, back_writer.write, b"".join(whole))
    loop.call_later(latency, back_writer.close)
    with suppress(OSError, asyncio.CancelledError):  # the end of the run ends what is still open
        await task


if __name__ == "__main__":
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[2]), float(sys.argv[3])))
