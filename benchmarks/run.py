"""What align costs, against what nobody can do without, and against its peers: ``python benchmarks/run.py``.

Generates organisations in a temporary folder, runs everything as separate processes, alternately and several times, and
prints seconds and the medians of paired ratios as markdown. Ends with 1 when a budget does not hold. ``--quick`` takes
about a minute, the default about a quarter of an hour, ``--peers`` an hour more. ``docs/performance.md`` says what the
figures mean; ``--write`` puts them there.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from itertools import count as counting
from pathlib import Path
from typing import IO, NamedTuple

import phases
from generate import generate
from measure import (
    ALIGN,
    AS_OF,
    Budget,
    Failed,
    check,
    check_command,
    environment,
    peak,
    ratio,
    rounds,
    run,
    shown,
    table,
)

TOP = Path(__file__).parents[1]
PAGE = TOP / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end -->\n"
SIZES = (1_000, 5_000, 10_000, 50_000)
HUGE = (100_000, 500_000)
PEER_SIZES = (1_000, 5_000)
QUICK = (1_000, 10_000)
REFERENCE = 10_000
"""Documents at which the budgets of a check are set, and with whose cost larger repos are compared."""
FIRST = 1_000
"""Documents whose memory does not count: the program itself, and what every repo needs."""
MISTAKES = 5.0
LOAD = "import frontmatter, pathlib, sys\nfor path in sorted(pathlib.Path(sys.argv[1]).rglob('*.md')): frontmatter.load(path)"
WATCH = 0.150
"""Seconds from saving a document to having read what was found."""
EDITS = (
    ("a line of prose", r"\Z", "One more line.\n"),
    ("a goal's figure", r"current: [0-9]+", "current: 33"),
    ("a goal's title", r"title: [A-Za-z]+", "title: Nobody"),
)
"""What is saved, as a pattern and what takes its place."""
SETTLED = 2.5
"""Seconds after which align trusts the date of a file that was just written."""


class Section(NamedTuple):
    """A part of the report."""

    title: str
    text: str
    budgets: Sequence[Budget] = ()


class Bench:
    """Where the organisations are, and how often each thing is measured.

    Args:
        folder: in which they are generated, and everything else that is needed.
        count: of rounds.
        sizes: in documents.
    """

    def __init__(self, folder: Path, count: int, sizes: Sequence[int]) -> None:
        self.folder = folder
        self.count = count
        self.sizes = sorted(sizes)
        self._organisations: dict[tuple[int, float], tuple[Path, int]] = {}

    def organisation(self, size: int, mistakes: float = 0) -> tuple[Path, int]:
        """The folder of an organisation of some size, and how many documents it really has."""
        key = size, mistakes
        if key not in self._organisations:
            tell(f"generating {size:,} documents{', some with mistakes' if mistakes else ''}")
            root = self.folder / f"{size}-{mistakes:g}"
            documents, _ = generate(size // 2, root, mistakes)
            time.sleep(SETTLED)
            self._organisations[key] = root, documents
        return self._organisations[key]

    def rounds(self, size: int) -> int:
        """How often everything of a size is measured: the huge ones once."""
        return 1 if size in HUGE else self.count


def tell(text: str) -> None:
    """Says on standard error how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# --- start-up ---


def start_up(bench: Bench) -> Section:
    """The two runs that are felt every time."""
    examples = TOP / "examples" / "charters"
    ways: dict[str, Callable[[], float]] = {
        'python -c "import typer"': lambda: run([sys.executable, "-c", "import typer"]),
        "align --version": lambda: run([ALIGN, "--version"]),
        "align check examples/charters": lambda: run([ALIGN, "check", examples, "--as-of", AS_OF]),
    }
    taken = rounds(4 * bench.count, ways)
    base = taken['python -c "import typer"']
    limits = {"align --version": 1.3, "align check examples/charters": 2.5}
    rows = []
    budgets = []
    for name, seconds in taken.items():
        found = ratio(seconds, base)
        limit = limits.get(name)
        rows.append([f"`{name}`", shown(statistics.median(seconds)), f"{found:.2f}", f"{limit}" if limit else ""])
        if limit:
            budgets.append(Budget(f"`{name}` / import typer", limit, found))
    return Section("Start-up", table(["", "s", "× import typer", "budget"], rows), budgets)


