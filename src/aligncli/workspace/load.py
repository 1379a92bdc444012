"""One document at a time, from text to record: fences, YAML, schema, model; what cannot be read is salvaged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from aligncli.diagnostics import Edit, Finding, Fix, Related, Route, Span, Suppression
from aligncli.document import traps
from aligncli.document.body import PLACEHOLDER, Body, may_hold_placeholder, read_body
from aligncli.document.fences import Fault, split
from aligncli.document.loader import DuplicateKey, Loaded, load
from aligncli.document.locate import Locator
from aligncli.model import KINDS, Content, GoalsDocument, Org, Outcome, Team, TeamApi, build, parse_period
from aligncli.schema import SchemaProblem, Schemas, prune
from aligncli.suggest import nearest, slug

MARK = "align:"
"""A text without this has no suppression."""

MAX_BYTES = 1_048_576
"""A document larger than this is not read; the largest real ones have a few dozen kilobytes."""

OWN_NAMES: Mapping[str, str] = {"charter.md": "charter", "team-api.md": "team-api", "org.md": "org"}
"""File names that say by themselves what a file should be."""

_TEAM_KINDS = ("charter", "goals", "team-api")
_STATUSES = ("forming", "active", "archived")
_KIND_WORDS = "|".join(KINDS)
_NAMES_KIND = re.compile(
    rf"""(?:\A|[\r\n]|[{{,])[ \t]*["']?kind["']?[ \t]*[:=][ \t]*["']?({_KIND_WORDS})["']?[ \t]*(?=[\r\n#,}}]|\Z)"""
)
_FOLDERS: Mapping[str, str] = {"outcomes": "outcome", "guardrails": "guardrail", "communities": "community"}
"""Folders whose files are what the folder is called."""
_RELEVANT = re.compile(r"[Kk]ind|KIND|north-star|guardrails|waivers|supports|applies-to|team|id")
_CARRIES = re.compile(r"(?:\A|[\r\n])(?:north-star|guardrails|waivers|applies-to|supports):")
_BARE = re.compile(r"(?:-+[ \t]*\r?\n)?[\w\-]+:(?:[ \t]|\r|\n|\Z)")
"""A text that begins as frontmatter does, but for its fence."""
_NO_KEYS = re.compile(r"(?:\r\n?|\n)(?![ \t#\-]|[\w\-]+:)")
_TEAM_FIELD = re.compile(r"(?:\A|[\r\n])(mission|goals|interactions|services):")
_TEAM_LINE = re.compile(r"(?:\A|[\r\n])team:[ \t]*[\"']?([a-z0-9]+(?:-[a-z0-9]+)*)[\"']?[ \t]*(?=[\r\n#]|\Z)")
_ARCHIVED = re.compile(r"""(?:\A|[\r\n])status:[ \t]*["']?archived["']?[ \t]*(?=[\r\n#]|\Z)""")
_ID_LINE = re.compile(r"(?:\A|[\r\n])id:[ \t]*[\"']?([a-z0-9]+(?:-[a-z0-9]+)*)[\"']?[ \t]*(?=[\r\n#]|\Z)")
_FORMERLY = re.compile(r"""\bformerly["']?:[ \t]*(?:\[([^\]]*)|((?:\r?\n[ \t]*-[^\r\n]*)+)|([^\r\n]*))""")
_OWN_FORMERLY = re.compile(rf"(?m)^{_FORMERLY.pattern}")
_PARTS: Mapping[str, str] = {
    "goals": "goal",
    "experiments": "experiment",
    "services": "service",
    "outcomes": "outcome",
    "guardrails": "guardrail",
    "metrics": "metric",
    "communities": "community",
}
"""What the items of lists are called that have ids of their own."""
_OWN = "x-"
"""How the fields begin that an organisation adds to ours."""
_NOTHING: dict[Route, Any] = {}
"""In place of an empty mapping in each document; nobody changes a document."""
_HASH_VALUE = re.compile(r"[\"']?:[ \t]+(#[^\s][^\r\n]*)")


class Document(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A document as the linker and the rules know it: no text, no nodes.

    ``trusted`` is false where the content is a salvage: enough to keep references to it from breaking, and
    nothing to conclude from.
    """

    path: str
    kind: str
    content: Content | None
    problems: tuple[Finding, ...] = ()
    broken: tuple[Route, ...] = ()
    kept: dict[Route, tuple[int, ...]] = {}
    """For lists that lost broken items: the index in the text of each item that stayed."""
    body: Body = Body()
    placeholders: tuple[Route, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    own: dict[Route, dict[str, Any]] = {}
    """The ``x-`` fields, by the route (in the record) of the mapping that has them."""
    perhaps: tuple[str, ...] = ()
    """Former names of what is in it, as far as they can be made out where they cannot be read."""
    trusted: bool = True

    def source_route(self, route: Route) -> Route:
        """The route in the text for a route in the record."""
        if not self.kept:
            return route
        source: Route = ()
        for step in route:
            stay = self.kept.get(source)
            if stay is not None and isinstance(step, int) and step < len(stay):
                step = stay[step]
            source = (*source, step)
        return source


def looks_ours(path: str, text: str) -> bool:
    """Whether a file claims to be a document: by its name or folder, or because it names one of our kinds."""
    folder, _, name = path.rpartition("/")
    return name in OWN_NAMES or folder.rpartition("/")[2] in _FOLDERS or _NAMES_KIND.search(text) is not None


def unreadable(path: str, reason: str, text: str = "", help_: str | None = None) -> Document:
    """A document that cannot be read at all.

    Args:
        path: where it is.
        reason: why, as the end of a sentence that begins with the file.
        text: whatever could be made out of it.
        help_: what to do about it.
    """
    finding = Finding("AL001", path, f"this file {reason}", help=help_, identity=(path, "unreadable"))
    return _salvage(path, text, (finding,))


def load_document(
    path: str, text: str, schemas: Schemas, *, expected: bool = False, parse: Callable[[str], Loaded] = load
) -> Document | None:
    """Reads one file.

    Args:
        path: relative to the root, with ``/``.
        text: of the whole file.
        schemas: to validate against.
        expected: the configuration includes this file by a pattern of its own, so it should be a document.
        parse: reads the frontmatter, as :func:`aligncli.document.loader.load` does.

    Returns:
        The document with all its problems, or nothing when the file is none of our business.
    """
    text = text.lstrip("\ufeff")
    name = path.rsplit("/", 1)[-1]
    named = name in OWN_NAMES
    if "\0" in text:
        reason = "holds a NUL byte: it is not text"
        return unreadable(path, reason, text, "save it as UTF-8 text") if looks_ours(path, text) else None
    fences = split(text)
    span = fences.frontmatter
    if span is None:
        return _without_frontmatter(path, text, fences.fault, fences.place, named=named, expected=expected)
    front = text[span.start : span.end]
    if not (named or expected or _RELEVANT.search(front) or _folder_kind(path)):
        return None
    loaded = parse(front)
    if loaded.error is not None:
        if named or _folder_kind(path) or _NAMES_KIND.search(front) or _seems_ours(front):
            return _broken(path, text, span, traps.explain(loaded.error, front))
        return None
    data = loaded.data
    if not isinstance(data, dict):
        if named or expected or _folder_kind(path):
            what = "is empty" if data is None else "is a list" if isinstance(data, list) else "is not a mapping"
            finding = Finding(
                "AL002",
                path,
                f"the frontmatter {what}",
                span=Span(0, 3),
                label="of this frontmatter",
                help="write `key: value` lines between the two `---`, beginning with `kind:`",
                identity=(path, "frontmatter"),
            )
            return _salvage(path, text, (finding,))
        return None
    kind = data.get("kind")
    if (not isinstance(kind, str) or kind not in KINDS) and _NAMES_KIND.search(front):
        opened = traps.swallowed(front)
        if opened is not None:
            return _broken(path, text, span, opened)
    if kind in KINDS:
        return _read(path, text, span, fences.body, loaded, schemas, kind, ())
    return _without_kind(path, text, span, fences.body, loaded, schemas, named=named, expected=expected)


def _broken(path: str, text: str, front: Span, said: traps.Explained) -> Document:
    """A document that is not YAML, or not the YAML that was meant."""
    place = _shift(said.span, front.start)
    return _salvage(
        path,
        text,
        (Finding("AL003", path, said.message, span=place, label=said.label, help=said.help, identity=(path, "yaml")),),
    )


# --- files that are not quite documents ---


def _without_frontmatter(
    path: str, text: str, fault: Fault | None, place: Span, *, named: bool, expected: bool
) -> Document | None:
    ours = named or _NAMES_KIND.search(text) is not None
    end = len(text) if named or _folder_kind(path) else _end_of_keys(text)
    if fault is Fault.MISSING and _BARE.match(text) and _NAMES_KIND.search(text, 0, end):
        finding = Finding(
            "AL002",
            path,
            "the frontmatter has no fences",
            span=Span(0, len(text.split("\n", 1)[0])),
            label="begins here",
            help="put a line that is exactly `---` before it, and another one behind it",
            identity=(path, "frontmatter"),
        )
        return _salvage(path, text, (finding,))
    if fault is Fault.MISSING and not text.strip() and _folder_kind(path):
        finding = Finding(
            "AL006",
            path,
            f"`{path.rsplit('/', 1)[-1]}` is empty, so nothing in it is checked",
            help="write it again, or remove it",
            identity=(path, "undeclared"),
        )
        return msgspec.structs.replace(_salvage(path, text, (finding,)), kind="")
    if fault is Fault.MISSING:
        return _undeclared(path, text, "has no frontmatter") if named or expected else None
    if fault is Fault.UNCLOSED and ours:
        message, label = "the frontmatter is opened and never closed", "opened here"
        help_ = "close it with a line that is exactly `---`"
    elif fault is Fault.TEXT_BEFORE and _NAMES_KIND.search(text, place.start, place.end):
        place = Span(place.start, place.start + 3)
        message, label = "there is text before the frontmatter", "the frontmatter should be the first line"
        help_ = "move the `---` to the first line of the file; prose goes below the frontmatter"
    elif fault is Fault.FOREIGN and (_NAMES_KIND.search(text) if text.startswith("{") else ours):
        message, label = "the frontmatter is not YAML", "TOML or JSON begins here"
        help_ = "write YAML between two lines that are exactly `---`"
    else:
        return _undeclared(path, text, "is not a document") if expected else None
    finding = Finding("AL002", path, message, span=place, label=label, help=help_, identity=(path, "frontmatter"))
    return _salvage(path, text, (finding,))


def _end_of_keys(text: str) -> int:
    """Where the lines that a frontmatter without fences begins with give way to prose, or to an empty line."""
    found = _NO_KEYS.search(text)
    return found.start() if found else len(text)


def _undeclared(path: str, text: str, what: str) -> Document:
    name = path.rsplit("/", 1)[-1]
    kind = OWN_NAMES.get(name)
    finding = Finding(
        "AL006",
        path,
        f"`{name}` {what}, so nothing in it is checked",
        help=f"begin it with `---`, `kind: {kind}` and the fields of {_a_kind(kind)}"
        if kind
        else "leave it out with `exclude` in align.toml, or begin it with `---` and a `kind`",
        identity=(path, "undeclared"),
    )
    return _salvage(path, text, (finding,)) if kind else Document(path, "", None, (finding,), trusted=False)


def _a_kind(kind: str) -> str:
    return {"org": "an org", "outcome": "an outcome", "team-api": "a Team API", "goals": "a goals document"}.get(
        kind, f"a {kind}"
    )


def _without_kind(
    path: str, text: str, span: Span, body: int, loaded: Loaded, schemas: Schemas, *, named: bool, expected: bool
) -> Document | None:
    data = loaded.data
    kind = data.get("kind")
    guess = _guess(path, data)
    slip = _slip(path, data, named=named)
    if kind is None and slip is not None:
        finding = Finding(
            "AL102",
            path,
            f"the key `{slip}` should be `kind`",
            (slip,),
            on_key=True,
            label="unknown field",
            help="keys are written in lower case: `kind`" if slip.lower() == "kind" else f"write `kind: {data[slip]}`",
            hint="similar: kind",
            identity=(path, slip),
        )
        meant = {("kind" if key == slip else key): value for key, value in data.items() if key != "kind"}
        return _read(path, text, span, body, loaded._replace(data=meant), schemas, data[slip], (finding,))
    if "kind" in data and kind is not None:
        near = nearest(kind, KINDS) if isinstance(kind, str) else None
        if near is None and not _carries(path, data):
            if not expected:
                return None
            finding = Finding(
                "AL006",
                path,
                f"its kind `{_short(str(kind), 40)}` is none of ours, so nothing in it is checked",
                ("kind",),
                help="leave it out with `exclude` in align.toml",
                identity=(path, "undeclared"),
            )
            return Document(path, "", None, (finding,), trusted=False)
        suggestion = near or guess
        shown = (
            f"`{_short(kind, 40)}` is not a kind of document" if isinstance(kind, str) else "`kind` should be one word"
        )
        finding = Finding(
            "AL005",
            path,
            shown,
            ("kind",),
            help=f"a similar kind exists: `{near}`"
            if near
            else f"its fields are those of {_a_kind(guess)}: `kind: {guess}`"
            if guess
            else "the kinds are " + ", ".join(f"`{known}`" for known in KINDS),
            hint=f"similar: {suggestion}" if suggestion else "",
            fix=_rewrite(path, suggestion),
            identity=(path, "kind"),
        )
        if near:
            return _read(path, text, span, body, loaded, schemas, near, (finding,))
    elif named or _carries(path, data) or expected:
        guess = guess or OWN_NAMES.get(path.rsplit("/", 1)[-1])
        finding = Finding(
            "AL006",
            path,
            "the frontmatter does not say its `kind`, so nothing in it is checked",
            (),
            on_key=True,
            help=f"add `kind: {guess}` as its first line"
            if guess
            else "add `kind:`, or leave the file out with `exclude` in align.toml",
            hint=f"add kind: {guess}" if guess else "",
            identity=(path, "undeclared"),
        )
    else:
        return None
    if guess is None:
        return Document(path, "", None, (finding,), trusted=False)
    read = _read(path, text, span, body, loaded, schemas, guess, ())
    return msgspec.structs.replace(
        read, problems=(finding,), kind="" if finding.rule == "AL006" else guess, trusted=False
    )


def _slip(path: str, data: Mapping[str, Any], *, named: bool) -> str | None:
    """The key that should be ``kind``: in capitals, or misspelt in a file that must be ours."""
    ours = named or _carries(path, data)
    return next(
        (
            key
            for key, value in data.items()
            if isinstance(value, str)
            and value in KINDS
            and (key.lower() == "kind" or (ours and nearest(key, ("kind",))))
        ),
        None,
    )


def _rewrite(path: str, kind: str | None) -> Fix | None:
    """Another kind, as far as one was meant."""
    return Fix(f"replace by `{kind}`", False, (Edit(path, ("kind",), kind),)) if kind else None


def _carries(path: str, data: Mapping[str, Any]) -> bool:
    """Whether fields are so much ours that a missing or wrong ``kind`` must be a slip."""
    if _folder_kind(path) and "id" in data and not data.keys().isdisjoint(("title", "name")):
        return True
    if not data.keys().isdisjoint(("north-star", "guardrails", "waivers", "applies-to", "supports")):
        return True
    return "team" in data and not data.keys().isdisjoint(("mission", "goals", "interactions", "services"))


def _guess(path: str, data: Mapping[str, Any]) -> str | None:
    """The kind that fields speak of, else that the file's name does."""
    if "north-star" in data:
        return "org"
    if "mission" in data:
        return "charter"
    if "team" in data:
        if not data.keys().isdisjoint(("interactions", "services", "contacts", "owns")):
            return "team-api"
        if "waivers" in data or "guardrails" in data:
            return "charter"
        if "goals" in data:
            return "goals"
    if not data.keys().isdisjoint(("applies-to", "enforcement")):
        return "guardrail"
    if "id" in data and "supports" in data:
        return "outcome"
    return OWN_NAMES.get(path.rsplit("/", 1)[-1]) or (_folder_kind(path) if "id" in data else None)


def _other_kind(path: str, kind: str, data: Mapping[str, Any], schemas: Schemas) -> str | None:
    """Another kind, of which a document that breaks its own would be a valid one: by its name, folder or fields."""
    for other in (OWN_NAMES.get(path.rsplit("/", 1)[-1]), _folder_kind(path), _guess(path, data)):
        if other is not None and other != kind and schemas.is_valid(other, {**data, "kind": other}):
            return other
    return None


def _seems_ours(front: str) -> bool:
    """As :func:`_carries`, for text that cannot be parsed."""
    return bool(_CARRIES.search(front) or (_TEAM_LINE.search(front) and _TEAM_FIELD.search(front)))


def _folder_kind(path: str) -> str | None:
    """The kind that a document's folder is for."""
    return _FOLDERS.get(path.rpartition("/")[0].rpartition("/")[2])


# --- documents ---


def _read(
    path: str,
    text: str,
    span: Span,
    body_start: int,
    loaded: Loaded,
    schemas: Schemas,
    kind: str,
    first: tuple[Finding, ...],
) -> Document:
    data: dict[str, Any] = loaded.data
    if first:
        data = {**data, "kind": kind}
    problems = [*first]
    broken: list[Route] = []
    kept: dict[Route, tuple[int, ...]] = {}
    front = text[span.start : span.end]
    subject = data.get("team" if kind in _TEAM_KINDS else "id")
    subject = subject if isinstance(subject, str) else ""
    whole = _words(kind, subject)
    for twice in _by_mapping(loaded.duplicates):
        route = twice[0].route
        inside = _inside(kind, subject, loaded.data, route)
        distinct = list(dict.fromkeys(double.key for double in twice))
        *most, last = (f"`{_short(key)}`" for key in distinct)
        keys = f"{', '.join(most)} and {last}" if most else last
        times = (
            "twice"
            if len(twice) == len(distinct)
            else f"{len(twice) + 1} times"
            if len(distinct) == 1
            else "repeatedly"
        )
        problems.append(
            Finding(
                "AL004",
                path,
                f"{inside} has the key{'s' if len(distinct) > 1 else ''} {keys} {times}",
                route,
                span=_shift(twice[0].span, span.start),
                label="again here",
                help=f"keep one of {'the two' if len(twice) == 1 else 'them'}; the first one counts here"
                if len(distinct) == 1
                else "if a new item of a list begins here, its dash is missing; else keep one of each",
                related=(Related(path, "first here", span=_shift(twice[0].first, span.start)),),
                identity=(subject or path, *_named_steps(loaded.data, route), *(double.key for double in twice)),
            )
        )
        broken.extend((*route, double.key) for double in twice)
        if len(distinct) > 1 and route and isinstance(route[-1], int):
            broken.extend(_two_in_one(data, route))
    cuts = [*traps.cuts(front)]
    valid = schemas.is_valid(kind, data)
    if not valid and (meant := _other_kind(path, kind, data, schemas)):
        problems.append(
            Finding(
                "AL005",
                path,
                f"its kind is `{kind}`, and it has the fields of {_a_kind(meant)}",
                ("kind",),
                help=f"write `kind: {meant}`",
                hint=f"similar: {meant}",
                fix=_rewrite(path, meant),
                identity=(path, "kind"),
            )
        )
        kind, data, valid = meant, {**data, "kind": meant}, True
    if not valid and (opened := traps.swallowed(front)) is not None:
        return _broken(path, text, span, opened)
    if not valid:
        mistakes = _explained(schemas.explain(kind, data, path, subject), front, span.start, cuts)
        problems.extend(mistake.finding for mistake in mistakes)
        broken.extend(route for mistake in mistakes for route in mistake.broken)
        written = data
        data, kept = prune(data, mistakes)
        _assume(path, kind, written, data)
    else:
        mistakes = _explained(schemas.own_problems(kind, data, path, subject), front, span.start, cuts)
        problems.extend(mistake.finding for mistake in mistakes)
    for cut in cuts:
        at, whole_value = _shift(cut.span, span.start), front[cut.span.start : cut.span.end]
        problems.append(
            Finding(
                "AL007",
                path,
                f"{f'`{cut.key}`' if cut.key else 'this value'} is cut at the hash: YAML reads `{_short(cut.value)}`",
                span=at,
                label=f"`{_short(cut.rest)}` is a comment",
                help=f"put quotes around the value: `{traps.quoted(_short(f'{cut.value} {cut.rest}', 80))}`; "
                "a comment has a space after its hash",
                fix=Fix("put quotes around it", False, (Edit(path, span=at, text=traps.quoted(whole_value)),)),
                identity=(subject or path, cut.value),
            )
        )
    try:
        content = build(kind, data, path)
    except msgspec.ValidationError as error:  # the schema let something through that the record does not take
        problems.append(Finding("AL104", path, f"a value of {whole} cannot be read: {_short(str(error), 120)}"))
        return _salvage(path, text, tuple(problems))
    as_built = Document(path, kind, content, kept=kept)
    for built_route, value, why in _period_faults(content):
        route = as_built.source_route(built_route)
        place = _inside(kind, subject, loaded.data, route[:-1])
        problems.append(
            Finding(
                "AL104",
                path,
                f"the period `{value}` of {place} {why}",
                route,
                help="swap the two ends"
                if "before" in why
                else "write `2026`, `2026-H2`, `2026-Q4`, `2026-11` or `2026-10-01..2026-12-31`"
                if "not a period" in why
                else "correct it: each part must be in the calendar",
                identity=(subject, "period", value),
            )
        )
        broken.append(route)
    placeholders = tuple(_placeholders(data)) if may_hold_placeholder(front) else ()
    suppressions = _suppressions(text, span, body_start) if MARK in text else ()
    body = read_body(text, body_start)
    own = dict(_own_fields(data)) if _OWN in front else {}
    own, kept = own or _NOTHING, kept or _NOTHING
    perhaps = _former_names(front) if broken else ()
    return Document(
        path, kind, content, tuple(problems), tuple(broken), kept, body, placeholders, suppressions, own, perhaps
    )


def _assume(path: str, kind: str, written: Mapping[str, Any], data: dict[str, Any]) -> None:
    """What a document is taken to say where it says it wrongly; nothing is concluded from that.

    Whose it is shows in the place or in the slip. A team whose status is none of ours, nor close to one of a team
    that is there, is taken for one that is gone.
    """
    if kind in _TEAM_KINDS and "team" not in data:
        folder, _, name = path.rpartition("/")
        above, _, folder = folder.rpartition("/")
        said = written.get("team")
        team = slug(folder) if name in OWN_NAMES or above.rpartition("/")[2] == "teams" else ""
        team = team or (slug(said) if isinstance(said, str) else "")
        if team:
            data["team"] = team
    if kind == "charter" and "status" in written and "status" not in data:
        near = nearest(str(written["status"]), _STATUSES)
        if near is None or near == "archived":
            data["status"] = "archived"


def _former_names(text: str, pattern: re.Pattern[str] = _FORMERLY) -> tuple[str, ...]:
    """Whatever stands behind ``formerly:``, as names are written."""
    found = (part for match in pattern.finditer(text) for some in match.groups("") for part in re.split(r"[,\n]", some))
    return tuple(name for part in found if (name := "/".join(map(slug, part.split("/")))))


def _suppressions(text: str, front: Span, body: int) -> tuple[Suppression, ...]:
    from aligncli.document.suppressions import read_suppressions  # most documents have none

    return read_suppressions(text, front, body)


def _named_steps(data: Any, route: Route) -> Iterator[str]:
    """A route in names: items of lists by what they are called, as far as they are."""
    for step in route:
        data = data[step]
        if isinstance(step, str):
            yield step
        elif isinstance(data, dict):
            yield from (str(data[key]) for key in ("id", "guardrail", "to", "team", "name") if key in data)


def _by_mapping(duplicates: Sequence[DuplicateKey]) -> list[list[DuplicateKey]]:
    """Duplicates grouped by the mapping that they stand in: one slip can double many keys."""
    groups: dict[Route, list[DuplicateKey]] = {}
    for duplicate in duplicates:
        groups.setdefault(duplicate.route, []).append(duplicate)
    return list(groups.values())


def _two_in_one(data: Mapping[str, Any], route: Route) -> Iterator[Route]:
    """What is in doubt where an item of a list holds a second one that lost its dash: the list lacks one, and any
    field may be the other's."""
    yield route[:-1]
    item: Any = data
    for step in route:
        item = item[step]
    for key in item:
        if key != "id":
            yield (*route, key)


def _words(kind: str, subject: str) -> str:
    """A document in a sentence."""
    noun = {"org": "the org", "team-api": "Team API of", "goals": "goals document of"}.get(kind, kind)
    return f"{noun} `{subject}`" if subject else f"this {kind}" if kind != "org" else noun


def _inside(kind: str, subject: str, data: Any, route: Route) -> str:
    """A mapping in a document, in a sentence."""
    whole = _words(kind, subject)
    if not route:
        return whole
    item = data[route[0]][route[1]] if len(route) > 1 and isinstance(data[route[0]], list) else None
    noun = _PARTS.get(str(route[0])) if kind in ("org", "goals") or route[0] != "guardrails" else None
    name = item.get("id") if isinstance(item, dict) else None
    if noun is None or not isinstance(name, str) or not name:
        return f"a part of `{route[0]}` of {whole}"
    thing = f"{noun} `{_short(name if kind == 'org' or not subject else f'{subject}/{name}')}`"
    return thing if len(route) == 2 else f"a part of {thing}"


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split()).replace("`", "'")
    return text if len(text) <= most else text[: most - 1] + "…"


def _shift(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _explained(mistakes: list[SchemaProblem], front: str, offset: int, cuts: list[traps.Cut]) -> list[SchemaProblem]:
    """Where a hash is the cause of a mistake, its help says so, and the cut is not reported a second time."""
    if not mistakes or "#" not in front:
        return mistakes
    locator = Locator(front, 0)
    by_start = {cut.span.start: cut for cut in cuts}
    result = []
    for mistake in mistakes:
        finding = mistake.finding
        place = locator.find(finding.route)
        key = locator.find(finding.route, on_key=True)
        hidden = _HASH_VALUE.match(front, key.end) if not finding.on_key else None
        cut = by_start.get(place.start)
        value = hidden.group(1) if hidden else f"{cut.value} {cut.rest}" if cut else None
        if value is not None:
            help_ = (
                f"a hash after a space begins a comment; put quotes around the value: `{traps.quoted(_short(value))}`"
            )
            mistake = mistake._replace(finding=msgspec.structs.replace(finding, help=help_))
            if cut:
                by_start.pop(cut.span.start)
        result.append(mistake)
    cuts[:] = by_start.values()
    return result


def _period_faults(content: Content) -> Iterator[tuple[Route, str, str]]:
    holders: list[tuple[Route, Any]] = []
    if isinstance(content, Org | Outcome | Team | GoalsDocument):
        holders.append(((), content))
    if isinstance(content, Org):
        holders.extend((outcome.route, outcome) for outcome in content.outcomes)
    elif isinstance(content, Team | GoalsDocument):
        holders.extend((goal.route, goal) for goal in content.goals)
    elif isinstance(content, TeamApi):
        holders.extend((("roadmap", index), item) for index, item in enumerate(content.roadmap))
    for route, holder in holders:
        period = holder.period
        if period is not None:
            try:
                parse_period(str(period))
            except ValueError as error:
                yield (*route, "period"), str(period), str(error)


def _own_fields(data: Mapping[str, Any]) -> Iterator[tuple[Route, dict[str, Any]]]:
    stack: list[tuple[Route, Any]] = [((), data)]
    while stack:
        route, value = stack.pop()
        if isinstance(value, dict):
            found = {key: item for key, item in value.items() if key.startswith(_OWN)}
            if found:
                yield route, found
            stack.extend(((*route, key), item) for key, item in value.items() if key not in found)
        elif isinstance(value, list):
            stack.extend(((*route, index), item) for index, item in enumerate(value))


def _placeholders(data: Mapping[str, Any]) -> Iterator[Route]:
    stack: list[tuple[Route, Any]] = [((), data)]
    while stack:
        route, value = stack.pop()
        if isinstance(value, str):
            if may_hold_placeholder(value) and PLACEHOLDER.match(value):
                yield route
        elif isinstance(value, dict):
            stack.extend(((*route, key), item) for key, item in value.items())
        elif isinstance(value, list):
            stack.extend(((*route, index), item) for index, item in enumerate(value))


def _salvage(path: str, text: str, problems: tuple[Finding, ...]) -> Document:
    """What an unreadable document declares all the same: its kind and id, from its text or from its place."""
    folder, _, name = path.rpartition("/")
    found = _NAMES_KIND.search(text)
    kind = found.group(1) if found else OWN_NAMES.get(name) or _folder_kind(path) or ""
    if not kind and _TEAM_LINE.search(text) and (field := _TEAM_FIELD.search(text)):
        kind = {"mission": "charter", "goals": "goals"}.get(field.group(1), "team-api")
    if not kind:
        return Document(path, "", None, problems, trusted=False)
    data: dict[str, Any] = {"kind": kind}
    if kind in _TEAM_KINDS:
        line = _TEAM_LINE.search(text)
        data["team"] = line.group(1) if line else folder.rsplit("/", 1)[-1]
    elif kind != "org":
        line = _ID_LINE.search(text)
        data["id"] = line.group(1) if line else name.removesuffix(".md")
    if kind in ("charter", "outcome", "guardrail", "community"):
        data["formerly"] = [former for former in _former_names(text, _OWN_FORMERLY) if "/" not in former]
    if kind == "charter" and _ARCHIVED.search(text):
        data["status"] = "archived"
    content = build(kind, data, path)
    return Document(path, kind, content, problems, perhaps=_former_names(text), trusted=False)
