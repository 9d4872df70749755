"""A simulated router in an event loop of its own thread, as the campus runs it: what clients' tests connect to."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netops.lab import routeros
from netops.lab.routeros.device import RouterOS

CONFIGS = Path(routeros.__file__).parent.parent / "configs"


@contextmanager
def serving(device: RouterOS) -> Iterator[RouterOS]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(device.start("127.0.0.1"), loop).result(20)
    try:
        yield device
    finally:
        asyncio.run_coroutine_threadsafe(device.stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
