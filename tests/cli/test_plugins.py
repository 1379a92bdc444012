"""Rules that other packages bring: loaded only when `align.toml` names the package, and never unseen."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aligncli.rules import RULES
from tests import TOP
from tests.cli.tool import DAY, SMALLEST, Tool, one_sentence

EXAMPLE = TOP / "examples" / "plugin"
NAMED = 'plugins = ["acme-align-rules"]\n'
PLATFORM = {
    **SMALLEST,
    "teams/identity/charter.md": "---\nkind: charter\nteam: identity\ntype: platform\nmission: Everybody signs in.\n---\n",
}
ALOUD = (
    "align: running the rules of acme-align-rules 1.0.0, a plugin that align.toml names (--no-plugins leaves it out)\n"
)
PAGE = '''
    """A rule for tests.

    ## What it checks
    Nothing.

    ## Why it matters
    It does not.

    ## Bad
    ```markdown teams/a/charter.md
    ```

    ## Good
    ```markdown teams/a/charter.md
    ```

    ## How to fix
    Smile.
    """
'''
HEAD = """\
from aligncli.diagnostics import Finding, Severity
from aligncli.rules.base import Rule, rule
"""


def made(code: str = "ACM001", name: str = "a-name", body: str = "return iter(())", page: str = PAGE) -> str:
    """The source of a rule."""
    return f"{HEAD}\n@rule({code!r}, {name!r}, Severity.WARNING)\ndef a_rule(ws, config):{page}    {body}\n"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example is installed into, as pip does it and without the network."""
    copy, target = tmp_path_factory.mktemp("source") / "plugin", tmp_path_factory.mktemp("installed")
    shutil.copytree(EXAMPLE, copy)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps",
         "--no-build-isolation", "--target", target, copy],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return target


def plant(folder: Path, source: str, *, name: str = "acme-align-rules", gives: str = "a_rule", group: str = "") -> str:
    """Puts a package into a folder by hand; gives the folder, for PYTHONPATH."""
    module = name.replace("-", "_")
    about = folder / f"{module}-1.0.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0.0\n")
    (about / "entry_points.txt").write_text(f"[{group or 'aligncli.rules'}]\nhere = {module}:{gives}\n")
    (folder / f"{module}.py").write_text(source, encoding="utf-8")
    return str(folder)


# --- the worked example ---


def test_the_example_runs_when_it_is_named(tool: Tool, installed: Path) -> None:
    root = tool.repo(PLATFORM, config=NAMED)
    run = tool("check", root, "--as-of", DAY, "--format", "concise", env={"PYTHONPATH": str(installed)})
    assert run.err == ALOUD
    assert run.status == 0
    assert run.lines[0] == (
        "teams/identity/charter.md:3:7: warning[ACM001] platform team `identity` states no `x-cost-centre`"
    )
    assert len(run.lines) == 2


def test_what_a_plugin_finds_is_selected_weighed_and_counted_like_all_else(tool: Tool, installed: Path) -> None:
    env = {"PYTHONPATH": str(installed)}
    configured = NAMED + '[check.severity]\nplatform-without-cost-centre = "error"\n'
    root = tool.repo(PLATFORM, config=configured)
    assert tool("check", root, env=env).status == 1
    for words in (["--ignore", "ACM"], ["--ignore", "acm001"], ["--select", "AL"], ["--no-plugins"]):
        assert tool("check", root, *words, env=env).status == 0, words
    for words in (["--select", "ACM0"], ["--select", "platform-without-cost-centre"]):
        run = tool("check", root, *words, "--format", "json", env=env)
        assert [item["code"] for item in json.loads(run.out)["diagnostics"]] == ["ACM001"]
    assert "1  ACM001  platform-without-cost-centre" in tool("check", root, "--statistics", env=env).out
    (root / "align.toml").write_text(NAMED + '[check]\nfail-on = "warning"\nignore = ["ACM"]\n')
    assert tool("check", root, env=env).status == 0
    (root / "align.toml").write_text(
        NAMED + '[check]\nfail-on = "warning"\n[check.per-path]\n"teams/identity/**" = { ignore = ["ACM001"] }\n'
    )
    assert tool("check", root, env=env).status == 0