# --- checks ---


def floor_of(bench: Bench) -> Section:
    """What the same files cost those who do less."""
    rows = []
    for size in bench.sizes:
        if size in HUGE:
            continue
        root, documents = bench.organisation(size)
        found = [phases.measured("floor", root) for _ in range(bench.count)]
        loads = [one["load"] for one in found]
        for name in found[0]:
            seconds = [one[name] for one in found]
            median = statistics.median(seconds)
            each = f"{median / documents * 1e6:.0f}"
            rows.append([f"{documents:,}: {name}", shown(median), f"{ratio(seconds, loads):.2f}", each])
    return Section("The floor", table(["documents: what", "s", "× load", "µs a document"], rows))


class Checks(NamedTuple):
    """What the checks of an organisation took."""

    documents: int
    taken: dict[str, list[float]]


COLD, ALONE, PLAIN, AGAIN, CHANGED, TREE = (
    "cold",
    "cold, one core",
    "`--no-cache`",
    "again, nothing changed",
    "again, one changed",
    "`align tree`",
)
LIMITS = {COLD: 0.5, PLAIN: 0.5, AGAIN: 0.15, CHANGED: 0.25}


def checks(bench: Bench, size: int) -> Checks:
    """One organisation, checked in every state of the cache."""
    root, documents = bench.organisation(size)
    tell(f"checking {documents:,} documents")
    charters = root.glob("teams/*/charter.md")
    tries = counting()
    state = bench.folder / "cache"

    def cold() -> float:
        nonlocal state
        shutil.rmtree(state, ignore_errors=True)
        state = bench.folder / f"cache-{size}-{next(tries)}"
        return check(root, cache=state)

    def changed() -> float:
        with next(charters).open("a", encoding="utf-8") as file:
            file.write("\nOne more line.\n")
        return check(root, cache=state)

    ways: dict[str, Callable[[], float]] = {"load": lambda: run([sys.executable, "-c", LOAD, root])}
    ways[PLAIN] = lambda: check(root)
    if shutil.which("taskset"):
        ways[ALONE] = lambda: run(["taskset", "--cpu-list", "0", *check_command(root)])
    ways[COLD] = cold
    ways[AGAIN] = lambda: check(root, cache=state)
    ways[CHANGED] = changed
    ways[TREE] = lambda: run([ALIGN, "tree", "-C", root], env=environment(state))
    taken = rounds(bench.rounds(size), ways, warm_up=size not in HUGE)
    shutil.rmtree(state, ignore_errors=True)
    return Checks(documents, taken)


def checking(bench: Bench) -> Section:
    """Checks of every size against merely loading the same files, and whether their cost stays the same."""
    rows = []
    budgets = []
    costs: dict[int, float] = {}
    for size in bench.sizes:
        documents, taken = checks(bench, size)
        for name, seconds in taken.items():
            median = statistics.median(seconds)
            found = ratio(seconds, taken["load"])
            limit = LIMITS.get(name) if size == REFERENCE else None
            if limit:
                budgets.append(Budget(f"{name}, {documents:,} documents / load", limit, found))
            each = median / documents * 1e6
            if name == COLD:
                costs[size] = each
            rows.append(
                [f"{documents:,}: {name}", shown(median), f"{found:.2f}", f"{limit}" if limit else "", f"{each:.0f}"]
            )
    for size, each in costs.items():
        if REFERENCE in costs and size > REFERENCE:
            what = f"growth of time: a document's share at {size:,} / at {REFERENCE:,}"
            budgets.append(Budget(what, 1.25, each / costs[REFERENCE]))
    return Section("Checks", table(["documents: what", "s", "× load", "budget", "µs a document"], rows), budgets)


