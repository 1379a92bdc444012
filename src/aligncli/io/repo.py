"""A repo on disk, loaded and linked."""

from __future__ import annotations

import contextlib
import gc
import os
import posixpath
import stat
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aligncli.config import FILE_NAME, Config, parse_config
from aligncli.diagnostics import AlignError
from aligncli.io.discover import Found, discover, reads
from aligncli.io.documents import SETTLED, Documents, Tell, from_text
from aligncli.io.files import find_root, git_top
from aligncli.io.resources import load_schemas
from aligncli.io.terminal import warn
from aligncli.io.tree import Disk, Tree, Unreadable, decoded
from aligncli.schema import Schemas
from aligncli.suggest import nearest
from aligncli.workspace.link import link
from aligncli.workspace.load import Document, unreadable
from aligncli.workspace.workspace import Workspace

if TYPE_CHECKING:
    from aligncli.io.cache import Cache
    from aligncli.rules.base import Rule
    from aligncli.workspace.again import Focus


MIN_REMEMBERED = 200
"""Documents; fewer are sooner read than a memory is opened."""


class Twin(NamedTuple):
    """Another state of a repo, loaded."""

    ws: Workspace
    has_same: Callable[[str], bool]
    """Whether it has the same bytes at a path."""


class _Look(NamedTuple):
    """What lies in a repo, before it is read."""

    found: Found
    reader: Documents
    is_known: bool
    """Whether all documents are as they are remembered."""


