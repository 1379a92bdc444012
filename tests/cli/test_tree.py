"""``align tree`` from outside."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests import EXAMPLES
from tests.cli.tool import CHARTER, DAY, SMALLEST, Tool, one_sentence, write

ORG = """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
period: 2026
outcomes:
  - {id: happy-senders, title: Senders are happy, owner: head of care, status: active, focus: true}
  - id: fewer-abandoned-carts
    title: Fewer carts are abandoned
    supports: [happy-senders]
    period: 2026-H2
    measures:
      - {name: Abandoned carts, baseline: 60, target: 40, current: 50}
  - {id: old-dream, title: An old dream, status: dropped, closed: 2026-02-01}
  - {id: cheap-parcels, title: Parcels are cheap, owner: treasurer}
---
"""
CHECKOUT = """\
---
kind: charter
team: checkout
mission: Returning customers pay without thinking about it.
lead: mei
goals:
  - id: one-tap-pay
    title: Returning customers pay in ten seconds
    supports: [fewer-abandoned-carts, cheap-parcels]
    period: 2026-Q4
    status: at-risk
    measures:
      - {name: Seconds, direction: decrease, baseline: 60, target: 10, current: 35}
      - {name: Errors, direction: keep-below, target: 5, current: 3}
  - {id: no-purpose, title: A goal without a purpose}
  - {id: on-nothing, title: A goal on a goal without a purpose, supports: [checkout/no-purpose]}
  - {id: lost, title: A goal with a wrong reference, supports: [nothing-that-exists]}
  - {id: finished, title: A goal that was reached, supports: [happy-senders], status: achieved, period: 2025}
---
"""
IDENTITY = """\
---
kind: charter
team: identity
mission: Everybody signs in without a password.
goals:
  - {id: passkeys, title: Everybody signs in without a password, supports: [checkout/one-tap-pay], status: on-track, period: 2027-Q1, owner: ada}