def watching(bench: Bench) -> Section:
    """From saving one document to the last line of what ``--watch`` prints."""
    rows = []
    budgets = []
    for size in bench.sizes:
        if size > REFERENCE:
            continue
        root, documents = bench.organisation(size)
        tell(f"watching {documents:,} documents")
        with tempfile.TemporaryDirectory(dir=bench.folder) as state:
            command = [str(word) for word in check_command(root, "--watch", cached=True)]
            process = subprocess.Popen(
                command, env=environment(Path(state)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
            )
            try:
                assert process.stdout is not None
                _until_watching(process.stdout)
                time.sleep(SETTLED)  # until all folders are watched
                for name, old, new in EDITS:
                    seconds = []
                    for charter in sorted(root.glob("teams/*/charter.md"))[: 4 * bench.count + 1]:
                        text = charter.read_text(encoding="utf-8")
                        time.sleep(0.3)  # nobody saves faster, and what was printed before is all read
                        start = time.perf_counter()
                        charter.write_text(re.sub(old, new, text, count=1), encoding="utf-8", newline="")
                        _until_watching(process.stdout)
                        seconds.append(time.perf_counter() - start)
                    median = statistics.median(seconds[1:])
                    limit = WATCH if size == REFERENCE else None
                    rows.append(
                        [
                            f"{documents:,}: {name}",
                            f"{median * 1000:.0f}",
                            f"{max(seconds[1:]) * 1000:.0f}",
                            f"{1000 * WATCH:.0f}" if limit else "",
                        ]
                    )
                    if limit:
                        budgets.append(
                            Budget(f"watching {documents:,} documents, {name}", 1000 * limit, 1000 * median, "ms")
                        )
            finally:
                process.kill()
                process.wait()
    return Section(
        "Watching", table(["documents: what is saved", "ms, median", "ms, longest", "budget"], rows), budgets
    )


def _until_watching(stream: IO[bytes]) -> None:
    for line in stream:
        if line.startswith(b"watching"):
            return
    raise Failed("--watch ended")


def with_mistakes(bench: Bench) -> Section:
    """Organisations that are not in order, where findings have to be placed, explained and printed."""
    rows = []
    for size in bench.sizes:
        if size in HUGE:
            continue
        good, _ = bench.organisation(size)
        bad, documents = bench.organisation(size, MISTAKES)
        tell(f"checking {documents:,} documents with mistakes")
        ways: dict[str, Callable[[], float]] = {
            "in order": partial(check, good),
            f"{MISTAKES:g} % with mistakes": partial(check, bad, statuses=(0, 1)),
            f"{MISTAKES:g} % with mistakes, `--format json`": partial(check, bad, "--format", "json", statuses=(0, 1)),
        }
        taken = rounds(bench.count, ways)
        for name, seconds in taken.items():
            found = ratio(seconds, taken["in order"])
            rows.append([f"{documents:,}: {name}", shown(statistics.median(seconds)), f"{found:.2f}"])
    return Section("Mistakes", table(["documents: what", "s", "× in order"], rows))


def by_phase(bench: Bench) -> Section:
    """Where the time goes, in one process."""
    size = max(size for size in bench.sizes if size <= REFERENCE or size == bench.sizes[0])
    root, documents = bench.organisation(size)
    tell(f"phases of {documents:,} documents")
    found = [phases.measured("phases", root) for _ in range(bench.count)]
    medians = {name: statistics.median(one[name] for one in found) for name in found[0]}
    whole = sum(medians.values())
    rules = {name: seconds for name, seconds in medians.items() if name not in phases.NAMES}
    parts = {name: medians[name] for name in phases.NAMES if name in medians} | {"rules": sum(rules.values())}
    dear = {name: rules[name] for name in sorted(rules, key=lambda name: -rules[name]) if rules[name] > whole / 1000}
    dear[f"the other {len(rules) - len(dear)} rules"] = sum(rules.values()) - sum(dear.values())
    rows = [
        [name, f"{seconds * 1000:.1f}", f"{seconds / documents * 1e6:.1f}", f"{seconds / whole:.1%}"]
        for name, seconds in (*parts.items(), *((f"– {name}", seconds) for name, seconds in dear.items()))
    ]
    head = [f"{documents:,} documents, one process", "ms", "µs a document", "of all"]
    return Section("Phases", table(head, [*rows, ["all", f"{whole * 1000:.0f}", f"{whole / documents * 1e6:.0f}", ""]]))


# --- memory ---


def memory(bench: Bench) -> Section:
    """The most that a check holds at one time, its children included."""
    rows = []
    budgets = []
    first: dict[str, tuple[int, int]] = {}
    sizes = sorted({*bench.sizes, *([FIRST] if bench.sizes[-1] > FIRST else [])})
    for size in sizes:
        root, documents = bench.organisation(size)
        tell(f"memory of {documents:,} documents")
        state = bench.folder / f"cache-memory-{size}"
        ways = {PLAIN: False, COLD: True, AGAIN: True}
        for name, cached in ways.items():
            most = peak(check_command(root, cached=cached), environment(state))
            row = [f"{documents:,}: {name}", f"{most / 1024:.0f}", f"{most / documents:.1f}"]
            if size <= FIRST:
                first[name] = documents, most
                rows.append([*row, "", ""])
                continue
            fewer, less = first[name]
            slope = (most - less) / (documents - fewer)
            rows.append([*row, f"{slope:.1f}", "6"])
            budgets.append(
                Budget(f"memory, {name}, {documents:,} documents, beyond the first thousand", 6, slope, "KB")
            )
            if size == max(HUGE):
                budgets.append(Budget(f"memory, {name}, {documents:,} documents", 3, most / 1024 / 1024, "GB"))
        shutil.rmtree(state, ignore_errors=True)
    head = ["documents: what", "MB", "KB a document", "KB a document beyond the first thousand", "budget"]
    return Section("Memory", table(head, rows), budgets)


# --- peers ---


def peers(bench: Bench, sizes: Sequence[int], tools_folder: Path) -> Section:
    """The peers on the same documents."""
    from peers import PEERS, Work, install  # needs what only this part needs

    tell(f"installing the peers in {tools_folder}")
    tools, versions, missing = install(PEERS, tools_folder)
    rows = []
    budgets = []
    for size in sizes:
        root, documents = bench.organisation(size)
        for peer in PEERS:
            if peer.name in missing:
                rows.append([f"{documents:,}: {peer.name}", f"not installed: {missing[peer.name]}", "", "", ""])
                if peer.budget and size in PEER_SIZES:
                    budgets.append(Budget(f"{peer.name} (not installed), {documents:,}", peer.budget, 0, at_least=True))
                continue
            tell(f"{peer.name} on {documents:,} documents")
            folder = bench.folder / "peers" / f"{size}-{re.sub('[^a-z]+', '-', peer.name.lower())}"
            folder.mkdir(parents=True)
            work = peer.prepare(root, folder, tools)

            def theirs(work: Work = work) -> float:
                if work.reset:
                    work.reset()
                return sum(run(command, cwd=work.folder) for command in work.commands)

            def ours(root: Path = root) -> float:
                with tempfile.TemporaryDirectory(dir=bench.folder) as state:
                    return check(root, cache=Path(state))

            ours()
            taken = rounds(bench.count, {"ours": ours, "theirs": theirs}, warm_up=False)
            found = ratio(taken["theirs"], taken["ours"])
            rows.append(
                [
                    f"{documents:,}: {peer.name} {versions[peer.name]}",
                    shown(statistics.median(taken["theirs"])),
                    shown(statistics.median(taken["ours"])),
                    f"{found:.1f}",
                    f"{peer.budget:g}" if peer.budget else "",
                ]
            )
            if peer.budget and size in PEER_SIZES:
                budgets.append(Budget(f"{peer.name} / align, {documents:,}", peer.budget, found, at_least=True))
            shutil.rmtree(folder)
    head = ["documents: peer", "s", "align, cold, s", "times as long as align", "budget, at least"]
    return Section("Peers", table(head, rows), budgets)


# --- the report ---


def busy() -> float:
    """How many cores others have used in the last minute, as far as the system tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def machine() -> Section:
    """On what it was measured."""
    model = platform.processor() or "unknown"
    memory_kb = 0
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
        model = found[1] if found else model
        memory_kb = int(re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.M)[1])  # type: ignore[index]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    packages = ("aligncli", "typer", "PyYAML", "python-frontmatter", "jsonschema-rs", "msgspec")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    text = (
        f"{date.today().isoformat()}; {cores} cores ({model})"
        + (f", {memory_kb / 1024 / 1024:.0f} GB" if memory_kb else "")
        + f"; {platform.system()}, {platform.python_implementation()} {platform.python_version()}; {versions}."
        + (f" {busy():.1f} cores were busy with other things before it began.\n" if busy() > 0.5 else "\n")
    )
    return Section("Machine", text)


def verdict(budgets: Sequence[Budget]) -> Section:
    """Which budgets hold."""
    rows = [
        [
            budget.what,
            f"{'≥' if budget.at_least else '≤'} {budget.limit:g} {budget.unit}",
            f"{budget.found:.2f} {budget.unit}",
            "holds" if budget.holds else "**does not hold**",
        ]
        for budget in budgets
    ]
    return Section("Budgets", table(["", "budget", "measured", ""], rows))


def written(page: str, sections: Sequence[Section]) -> str:
    """A page with new figures between its marks; sections that were not measured this time stay as they are.

    Raises:
        SystemExit: it has no marks.
    """
    head, begin, rest = page.partition(BEGIN)
    old, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"there is no `{BEGIN.strip()}` with an `{END.strip()}` behind it")
    parts = dict(re.findall(r"^### (.*)\n\n((?:(?!### ).*\n)*)", old, re.M))
    parts.update({section.title: f"{section.text}\n" for section in sections})
    order = [title for title in TITLES if title in parts]
    figures = "".join(f"### {title}\n\n{parts[title].strip()}\n\n" for title in order)
    return f"{head}{begin}\n{figures}{end}{tail}"


TITLES = ("Machine", "Budgets", "Start-up", "Checks", "Watching", "Memory", "Phases", "The floor", "Mistakes", "Peers")
PARTS: dict[str, Callable[[Bench], Section]] = {
    "start-up": start_up,
    "checks": checking,
    "watching": watching,
    "memory": memory,
    "phases": by_phase,
    "floor": floor_of,
    "mistakes": with_mistakes,
}
QUICK_PARTS = ("start-up", "checks", "memory")


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="What align costs, and what its peers do.")
    parser.add_argument("--sizes", type=numbers, help=f"in documents; {','.join(map(str, SIZES))}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each thing is measured; 5")
    parser.add_argument("--parts", type=words, help=f"some of {', '.join(PARTS)}; all of them")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{' and '.join(f'{size:,}' for size in QUICK)} documents, two rounds, no peers, {', '.join(QUICK_PARTS)}: about a minute",
    )
    parser.add_argument(
        "--huge", action="store_true", help=f"also {' and '.join(f'{size:,}' for size in HUGE)} documents, once"
    )
    parser.add_argument(
        "--peers", action="store_true", help="also the peers, which are installed for it; about an hour"
    )
    parser.add_argument("--peer-sizes", type=numbers, default=PEER_SIZES, help="in documents; 1000,5000")
    parser.add_argument("--peers-folder", type=Path, help="where they are installed; a folder in the user's cache")
    parser.add_argument("--folder", type=Path, help="where the organisations are generated; a temporary folder")
    parser.add_argument("--write", action="store_true", help=f"put the figures into {PAGE.relative_to(TOP)}")
    return parser.parse_args()


def numbers(text: str) -> list[int]:
    """Some numbers, with commas between them."""
    return [int(word) for word in text.split(",")]


def words(text: str) -> list[str]:
    """Some parts, with commas between them."""
    found = text.split(",")
    unknown = [word for word in found if word not in PARTS and word]
    if unknown:
        raise argparse.ArgumentTypeError(f"no such part as {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return [word for word in found if word]


def main() -> int:
    """Measures and prints; gives the exit status."""
    chosen = options()
    sizes = chosen.sizes or (QUICK if chosen.quick else SIZES)
    wanted = chosen.parts if chosen.parts is not None else QUICK_PARTS if chosen.quick else tuple(PARTS)
    repeat = min(2, chosen.rounds) if chosen.quick else chosen.rounds
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    sections = [machine()]
    if busy() > 0.5:
        tell(f"others use {busy():.1f} cores: what runs in several processes will look slower than it is")
    with tempfile.TemporaryDirectory(prefix="align-benchmark-", dir=chosen.folder) as folder:
        bench = Bench(Path(folder), repeat, [*sizes, *(HUGE if chosen.huge else ())])
        for name, part in PARTS.items():
            if name in wanted:
                sections.append(part(bench))
        if chosen.peers:
            sections.append(peers(bench, chosen.peer_sizes, chosen.peers_folder or cache_home / "align-benchmarks"))
    budgets = [budget for section in sections for budget in section.budgets]
    if budgets:
        sections.append(verdict(budgets))
    for section in sections:
        print(f"### {section.title}\n\n{section.text}")
    if chosen.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), sections), encoding="utf-8")
    return 0 if all(budget.holds for budget in budgets) else 1


if __name__ == "__main__":
    sys.exit(main())
