"""The peers: how each is installed, what it is given, and which command does its work.

Every peer gets the same documents with the same texts as ``align check``, in the form that it reads. Preparing that
form is no part of the time. What a peer does not check stands in ``docs/performance.md``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import in_trlc
import yaml

SCHEMAS = Path(__file__).parents[1] / "schemas"
KINDS = ("charter", "team-api")
"""What check-jsonschema is given: nearly all of the documents, one run for each of these kinds."""

Data = dict[str, Any]


@dataclass(frozen=True)
class Tools:
    """Where the peers are installed."""

    python: Path
    node: Path

    def script(self, name: str) -> str:
        """A program that came with a Python package."""
        return str(self.python / "bin" / name)


@dataclass(frozen=True)
class Work:
    """What one run of a peer is: commands, one after the other, in a folder that may have to be put back before."""

    commands: tuple[tuple[str, ...], ...]
    folder: Path
    reset: Callable[[], None] | None = None
    statuses: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class Peer:
    """A tool that does a part of what align does."""

    name: str
    package: str
    prepare: Callable[[Path, Path, Tools], Work] = field(repr=False)
    budget: float | None = None
    """How many times faster align has to be."""
    npm: tuple[str, ...] = ()


def install(peers: tuple[Peer, ...], folder: Path) -> tuple[Tools, dict[str, str], dict[str, str]]:
    """Installs the peers below a folder, or takes what is there; gives the versions, and why others are missing."""
    tools = Tools(folder / "python", folder / "node")
    if not (tools.python / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", tools.python], check=True)
    versions: dict[str, str] = {}
    missing: dict[str, str] = {}
    for peer in peers:
        try:
            versions[peer.name] = npm(peer, tools) if peer.npm else pip(peer, tools)
        except (OSError, subprocess.CalledProcessError) as error:
            missing[peer.name] = last_line(error)
    return tools, versions, missing


def last_line(error: OSError | subprocess.CalledProcessError) -> str:
    """Why something could not be installed."""
    said = (error.stderr or error.stdout or "") if isinstance(error, subprocess.CalledProcessError) else str(error)
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else str(error)


def pip(peer: Peer, tools: Tools) -> str:
    """Installs a Python package; gives its version."""
    show = [
        tools.script("python"),
        "-c",
        "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))",
        peer.package,
    ]
    done = subprocess.run(show, capture_output=True, text=True, check=False)
    if done.returncode:
        command = [
            tools.script("python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            peer.package,
        ]
        subprocess.run(command, check=True, capture_output=True, text=True)
        done = subprocess.run(show, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def npm(peer: Peer, tools: Tools) -> str:
    """Installs packages for Node.js; gives the version of the one that names the peer."""
    place = tools.node / "node_modules" / peer.package / "package.json"
    if not place.exists():
        tools.node.mkdir(parents=True, exist_ok=True)
        (tools.node / "package.json").write_text("{}\n", encoding="utf-8")
        command = ["npm", "install", "--no-fund", "--no-audit", "--loglevel", "error", *peer.npm]
        subprocess.run(command, cwd=tools.node, check=True, capture_output=True, text=True)
    return str(json.loads(place.read_text(encoding="utf-8"))["version"])


def documents(org: Path) -> Iterator[tuple[Path, Data, str, str]]:
    """The documents of an organisation: path, data, frontmatter, prose."""
    for path in sorted(org.rglob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        yield path.relative_to(org), yaml.load(front, yaml.CSafeLoader), front, body


def alone(kind: str) -> str:
    """The schema of a kind with all that it refers to inside: the peers find no neighbouring files by a relative id."""
    shared = json.loads((SCHEMAS / "defs.schema.json").read_text(encoding="utf-8"))["$defs"]
    text = (SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8").replace("defs.schema.json#/", "#/")
    schema = json.loads(text)
    needed: Data = {}
    queue = [text]
    while queue:
        for name in re.findall(r'"#/\$defs/([^"/]+)', queue.pop()):
            if name not in needed:
                needed[name] = shared[name]
                queue.append(json.dumps(shared[name]))
    # remark's plugin knows draft 07 by name only; its keywords for what these schemas use are the same.
    for key in ("$id", "$schema"):
        del schema[key]
    return json.dumps({**schema, "$defs": needed})


def as_yaml(org: Path, folder: Path) -> Mapping[str, list[str]]:
    """Writes every frontmatter as a file of its own; gives the files of each kind."""
    found: dict[str, list[str]] = {}
    for path, data, front, _ in documents(org):
        place = folder / path.with_suffix(".yaml")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(front, encoding="utf-8")
        found.setdefault(data["kind"], []).append(str(place.relative_to(folder)))
    return found


def check_jsonschema(org: Path, folder: Path, tools: Tools) -> Work:
    """Charters and Team APIs, one run for each kind."""
    files = as_yaml(org, folder)
    commands = []
    for kind in KINDS:
        schema = folder / f"{kind}.schema.json"
        schema.write_text(alone(kind), encoding="utf-8")
        commands.append((tools.script("check-jsonschema"), "--schemafile", schema.name, *files[kind]))
    return Work(tuple(commands), folder)


def yamllint(org: Path, folder: Path, tools: Tools) -> Work:
    """The same files; its own idea of style is set to what the documents look like, so that it finds nothing."""
    as_yaml(org, folder)
    rules = "extends: default\nrules:\n  line-length: disable\n  document-start: disable\n"
    (folder / ".yamllint").write_text(rules, encoding="utf-8")
    return Work(((tools.script("yamllint"), "."),), folder)


def remark(org: Path, folder: Path, tools: Tools) -> Work:
    """The documents as they are, with the schemas of their kinds."""
    shutil.copytree(org, folder, dirs_exist_ok=True)
    places = {
        "charter": "teams/*/charter.md",
        "team-api": "teams/*/team-api.md",
        "outcome": "outcomes/*.md",
        "guardrail": "guardrails/*.md",
        "org": "org.md",
    }
    for kind in places:
        (folder / f"{kind}.schema.json").write_text(alone(kind), encoding="utf-8")
    schemas = json.dumps({f"./{kind}.schema.json": [place] for kind, place in places.items()})
    (folder / ".remarkrc.mjs").write_text(
        "import frontmatter from 'remark-frontmatter'\nimport schema from 'remark-lint-frontmatter-schema'\n"
        f"export default {{plugins: [frontmatter, [schema, {{schemas: {schemas}}}]]}}\n",
        encoding="utf-8",
    )
    (folder / "node_modules").symlink_to(tools.node / "node_modules")
    return Work(((str(tools.node / "node_modules" / ".bin" / "remark"), "--frail", "--quiet", "."),), folder)


def trlc(org: Path, folder: Path, tools: Tools) -> Work:
    """The same content in its own language, one file a document, with types and checks."""
    in_trlc.write(documents(org), folder)
    return Work(((tools.script("trlc"), "--brief", "."),), folder)


def doorstop_items(org: Path, folder: Path) -> None:
    """One item a document with its text, its fields and its links, in the working copy that doorstop asks for."""
    trees = {"org": ("ORG", ""), "guardrail": ("GRD", "ORG"), "outcome": ("OUT", "ORG"), "charter": ("TEAM", "OUT"), "team-api": ("API", "TEAM")}  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
    for kind, (prefix, parent) in trees.items():
        settings: Data = {"digits": 6, "itemformat": "yaml", "prefix": prefix, "sep": ""}
        if parent:
            settings["parent"] = parent
        (folder / kind).mkdir()
        (folder / kind / ".doorstop.yml").write_text(yaml.safe_dump({"settings": settings}), encoding="utf-8")
    numbers: dict[str, int] = {}
    uids: dict[tuple[str, str], str] = {}
    found = list(documents(org))
    for _, data, _, _ in found:
        kind = data["kind"]
        numbers[kind] = numbers.get(kind, 0) + 1
        uids[kind, data.get("id") or data.get("team") or ""] = f"{trees[kind][0]}{numbers[kind]:06}"
    for _, data, _, body in found:
        kind = data["kind"]
        uid = uids[kind, data.get("id") or data.get("team") or ""]
        links = sorted({uids[link] for link in linked(data)} or ({uids["org", ""]} if kind != "org" else set()))
        item = {
            "active": True, "derived": False, "header": "", "level": f"1.{int(uid[-6:])}", "links": [{link: None} for link in links],
            "normative": True, "ref": "", "reviewed": None, "text": body, "fields": {**data, "kind": kind},
        }  # fmt: skip
        (folder / kind / f"{uid}.yml").write_text(yaml.dump(item, Dumper=yaml.CSafeDumper), encoding="utf-8")


def linked(data: Data) -> Iterator[tuple[str, str]]:
    """What a document refers to: kind and id."""
    for support in data.get("supports", ()):
        yield "outcome", support["to"]
    for goal in data.get("goals", ()):
        for support in goal["supports"]:
            yield "outcome", support["to"]
        for other in goal.get("depends-on", ()):
            yield "charter", other["to"]
    for name in data.get("guardrails", ()):
        yield "guardrail", name
    if data["kind"] == "team-api":
        yield "charter", data["team"]
        for interaction in data.get("interactions", ()):
            yield "charter", interaction["team"]


def doorstop(org: Path, folder: Path, tools: Tools) -> Work:
    """Items that nobody has reviewed: every run begins with them as they were, for doorstop writes while it checks."""
    pristine = folder.with_name(folder.name + "-pristine")
    doorstop_items(org, pristine)

    def reset() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(pristine, folder)

    return Work(((tools.script("doorstop"), "--quiet"),), folder, reset)


def doorstop_stamped(org: Path, folder: Path, tools: Tools) -> Work:
    """Items that doorstop has seen before: it wrote what it computes from each, and compares."""
    doorstop_items(org, folder)
    for words in (("clear", "all"), ("review", "all")):
        subprocess.run([tools.script("doorstop"), "--quiet", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return Work(((tools.script("doorstop"), "--quiet", "--no-reformat"),), folder)


def zizmor(org: Path, folder: Path, tools: Tools) -> Work:
    """It reads workflows only: as many as there are documents, each a job that says the document's prose."""
    place = folder / ".github" / "workflows"
    place.mkdir(parents=True)
    for number, (path, _, front, body) in enumerate(documents(org)):
        said = json.dumps(front + body)
        (place / f"{number}.yml").write_text(
            f"name: {path.parent.name} {path.stem}\non: workflow_dispatch\npermissions: {{}}\nconcurrency:\n  group: one\n  cancel-in-progress: true\n"
            f'jobs:\n  say:\n    name: say\n    runs-on: ubuntu-latest\n    steps:\n      - name: say\n        run: echo "$TEXT"\n        env:\n          TEXT: {said}\n',
            encoding="utf-8",
        )
    return Work(((tools.script("zizmor"), "--offline", "--no-progress", "--quiet", "."),), folder)


PEERS = (
    Peer("check-jsonschema", "check-jsonschema", check_jsonschema, 10),
    Peer("yamllint", "yamllint", yamllint),
    Peer(
        "remark-lint-frontmatter-schema",
        "remark-lint-frontmatter-schema",
        remark,
        30,
        ("remark-cli", "remark-frontmatter", "remark-lint-frontmatter-schema"),
    ),
    Peer("doorstop", "doorstop", doorstop, 20),
    Peer("doorstop, stamped", "doorstop", doorstop_stamped),
    Peer("TRLC", "trlc", trlc, 1),
    Peer("zizmor", "zizmor", zizmor),
)