---
"""
FILES = {"org.md": ORG, "teams/checkout/charter.md": CHECKOUT, "teams/identity/charter.md": IDENTITY}


def refs(nodes: list[Any]) -> list[Any]:
    """The references as nested lists: a name, or a pair of a name and what is below."""
    return [(node["ref"], refs(node["children"])) if node["children"] else node["ref"] for node in nodes]


def flat(nodes: list[Any]) -> list[Any]:
    return [item for node in nodes for item in (node, *flat(node["children"]))]


def test_json(tool: Tool) -> None:
    tree = tool.json("tree", "-C", tool.repo(FILES), "--as-of", DAY)
    assert tree["version"] == 1
    assert tree["north_star"] == "Anyone can send a parcel anywhere with one tap."
    assert refs(tree["outcomes"]) == [
        (
            "happy-senders",
            [("fewer-abandoned-carts", [("checkout/one-tap-pay", ["identity/passkeys"])]), "checkout/finished"],
        ),
        "old-dream",
        ("cheap-parcels", ["checkout/one-tap-pay"]),
    ]
    assert refs(tree["untraced"]) == [("checkout/no-purpose", ["checkout/on-nothing"])]
    assert refs(tree["unresolved"]) == ["checkout/lost"]


def test_a_reference_stands_for_its_one_clear_candidate(tool: Tool) -> None:
    """`A reference that resolves to nothing stands for its one clear candidate, else it is unknown; … tree shows it as unresolved`."""
    root = tool.repo(
        {**FILES, "teams/checkout/charter.md": CHECKOUT.replace("nothing-that-exists", "fewer-abandonned-carts")}
    )
    tree = tool.json("tree", "fewer-abandoned-carts", "-C", root)
    assert "checkout/lost" in {node["ref"] for node in flat(tree["outcomes"])}
    assert tool.json("tree", "-C", root)["unresolved"] == []


def test_a_json_node_field_by_field(tool: Tool) -> None:
    tree = tool.json("tree", "-C", tool.repo(FILES), "--as-of", DAY)
    nodes = {node["ref"]: node for node in flat(tree["outcomes"]) if not node.get("repeated")}
    goal = nodes["checkout/one-tap-pay"]
    assert {key: value for key, value in goal.items() if key != "children"} == {
        "kind": "goal", "ref": "checkout/one-tap-pay", "title": "Returning customers pay in ten seconds", "owner": "mei",
        "status": "at-risk", "period": "2026-Q4", "progress": 0.75, "path": "teams/checkout/charter.md", "line": 7,
    }  # fmt: skip
    outcome = nodes["fewer-abandoned-carts"]
    assert {key: value for key, value in outcome.items() if key != "children"} == {
        "kind": "outcome", "ref": "fewer-abandoned-carts", "title": "Fewer carts are abandoned", "owner": None,
        "status": "active", "period": "2026-H2", "progress": 0.5, "path": "org.md", "line": 8,
    }  # fmt: skip
    assert (nodes["identity/passkeys"]["owner"], nodes["identity/passkeys"]["progress"]) == ("ada", None)
    assert nodes["old-dream"]["status"] == "dropped"


def test_a_repeated_goal_has_no_children(tool: Tool) -> None:
    """A goal that supports several things stands under each; later appearances are `repeated`."""
    tree = tool.json("tree", "-C", tool.repo(FILES))
    twice = [node for node in flat(tree["outcomes"]) if node["ref"] == "checkout/one-tap-pay"]
    assert [node.get("repeated", False) for node in twice] == [False, True]
    assert [bool(node["children"]) for node in twice] == [True, False]
    assert "repeated" not in twice[0]
    (passkeys,) = [node for node in flat(tree["outcomes"]) if node["ref"] == "identity/passkeys"]
    assert "repeated" not in passkeys


def test_text(tool: Tool) -> None:
    run = tool("tree", "-C", tool.repo(FILES))
    assert run.status == 0
    assert "Anyone can send a parcel anywhere with one tap." in run.lines[0]
    text = run.out
    order = [
        "Senders are happy",
        "Fewer carts",
        "ten seconds",
        "without a password",
        "was reached",
        "old dream",
        "are cheap",
    ]
    order += ["Untraced", "A goal without a purpose", "Unresolved", "wrong reference"]
    at = [text.index(words) for words in order]
    assert at == sorted(at)
    (goal,) = [line for line in run.lines if "ten seconds" in line and "see above" not in line]
    for words in ("checkout/one-tap-pay", "mei", "at-risk", "75%"):
        assert words in goal
    assert sum("see above" in line for line in run.lines) == 1
    (outcome,) = [line for line in run.lines if "Senders are happy" in line]
    assert "head of care" in outcome
    assert "in focus" in outcome
    untraced = run.lines.index(next(line for line in run.lines if line.startswith("Untraced")))
    assert run.lines[untraced].startswith("Untraced: 2 goals")
    depth = [len(re.match(r"[│ ├└─]*", line)[0]) for line in run.lines[1:4]]  # type: ignore[index]
    assert depth == sorted(set(depth))


@pytest.mark.parametrize(
    ("ref", "found"),
    [
        (
            "happy-senders",
            [
                (
                    "happy-senders",
                    [("fewer-abandoned-carts", [("checkout/one-tap-pay", ["identity/passkeys"])]), "checkout/finished"],
                )
            ],
        ),
        ("fewer-abandoned-carts", [("fewer-abandoned-carts", [("checkout/one-tap-pay", ["identity/passkeys"])])]),
        ("checkout/one-tap-pay", [("checkout/one-tap-pay", ["identity/passkeys"])]),
        ("checkout/no-purpose", [("checkout/no-purpose", ["checkout/on-nothing"])]),
        ("identity/passkeys", ["identity/passkeys"]),
    ],
)
def test_from_a_reference_down(tool: Tool, ref: str, found: list[Any]) -> None:
    root = tool.repo(FILES)
    tree = tool.json("tree", ref, "-C", root)
    assert refs(tree["outcomes"]) == found
    assert tree["untraced"] == []
    for name in ("text", "markdown", "mermaid", "dot") if ref == "fewer-abandoned-carts" else ():
        run = tool("tree", ref, "-C", root, "--format", name)
        assert run.status == 0
        assert "Parcels are cheap" not in run.out


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("hapy-senders", ["hapy-senders", "`happy-senders`"]),
        ("HAPPY-SENDERS", ["`happy-senders`"]),
        ("checkout/one-tap-play", ["`checkout/one-tap-pay`"]),
        ("checkuot/one-tap-pay", ["`checkout/one-tap-pay`"]),
        ("checkout", ["team", "--team checkout"]),
        ("zzz", ["zzz"]),
        ("", [""]),
    ],
)
def test_an_unknown_reference(tool: Tool, ref: str, words: list[str]) -> None:
    one_sentence(tool("tree", ref, "-C", tool.repo(FILES)), *words)


def test_filters(tool: Tool) -> None:
    root = tool.repo(FILES)

    def goals(*words: str) -> set[str]:
        tree = tool.json("tree", "-C", root, *words)
        nodes = flat(tree["outcomes"]) + flat(tree["untraced"]) + flat(tree["unresolved"])
        return {node["ref"] for node in nodes if node["kind"] == "goal"}

    def outcomes(*words: str) -> set[str]:
        return {
            node["ref"] for node in flat(tool.json("tree", "-C", root, *words)["outcomes"]) if node["kind"] == "outcome"
        }

    everything = goals()
    assert len(everything) == 6
    assert goals("--team", "checkout") == everything - {"identity/passkeys"}
    assert "identity/passkeys" in goals("--team", "identity")
    assert "checkout/finished" not in goals("--team", "identity")
    assert goals("--team", "identity", "--team", "checkout") == everything
    assert goals("--status", "at-risk") == {"checkout/one-tap-pay"}
    assert goals("--status", "achieved", "--status", "at-risk") == {"checkout/one-tap-pay", "checkout/finished"}
    assert "checkout/finished" in goals("--period", "2025")
    assert "checkout/one-tap-pay" not in goals("--period", "2025")
    assert "identity/passkeys" in goals("--period", "2027-Q1")
    assert outcomes("--team", "identity") == {"happy-senders", "fewer-abandoned-carts", "cheap-parcels"} or outcomes(
        "--team", "identity"
    ) == {"happy-senders", "fewer-abandoned-carts"}
    assert outcomes("--no-goals") == {"happy-senders", "fewer-abandoned-carts", "old-dream", "cheap-parcels"}


def test_without_goals_nothing_is_untraced(tool: Tool) -> None:
    """`--no-goals` means outcomes alone, in every part of the output."""
    root = tool.repo(FILES)
    tree = tool.json("tree", "-C", root, "--no-goals")
    assert tree["untraced"] == []
    assert tree["unresolved"] == []
    assert "Untraced" not in tool("tree", "-C", root, "--no-goals").out


def test_depth(tool: Tool) -> None:
    root = tool.repo(FILES)
    assert refs(tool.json("tree", "-C", root, "--depth", "0")["outcomes"]) == [
        "happy-senders",
        "old-dream",
        "cheap-parcels",
    ]
    assert refs(tool.json("tree", "-C", root, "--depth", "1")["outcomes"]) == [
        ("happy-senders", ["fewer-abandoned-carts", "checkout/finished"]),
        "old-dream",
        ("cheap-parcels", ["checkout/one-tap-pay"]),
    ]
    run = tool("tree", "-C", root, "--depth", "-1")
    assert run.status == 2


def test_what_is_cut_by_the_depth_is_not_repeated_before_it_was_shown(tool: Tool) -> None:
    """At depth 1, `one-tap-pay` appears once: it is no repetition of something that nobody saw."""
    (goal,) = [
        node
        for node in flat(tool.json("tree", "-C", tool.repo(FILES), "--depth", "1")["outcomes"])
        if node["ref"] == "checkout/one-tap-pay"
    ]
    assert "repeated" not in goal


def test_what_a_depth_leaves_out_is_not_called_unresolved_or_untraced(tool: Tool) -> None:
    files = {
        **FILES,
        "teams/checkout/charter.md": CHECKOUT.replace("[nothing-that-exists]", "[nothing-that-exists, cheap-parcels]"),
    }
    root = tool.repo(files)
    for depth in ("0", "1", "2"):
        tree = tool.json("tree", "-C", root, "--depth", depth)
        assert "identity/passkeys" not in {node["ref"] for node in flat(tree["untraced"]) + flat(tree["unresolved"])}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--team", "chekcout"], ["chekcout", "`checkout`"]),
        (["--status", "at-rik"], ["at-rik", "`at-risk`"]),
        (["--status", "great"], ["great", "on-track"]),
        (["--period", "2026-Q5"], ["2026-Q5", "2026-Q4"]),
        (["--period", "soon"], ["soon"]),
        (["--period", "2026-Q4..2026-Q1"], ["2026-Q4..2026-Q1", "before"]),
    ],
)
def test_wrong_filters(tool: Tool, words: list[str], said: list[str]) -> None:
    one_sentence(tool("tree", "-C", tool.repo(FILES), *words), *said)


def test_a_filter_by_quarter_follows_the_fiscal_year(tool: Tool) -> None:
    root = tool.repo(FILES, config='[fiscal-year]\nstarts = "april"\n')
    # The goal's 2026-Q4 is then January to March 2026.
    (goal,) = [
        n
        for n in flat(tool.json("tree", "-C", root, "--period", "2026-02")["outcomes"])
        if n["ref"] == "checkout/one-tap-pay" and not n.get("repeated")
    ]
    assert goal["period"] == "2026-Q4"


# --- markdown, mermaid, dot ---


def test_markdown(tool: Tool) -> None:
    run = tool("tree", "-C", tool.repo(FILES), "--format", "markdown")
    bullets = [line for line in run.lines if line.lstrip().startswith("- ")]
    assert len(bullets) == 11
    (goal,) = [line for line in bullets if "ten seconds" in line and "see above" not in line]
    assert goal.startswith("    - [Returning customers pay in ten seconds](<teams/checkout/charter.md#L7>)")
    assert "75%" in goal
    assert run.out.index("A goal without a purpose") > run.out.index("Parcels are cheap")


def test_mermaid(tool: Tool) -> None:
    run = tool("tree", "-C", tool.repo(FILES), "--format", "mermaid")
    assert run.lines[0].startswith(("flowchart", "graph"))
    names = dict(re.findall(r"^  (n\d+)[\[(]+\"(.*?)<br/>", run.out, re.M))
    by_title = {title: name for name, title in names.items()}
    links = {tuple(link) for link in re.findall(r"^  (n\d+) --> (n\d+)", run.out, re.M)}
    assert len(names) == 10
    assert (by_title["Fewer carts are abandoned"], by_title["Senders are happy"]) in links
    pay = by_title["Returning customers pay in ten seconds"]
    assert {upper for lower, upper in links if lower == pay} == {
        by_title["Fewer carts are abandoned"], by_title["Parcels are cheap"],
    }  # fmt: skip
    assert len(links) == len(re.findall(r"-->", run.out))


def test_dot(tool: Tool) -> None:
    run = tool("tree", "-C", tool.repo(FILES), "--format", "dot")
    assert run.lines[0].startswith("digraph")
    assert run.lines[-1] == "}"
    assert run.out.count("{") == run.out.count("}")
    assert len(re.findall(r"^  n\d+ -> n\d+;$", run.out, re.M)) == 3 + 1 + 1 + 1 + 1 + 1 + 1


TITLE = r'a "b" \\ <script>&amp; [x](y) `z` | {c} ]--> %%d \\n #e; end'


@pytest.mark.parametrize("name", ["markdown", "mermaid", "dot"])
def test_titles_are_escaped(tool: Tool, name: str) -> None:
    written = TITLE.replace('"', '\\"')
    charter = CHARTER.replace("title: Returning customers pay in under ten seconds", f'title: "{written}"')
    run = tool("tree", "-C", tool.repo({**SMALLEST, "teams/checkout/charter.md": charter}), "--format", name)
    (line,) = [line for line in run.lines if "script" in line and "-->" not in line.split('"')[0]]
    if name == "markdown":
        from markdown_it import MarkdownIt

        inline = next(token for token in MarkdownIt().parse(line.strip()) if token.type == "inline")
        children = inline.children or []
        assert [child.attrs["href"] for child in children if child.type == "link_open"] == [
            "teams/checkout/charter.md#L6"
        ]
        shown = "".join(child.content for child in children[: [c.type for c in children].index("link_close")])
        assert shown == TITLE.replace("\\\\", "\\")
    elif name == "mermaid":
        label = line.split('"')[1]
        assert line.count('"') == 2
        assert not re.search(r"[`|{}\[\]&\\]", label)
        assert "<script" not in label
    else:
        drawn = re.search(r'label="((?:[^"\\]|\\.)*)"', line)
        assert drawn is not None
        title = re.split(r"(?<!\\)(?:\\\\)*\\n", drawn[1])[0]
        assert unescape(title.replace('\\"', '"')).replace("\\\\", "\\") == TITLE.replace("\\\\", "\\")


# --- all of it ---


def test_no_documents(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    one_sentence(tool("tree", cwd=tmp_path / "empty"), "no documents")


def test_without_an_org_the_tree_says_so(tool: Tool) -> None:
    run = tool("tree", "-C", tool.repo({"teams/checkout/charter.md": CHARTER}))
    assert (run.status, run.err) == (0, "")
    assert "one-tap-pay" in run.out


def test_a_ring_is_shown_once(tool: Tool) -> None:
    ring = (
        "---\nkind: charter\nteam: ring\nmission: Round.\ngoals:\n  - {id: a, title: A turns, supports: [ring/b]}\n"
        "  - {id: b, title: B turns, supports: [ring/a]}\n  - {id: c, title: C watches, supports: [ring/a]}\n---\n"
    )
    root = tool.repo({**SMALLEST, "teams/ring/charter.md": ring})
    tree = tool.json("tree", "-C", root)
    assert {node["ref"] for node in flat(tree["unresolved"])} == {"ring/a", "ring/b", "ring/c"}
    assert tool("tree", "-C", root).out.count("C watches") == 1
    for name in ("text", "markdown", "mermaid", "dot"):
        assert tool("tree", "ring/a", "-C", root, "--format", name).status == 0


def test_a_chain_of_a_thousand_goals(tool: Tool) -> None:
    goals = "".join(
        f"  - {{id: g{n}, title: Goal {n}, supports: [{f'deep/g{n - 1}' if n else 'fewer-abandoned-carts'}]}}\n"
        for n in range(1000)
    )
    files = {
        **SMALLEST,
        "teams/deep/charter.md": f"---\nkind: charter\nteam: deep\nmission: Deep.\ngoals:\n{goals}---\n",
    }
    root = tool.repo(files)
    for name in ("text", "json", "markdown", "mermaid", "dot"):
        run = tool("tree", "-C", root, "--format", name)
        assert (run.status, run.err) == (0, "")
    assert tool("check", root).status == 0


def test_the_examples_show_every_goal_and_outcome_once(tool: Tool) -> None:
    tree = tool.json("tree", "-C", EXAMPLES, "--as-of", DAY)
    summary = tool.json("check", EXAMPLES, "--as-of", DAY)["summary"]
    nodes = [node for part in ("outcomes", "untraced", "unresolved") for node in flat(tree[part])]
    first = [node for node in nodes if not node.get("repeated")]
    assert len({node["ref"] for node in first}) == len(first)
    archived = {"paper-desk/eleven-slips-become-one"}  # nothing is followed from a team that is no longer there
    assert sum(node["kind"] == "goal" for node in first) == summary["goals"] - len(archived)
    assert sum(node["kind"] == "outcome" for node in first) == summary["outcomes"]
    for node in first:
        line = (EXAMPLES / node["path"]).read_text(encoding="utf-8").splitlines()[node["line"] - 1]
        assert f"id: {node['ref'].split('/')[-1]}" in line
    assert (tree["untraced"], tree["unresolved"]) == ([], [])


def test_the_tree_lists_what_the_check_calls_untraced(tool: Tool, tmp_path: Path) -> None:
    root = write(tmp_path / "repo", {**FILES, "align.toml": ""})
    found = tool.json("check", root, "--select", "AL301")["diagnostics"]
    tree = tool.json("tree", "-C", root)
    assert {item["subject"] for item in found} == {node["ref"] for node in tree["untraced"]}
