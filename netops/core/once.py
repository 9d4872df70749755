"""What follows from frozen nouns alone, worked out once for those very objects; bounded, safe among threads, compares nothing.

Devices of one role share the rows that their template wants, and each is looked at several times between plan and proof.
Nouns that hold mappings have no hash, and comparing them takes as long as the work that is saved: so what counts is that
they are the same objects. Nobody may change what went in, nor what came out.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import wraps
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

Noun = TypeVar("Noun")
Found = TypeVar("Found")
More = ParamSpec("More")


def once(
    most: int,
) -> Callable[
    [Callable[Concatenate[tuple[Noun, ...], More], Found]], Callable[Concatenate[Sequence[Noun], More], Found]
]:
    """Makes a function of nouns (and hashable arguments behind them) keep its answers, for the last `most` nouns in all.

    What it raises is not kept. Threads that ask the same side by side may each work it out.
    """

    def keeping(
        work: Callable[Concatenate[tuple[Noun, ...], More], Found],
    ) -> Callable[Concatenate[Sequence[Noun], More], Found]:
        # The nouns are kept beside the answer, so that an id in a key is that of an object which lives, and no other's.
        kept: OrderedDict[Hashable, tuple[tuple[Noun, ...], Found]] = OrderedDict()
        lock, size = Lock(), 0

        @wraps(work)
        def ask(nouns: Sequence[Noun], /, *args: More.args, **names: More.kwargs) -> Found:
            nonlocal size
            whole = tuple(nouns)
            key = (tuple(map(id, whole)), args, *names.items())
            with lock:
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key][1]
            found = work(whole, *args, **names)
            with lock:
                if key not in kept and len(whole) < most:
                    kept[key] = (whole, found)
                    size += 1 + len(whole)
                while size > most:
                    _, (gone, _) = kept.popitem(last=False)
                    size -= 1 + len(gone)
            return found

        return ask

    return keeping
