"""``align check`` from outside: what it exits with, what it chooses, what it refuses."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests import EXAMPLES
from tests.cli.tool import ALIGN, CHARTER, DAY, ERROR, ORG, SMALLEST, WARNING, Tool, listing, one_sentence, write

ADVICE = SMALLEST
"""The smallest repo gets advice (AL208, AL309) and nothing else."""


# --- exit status ---


def test_the_smallest_repo_passes_without_a_warning(tool: Tool) -> None:
    run = tool("check", tool.repo(SMALLEST))
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("0 errors, 0 warnings in 2 documents (1 team, 1 goal, 1 outcome, 0 guardrails)")
    assert len(run.lines) == 1


@pytest.mark.parametrize(
    ("files", "level", "status"),
    [
        (ERROR, None, 1),
        (ERROR, "error", 1),
        (ERROR, "warning", 1),
        (ERROR, "info", 1),
        (ERROR, "never", 0),
        (WARNING, None, 0),
        (WARNING, "error", 0),
        (WARNING, "warning", 1),
        (WARNING, "info", 1),
        (WARNING, "never", 0),
        (ADVICE, None, 0),
        (ADVICE, "warning", 0),
        (ADVICE, "info", 1),
        (ADVICE, "never", 0),
    ],
)
def test_fail_on(tool: Tool, files: dict[str, str], level: str | None, status: int) -> None:
    """Given as an option, and as `fail-on` in `align.toml`."""
    options = ["--fail-on", level] if level else []
    run = tool("check", tool.repo(files), *options)
    assert (run.status, run.err) == (status, ""), run
    if level in ("warning", "never"):
        run = tool("check", tool.repo(files, "configured", config=f'[check]\nfail-on = "{level}"\n'))
        assert (run.status, run.err) == (status, ""), run


def test_the_option_is_above_the_configuration(tool: Tool) -> None:
    root = tool.repo(WARNING, config='[check]\nfail-on = "warning"\n')
    assert tool("check", root).status == 1
    assert tool("check", root, "--fail-on", "error").status == 0


def test_what_fails_the_check_is_shown(tool: Tool) -> None:
    run = tool("check", tool.repo(ADVICE), "--fail-on", "info", "--format", "concise")
    assert run.status == 1
    assert "info[AL208]" in run.out


def test_each_format_gives_the_same_status(tool: Tool) -> None:
    root = tool.repo(ERROR)
    assert [tool("check", root, "--format", name).status for name in ("full", "concise", "json", "github")] == [
        1,
        1,
        1,
        1,
    ]


def test_a_crashed_rule_is_named_and_exits_with_two(tool: Tool, tmp_path: Path) -> None:
    """A rule is made to crash from outside by a ``sitecustomize`` that replaces one."""
    write(
        tmp_path / "site",
        {
            "sitecustomize.py": (
                "import aligncli.rules as rules\n"
                "from aligncli.rules.base import Rule\n"
                "from aligncli.diagnostics import Severity\n"
                "def broken(ws, config):\n"
                "    for team in ws.teams.values():\n"
                "        yield 1 / 0\n"
                "rules.RULES = (Rule('AL999', 'crashing-rule', Severity.ERROR, broken),)\n"
            )
        },
    )
    env = {"PYTHONPATH": str(tmp_path / "site")}
    root = tool.repo(SMALLEST)
    one_sentence(
        tool("check", root, env=env), "AL999", "crashing-rule", "teams/checkout/charter.md", "ZeroDivisionError"
    )
    debugged = tool("check", root, "--debug", env=env)
    assert debugged.status == 2
    assert "Traceback" in debugged.err


# --- what is reported on ---


def test_paths_limit_what_is_reported_and_links_are_checked_all_the_same(tool: Tool) -> None:
    """`checks the whole repo (links need all of it) and reports on PATH`."""
    other = CHARTER.replace("checkout", "returns").replace("[fewer-abandoned-carts]", "[nothing-like-it]")
    root = tool.repo({**SMALLEST, "teams/returns/charter.md": other})
    assert tool("check", root).status == 1
    assert tool("check", root / "teams/checkout").status == 0
    assert tool("check", root / "teams/checkout/charter.md", root / "org.md").status == 0
    assert tool("check", root / "teams/returns").status == 1
    assert tool("check", root / "teams/returns/charter.md", root / "org.md").status == 1
    assert tool("check", "charter.md", cwd=root / "teams/checkout").status == 0
    assert tool("check", "teams/checkout", cwd=root).status == 0
    assert tool("check", "../returns", cwd=root / "teams/checkout").status == 1


def test_a_path_is_no_prefix_of_a_longer_name(tool: Tool) -> None:
    broken = CHARTER.replace("checkout", "checkout-two").replace("[fewer-abandoned-carts]", "[nothing-like-it]")
    root = tool.repo({**SMALLEST, "teams/checkout-two/charter.md": broken})
    assert tool("check", root / "teams/checkout").status == 0


def test_ignore_and_select(tool: Tool) -> None:
    # Two families of advice are left out by the configuration, so that the lists below stay short.
    root = tool.repo(WARNING, config='[check]\nignore = ["AL6", "AL7"]\n')
    everything = tool.codes(root)
    assert everything == ["AL309", "AL208", "AL209"]
    for word in ("AL209", "al209", "broken-link", "Broken-Link"):
        assert tool.codes(root, "--select", word) == ["AL209"], word
        assert tool.codes(root, "--ignore", word) == ["AL309", "AL208"], word
    assert tool.codes(root, "--select", "AL2") == ["AL208", "AL209"]
    assert tool.codes(root, "--select", "AL20") == ["AL208", "AL209"]
    assert tool.codes(root, "--ignore", "AL2") == ["AL309"]
    assert tool.codes(root, "--ignore", "AL") == []
    assert tool.codes(root, "--select", "AL209,AL309") == ["AL309", "AL209"]
    assert tool.codes(root, "--select", "AL209", "--select", "AL309") == ["AL309", "AL209"]
    assert tool.codes(root, "--select", "AL2", "--ignore", "missing-team-api") == ["AL209"]


def test_ignored_findings_fail_nothing(tool: Tool) -> None:
    root = tool.repo(ERROR)
    assert tool("check", root, "--ignore", "unknown-reference").status == 0
    assert tool("check", root, "--select", "AL3").status == 0


def test_severities_ignore_and_per_path_in_the_configuration(tool: Tool) -> None:
    root = tool.repo(
        WARNING, config='[check.severity]\nAL6 = "off"\nAL7 = "off"\nAL209 = "error"\nmissing-team-api = "off"\n'
    )
    report = tool.json("check", root)
    assert [(item["code"], item["severity"]) for item in report["diagnostics"]] == [
        ("AL309", "info"),
        ("AL209", "error"),
    ]
    root = tool.repo(WARNING, "ignoring", config='[check]\nignore = ["AL3", "AL6", "AL7", "broken-link"]\n')
    assert tool.codes(root) == ["AL208"]
    root = tool.repo(WARNING, "per-path", config='[check.per-path]\n"teams/**" = { ignore = ["AL2", "AL6", "AL7"] }\n')
    assert tool.codes(root) == ["AL701", "AL309", "AL601"]


def test_off_by_configuration_and_on_by_configuration(tool: Tool) -> None:
    root = tool.repo(ERROR, config='[check.severity]\nunknown-reference = "warning"\n')
    run = tool("check", root)
    assert run.status == 0
    assert "warning[AL202]" in run.out


def test_include_and_exclude(tool: Tool) -> None:
    broken = CHARTER.replace("checkout", "old").replace("[fewer-abandoned-carts]", "[nothing-like-it]")
    files = {**SMALLEST, "archive/old/charter.md": broken}
    assert tool("check", tool.repo(files, "with")).status == 1
    assert tool("check", tool.repo(files, "without", config='exclude = ["archive/**"]\n')).status == 0
    assert tool("check", tool.repo(files, "only", config='include = ["/org.md", "teams/**/*.md"]\n')).status == 0


# --- advice, statistics, quiet ---


def test_show_info(tool: Tool) -> None:
    root = tool.repo(WARNING)
    plain = tool("check", root, "--format", "concise")
    assert "AL209" in plain.out
    assert "AL208" not in plain.out
    assert plain.lines[-1].startswith("0 errors, 1 warning in 2 documents (")
    assert "6 infos" in plain.lines[-1]  # "shown on request …; the summary counts it"
    shown = tool("check", root, "--format", "concise", "--show", "info")
    assert "info[AL208]" in shown.out
    assert "info[AL309]" in shown.out
    assert shown.lines[-1].startswith("0 errors, 1 warning, 6 infos in 2 documents (")
    full = tool("check", root, "--show", "info")
    assert full.out.count("\n --> ") + full.out.count("-->") >= 3


def test_statistics_count_by_rule(tool: Tool) -> None:
    root = tool.repo({**WARNING, "teams/checkout/charter.md": CHARTER + "[a](a.md) and [b](b.md)\n"})
    run = tool("check", root, "--statistics")
    rows = [line.split() for line in run.lines[:-1]]
    assert rows == [
        ["2", "AL209", "broken-link"],
        ["2", "AL601", "unmeasured-goal"],
        ["2", "AL701", "review-overdue"],
        ["1", "AL208", "missing-team-api"],
        ["1", "AL309", "outcome-without-owner"],
    ]
    assert run.status == 0
    assert "-->" not in run.out
    assert tool("check", tool.repo(ERROR, "wrong"), "--statistics").status == 1


@pytest.mark.parametrize("name", ["json", "github"])
def test_statistics_of_a_format_for_programs_are_refused(tool: Tool, name: str) -> None:
    one_sentence(tool("check", tool.repo(WARNING), "--statistics", "--format", name), "--statistics", name)


def test_quiet_prints_findings_alone(tool: Tool) -> None:
    assert tool("check", tool.repo(SMALLEST), "--quiet").out == ""
    run = tool("check", tool.repo(ERROR, "wrong"), "-q", "--format", "concise")
    assert run.status == 1
    assert len(run.lines) == 1
    assert "AL202" in run.out


# --- what cannot run ---


def test_an_empty_folder(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    one_sentence(tool("check", tmp_path / "empty"), "no documents", "empty")
    one_sentence(tool("check", cwd=tmp_path / "empty"), "no documents", "align init")


def test_a_folder_with_other_markdown_only(tool: Tool, tmp_path: Path) -> None:
    write(
        tmp_path / "site",
        {"README.md": "# Hello\n", "post.md": "---\ntitle: A post\n---\n", "x.md": "---\nkind: Component\n---\n"},
    )
    one_sentence(tool("check", tmp_path / "site"), "no documents")


def test_a_path_without_documents(tool: Tool) -> None:
    root = tool.repo({**SMALLEST, "docs/notes.md": "# Notes\n"})
    one_sentence(tool("check", root / "docs"), "no documents", "docs")
    one_sentence(tool("check", root / "docs/notes.md"), "notes.md", "no document")
    one_sentence(tool("check", root / "align.toml"), "align.toml", "no document")


def test_a_path_that_does_not_exist(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    one_sentence(tool("check", root / "teams/chekcout"), "chekcout")
    one_sentence(tool("check", root / "teams/checkout", root / "nowhere.md"), "nowhere.md")


def test_paths_of_two_repos(tool: Tool) -> None:
    first, second = tool.repo(SMALLEST, "first"), tool.repo(SMALLEST, "second")
    one_sentence(tool("check", first, second), "first", "second")


def test_one_matched_and_one_unmatched_path(tool: Tool) -> None:
    """False green on unmatched paths is what users of other tools complain about (`quality.md`)."""
    root = tool.repo({**SMALLEST, "docs/notes.md": "# Notes\n"})
    run = tool("check", root / "teams", root / "docs")
    one_sentence(run, "docs")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("format = \n", ["align.toml", "TOML", "line 1"]),
        ("[check\n", ["align.toml"]),
        ('[check]\nfail-onn = "error"\n', ["align.toml", "fail-onn", "`fail-on`"]),
        ('inlude = ["**/*.md"]\n', ["align.toml", "inlude", "`include`"]),
        ("[limits]\nopen-gaols = 5\n", ["align.toml", "open-gaols", "`open-goals`"]),
        ('[check]\nfail-on = "errors"\n', ["align.toml", "errors", "`error`"]),
        ('[check.severity]\nAL601 = "eror"\n', ["align.toml", "eror", "`error`"]),
        ('[limits]\nmusts = "seven"\n', ["align.toml", "musts"]),
        ("format = 2026-11-20\n", ["align.toml", "format"]),
        ('[fiscal-year]\nstarts = "Aprl"\n', ["align.toml", "Aprl", "`april`"]),
        ('[check.per-path]\n"teams/**" = ["AL6"]\n', ["align.toml", "teams/**"]),
        ('[check.per-path]\n"teams/**" = { ingore = ["AL2"] }\n', ["align.toml", "ingore", "`ignore`"]),
        ("x = " + "[" * 5000 + "\n", ["align.toml"]),
        ("\x00", ["align.toml"]),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, str) else "",
)
def test_a_broken_configuration(tool: Tool, config: str, words: list[str]) -> None:
    one_sentence(tool("check", tool.repo(SMALLEST, config=config)), *words)


def test_a_configuration_that_is_no_text(tool: Tool) -> None:
    root = tool.repo({**SMALLEST, "align.toml": b"format = 1 # caf\xe9\n"}, config=None)
    one_sentence(tool("check", root), "align.toml", "UTF-8")


def test_a_configuration_with_a_byte_order_mark(tool: Tool) -> None:
    root = tool.repo({**SMALLEST, "align.toml": b"\xef\xbb\xbfformat = 1\r\n"}, config=None)
    assert tool("check", root).status == 0


def test_every_command_refuses_a_broken_configuration(tool: Tool) -> None:
    root = tool.repo(SMALLEST, config="[chekc]\n")
    for words in (["check"], ["tree"], ["rules"], ["new-team", "returns"]):
        one_sentence(tool(*words, "-C", root), "align.toml", "chekc", "`check`")
    assert not (root / "teams/returns").exists()


@pytest.mark.parametrize(
    ("word", "suggestion"),
    [
        ("AL999", ""),
        ("AL3O1", "`AL301`"),
        ("untraced-gaol", "`untraced-goal`"),
        ("Untraced-Gaol", "`untraced-goal`"),
        ("A", ""),
        ("XX301", ""),
    ],
)
def test_an_unknown_rule(tool: Tool, word: str, suggestion: str) -> None:
    option = "--ignore" if word == "AL999" else "--select"
    one_sentence(tool("check", tool.repo(SMALLEST), option, word), option, word, suggestion)


@pytest.mark.parametrize(
    "words",
    [
        ["--fromat", "json"],
        ["--format", "jsno"],
        ["--fail-on", "warnings"],
        ["--show", "all"],
        ["--color", "sometimes"],
    ],
    ids=lambda words: " ".join(words),
)
def test_wrong_usage(tool: Tool, words: list[str]) -> None:
    run = tool("check", tool.repo(SMALLEST), *words)
    assert run.status == 2
    assert run.out == ""
    assert words[0] in run.err or words[1] in run.err
    assert "Traceback" not in run.err


def test_a_message_with_a_hostile_path_stays_on_one_line(tool: Tool) -> None:
    run = tool("check", "no\nsuch\x1b[31mfile.md")
    one_sentence(run)
    assert "\x1b" not in run.err


# --- it writes nothing ---


@pytest.mark.parametrize(
    "words",
    [["check"], ["check", "--format", "json"], ["check", "--statistics"], ["tree"], ["tree", "--format", "dot"]],
    ids=" ".join,
)
def test_check_and_tree_write_nothing_anywhere(tool: Tool, words: list[str]) -> None:
    root = tool.repo({**ERROR, "teams/latin/charter.md": "---\nkind: charter\nteam: café\n".encode("latin-1")})
    elsewhere = tool.folder / "elsewhere"
    elsewhere.mkdir()
    before = listing(root, tool.home, elsewhere)
    tool(*words, "-C", root, cwd=elsewhere)
    tool(*words, cwd=root)
    assert listing(root, tool.home, elsewhere) == before


def test_a_refused_check_writes_nothing(tool: Tool) -> None:
    root = tool.repo(SMALLEST, config="nonsense = 1\n")
    before = listing(root, tool.home)
    assert tool("check", cwd=root).status == 2
    assert listing(root, tool.home) == before


def test_check_reads_a_repo_that_nobody_may_write_to(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    places = [root, *root.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        assert tool("check", root).status == 0
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)


# --- what stands in the repo ---


def test_the_examples_pass(tool: Tool) -> None:
    run = tool("check", EXAMPLES, "--as-of", DAY)
    assert (run.status, run.err) == (0, "")
    assert run.out.startswith("0 errors, 0 warnings in ")


def test_everything_wrong_at_once(tool: Tool) -> None:
    """Every mistake in AL0xx–AL2xx is a diagnostic at its place, never a traceback."""
    root = tool.repo(
        {
            "org.md": ORG,
            "second.md": ORG,
            "teams/latin/charter.md": "---\nkind: charter\nteam: latin\nmission: caf\xe9\n---\n".encode("latin-1"),
            "teams/nul/charter.md": "---\nkind: charter\nteam: nul\nmission: a\0b\n---\n",
            "teams/huge/charter.md": "---\nkind: charter\nteam: huge\n---\n" + "x" * 1_100_000,
            "teams/open/charter.md": "---\nkind: charter\nteam: open\nmission: It is open.\n",
            "teams/list/charter.md": "---\n- kind: charter\n---\n",
            "teams/scalar/charter.md": "---\njust words\n---\n",
            "teams/empty/charter.md": "---\n---\n",
            "teams/none/charter.md": "",
            "teams/toml/charter.md": '+++\nkind = "charter"\n+++\n',
            "teams/json/charter.md": '{"kind": "charter"}\n',
            "teams/late/charter.md": "# Late\n---\nkind: charter\nteam: late\n---\n",
            "teams/colon/charter.md": "---\nkind: charter\nteam: colon\nmission: a: b: c\n---\n",
            "teams/tab/charter.md": "---\nkind: charter\nteam: tab\ngoals:\n\t- id: a\n---\n",
            "teams/deep/charter.md": "---\nkind: charter\nteam: deep\nx-a: " + "[" * 20_000 + "\n---\n",
            "teams/bomb/charter.md": "---\nkind: charter\nteam: bomb\nx-a: &a [1,1,1,1,1,1,1,1,1]\n"
            + "".join(
                f"x-{b}: &{b} [{','.join('*' + a for _ in range(9))}]\n"
                for a, b in zip("abcdefgh", "bcdefghi", strict=True)
            )
            + "---\n",
            "teams/tag/charter.md": "---\nkind: charter\nteam: tag\nmission: !!python/object/apply:os.system [id]\n---\n",
            "teams/two/charter.md": "---\nkind: charter\nteam: two\nteam: two\nmission: It is twice.\n---\n",
            "teams/kind/charter.md": "---\nkind: chater\nteam: kind\nmission: It is kind.\n---\n",
            "teams/nokind/charter.md": "---\nteam: nokind\nmission: It is nothing.\n---\n",
            "teams/hash/charter.md": "---\nkind: charter\nteam: hash\nmission: Fix #12 for all\n---\n",
            "teams/wrong/charter.md": "---\nkind: charter\nteam: Wrong Team\nsize: many\ncustomers: all\ntype: stream\nmision: x\n---\n",
            "teams/keys/charter.md": "---\nkind: charter\nteam: keys\nmission: Keys.\n? [a, b]\n: c\n1: 2\nnull: 3\n---\n",
            "teams/merge/charter.md": "---\nkind: charter\nteam: merge\nmission: Merge.\n<<: {lead: me}\n---\n",
            "teams/ring/charter.md": "---\nkind: charter\nteam: ring\nmission: Round and round.\ngoals:\n"
            "  - {id: a, title: A turns, supports: [ring/b]}\n  - {id: b, title: B turns, supports: [ring/a]}\n---\n",
        }
    )
    for name in ("full", "concise", "json", "github"):
        run = tool("check", root, "--format", name, "--show", "info")
        assert run.status == 1, (name, run.err)
        assert run.err == ""
        assert "Traceback" not in run.out
    found = {item["path"].split("/")[1] for item in tool.json("check", root)["diagnostics"] if "/" in item["path"]}
    folders = {place.name for place in (root / "teams").iterdir()}
    assert folders - found == set()
    run = tool("tree", "-C", root)
    assert (run.status, run.err) == (0, "")


def test_a_pipe_a_ring_of_links_and_an_unreadable_folder_do_not_hang_the_run(tool: Tool) -> None:
    root = tool.repo(SMALLEST)
    os.mkfifo(root / "pipe.md")
    os.mkfifo(root / "teams/checkout/team-api.md")
    (root / "ring").symlink_to(root, target_is_directory=True)
    (root / "a.md").symlink_to("b.md")
    (root / "b.md").symlink_to("a.md")
    (root / "passwd.md").symlink_to("/etc/passwd")
    run = tool("check", root, "--format", "concise")
    assert run.err == ""
    assert run.status == 1
    assert "root:" not in run.out
    assert "teams/checkout/team-api.md:1:1: error[AL001]" in run.out
    assert "passwd.md:1:1: error[AL001]" in run.out


def test_a_part_of_the_repo_says_how_much_it_is(tool: Tool) -> None:
    root = tool.repo(WARNING)
    assert " in 1 of 2 documents (1 team, " in tool("check", root / "teams/checkout").lines[-1]
    assert " in 2 documents (1 team, " in tool("check", root).lines[-1]


def test_a_terminal_is_told_where_there_is_more(tool: Tool) -> None:
    root = tool.repo(WARNING)
    more = "`align explain AL209` says more"
    assert more in tool.terminal("check", root, env={"NO_COLOR": "1"}).out
    assert more not in tool.terminal("check", root, "--quiet", env={"NO_COLOR": "1"}).out
    assert more not in tool("check", root).out
    assert "align explain" not in tool.terminal("check", tool.repo(SMALLEST, "clean"), env={"NO_COLOR": "1"}).out


def test_a_folder_that_is_gone(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    script = f"cd {tmp_path}/gone && rmdir ../gone && exec {ALIGN} check"
    done = subprocess.run(["sh", "-c", script], env=tool.environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "align: the current folder no longer exists: change to one that does\n",
    )
