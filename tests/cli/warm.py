"""Runs of the executable without the wait for its imports: an interpreter that has loaded them forks for each run.

Half of the time of a short run goes into loading Python modules, and the tests need more than a thousand runs. A run
here is a process of its own with its own environment, folder and standard streams; it executes the console script as
the shell would. What it shares with other runs is what stood in memory before any of them began: modules, nothing
that was read or computed. ``test_warm.py`` holds that both ways give the same; ``pytest --cold`` does without.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Warm:
    """The interpreter that waits; ended with ``close``.

    Args:
        script: the console script that each run executes.
        environment: in which the interpreter starts; each run replaces it.
    """

    def __init__(self, script: Path, environment: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(theirs.fileno()), str(script)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # what its copies write to is a pipe as well, and Python asks that once
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def run(
        self, words: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float
    ) -> tuple[int, bytes, bytes]:
        """One run: its exit status (minus the number of a signal that ended it), standard output and error.

        Raises:
            subprocess.TimeoutExpired: it took too long, and was ended.
        """
        os.umask(mask := os.umask(0))
        asked = {"words": [*words], "cwd": str(cwd), "environment": {**environment}, "mask": mask}
        request = json.dumps(asked).encode()
        readers, writers = zip(os.pipe(), os.pipe(), strict=True)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
            try:
                socket.send_fds(self._ours, [len(request).to_bytes(4, "big")], [nothing.fileno(), *writers])
            except BrokenPipeError:
                said = self._process.communicate()[1].decode(errors="replace")
                raise RuntimeError(f"the interpreter could not load its modules:\n{said}") from None
        for end in writers:
            os.close(end)
        self._ours.sendall(request)
        child = int.from_bytes(_exactly(self._ours, 4), "big")
        texts = dict.fromkeys(readers, b"")
        deadline = time.monotonic() + timeout
        late = False
        with selectors.DefaultSelector() as selector:
            for end in readers:
                selector.register(end, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(max(0, deadline - time.monotonic()))
                if not ready and not late:
                    late = True
                    os.kill(child, signal.SIGKILL)
                    deadline += timeout
                for key, _ in ready:
                    chunk = os.read(key.fd, 65536)
                    texts[key.fd] += chunk
                    if not chunk:
                        selector.unregister(key.fd)
                        os.close(key.fd)
        status = int.from_bytes(_exactly(self._ours, 4), "big", signed=True)
        if late:
            raise subprocess.TimeoutExpired([*words], timeout)
        return status, texts[readers[0]], texts[readers[1]]

    def close(self) -> None:
        """Ends it."""
        self._ours.close()
        self._process.communicate(timeout=10)


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        chunk = channel.recv(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


def _serve(channel: socket.socket) -> list[str]:
    """Forks for each request. Returns in the new process, which is to run what it gives; ends with the client."""
    while True:
        try:
            head, streams, _, _ = socket.recv_fds(channel, 4, 3)
            request = json.loads(_exactly(channel, int.from_bytes(head, "big")))
        except (EOFError, ValueError, ConnectionError):
            os._exit(0)
        child = os.fork()
        if child == 0:
            channel.close()
            for stream, place in zip(streams, (0, 1, 2), strict=True):
                os.dup2(stream, place)
                os.close(stream)
            os.environ.clear()
            os.environ.update(request["environment"])
            os.chdir(request["cwd"])
            os.umask(request["mask"])
            words: list[str] = request["words"]
            return words
        for stream in streams:
            os.close(stream)
        channel.sendall(child.to_bytes(4, "big"))
        _, status = os.waitpid(child, 0)
        channel.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def _load() -> None:
    """Everything of ours and what it needs at the top of a module or later."""
    import aligncli

    for module in pkgutil.walk_packages(aligncli.__path__, "aligncli."):
        if module.name != "aligncli.__main__":
            importlib.import_module(module.name)
    for name in ("jsonschema", "pathspec", "rich.cells", "tomllib", "urllib.parse"):
        importlib.import_module(name)


if __name__ == "__main__":
    _, number, script = sys.argv
    _load()
    sys.argv = [script, *_serve(socket.socket(fileno=int(number)))]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)  # taking hundreds of modules apart costs more than most runs
