"""Several processes that share a long list of small tasks, where there are so many that starting them pays."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

MIN_SPAWNED = 8_000
"""Documents from which processes pay that have to begin from nothing."""
MOST = 8
"""Processes; what one process does with what they read soon takes longer than the reading."""
_AHEAD = 3
"""Chunks for each process that wait for it, or for us: what is done and not yet taken is held in memory."""

R = TypeVar("R")


def workers_for(documents: int) -> int:
    """How many processes should read so many documents, where they are enough for processes that begin as copies of
    this one; 0 where this one does it alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 and (_can_fork() or documents >= MIN_SPAWNED) else 0


def spread(
    job: Callable[[Sequence[str]], R],
    chunks: Sequence[Sequence[str]],
    count: int,
    prepare: Callable[..., None],
    arguments: Sequence[Any],
) -> Iterator[tuple[Sequence[str], R | None]]:
    """Does a job for each chunk; gives the chunks as they are done, and what came out.

    Where processes cannot be started, or are ended by somebody else, the chunks that are left come out with nothing.

    Args:
        job: a function of a module, as ``prepare`` is.
        chunks: what it is done for.
        count: how many processes.
        prepare: is called once in each process.
        arguments: what it is called with.
    """
    left = list(reversed(chunks))
    running: dict[Any, Sequence[str]] = {}
    pool = None
    others = set(_children())
    try:
        # Without semaphores, as in some sandboxes, importing is what fails.
        import multiprocessing
        from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

        context = multiprocessing.get_context("fork" if _can_fork() else "spawn")
        pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(prepare, arguments))
        while left or running:
            while left and len(running) < count * _AHEAD:
                running[pool.submit(job, left[-1])] = left[-1]
                left.pop()
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                yield running.pop(future), result
    except (OSError, ImportError, NotImplementedError, RuntimeError) as error:  # a broken pool is a RuntimeError
        if isinstance(error, RecursionError):
            raise
        for process in set(_children()) - others:  # of those that could be started nobody else would take care
            process.terminate()
    finally:
        if pool is not None:
            pool.shutdown(wait=not running, cancel_futures=True)
    for chunk in (*running.values(), *reversed(left)):
        yield chunk, None


def _children() -> Sequence[Any]:
    """The processes that this one has started and that have not ended."""
    if "multiprocessing" not in sys.modules:
        return []
    from multiprocessing import active_children

    return active_children()


def _begin(prepare: Callable[..., None], arguments: Sequence[Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.disable()
    prepare(*arguments)


def _end_with_parent() -> None:
    """Ends this process once the one that started it is gone, however that came: nobody else would."""
    from multiprocessing import parent_process

    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _can_fork() -> bool:
    """Whether a process may go on as a copy of this one; on macOS system libraries do not survive that."""
    return hasattr(os, "fork") and sys.platform != "darwin"