class Repo:
    """A root and its configuration; the documents are loaded on demand.

    Args:
        root: the folder that holds everything.
        plugins: whether the plugins that the configuration names may run.
        tree: the files below the root, where they are not those on disk.
        governor: an earlier state of the same repo, which decides what is checked and how.
        remembers: whether what is made of many documents is remembered for the next run.
    """

    def __init__(
        self,
        root: Path,
        *,
        plugins: bool = True,
        tree: Tree | None = None,
        governor: Repo | None = None,
        remembers: bool = False,
    ) -> None:
        self.root = Path(os.path.realpath(root))
        self.tree = tree or Disk(self.root)
        self._governor = governor
        self.schemas = load_schemas()
        self.drafts: dict[str, str] = {}
        """Texts that take the place of what is on disk, by path."""
        self.runs_plugins = plugins
        self.remembers = remembers
        self.tell: Tell | None = None
        """Hears how far loading is."""
        self._seen: dict[str, int] | None = None
        self._cache: Cache | None = None
        self._look: _Look | None = None
        self._loaded: tuple[Sequence[str], bytes] | None = None
        """The paths of the documents, sorted, and their digests, one behind the other, where there is a state."""
        self.state: bytes | None = None
        """A digest of all that a check depends on besides the day and what it is asked, as of the last survey or load;
        nothing where nothing is remembered, or nobody can tell."""
        self.state_before: bytes | None = None
        """The same as it was before a few documents changed, as of the last survey; nothing where that is not so."""
        self.read_again()

    @classmethod
    def around(cls, start: Path, paths: Sequence[Path] = (), *, plugins: bool = True) -> Repo:
        """The repo that paths belong to, or that a folder belongs to where no path is given.

        Raises:
            AlignError: a path does not exist, they belong to different repos, or the configuration is broken.
        """
        for path in (*paths, start):
            if not os.path.lexists(path):
                raise AlignError(f"there is no file or folder `{path}`")
        roots = {Path(os.path.realpath(find_root(path))) for path in paths} or {find_root(start)}
        if len(roots) > 1:
            first, second = sorted(roots)[:2]
            raise AlignError(f"the paths belong to different repos, `{first}` and `{second}`: check them one at a time")
        return cls(roots.pop(), plugins=plugins, remembers=True)

    def read_again(self) -> None:
        """Reads the configuration as it is now.

        Raises:
            AlignError: it cannot be read, or is broken.
        """
        self._look = None
        self.written: Config = self._read_config()
        """The configuration as it stands here, whether it counts or not."""
        self.config: Config = self._governor.config if self._governor is not None else self.written

    def _read_config(self) -> Config:
        if FILE_NAME in self.drafts:
            if self._seen is not None:
                self._seen[FILE_NAME] = _text_id(self.drafts[FILE_NAME])
            return parse_config(self.drafts[FILE_NAME], self.schemas)
        try:
            if not any(name == FILE_NAME for name, _ in self.tree.entries("")):  # a link to nothing counts
                return Config()
        except OSError:  # loading says so
            return Config()
        text = decoded(self.tree.data(FILE_NAME))
        if isinstance(text, Unreadable):
            raise AlignError(f"{FILE_NAME} {text.reason}")
        return parse_config(text, self.schemas)

    @cached_property
    def prefix_in_git(self) -> str:
        """The way from the git top level to the root, empty or ending in ``/``."""
        top = git_top(self.root)
        if top is None or top == self.root:
            return ""
        return self.root.relative_to(os.path.realpath(top)).as_posix() + "/"

    @cached_property
    def all_schemas(self) -> Schemas:
        """Our schemas, and on top of them those of the organisation that the configuration names.

        Raises:
            AlignError: one of those is not there, lies outside of the root, or is no schema.
        """
        if self._governor is not None:
            return self._governor.all_schemas
        if not self.config.schemas:
            return self.schemas
        from aligncli.schema.own import OwnSchema  # most repos have none

        return self.schemas.extended(
            {kind: OwnSchema(path, self._read_schema(path)) for kind, path in self.config.schemas.items()}
        )

    def _read_schema(self, path: str) -> str:
        place = None if os.path.isabs(path) else self.tree.resolve(path)
        if place is None:
            raise AlignError(f"`{path}`, a schema in {FILE_NAME}, leads out of the repo: it is a path below the root")
        if not self.tree.exists(place):
            folder, name = posixpath.split(place)
            folder = folder if self.tree.exists(folder) else ""
            near = nearest(name, [name for name, _ in self.tree.entries(folder) if name.endswith(".json")])
            hint = f"; did you mean `{posixpath.join(folder, near)}`?" if near else ""
            raise AlignError(f"`{path}`, a schema in {FILE_NAME}, does not exist{hint}")
        text = decoded(self.tree.data(place))
        if isinstance(text, Unreadable):
            raise AlignError(f"`{path}`, a schema in {FILE_NAME}, {text.reason}")
        return text

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that run here: ours, then those of the plugins that the configuration names, each by code.

        The first time it is asked for it runs the plugins' code, and says so on standard error.

        Raises:
            AlignError: a plugin is not installed, or no plugin.
        """
        from aligncli.rules import RULES  # the tree and the scaffolds do without

        if not self.config.plugins or not self.runs_plugins:
            return RULES
        from aligncli.io.plugins import load_rules  # most repos have none

        return (*RULES, *load_rules(self.config.plugins, warn))

    @property
    def has_all_rules(self) -> bool:
        """Whether the configuration may speak of no other rules than those that run."""
        named = {*self.config.plugins, *self.written.plugins}
        return not named or (self.runs_plugins and named <= set(self.config.plugins))

    def watch(self) -> None:
        """From now on, a text that is not the one which was checked is an error."""
        self._seen = {FILE_NAME: _text_id(self.config.text)}

    def settle(self) -> None:
        """What was drafted is on disk now; nothing is watched any more."""
        self.drafts.clear()
        self._seen = None

    def has_documents(self, below: str = "") -> bool:
        """Whether there is anything to check, below a folder whose path ends in ``/``."""
        schemas = self.all_schemas
        found = discover(self.tree, self.config)
        if any(path.startswith(below) for path in found.outside) or found.blocked:
            return True
        for path in found.documents:
            if not path.startswith(below):
                continue
            text = self._draft_or_file(path)
            if from_text(path, text, schemas, expected=self.config.has_own_include) is not None:
                return True
        return False

    def load(self, as_of: date, twin: Twin | None = None) -> Workspace:
        """Reads and links every document.

        Args:
            as_of: the day that counts as today.
            twin: another state of this repo, loaded under the same configuration, whose documents are taken where
                they have the same text.

        Raises:
            AlignError: a schema of the organisation's own cannot be used.
        """
        with _uncollected():
            documents, paths = self._read(twin)
            if self.tell is not None:
                self.tell("linking", 0, 0)
            return link(documents, paths, as_of, self.config.fiscal)

    def _read(self, twin: Twin | None) -> tuple[list[Document], Collection[str]]:
        """The documents, and every file and folder; what was noted while reading is gone when it returns."""
        look = self._look or self._take_a_look()
        self._look = None
        found, reader, _ = look
        documents, rest = self._by_other_means(found.documents, twin)
        documents += reader.load(rest)
        for path, reason in found.blocked:
            documents.append(unreadable(path, reason, help_="let the check read this folder"))
        for path in found.outside:
            target = self.tree.resolve(path)
            reason = "is a link that leads out of the repo" if target is None else "is a link to nothing"
            documents.append(unreadable(path, reason, help_="put the file itself here in place of the link"))
        self._note_state(found, reader.digests)
        return documents, found.paths

    def survey(self) -> Sequence[str] | None:
        """Looks at the documents without reading them, where all are as they are remembered.

        Returns:
            The paths of the documents, with :attr:`state` set; nothing where one changed, or where there is no memory.

        Raises:
            AlignError: as :meth:`load`.
        """
        self._look = self._take_a_look()
        _, reader, is_known = self._look
        before = reader.digests_before
        self.state = self._state_of(self._look.found, reader.digests) if is_known else None
        self.state_before = self._state_of(self._look.found, before) if before is not None else None
        return self._look.reader.names if self.state is not None else None

    def recall(self, key: bytes) -> bytes | None:
        """What was remembered of this repo under a key; see :meth:`remember`."""
        return self._cache.report(key) if self._cache is not None else None

    def remember(self, key: bytes, data: bytes) -> None:
        """Keeps something for later runs, such as a report, under a key that holds :attr:`state`."""
        if self._cache is not None:
            self._cache.keep_report(key, data)
            self._cache.commit()

    def _take_a_look(self) -> _Look:
        schemas = self.all_schemas
        if self.tell is not None:
            self.tell("finding files", 0, 0)
        found = discover(self.tree, self.config, self._governor.tree if self._governor is not None else None)
        expected = self.config.has_own_include
        if self.remembers and len(found.documents) >= MIN_REMEMBERED and self._cache is None:
            self._cache = self._open_cache()
        reader = Documents(self.tree, schemas, expected=expected, cache=self._cache, tell=self.tell)
        return _Look(found, reader, reader.survey(found.documents))

    def _open_cache(self) -> Cache | None:
        try:
            from aligncli.io.cache import Cache, cache_file, code_key, digest_of
        except ImportError:  # not every Python has SQLite
            return None
        file = cache_file(self.root)
        if file is None:
            return None
        own = sorted(self.all_schemas.own_texts.items())
        key = digest_of(code_key() + repr((own, self.config.has_own_include)).encode("utf-8", "surrogatepass"))
        return Cache(file, key)

    def _state_of(self, found: Found, known: Mapping[str, bytes]) -> bytes | None:
        if self._cache is None or found.blocked or found.outside:
            return None
        digests = [known.get(path) for path in found.documents]
        if not all(digests):
            return None
        from aligncli.io.cache import digest_of

        parts = [
            self._cache.key,
            repr((self.config.text, self.written.text, self.runs_plugins)).encode("utf-8", "surrogatepass"),
            "\n".join(found.documents).encode("utf-8", "surrogateescape"),
            b"".join(digest for digest in digests if digest is not None),
            "\n".join(sorted(found.paths)).encode("utf-8", "surrogateescape"),
        ]
        return digest_of(b"".join(map(digest_of, parts)))

    def _note_state(self, found: Found, digests: Mapping[str, bytes]) -> None:
        """Keeps what tells later whether a text is the one that was loaded."""
        self.state = self._state_of(found, digests)
        is_known = self.state is not None
        self._loaded = (found.documents, b"".join(map(digests.__getitem__, found.documents))) if is_known else None

    def _is_as_loaded(self, path: str, text: str | Unreadable) -> bool:
        """Whether a text is the one that was loaded, as far as :attr:`state` speaks of it."""
        if self._loaded is None or path in self.drafts:
            return True
        if path == FILE_NAME:
            return text == self.written.text
        from aligncli.io.cache import DIGEST, digest_of

        paths, digests = self._loaded
        at = bisect_left(paths, path) * DIGEST
        return isinstance(text, str) and digests[at : at + DIGEST] == digest_of(text.encode())

    def _by_other_means(self, paths: Sequence[str], twin: Twin | None) -> tuple[list[Document], Sequence[str]]:
        """The documents that are not read from the disk, or have to be watched, and the paths of all others."""
        drafted = self._seen is not None or any(path.endswith(".md") for path in self.drafts)
        if twin is None and not drafted:
            return [], paths
        documents: list[Document] = []
        rest: list[str] = []
        for path in paths:
            if twin is not None and path in twin.ws.paths and twin.has_same(path):
                shared = twin.ws.by_path.get(path)
                if shared is not None:
                    documents.append(shared)
            elif self._seen is None and path not in self.drafts:
                rest.append(path)
            else:
                text = self._draft_or_file(path)
                if self._seen is not None and isinstance(text, str):
                    self._seen[path] = _text_id(text)
                document = from_text(path, text, self.all_schemas, expected=self.config.has_own_include)
                if document is not None:
                    documents.append(document)
        return documents, rest

    def load_changed(self, as_of: date) -> tuple[Workspace, Focus | None]:
        """Links the repo as it was before a few documents changed, and again as it is now.

        After a survey that gives :attr:`state_before`.

        Returns:
            The workspace, and what may be different from :attr:`state_before` in it; nothing for everything.

        Raises:
            AlignError: as :meth:`load`.
        """
        from aligncli.workspace.again import looks_alike, relinked

        look = self._look
        assert look is not None
        with _uncollected():
            documents = look.reader.load_changed()
            if documents is None:
                return self.load(as_of), None
            self._look = None
            self._note_state(look.found, look.reader.digests)
            paths, fiscal = look.found.paths, self.config.fiscal
            before = {document.path: document for document in documents.before}
            if self.tell is not None:
                self.tell("linking", 0, 0)
            if all(path in before and looks_alike(before[path], now) for path, now in documents.after.items()):
                again = relinked(link(documents.before, paths, as_of, fiscal), documents.after)
                if again is not None:
                    return again
            after = [document for document in {**before, **documents.after}.values() if document is not None]
            return link(after, paths, as_of, fiscal), None

    def load_again(self, ws: Workspace, changed: Collection[str], since: int) -> tuple[Workspace, Focus | None] | None:
        """Reads and links what has changed since the repo was loaded; the configuration has not.

        Args:
            ws: as it was linked.
            changed: the paths where something happened, of whatever kind.
            since: when it was loaded, in nanoseconds; where files came or went, all that changed later is read again.

        Returns:
            The new workspace, and what may be different in it (nothing for everything); nothing at all where no
            document has changed.

        Raises:
            AlignError: as :meth:`load`.
        """
        from aligncli.workspace.again import relinked  # a single check does without

        paths = set(changed)
        if not all(path in ws.paths and self._is_in_place(path, ws) for path in paths):
            found = discover(self.tree, self.config)
            are_fewer = not (paths & ws.by_path.keys()).issubset(found.documents)
            if are_fewer or found.paths != ws.paths or found.outside or found.blocked:
                earlier = since - SETTLED
                return self.load(
                    ws.as_of, Twin(ws, lambda path: path not in paths and self._is_from(path, earlier))
                ), None
            paths.intersection_update(found.documents)
        loaded: dict[str, Document | None] = {}
        for path in paths:
            if reads(self.tree, self.config, path):
                text = self._draft_or_file(path)
                document = from_text(path, text, self.all_schemas, expected=self.config.has_own_include)
                if document is not None or path in ws.by_path:
                    loaded[path] = document
        if not loaded:
            return None
        again = relinked(ws, loaded)
        if again is not None:
            return again
        documents = [document for document in {**ws.by_path, **loaded}.values() if document is not None]
        return link(documents, ws.paths, ws.as_of, self.config.fiscal), None

    def _is_in_place(self, path: str, ws: Workspace) -> bool:
        """Whether something is at a path, and may be read as what it was; a link leads elsewhere, a folder is no
        document."""
        try:
            mode = (self.root / path).lstat().st_mode
        except OSError:
            return False
        return not stat.S_ISLNK(mode) and not (stat.S_ISDIR(mode) and path in ws.by_path)

    def _is_from(self, path: str, earlier: int) -> bool:
        """Whether a file was the same before a time."""
        stamp, changed = self.tree.stamp(path)
        return bool(stamp) and changed < earlier

    def text(self, path: str) -> str:
        """The text of a document, for locating and showing; empty when it can no longer be read.

        Raises:
            AlignError: the repo is watched, and the text is another one than was checked.
        """
        found = self._draft_or_file(path)
        if self.state is not None and not self._is_as_loaded(path, found):
            self.state = None  # what is said of it now is no answer for those who find the old text there again
        text = found.text if isinstance(found, Unreadable) else found
        if self._seen is not None and self._seen.get(path, 0) not in (0, _text_id(text)):
            raise AlignError(f"{path} changed meanwhile; nothing was written")
        return text

    def _draft_or_file(self, path: str) -> str | Unreadable:
        return self.drafts[path] if path in self.drafts else decoded(self.tree.data(path))

    def relative(self, path: Path) -> str:
        """A path as documents are named: from the root, with ``/``; ``.`` for the root itself."""
        folder, name = os.path.split(os.path.abspath(path))
        real = os.path.join(os.path.realpath(folder), name)  # a link that is a document keeps its own name
        if os.path.isdir(real):
            real = os.path.realpath(real)
        return Path(os.path.relpath(real, self.root)).as_posix()


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Thousands of small objects are made and kept: the cyclic collector would only look at them again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
            gc.freeze()


def _text_id(text: str) -> int:
    """Tells texts apart; a number in place of each keeps a large repo out of memory."""
    return hash(text.lstrip("\ufeff")) or 1
