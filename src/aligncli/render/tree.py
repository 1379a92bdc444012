"""The tree as text, JSON, markdown, Mermaid and DOT."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aligncli.render.text import Style, json_text, plain, without_commands
from aligncli.views.tree import Node, Tree, walk

Line = Callable[[Node], int]
"""Gives the line on which a node is declared."""

_STATUS_COLORS = {
    "on-track": "green",
    "at-risk": "yellow",
    "off-track": "red",
    "achieved": "green",
    "missed": "red",
    "dropped": "red",
    "proposed": "cyan",
}


def text(tree: Tree, style: Style) -> str:
    """For people: titles first, then what to call a thing and how it is doing."""
    lines = []
    if not tree.is_part:
        star = plain(tree.north_star or "no north star: there is no org document")
        name = f"{plain(tree.name)}: " if tree.name else ""
        lines.append(style.paint(name + star, bold=True))
    for index, node in enumerate(tree.outcomes):
        if tree.is_part:
            lines.append(_label(node, style))
            lines.extend(_branches(node.children, "", style))
        else:
            lines.extend(_branches([node], "", style, is_last=index == len(tree.outcomes) - 1))
    lines.extend(
        _apart(tree.untraced, "Untraced", ("goal that leads", "goals that lead"), " to no outcome", "red", style)
    )
    lines.extend(
        _apart(tree.unresolved, "Unresolved", ("thing", "things"), " whose way up is unknown", "yellow", style)
    )
    return without_commands("\n".join(lines) + "\n")


def _apart(nodes: Sequence[Node], title: str, nouns: tuple[str, str], what: str, color: str, style: Style) -> list[str]:
    if not nodes:
        return []
    total = 0

    def add(node: Node, parent: Node | None) -> None:
        nonlocal total
        total += not node.repeated

    walk(nodes, add)
    head = style.paint(f"{title}: {total} {nouns[total != 1]}{what}", color, bold=True)
    lines = ["", head]
    for index, node in enumerate(nodes):
        lines.extend(_branches([node], "", style, is_last=index == len(nodes) - 1))
    return lines


def _branches(nodes: Sequence[Node], indent: str, style: Style, *, is_last: bool = True) -> list[str]:
    tee, corner, bar = ("├─ ", "└─ ", "│  ") if style.unicode else ("|- ", "`- ", "|  ")
    lines = []
    stack = [(node, indent, is_last and index == len(nodes) - 1) for index, node in enumerate(nodes)][::-1]
    while stack:
        node, before, last = stack.pop()
        lines.append(style.paint(before + (corner if last else tee), dim=True) + _label(node, style))
        below = before + ("   " if last else bar)
        children = [(child, below, index == len(node.children) - 1) for index, child in enumerate(node.children)]
        stack.extend(reversed(children))
    return lines


def _label(node: Node, style: Style) -> str:
    title = plain(node.title) or plain(node.ref)
    parts = [plain(node.ref)]
    if node.owner:
        parts.append(plain(node.owner))
    details = style.paint(", ".join(parts), dim=True)
    if node.repeated:
        return f"{title}  {style.paint('(', dim=True)}{details}{style.paint(', see above)', dim=True)}"
    state = []
    if node.kind == "goal" or node.status != "active":
        state.append(style.paint(node.status, _STATUS_COLORS.get(node.status)))
    if node.progress is not None:
        state.append(f"{node.progress:.0%}")
    if node.truncated:
        state.append("… deeper than is drawn; start from here to see more")
    if node.focus:
        state.append(style.paint("in focus", "magenta"))
    shown = style.paint(", ", dim=True).join([details, *state])
    bold = node.kind == "outcome"
    return f"{style.paint(title, bold=bold)}  {style.paint('(', dim=True)}{shown}{style.paint(')', dim=True)}"


# --- JSON, version 1 ---


def tree_json(tree: Tree, line: Line) -> str:
    """A published format, apart from the types inside; fields are only ever added."""
    document = {
        "version": 1,
        "name": tree.name,
        "north_star": tree.north_star,
        "outcomes": [_json(node, line) for node in tree.outcomes],
        "untraced": [_json(node, line) for node in tree.untraced],
        "unresolved": [_json(node, line) for node in tree.unresolved],
    }
    return json_text(document)


def _json(node: Node, line: Line) -> dict[str, Any]:
    result: dict[str, Any] = {
        "kind": node.kind,
        "ref": node.ref,
        "title": node.title,
        "owner": node.owner,
        "status": node.status,
        "period": node.period,
        "progress": round(node.progress, 4) if node.progress is not None else None,
        "path": node.path,
        "line": line(node),
    }
    if node.repeated:
        result["repeated"] = True
    if node.truncated:
        result["truncated"] = True
    result["children"] = [_json(child, line) for child in node.children]
    return result


# --- formats for other readers ---

MOST_ARROWS = 500
MOST_CHARACTERS = 50_000
"""What Mermaid draws, unless the page that it stands on allows for more; no diagram can."""

_MERMAID = re.compile(r"[^\w .,/%()'?!+\-]|_")
_MERMAID_JOINTS = re.compile(
    r"\A(?=[0-9]*[^\w\s])"  # lists, headings, quotes
    r"|(?<=\\)|(?<=\$)(?=\$)|(?<=:)(?=fa-)|(?<=direction)(?=\s)"  # line ends, formulas, icons, the way it runs
    r"|(?<=\])(?=[(\[:])|(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)"  # links, of which it can make nothing
)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def _markdown(value: str) -> str:
    return _MARKDOWN.sub(r"\\\1", plain(value).strip())  # stars beside a blank make nothing bold


def markdown(tree: Tree, line: Line) -> str:
    """A nested list with links to the documents."""
    lines = []
    if not tree.is_part:
        lines += [
            f"# {_markdown(tree.name or 'The tree')}",
            "",
            _markdown(tree.north_star or "There is no north star yet."),
            "",
        ]
    lines += _bullets(tree.outcomes, line)
    for title, nodes in (("Goals that lead to no outcome", tree.untraced), ("Unresolved", tree.unresolved)):
        if nodes:
            lines += ["", f"## {title}", "", *_bullets(nodes, line)]
    return without_commands("\n".join(lines) + "\n")


def _bullets(nodes: Sequence[Node], line: Line) -> list[str]:
    lines = []
    stack = [(node, 0) for node in reversed(nodes)]
    while stack:
        node, depth = stack.pop()
        target = re.sub(
            r"[^\w./\-~]",
            lambda found: "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "replace")),
            node.path,
        )
        title = _markdown(node.title or node.ref)
        details = [f"`{plain(node.ref)}`", *([_markdown(node.owner)] if node.owner else [])]
        if node.repeated:
            details.append("see above")
        else:
            details.append(node.status)
            if node.progress is not None:
                details.append(f"{node.progress:.0%}")
        name = f"**{title}**" if node.kind == "outcome" else title
        lines.append(f"{'  ' * depth}- [{name}](<{target}#L{line(node)}>) ({', '.join(details)})")
        stack.extend((child, depth + 1) for child in reversed(node.children))
    return lines


class _Graph:
    """Nodes numbered in order of appearance, and the links between them."""

    def __init__(self, tree: Tree) -> None:
        self.star = tree.north_star if not tree.is_part else None
        self.nodes: dict[tuple[str, str], tuple[str, Node, str]] = {}
        self.links: list[tuple[str, str]] = []
        for group, nodes in (("", tree.outcomes), ("untraced", tree.untraced), ("unresolved", tree.unresolved)):
            walk(nodes, lambda node, parent, group=group: self.add(node, parent, group))  # type: ignore[misc]

    def add(self, node: Node, parent: Node | None, group: str) -> None:
        key = (node.kind, node.ref)
        if key not in self.nodes:
            self.nodes[key] = (f"n{len(self.nodes) + 1}", node, group)
        name = self.nodes[key][0]
        if parent is not None:
            self.links.append((name, self.nodes[parent.kind, parent.ref][0]))
        elif not group and self.star is not None:
            self.links.append((name, "n0"))


def mermaid(tree: Tree) -> str:
    """A Mermaid flowchart; arrows point to what is supported."""
    graph = _Graph(tree)
    lines = ["flowchart BT"]
    if graph.star is not None:
        lines.append(f'  n0(["{_mermaid(graph.star)}"])')
    for name, node, group in graph.nodes.values():
        label = f"{_mermaid(node.title or node.ref)}<br/>{_mermaid(_state(node))}"
        left, right = ("[", "]") if node.kind == "outcome" else ("(", ")")
        style = f":::{group}" if group else ""
        lines.append(f'  {name}{left}"{label}"{right}{style}')
    lines += [f"  {lower} --> {upper}" for lower, upper in graph.links]
    groups = {group for _, _, group in graph.nodes.values() if group}
    styles: Mapping[str, str] = {
        "untraced": "stroke:#c00,stroke-width:2px,stroke-dasharray:4",
        "unresolved": "stroke:#b80,stroke-width:2px,stroke-dasharray:4",
    }
    lines += [f"  classDef {group} {styles[group]}" for group in sorted(groups)]
    return "\n".join(lines) + "\n"


def mermaid_refuses(text: str) -> str | None:
    """Why Mermaid would not draw a diagram, if it would not."""
    arrows, size = text.count(" --> "), len(text.encode("utf-16-le")) // 2
    if arrows <= MOST_ARROWS and size <= MOST_CHARACTERS:
        return None
    return (
        f"Mermaid draws at most {MOST_ARROWS} arrows and {MOST_CHARACTERS} characters, and these are {arrows} and {size}: "
        "start from an outcome or a goal, or give --team, --depth or --no-goals"
    )


def _state(node: Node) -> str:
    progress = f", {node.progress:.0%}" if node.progress is not None else ""
    return f"{node.ref}, {node.status}{progress}"


def _mermaid(value: str) -> str:
    """As entities: in a label a quote ends it, and backticks or tags would mean something.

    What means something even then (older versions read markdown into any label) is kept apart by invisible joiners.
    """
    text = _MERMAID_JOINTS.sub("\u2060", plain(value))
    return _MERMAID.sub(lambda found: f"#{ord(found.group())};", text)


def dot(tree: Tree) -> str:
    """A Graphviz digraph; arrows point to what is supported."""
    graph = _Graph(tree)
    lines = ["digraph align {", "  rankdir=BT;", '  node [shape=box, fontname="sans-serif"];']
    if graph.star is not None:
        lines.append(f'  n0 [shape=oval, style=bold, label="{_dot(graph.star)}"];')
    for name, node, group in graph.nodes.values():
        style = "rounded" if node.kind == "goal" else "bold"
        color = {"untraced": ", color=red", "unresolved": ", color=orange"}.get(group, "")
        if group:
            style += ",dashed"
        label = f"{_dot(node.title or node.ref)}\\n{_dot(_state(node))}"
        lines.append(f'  {name} [style="{style}", label="{label}"{color}];')
    lines += [f"  {lower} -> {upper};" for lower, upper in graph.links]
    return without_commands("\n".join([*lines, "}"]) + "\n", signs="#&#35;")


def _dot(value: str) -> str:
    """In a DOT string, quotes end it, backslashes mean something, and HTML's entities too."""
    return plain(value).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
