"""One writer thread with group commit; refuses work after close, after a fork, and never loses an outcome."""

import os
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from netops.core.errors import JournalError
from netops.core.model import Fence
from netops.core.text import Text

C = TypeVar("C")
T = TypeVar("T")

MAX_GROUP = 1_000


class Job(Generic[C]):
    """Work inside the store's transaction, and its outcome, which one thread waits for and another settles, once.

    `fences`: what the work will ask the store about, so that the store may look for a whole group at once.
    """

    __slots__ = ("_error", "_result", "_waiting", "fences", "settled", "work")

    def __init__(self, work: Callable[[C], object], fences: Sequence[Fence]) -> None:
        self.work, self.fences, self.settled = work, fences, False
        self._result: object = None
        self._error: BaseException | None = None
        self._waiting = threading.Lock()  # a Future does the same with three locks and a condition
        self._waiting.acquire()

    def succeed(self, result: object) -> None:
        self._result, self.settled = result, True
        self._waiting.release()

    def fail(self, error: BaseException) -> None:
        self._error, self.settled = error, True
        self._waiting.release()

    def outcome(self) -> object:
        """Waits for it. Raises what the job failed with."""
        with self._waiting:
            if self._error is None:
                return self._result
        try:
            raise self._error
        finally:
            del self  # the error's traceback leads here: it would hold itself


class Writer(Generic[C]):
    """Takes jobs from any thread; hands all that are waiting to `commit`, which settles each."""

    def __init__(self, commit: Callable[[Sequence[Job[C]]], None], name: str) -> None:
        self._commit = commit
        self._name = name
        self._jobs: queue.SimpleQueue[Job[C] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._run, name=f"journal {name}", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[C], T], fences: Sequence[Fence] = ()) -> T:
        """Run `work` in the store's transaction and wait until its group is committed. Raises what `work` raised."""
        job: Job[C] = Job(work, fences)
        self.usable()
        with self._lock:  # after the closing mark nobody would ever settle the job
            self.usable()
            self._jobs.put(job)
        return job.outcome()  # type: ignore[return-value]  # settled with the result of `work`

    def usable(self) -> None:
        """Raises `JournalError` in a forked child and after `close`: there is no thread that could write."""
        if os.getpid() != self._process:
            raise JournalError(
                Text(
                    f"jurnal {self._name} dibuka oleh proses lain ({self._process}) sebelum fork",
                    f"journal {self._name} was opened by another process ({self._process}) before a fork",
                ),
                Text("Buka jurnal kembali di proses ini.", "Open the journal again in this process."),
            )
        if self._closed:
            raise JournalError(
                Text(f"jurnal {self._name} sudah ditutup", f"journal {self._name} is closed"),
                Text("Buka jurnal kembali sebelum menulis.", "Open the journal again before writing."),
            )

    def close(self) -> None:
        """Finish what is waiting and stop; may be called twice."""
        if os.getpid() != self._process:
            return
        with self._lock:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            group, last = self._gather()
            if group:
                try:
                    self._commit(group)
                except BaseException as error:  # noqa: BLE001  # the thread's edge: every submitter gets its answer
                    for job in group:
                        if not job.settled:
                            job.fail(error)
            if last:
                return

    def _gather(self) -> tuple[list[Job[C]], bool]:
        """Wait for one job, then take all others that are there; True when the closing mark was among them."""
        group: list[Job[C]] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) >= MAX_GROUP:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True