def test_a_plugins_rule_is_listed_and_explained(tool: Tool, installed: Path) -> None:
    env = {"PYTHONPATH": str(installed)}
    root = tool.repo(PLATFORM, config=NAMED + '[check]\nignore = ["ACM"]\n')
    run = tool("rules", cwd=root, env=env)
    assert run.lines[-5:-2] == [
        "",
        "From the plugin acme-align-rules",
        "ACM001  off*     platform-without-cost-centre  A platform team that does not say which cost centre it runs on.",
    ]
    run = tool("explain", "platform-without-cost-centre", cwd=root, env=env)
    assert run.lines[:3] == [
        "# ACM001 platform-without-cost-centre",
        "",
        "Off here, as align.toml says (warning by default). Comes with the plugin acme-align-rules.",
    ]
    run = tool("explain", "acm001", "--format", "json", cwd=root, env=env)
    rule = json.loads(run.out)["rule"]
    assert (rule["severity"], rule["why"], rule["origin"]) == ("off", "configuration", "acme-align-rules")
    one_sentence(tool("explain", "acm001", "--no-plugins", cwd=root, env=env), "no rule `acm001`")
    run = tool("explain", "acm002", cwd=root, env=env)
    assert "did you mean `ACM001`?" in run.err


def test_the_tests_of_the_example_pass(tool: Tool, installed: Path, tmp_path: Path) -> None:
    """With `aligncli.testing` alone, outside of this repo."""
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path, env=tool.environment({"PYTHONPATH": str(installed)}), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


# --- only when it is named, and never unseen ---

NOISY = made() + "from pathlib import Path\nPath(__file__).with_name('loaded').touch()\n"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("", ["check"]),
        ('plugins = []\n[check]\nfail-on = "info"\n', ["check", "--select", "AL0"]),
        (NAMED, ["check", "--no-plugins"]),
        (NAMED, ["rules", "--no-plugins"]),
        (NAMED, ["explain", "AL202"]),
        (NAMED, ["tree"]),
        (NAMED, ["schema", "charter"]),
        (NAMED, ["new-team", "returns", "--dry-run"]),
    ],
)
def test_nothing_is_loaded_that_nobody_asked_for(tool: Tool, tmp_path: Path, config: str, words: list[str]) -> None:
    folder = plant(tmp_path / "site", NOISY)
    run = tool(*words, cwd=tool.repo(SMALLEST, config=config), env={"PYTHONPATH": folder})
    assert (run.status, run.err) == (0, "")
    assert not (tmp_path / "site" / "loaded").exists()


@pytest.mark.parametrize(
    "words", [["check"], ["check", "--quiet"], ["check", "--format", "json"], ["rules"], ["explain", "ACM001"]]
)
def test_what_runs_is_said_aloud_and_never_in_the_output(tool: Tool, tmp_path: Path, words: list[str]) -> None:
    """Not even with --quiet, which is about the output: this is for whoever did not expect it."""
    folder = plant(tmp_path / "site", NOISY)
    root = tool.repo(SMALLEST, config=NAMED)
    run = tool(*words, cwd=root, env={"PYTHONPATH": folder})
    assert (run.status, run.err) == (0, ALOUD)
    assert "running" not in run.out
    assert (tmp_path / "site" / "loaded").exists()


