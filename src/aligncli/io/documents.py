"""From files to documents: what is remembered is not read again, and many are read by several processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aligncli.document.loader import Loaded, load
from aligncli.io.discover import is_ours
from aligncli.io.tree import Disk, Tree, Unreadable, decoded
from aligncli.schema import Schemas
from aligncli.workspace.load import Document, load_document, unreadable

if TYPE_CHECKING:
    from aligncli.io.cache import Cache, Entry

MIN_QUICK = 400
"""Documents from which it pays to prepare for reading each of them quickly."""
MIN_SHARED = 1_500
"""Documents; fewer are sooner read than another process is started."""
CHUNK = 250
"""Documents between two signs of life, and the most that one process is given at once."""
_FEW = 50
"""Documents; what more of them make different is sooner looked for everywhere."""
_COMMIT = 20_000
"""Documents after which what is known so far is kept, should the run not come to its end."""
SETTLED = 2_000_000_000
"""Nanoseconds; a file that changed more lately may change again without its stamp showing it."""

Tell = Callable[[str, int, int], None]
"""Is told how far a phase is: its name, what is done, and of how much."""


class Read(NamedTuple):
    """A file that was read."""

    path: str
    digest: bytes
    """Of its bytes; empty where nobody asked for it, or where there are none to be had."""
    document: Document | None
    data: bytes = b""
    """The document as it is remembered; empty where there is none, or nobody asked."""
    stamp: bytes = b""
    """What the file system said of it before it was read; empty where that would not show the next change."""
    can_be_kept: bool = False
    """Whether digest and data are all that there is to remember."""


class Changed(NamedTuple):
    """Documents of which a few have changed."""

    before: Sequence[Document]
    """All, as they were."""
    after: Mapping[str, Document | None]
    """By path, what those that changed are now; nothing for those that are none any more."""


class Documents:
    """The documents among some files.

    Args:
        tree: where the files are.
        schemas: to validate against.
        expected: whether each of them should be a document.
        cache: what earlier runs made of them.
        tell: hears how far it is.
    """

    def __init__(
        self, tree: Tree, schemas: Schemas, *, expected: bool, cache: Cache | None = None, tell: Tell | None = None
    ) -> None:
        self._tree = tree
        self._schemas = schemas
        self._expected = expected
        self._cache = cache
        self._tell = tell or (lambda phase, done, total: None)
        self._known: dict[str, Entry] = {}
        """What is remembered of files that are still the same."""
        self._outdated: dict[str, Entry] = {}
        """What is remembered of files that have changed since."""
        self._added = 0
        self._restamped: list[tuple[str, Entry]] = []
        self._gone: list[str] = []
        self._digests: dict[str, bytes] = {}

    def survey(self, paths: Sequence[str]) -> bool:
        """Looks at files without reading more of them than needed; tells whether all are as they are remembered."""
        if self._cache is None:
            return False
        from aligncli.io.cache import digest_of

        entries = self._cache.entries()
        now = time.time_ns()
        for path in paths:
            entry = entries.pop(path, None)
            if entry is None:
                self._added += 1
                continue
            stamp, changed = self._tree.stamp(path)
            if entry.stamp != stamp or not stamp:
                data = self._tree.data(path)
                if isinstance(data, Unreadable) or digest_of(data) != entry.digest:
                    self._outdated[path] = entry
                    continue
                if now - changed > SETTLED:
                    self._restamped.append((path, entry._replace(stamp=stamp)))
            self._known[path] = entry
            self._digests[path] = entry.digest
        self._gone = list(entries)
        return not self._added and not self._outdated

    @property
    def digests(self) -> Mapping[str, bytes]:
        """The digest of each file that was surveyed or read, where there is one."""
        return self._digests

    @property
    def digests_before(self) -> Mapping[str, bytes] | None:
        """The digests as they were when a few files, but not one more and not one less, were others than they are now;
        nothing where more has changed, or nothing."""
        if self._added or self._gone or not 0 < len(self._outdated) <= _FEW:
            return None
        return {**self._digests, **{path: entry.digest for path, entry in self._outdated.items()}}

    @property
    def names(self) -> list[str]:
        """The paths of the files that are known to be documents."""
        return [path for path, entry in self._known.items() if entry.size]

    def load(self, paths: Sequence[str]) -> list[Document]:
        """The documents at some paths, in any order."""
        documents: list[Document] = []
        if self._cache is not None and self._known:
            documents = self._remembered(self._cache, paths, self._known)
            done = {document.path for document in documents}
            paths = [path for path in paths if path not in done and (path not in self._known or self._known[path].size)]
        documents += self._read_and_keep(paths)
        return documents

    def load_changed(self) -> Changed | None:
        """The documents as they are remembered, and what has become of those that have changed; nothing where not all
        is remembered. Goes with :attr:`digests_before`."""
        assert self._cache is not None
        known = {**self._known, **self._outdated}
        before = self._remembered(self._cache, list(known), known)
        if len(before) != sum(entry.size > 0 for entry in known.values()):
            return None
        after: dict[str, Document | None] = dict.fromkeys(self._outdated)
        after.update((document.path, document) for document in self._read_and_keep(list(self._outdated)))
        return Changed(before, after)

    def _remembered(self, cache: Cache, paths: Sequence[str], known: Mapping[str, Entry]) -> list[Document]:
        from msgspec import MsgspecError

        from aligncli.workspace.codec import decode

        left = {path: path for path in paths}
        documents: list[Document] = []
        for number, (path, data) in enumerate(cache.documents()):
            entry = known.get(path)
            if entry is None or path not in left or not entry.holds(data):  # a spoilt memory may hold it twice
                continue
            try:
                documents.append(decode(data, left[path]))
            except MsgspecError:  # it will be read again
                continue
            del left[path]
            if number % CHUNK == 0:
                self._tell("remembering", number, len(known))
        return documents

    def _read_and_keep(self, paths: Sequence[str]) -> list[Document]:
        documents: list[Document] = []
        kept = 0
        for reads in self._read(paths):
            documents.extend(read.document for read in reads if read.document is not None)
            if self._cache is not None:
                self._keep(self._cache, reads)
                kept += len(reads)
                if kept >= _COMMIT:
                    self._cache.commit()
                    kept = 0
        if self._cache is not None:
            if self._restamped:
                self._cache.restamp(self._restamped)
            if self._gone:
                self._cache.forget(self._gone)
            self._cache.commit()
        return documents

    def _keep(self, cache: Cache, reads: Iterable[Read]) -> None:
        from aligncli.io.cache import Row

        rows: list[Row] = []
        for read in reads:
            if read.can_be_kept:
                rows.append(Row(read.path, read.stamp, read.digest, read.data))
                self._digests[read.path] = read.digest
        if rows:
            cache.keep(rows)

    def _read(self, paths: Sequence[str]) -> Iterator[list[Read]]:
        """The documents at some paths, chunk by chunk, in any order."""
        remember = self._cache is not None
        parse = _parser(len(paths))
        done = 0
        for chunk, packed in self._packed([paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]):
            if packed is None:
                reads = [
                    read(self._tree, path, self._schemas, parse, expected=self._expected, remember=remember)
                    for path in chunk
                ]
            else:
                reads = list(self._unpacked(chunk, packed))
            yield reads
            done += len(reads)
            self._tell("reading", done, len(paths))

    def _unpacked(self, paths: Sequence[str], packed: Sequence[_Packed | None]) -> Iterator[Read]:
        from aligncli.workspace.codec import decode

        for path, one in zip(paths, packed, strict=True):
            if one is None:  # it could not be sent
                yield read(self._tree, path, self._schemas, load, expected=self._expected, remember=False)
            else:
                stamp, digest, data = one
                yield Read(path, digest, decode(data, path) if data else None, data, stamp, can_be_kept=True)

    def _packed(self, chunks: Sequence[Sequence[str]]) -> Iterator[tuple[Sequence[str], list[_Packed | None] | None]]:
        """Chunks of paths, and what other processes made of them, where they were asked and could."""
        root = self._tree.root
        if root is not None and len(chunks) * CHUNK >= MIN_SHARED:
            from aligncli.io.workers import spread, workers_for

            count = workers_for(len(chunks) * CHUNK)
            if count:
                yield from spread(
                    _read_packed, chunks, count, _prepare, (root, self._schemas.own_texts, self._expected)
                )
                return
        for chunk in chunks:
            yield chunk, None


_Packed = tuple[bytes, bytes, bytes]
"""The stamp of a file, the digest of its bytes, and the document as it is remembered; that is empty where the file is none."""

_here: tuple[Tree, Schemas, bool] | None = None
"""What a process that reads for another one reads with."""


def _prepare(root: str, own: Mapping[str, tuple[str, str]], expected: bool) -> None:
    from aligncli.io.resources import load_schemas

    global _here
    schemas = load_schemas()
    if own:
        from aligncli.schema.own import OwnSchema

        schemas = schemas.extended({kind: OwnSchema(*path_and_text) for kind, path_and_text in own.items()})
    _here = Disk(Path(root)), schemas, expected


def _read_packed(paths: Sequence[str]) -> list[_Packed | None]:
    """Reads files in a process of the pool; nothing for those that cannot be sent."""
    assert _here is not None
    tree, schemas, expected = _here
    parse = _parser(MIN_QUICK)
    reads = (read(tree, path, schemas, parse, expected=expected, remember=True) for path in paths)
    return [(read.stamp, read.digest, read.data) if read.can_be_kept else None for read in reads]


def _parser(documents: int) -> Callable[[str], Loaded]:
    """What reads the frontmatter of so many documents soonest."""
    if documents < MIN_QUICK:
        return load
    from aligncli.document import simple

    return simple.load


def read(
    tree: Tree, path: str, schemas: Schemas, parse: Callable[[str], Loaded], *, expected: bool, remember: bool
) -> Read:
    """Reads one file.

    Args:
        tree: where it is.
        path: of the file.
        schemas: to validate against.
        parse: reads the frontmatter.
        expected: whether it should be a document.
        remember: whether what comes out is to be remembered.
    """
    stamp, changed = tree.stamp(path) if remember else (b"", 0)
    if time.time_ns() - changed <= SETTLED:
        stamp = b""
    data = tree.data(path)
    text = decoded(data)
    if isinstance(text, Unreadable):
        return Read(path, b"", from_text(path, text, schemas, expected=expected))
    document = load_document(path, text, schemas, expected=expected, parse=parse)
    if not remember or isinstance(data, Unreadable):
        return Read(path, b"", document)
    from aligncli.io.cache import digest_of
    from aligncli.workspace.codec import encode

    try:
        path.encode()
        packed = encode(document) if document is not None else b""
    except (UnicodeError, OverflowError):  # a name that is no text, as file systems have them
        return Read(path, b"", document)
    return Read(path, digest_of(data), document, packed, stamp, can_be_kept=True)


def from_text(path: str, text: str | Unreadable, schemas: Schemas, *, expected: bool) -> Document | None:
    """The document that a text is; nothing where it is none of our business.

    Args:
        path: where it stands.
        text: of the whole file, or why there is none.
        schemas: to validate against.
        expected: whether it should be a document.
    """
    if isinstance(text, Unreadable):
        return unreadable(path, text.reason, text.text, text.help) if is_ours(path, text) else None
    return load_document(path, text, schemas, expected=expected)
