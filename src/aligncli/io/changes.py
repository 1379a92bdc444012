"""What changes below a folder, as it happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_STEP = 10
"""Milliseconds without a change after which those before it belong together, as when an editor writes and renames."""
_MOST = 300
"""Milliseconds after which they are told even so."""
TICK = 1_000
"""Milliseconds after which the watcher looks up even though nothing has happened."""
_NEVER = frozenset({".git", ".hg", ".svn"})


def changes_below(root: Path) -> Iterator[set[str]]:
    """The paths that something happened to, from the root and with ``/``, together whenever they come together; the
    root itself is the empty path. Without a change it gives an empty set now and then.

    Raises:
        KeyboardInterrupt: somebody wants to end it.
    """
    import watchfiles  # here alone: most runs look once

    top = os.fspath(root).rstrip(os.sep) + os.sep

    def is_ours(change: Any, path: str) -> bool:
        return path.startswith(top) and _NEVER.isdisjoint(path[len(top) :].split(os.sep))

    for found in watchfiles.watch(
        root,
        watch_filter=is_ours,
        debounce=_MOST,
        step=_STEP,
        rust_timeout=TICK,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        yield {path[len(top) :].replace(os.sep, "/") for _, path in found}