def test_the_environment_can_say_no(tool: Tool, tmp_path: Path) -> None:
    """For a whole CI that checks what strangers send."""
    folder = plant(tmp_path / "site", NOISY)
    configured = NAMED + '[check]\nignore = ["ACM001", "another-name"]\n[check.severity]\na-name = "error"\n'
    root = tool.repo(SMALLEST, config=configured + '[check.per-path]\n"labs/**" = { ignore = ["ACM"] }\n')
    run = tool("check", cwd=root, env={"PYTHONPATH": folder, "ALIGN_NO_PLUGINS": "1"})
    assert (run.status, run.err) == (0, "")
    assert not (tmp_path / "site" / "loaded").exists()


def test_no_completion_runs_code(tool: Tool, tmp_path: Path) -> None:
    folder = plant(tmp_path / "site", NOISY)
    env = {"_ALIGN_COMPLETE": "complete_bash", "COMP_WORDS": "align\nexplain\nA", "COMP_CWORD": "2"}
    run = tool(cwd=tool.repo(SMALLEST, config=NAMED), env={**env, "PYTHONPATH": folder})
    assert "AL202" in run.out
    assert not (tmp_path / "site" / "loaded").exists()


# --- what cannot run says so ---


def test_a_plugin_that_is_not_installed(tool: Tool, tmp_path: Path) -> None:
    root = tool.repo(SMALLEST, config='plugins = ["acme-align-ruels"]\n')
    said = one_sentence(tool("check", cwd=root), "`acme-align-ruels`", "not installed", "no plugin is")
    assert "plugins" in said
    folder = plant(tmp_path / "site", NOISY)
    env = {"PYTHONPATH": folder}
    one_sentence(tool("check", cwd=root, env=env), "did you mean `acme-align-rules`?")
    (root / "align.toml").write_text('plugins = ["something-else"]\n')
    one_sentence(tool("check", cwd=root, env=env), "installed are `acme-align-rules`")
    (root / "align.toml").write_text('plugins = ["here"]\n')
    one_sentence(tool("check", cwd=root, env=env), "it is named by its package: `acme-align-rules`")
    (root / "align.toml").write_text('plugins = ["typer"]\n')
    one_sentence(tool("check", cwd=root, env=env), "`typer`", "brings no rules")
    assert not (tmp_path / "site" / "loaded").exists()


@pytest.mark.parametrize("name", ["Acme_Align.Rules", "acme_align_rules", "ACME-ALIGN-RULES"])
def test_names_are_compared_as_package_indexes_do(tool: Tool, tmp_path: Path, name: str) -> None:
    folder = plant(tmp_path / "site", NOISY)
    root = tool.repo(SMALLEST, config=f'plugins = ["{name}", "acme-align-rules"]\n')
    run = tool("check", cwd=root, env={"PYTHONPATH": folder})
    assert (run.status, run.err) == (0, ALOUD)


@pytest.mark.parametrize("name", ["", " ", "../evil", "a b", "-x", "a;b", "naïve", "a\\nb"])
def test_what_is_no_name_of_a_package(tool: Tool, name: str) -> None:
    root = tool.repo(SMALLEST, config=f'plugins = ["{name}"]\n')
    one_sentence(tool("check", cwd=root), "align.toml", "plugins")


@pytest.mark.parametrize(
    ("source", "gives", "words"),
    [
        ("import nothing_of_that_name\n", "a_rule", ["cannot be loaded", "ModuleNotFoundError", "nothing_of_that_name"]),
        ("raise SystemExit(0)\n", "a_rule", ["cannot be loaded", "SystemExit"]),
        ("def (\n", "a_rule", ["cannot be loaded", "SyntaxError"]),
        ("x = 1\n", "a_rule", ["cannot be loaded", "a_rule"]),
        ("a_rule = 1\n", "a_rule", ["gives `int`", "`@rule(…)`"]),
        ("def a_rule(ws, config): yield\n", "a_rule", ["gives `function`", "`@rule(…)`"]),
        ("a_rule = ['AL202']\n", "a_rule", ["gives `str`", "`@rule(…)`"]),
        (made("AL999"), "a_rule", ["`AL999`", "begins with `AL`"]),
        (made("ALX001"), "a_rule", ["`ALX001`", "begins with `AL`"]),
        (made("ACM1"), "a_rule", ["`ACM1`", "three digits"]),
        (made("acm001"), "a_rule", ["`acm001`", "capital letters"]),
        (made("A001"), "a_rule", ["`A001`", "two to eight capital letters"]),
        (made("ACM001\n"), "a_rule", ["three digits"]),
        (made(name="Name"), "a_rule", ["`Name`", "hyphens"]),
        (made(name="name"), "a_rule", ["`name`", "two or more"]),
        (made(name="unknown-reference"), "a_rule", ["the name of AL202", "align's own"]),
        (made(page=""), "a_rule", ["docstring", "one sentence"]),
        (made(page=PAGE.replace("## Why it matters", "## Why")), "a_rule", ["docstring", "`## Why it matters`"]),
        (made(page=PAGE.replace("Smile.", "")), "a_rule", ["nothing under `## How to fix`"]),
        (made(page=PAGE.replace("```markdown teams/a/charter.md", "```", 1)), "a_rule", ["example file under `## Bad`"]),
        (made() + "b = a_rule._replace(check=1)\n", "b", ["cannot be called"]),
        (made() + "b = a_rule._replace(severity='error')\n", "b", ["severity `error`"]),
        (made() + "b = [a_rule, a_rule._replace(name='other-name')]\n", "b", ["the code of `a-name`", "acme-align-rules"]),
        (made() + "b = [a_rule, a_rule._replace(code='ACM002')]\n", "b", ["the name of ACM001", "acme-align-rules"]),
    ],
)  # fmt: skip
def test_a_plugin_that_is_none(tool: Tool, tmp_path: Path, source: str, gives: str, words: list[str]) -> None:
    folder = plant(tmp_path / "site", source, gives=gives)
    root = tool.repo(SMALLEST, config=NAMED)
    run = tool("check", cwd=root, env={"PYTHONPATH": folder})
    assert run.err.startswith(ALOUD)
    one_sentence(run._replace(err=run.err.removeprefix(ALOUD)), "`acme-align-rules`", *words)


def test_two_plugins_with_one_code(tool: Tool, tmp_path: Path) -> None:
    plant(tmp_path / "site", made(), name="first")
    folder = plant(tmp_path / "site", made(name="another-name"), name="second")
    root = tool.repo(SMALLEST, config='plugins = ["first", "second"]\n')
    run = tool("check", cwd=root, env={"PYTHONPATH": folder})
    assert run.status == 2
    assert "the code of `a-name` of the plugin `first`" in run.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[1 / 0 for team in ws.teams.values()]", ["teams/checkout/charter.md", "ZeroDivisionError"]),
        ("raise SystemExit(0)", ["SystemExit"]),
        ("return None", ["TypeError"]),
        ("return ['a finding']", ["yields str, not Finding"]),
        ("return [Finding('AL202', 'org.md', 'm')]", ["yields a finding of AL202"]),
        ("return [Finding('ACM001', '../../etc/passwd', 'm')]", ["`../../etc/passwd`", "no document"]),
    ],
)
def test_a_rule_of_a_plugin_that_crashes(tool: Tool, tmp_path: Path, body: str, words: list[str]) -> None:
    folder = plant(tmp_path / "site", made(body=body))
    run = tool("check", cwd=tool.repo(SMALLEST, config=NAMED), env={"PYTHONPATH": folder})
    one_sentence(
        run._replace(err=run.err.removeprefix(ALOUD)),
        "ACM001 (a-name)",
        "plugin `acme-align-rules`",
        "its authors",
        *words,
    )


def test_a_crash_is_shown_whole_on_request(tool: Tool, tmp_path: Path) -> None:
    folder = plant(tmp_path / "site", "import nothing_of_that_name\n")
    run = tool("check", "--debug", cwd=tool.repo(SMALLEST, config=NAMED), env={"PYTHONPATH": folder})
    assert run.status == 2
    assert "Traceback" in run.err
    assert "acme_align_rules.py" in run.err


def test_several_entry_points_and_lists_of_rules(tool: Tool, tmp_path: Path) -> None:
    """In whatever order they are given, rules run by code."""
    source = (
        made("ZED001")
        + "b = (rule._replace(code=f'ACM00{n}', name=f'name-{n}') for n, rule in enumerate([a_rule] * 3))\n"
    )
    folder = plant(tmp_path / "site", source)
    entries = tmp_path / "site" / "acme_align_rules-1.0.0.dist-info" / "entry_points.txt"
    entries.write_text(
        "[aligncli.rules]\nz = acme_align_rules:a_rule\na = acme_align_rules:b\n[other]\nc = nothing:x\n"
    )
    run = tool("rules", cwd=tool.repo(SMALLEST, config=NAMED), env={"PYTHONPATH": folder})
    codes = [line.split()[0] for line in run.lines if re.match(r"[A-Z]+[0-9]{3} ", line)]
    assert codes == [*(rule.code for rule in RULES), "ACM000", "ACM001", "ACM002", "ZED001"]


def test_a_run_without_the_plugins_does_not_judge_their_names(tool: Tool, tmp_path: Path) -> None:
    """Whoever leaves plugins out still has a configuration and charters that speak of them."""
    charter = SMALLEST["teams/checkout/charter.md"].replace(
        "team: checkout\n", "team: checkout # align: ignore[ACM001, a-name]: agreed\n"
    )
    config = NAMED + '[check]\nignore = ["ACM002", "AL999"]\n[check.severity]\nanother-name = "error"\n'
    root = tool.repo({**SMALLEST, "teams/checkout/charter.md": charter}, config=config)
    run = tool("check", "--no-plugins", "--format", "concise", cwd=root)
    assert run.lines[:-1] == ["align.toml:3:22: error[AL901] `ignore` names the rule `AL999`, which does not exist"]
    folder = plant(tmp_path / "site", made())
    run = tool("check", "--format", "concise", cwd=root, env={"PYTHONPATH": folder})
    assert [line.split()[1] for line in run.lines[:-1]] == ["error[AL901]"] * 3 + ["warning[AL902]"]


def test_suppressions_and_baselines_know_a_plugins_rules(tool: Tool, installed: Path) -> None:
    env = {"PYTHONPATH": str(installed)}
    charter = PLATFORM["teams/identity/charter.md"]
    hushed = charter.replace(
        "team: identity\n", "team: identity # align: ignore[ACM001]: the budget comes in January\n"
    )
    root = tool.repo({**PLATFORM, "teams/identity/charter.md": hushed}, config=NAMED)
    run = tool("check", cwd=root, env=env)
    assert "1 suppressed" in run.lines[-1]
    assert run.lines[-1].startswith("0 errors, 0 warnings")
    (root / "teams/identity/charter.md").write_text(charter)
    assert tool("check", "--write-baseline", cwd=root, env=env).status == 0
    assert "1 in the baseline" in tool("check", "--baseline", "align-baseline.json", cwd=root, env=env).lines[-1]
    left_out = tool("check", "--baseline", "align-baseline.json", "--no-plugins", cwd=root, env=env)
    assert (left_out.status, left_out.lines[-1].split(" in ")[0]) == (0, "0 errors, 0 warnings")


def test_a_python_that_drops_docstrings_drops_no_plugin(tool: Tool, tmp_path: Path) -> None:
    folder = plant(tmp_path / "site", made())
    run = tool("rules", cwd=tool.repo(SMALLEST, config=NAMED), env={"PYTHONPATH": folder, "PYTHONOPTIMIZE": "2"})
    assert (run.status, run.err) == (0, ALOUD)
    assert "ACM001  warning  a-name" in run.out
