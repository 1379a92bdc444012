"""``align check --fix`` from outside: what it changes, what it leaves, what it says, and what stops it."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.tool import CHARTER, DAY, ORG, SMALLEST, Run, Tool, listing, one_sentence, write

ON = ("--as-of", DAY)

RENAMED = ORG.replace("abandoned}", "abandoned, formerly: [cart-loss]}")
FORMER = {"org.md": RENAMED, "teams/checkout/charter.md": CHARTER.replace("[fewer-abandoned-carts]", "[cart-loss]")}
"""One warning with a safe fix (AL205)."""

TYPO = {**SMALLEST, "teams/checkout/charter.md": CHARTER.replace("[fewer-abandoned-carts]", "[fewer-abandonned-carts]")}
"""One error with an unsafe fix (AL202)."""


def charter(root: Path) -> str:
    return (root / "teams/checkout/charter.md").read_bytes().decode("utf-8")


def check(tool: Tool, root: Path, *words: str | Path) -> Run:
    return tool("check", root, *ON, *words)


def no_litter(root: Path) -> bool:
    return not [place for place in root.rglob("*") if place.name.startswith(".align-")]


def broken_from_outside(tool: Tool, code: str) -> dict[str, str]:
    """An environment in which some code runs before the tool does."""
    write(tool.folder / "site", {"sitecustomize.py": code})
    return {"PYTHONPATH": str(tool.folder / "site")}


# --- what it does and says ---


def test_a_safe_fix_is_made_and_said(tool: Tool) -> None:
    root = tool.repo(FORMER)
    run = check(tool, root)
    assert run.status == 0
    assert "; 1 fixable with --fix" in run.lines[-1]
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (0, "fixed 1 finding in 1 file\n")
    assert run.lines == [line for line in run.lines if line.startswith("0 errors, 0 warnings")]
    assert charter(root) == CHARTER
    assert (root / "org.md").read_text() == RENAMED
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (0, "nothing to fix\n")
    assert no_litter(root)


def test_an_unsafe_fix_is_made_on_request_alone(tool: Tool) -> None:
    root = tool.repo(TYPO)
    run = check(tool, root)
    assert "; 1 fixable with --fix --unsafe-fixes" in run.lines[-1]
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (1, "nothing to fix\n")
    assert "AL202" in run.out
    run = check(tool, root, "--fix", "--unsafe-fixes")
    assert (run.status, run.err) == (0, "fixed 1 finding in 1 file\n")
    assert charter(root) == CHARTER


def test_both_are_counted_apart(tool: Tool) -> None:
    text = CHARTER.replace(
        "  - {id",
        "  - {id: two, title: Guests pay fast, supports: [cart-loss]}\n"
        "  - {id: three, title: Shops pay fast, supports: [cart-loss]}\n  - {id",
    ).replace("[fewer-abandoned-carts]", "[fewer-abandonned-carts]")
    root = tool.repo({"org.md": RENAMED, "teams/checkout/charter.md": text})
    assert "; 2 fixable with --fix, 1 more with --fix --unsafe-fixes" in check(tool, root).lines[-1]
    summary = tool.json("check", root, *ON)["summary"]
    assert (summary["fixable"], summary["fixable_unsafely"]) == (2, 1)
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (1, "fixed 2 findings in 1 file\n")
    assert charter(root) == text.replace("[cart-loss]", "[fewer-abandoned-carts]")


def test_the_difference_is_the_result_and_can_be_applied(tool: Tool) -> None:
    text = FORMER["teams/checkout/charter.md"] + "\nSee\t[us](/Org.md).\n\nno end"
    for name, end in (("lf", "\n"), ("crlf", "\r\n")):
        files = {**FORMER, "teams/checkout/charter.md": text.replace("\n", end), "teams/my team/a.md": "x"}
        root = tool.repo(files, name)
        subprocess.run(["git", "init", "-q", root], check=True)
        before = listing(root)
        run = check(tool, root, "--fix", "--diff")
        assert (run.status, run.err) == (1, "would fix 2 findings in 1 file\n")
        assert run.out.startswith("--- a/teams/checkout/charter.md\n+++ b/teams/checkout/charter.md\n@@ ")
        assert listing(root) == before
        patch = subprocess.run(
            [tool_path(), "check", root, *ON, "--fix", "--diff", "--quiet"], capture_output=True, check=False
        ).stdout
        subprocess.run(["git", "-C", root, "apply", "-"], input=patch, check=True)
        applied = charter(root)
        write(root, files)
        assert check(tool, root, "--fix").status == 0
        assert (
            charter(root)
            == applied
            == text.replace("cart-loss", "fewer-abandoned-carts").replace("/Org.md", "/org.md").replace("\n", end)
        )


def tool_path() -> Path:
    from tests.cli.tool import ALIGN

    return ALIGN


def test_a_difference_of_nothing(tool: Tool) -> None:
    run = check(tool, tool.repo(TYPO), "--fix", "--diff")
    assert run == Run(0, "", "nothing to fix\n")
    run = check(tool, tool.repo(TYPO), "--fix", "--diff", "--unsafe-fixes")
    assert (run.status, run.err) == (1, "would fix 1 finding in 1 file\n")
    assert "-  - {id: one-tap-pay" in run.out
    assert charter(tool.folder / "repo") == TYPO["teams/checkout/charter.md"]


def test_a_difference_in_colour(tool: Tool) -> None:
    run = check(tool, tool.repo(FORMER), "--fix", "--diff", "--color", "always")
    assert "\x1b[31m-  - {id: one-tap-pay" in run.out
    assert "\x1b[32m+  - {id: one-tap-pay" in run.out


@pytest.mark.parametrize("form", ["json", "github", "concise", "full"])
def test_what_remains_is_printed_in_any_format(tool: Tool, form: str) -> None:
    text = FORMER["teams/checkout/charter.md"] + "See [notes](notes.md).\n"
    root = tool.repo({**FORMER, "teams/checkout/charter.md": text})
    run = check(tool, root, "--fix", "--format", form)
    assert (run.status, run.err) == (0, "fixed 1 finding in 1 file\n")
    assert "AL209" in run.out
    assert "AL205" not in run.out
    if form == "json":
        found = json.loads(run.out)
        assert found["summary"]["fixable"] == 0


def test_json_says_what_a_fix_would_do(tool: Tool) -> None:
    root = tool.repo({**FORMER, "teams/checkout/charter.md": "\ufeff" + FORMER["teams/checkout/charter.md"]})
    (one,) = [one for one in tool.json("check", root, *ON)["diagnostics"] if one["code"] == "AL205"]
    fix = one["fix"]
    assert (fix["safe"], fix["title"]) == (True, "replace by `fewer-abandoned-carts`")
    (edit,) = fix["edits"]
    line = charter(root).removeprefix("\ufeff").split("\n")[edit["range"]["start"]["line"] - 1]
    start, end = edit["range"]["start"]["column"], edit["range"]["end"]["column"]
    assert line[start - 1 : end - 1] == "cart-loss"
    assert (edit["path"], edit["text"]) == ("teams/checkout/charter.md", "fewer-abandoned-carts")


def test_quiet_and_statistics(tool: Tool) -> None:
    assert check(tool, tool.repo(FORMER), "--fix", "--quiet") == Run(0, "", "")
    run = check(tool, tool.repo(FORMER), "--fix", "--statistics")
    assert "AL205" not in run.out
    assert run.err == "fixed 1 finding in 1 file\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--diff"], "--diff goes with --fix"),
        (["--unsafe-fixes"], "--unsafe-fixes goes with --fix"),
        (["--fix", "--write-baseline"], "--write-baseline does not go with --fix"),
        (["--fix", "--diff", "--format", "json"], "does not go with --format json"),
        (["--fix", "--diff", "--format", "github"], "does not go with --format github"),
        (["--fix", "--diff", "--statistics"], "does not go with --statistics"),
    ],
)
def test_contradictions(tool: Tool, words: list[str], said: str) -> None:
    root = tool.repo(FORMER)
    before = listing(root)
    one_sentence(check(tool, root, *words), said)
    assert listing(root) == before


# --- what it is asked for ---


def test_paths_rules_and_the_configuration_limit_it(tool: Tool) -> None:
    other = FORMER["teams/checkout/charter.md"].replace("checkout", "returns")
    files = {**FORMER, "teams/returns/charter.md": other + "See [us](/Org.md).\n"}
    root = tool.repo(files)
    run = tool("check", root / "teams/checkout", *ON, "--fix")
    assert run.err == "fixed 1 finding in 1 file\n"
    assert (root / "teams/returns/charter.md").read_text() == files["teams/returns/charter.md"]
    assert check(tool, root, "--fix", "--select", "AL209").err == "fixed 1 finding in 1 file\n"
    assert "[cart-loss]" in (root / "teams/returns/charter.md").read_text()
    assert check(tool, root, "--fix", "--ignore", "AL205").err == "nothing to fix\n"
    (root / "align.toml").write_text('[check]\nignore = ["AL205"]\n')
    assert check(tool, root, "--fix").err == "nothing to fix\n"
    (root / "align.toml").write_text('[check.per-path]\n"teams/**" = {ignore = ["AL205"]}\n')
    assert check(tool, root, "--fix").err == "nothing to fix\n"
    (root / "align.toml").write_text("")
    assert check(tool, root, "--fix").err == "fixed 1 finding in 1 file\n"


def test_what_is_suppressed_is_not_fixed(tool: Tool) -> None:
    text = FORMER["teams/checkout/charter.md"].replace("goals:\n", "goals:\n  # align: ignore[AL205]: in January\n")
    root = tool.repo({**FORMER, "teams/checkout/charter.md": text})
    assert check(tool, root, "--fix").err == "nothing to fix\n"
    assert charter(root) == text


def test_a_fix_that_makes_another_possible(tool: Tool) -> None:
    """The suppression is needed for one rule, until the fix of another takes its ground away."""
    text = FORMER["teams/checkout/charter.md"].replace(
        "goals:\n",
        "goals:\n  # align: ignore[AL301]: one\n  # align: ignore[AL302]: two\n  # align: ignore[AL303]: three\n",
    )
    root = tool.repo({**FORMER, "teams/checkout/charter.md": text})
    assert check(tool, root, "--fix").err == "fixed 4 findings in 1 file\n"
    assert charter(root) == CHARTER


# --- each kind of reference ---

COMPANY = {
    "org.md": """\
---
kind: org
name: Parcelry
north-star: Anyone can send a parcel anywhere with one tap.
outcomes:
  - {id: fewer-abandoned-carts, title: Fewer carts are abandoned, measures: [{metric: abandoned-carts, baseline: 9, target: 4}]}
  - {id: faster-parcels, title: Parcels arrive sooner, supports: [fewer-abandoned-carts]}
metrics:
  - {id: abandoned-carts, name: Abandoned carts, unit: "%"}
communities:
  - {id: night-owls, name: Night owls}
---
""",
    "guardrails/card-data.md": """\
---
kind: guardrail
id: card-data
title: Card numbers never touch our servers
why: One leak would end the company.
applies-to:
  teams: [checkout, identity]
  except: [{team: identity, why: It has no cards.}]
---
""",
    "guardrails/on-call-rota.md": """\
---
kind: guardrail
id: on-call-rota
title: Somebody answers at night
why: Customers pay at night.
---
""",
    "teams/checkout/charter.md": """\
---
kind: charter
team: checkout
mission: Returning customers pay without thinking about it.
type: stream-aligned
part-of: commerce
communities: [night-owls]
goals:
  - id: one-tap-pay
    title: Returning customers pay in under ten seconds
    supports:
      - to: fewer-abandoned-carts
        how: Half of all carts are abandoned on the payment page.
    measures:
      - {metric: abandoned-carts, baseline: 9, target: 4}
    depends-on:
      - {to: identity/passkeys, service: sign-in, impact: slowing}
      - to: identity
  - {id: guests-pay, title: Guests pay without an account, supports: [faster-parcels, 'checkout/one-tap-pay']}
guardrails: [card-data]
waivers:
  - {guardrail: on-call-rota, reason: Three people until January., approved-by: head, granted: 2026-11-01, expires: 2027-01-31}
experiments:
  - {id: one-page, hypothesis: One page is enough, goal: checkout/one-tap-pay, decide-by: 2027-02-01}
---
""",
    "teams/checkout/team-api.md": """\
---
kind: team-api
team: checkout
contacts: [{kind: chat, address: checkout}]
interactions:
  - {team: identity, mode: x-as-a-service, role: consumer, service: sign-in}
roadmap:
  - {title: Wallets, goal: checkout/one-tap-pay}
---
""",
    "teams/identity/charter.md": """\
---
kind: charter
team: identity
mission: Anyone proves who they are in a second.
type: platform
part-of: commerce
goals:
  - {id: passkeys, title: Nobody types a password, supports: [fewer-abandoned-carts]}
waivers:
  - {guardrail: on-call-rota, reason: Two people until January., approved-by: head, granted: 2026-11-01, expires: 2027-01-31}
---
""",
    "teams/identity/team-api.md": """\
---
kind: team-api
team: identity
contacts: [{kind: chat, address: identity}]
services:
  - {id: sign-in, name: Sign-in}
---
""",
    "teams/identity/2026-Q4.md": """\
---
kind: goals
team: identity
period: 2026-Q4
goals:
  - {id: recovery, title: Nobody is locked out for long, supports: [identity/passkeys]}
---
""",
    "teams/commerce/charter.md": "---\nkind: charter\nteam: commerce\nmission: All that is bought.\ntype: group\n---\n",
}

SLIPS = [
    ("org.md", "supports: [fewer-abandoned-carts]", "supports: [fewer-abandonned-carts]"),
    ("org.md", "{metric: abandoned-carts", "{metric: abandonned-carts"),
    ("guardrails/card-data.md", "teams: [checkout,", "teams: [chekout,"),
    ("guardrails/card-data.md", "[{team: identity", "[{team: identiti"),
    ("teams/checkout/charter.md", "part-of: commerce", "part-of: comerce"),
    ("teams/checkout/charter.md", "[night-owls]", "[night-owl]"),
    ("teams/checkout/charter.md", "to: fewer-abandoned-carts", 'to: "fewer-abandoned-cart"'),
    ("teams/checkout/charter.md", "{metric: abandoned-carts", "{metric: abandoned-cart"),
    ("teams/checkout/charter.md", "{to: identity/passkeys", "{to: identity/passkey"),
    ("teams/checkout/charter.md", "service: sign-in", "service: 'signin'"),
    ("teams/checkout/charter.md", "- to: identity\n", "- to: identitty  # why\n"),
    ("teams/checkout/charter.md", "supports: [faster-parcels", "supports: [faster-parcel"),
    ("teams/checkout/charter.md", "'checkout/one-tap-pay'", "'checkout/one-tap-pays'"),
    ("teams/checkout/charter.md", "guardrails: [card-data]", "guardrails: [card-dta]"),
    ("teams/checkout/charter.md", "{guardrail: on-call-rota", "{guardrail: on-call-rotas"),
    ("teams/checkout/charter.md", "goal: checkout/one-tap-pay", "goal: checkout/one-tap-pa"),
    ("teams/checkout/team-api.md", "team: checkout", "team: chekout"),
    ("teams/checkout/team-api.md", "{team: identity", "{team: idenity"),
    ("teams/checkout/team-api.md", "service: sign-in", "service: sing-in"),
    ("teams/checkout/team-api.md", "goal: checkout/one-tap-pay", "goal: checkout/one-tap-pays"),
    ("teams/identity/2026-Q4.md", "team: identity", "team: identiy"),
    ("teams/identity/2026-Q4.md", "[identity/passkeys]", "[identity/paskeys]"),
]


def bytes_of(root: Path) -> dict[str, bytes]:
    return {path: (root / path).read_bytes() for path in COMPANY}


def test_the_company_is_clean(tool: Tool) -> None:
    run = check(tool, tool.repo(COMPANY), "--format", "concise")
    assert (run.status, len(run.lines)) == (0, 1), run.out


def test_the_nearest_id_in_each_kind_of_reference(tool: Tool) -> None:
    """One slip in a repo of its own; mending leaves the text as it was before the slip, but for its quotes."""
    for number, (path, right, wrong) in enumerate(SLIPS):
        assert COMPANY[path].count(right) >= 1
        root = tool.repo({**COMPANY, path: COMPANY[path].replace(right, wrong, 1)}, f"repo-{number}")
        run = check(tool, root, "--fix", "--unsafe-fixes", "--format", "concise")
        assert (run.status, run.err) == (0, "fixed 1 finding in 1 file\n"), (wrong, run)
        assert len(run.lines) == 1, (wrong, run.out)
        mended = (root / path).read_text()
        assert mended.replace('"', "").replace("'", "").replace("  # why", "") == COMPANY[path].replace(
            '"', ""
        ).replace("'", ""), wrong
        for sign in ("'", '"', "  # why"):
            assert mended.count(sign) == COMPANY[path].replace(right, wrong, 1).count(sign), wrong


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_stay(tool: Tool, end: str, mark: str) -> None:
    text = COMPANY["teams/checkout/charter.md"] + "\nSee [us](/Org.md) \u2028 and\x85so.\n"
    slips = text.replace("card-data]", "card-dta]").replace("- to: identity\n", "- to: identitty  # why\n")
    root = tool.repo({**COMPANY, "teams/checkout/charter.md": mark + slips.replace("\n", end)})
    assert check(tool, root, "--fix", "--unsafe-fixes").err == "fixed 3 findings in 1 file\n"
    expected = text.replace("- to: identity\n", "- to: identity  # why\n").replace("/Org.md", "/org.md")
    assert charter(root) == mark + expected.replace("\n", end)


def test_several_former_names_at_once(tool: Tool) -> None:
    files = {
        **COMPANY,
        "teams/identity/charter.md": COMPANY["teams/identity/charter.md"].replace(
            "type: platform\n", "type: platform\nformerly: [logins, sso]\n"
        ),
    }
    for path in ("guardrails/card-data.md", "teams/checkout/charter.md", "teams/checkout/team-api.md"):
        files[path] = files[path].replace("identity", "logins")
    root = tool.repo(files)
    run = check(tool, root, "--fix", "--format", "concise")
    assert (run.status, run.err) == (0, "fixed 5 findings in 3 files\n"), run
    assert {path: text.decode() for path, text in bytes_of(root).items()} == {**COMPANY, **files_with(files)}


def files_with(files: dict[str, str]) -> dict[str, str]:
    return {
        path: files[path].replace("logins", "identity") if path != "teams/identity/charter.md" else files[path]
        for path in files
    }


def test_a_needless_waiver_goes_and_the_comments_stay(tool: Tool) -> None:
    text = COMPANY["teams/identity/charter.md"].replace(
        "waivers:\n",
        "waivers:\n  # We have no cards.\n  - guardrail: card-data  # x\n    reason: none\n    granted: 2026-11-01\n"
        "    expires: 2027-01-31\n    approved-by: head\n  # About nights:\n",
    )
    root = tool.repo({**COMPANY, "teams/identity/charter.md": text})
    run = check(tool, root, "--fix", "--unsafe-fixes")
    assert run.err == "fixed 1 finding in 1 file\n"
    assert (root / "teams/identity/charter.md").read_text() == COMPANY["teams/identity/charter.md"].replace(
        "waivers:\n", "waivers:\n  # We have no cards.\n  # About nights:\n"
    )


def test_needless_waivers_that_are_all_there_are_go_with_their_list(tool: Tool) -> None:
    waiver = "  # about {0}\n  - {{guardrail: {0}, reason: none, granted: 2026-11-01, expires: 2027-01-31, approved-by: head}}\n"
    names = [f"rail-{number}" for number in range(12)]
    rail = COMPANY["guardrails/card-data.md"].replace("[checkout, identity]", "[identity]").split("  except")[0]
    files = {f"guardrails/{name}.md": rail.replace("card-data", name) + "---\n" for name in names}
    for path in ("teams/checkout/charter.md", "teams/identity/charter.md"):
        files[path] = CHARTER.replace("checkout", path.split("/")[1])
    needless = CHARTER.replace("---\n", "", 1).replace(
        "---\n", "waivers:\n" + "".join(map(waiver.format, names)) + "---\n"
    )
    root = tool.repo({"org.md": ORG, **files, "teams/checkout/charter.md": f"---\n{needless}"})
    run = check(tool, root, "--fix", "--unsafe-fixes", "--select", "AL1,AL404")
    assert (run.status, run.err) == (0, "fixed 12 findings in 1 file\n"), run.out
    left = charter(root)
    assert "waivers" not in left
    assert re.sub(r"  # about .*\n", "", left) == CHARTER


def test_two_keys_that_should_be_one_are_not_made_the_same(tool: Tool) -> None:
    text = CHARTER.replace("mission:", "mision: We pay.\nmisson:").replace("title:", "titel:")
    root = tool.repo({**SMALLEST, "teams/checkout/charter.md": text})
    run = check(tool, root, "--fix", "--unsafe-fixes", "--format", "concise")
    assert (run.status, run.err) == (1, "fixed 2 findings in 1 file\n")
    assert "AL004" not in run.out
    assert [line.partition(":")[0] for line in charter(root).splitlines()[3:5]] == ["mision", "mission"]
    assert "title:" in charter(root)


def test_neighbours_are_mended_however_many_they_are(tool: Tool) -> None:
    text = CHARTER.replace("goals:\n", "goals:\n" + "  # align: ignore[AL304]: we know\n" * 3000)
    root = tool.repo({**SMALLEST, "teams/checkout/charter.md": text})
    assert check(tool, root, "--fix").err == "fixed 3000 findings in 1 file\n"
    assert charter(root) == CHARTER


def test_a_value_that_an_alias_repeats_is_left_to_people(tool: Tool) -> None:
    text = CHARTER.replace("[fewer-abandoned-carts]", "[&o fewer-abandonned-carts]")
    root = tool.repo({**SMALLEST, "teams/checkout/charter.md": text})
    run = check(tool, root, "--fix", "--unsafe-fixes")
    assert (run.status, run.err) == (1, "nothing to fix\n")
    assert "fixable" not in run.lines[-1]
    assert charter(root) == text


# --- the configuration as a target ---


def test_a_slip_in_the_configuration(tool: Tool) -> None:
    config = '# ours\n[check]\nignore = [ "team-sizes" ,"AL5x" ]  # AL9999\nfail-on = "error"\n'.replace("\n", "\r\n")
    root = tool.repo(SMALLEST)
    (root / "align.toml").write_bytes(b"\xef\xbb\xbf" + config.encode())
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (1, "nothing to fix\n")
    run = check(tool, root, "--fix", "--unsafe-fixes")
    text = (root / "align.toml").read_bytes().decode()
    assert text.startswith("\ufeff# ours\r\n")
    assert '"team-size"' in text
    assert text.endswith('# AL9999\r\nfail-on = "error"\r\n')


def test_a_fix_that_the_configuration_would_not_take(tool: Tool) -> None:
    """The right name is there already: two keys of one name are no TOML."""
    config = '[check.severity]\nunsuported-outcome = "error"\nunsupported-outcome = "info"\n'
    root = tool.repo(SMALLEST, config=config)
    before = listing(root)
    one_sentence(check(tool, root, "--fix", "--unsafe-fixes"), "with its fixes", "align.toml", "nothing was written")
    assert listing(root) == before


# --- files ---


def test_modes_are_kept(tool: Tool) -> None:
    root = tool.repo(FORMER)
    for mode in (0o600, 0o755):
        write(root, FORMER)
        (root / "teams/checkout/charter.md").chmod(mode)
        assert check(tool, root, "--fix").status == 0
        assert stat.S_IMODE((root / "teams/checkout/charter.md").stat().st_mode) == mode


def test_other_files_are_not_touched(tool: Tool) -> None:
    root = tool.repo({**FORMER, "notes.txt": "cart-loss", "README.md": "cart-loss\n"})
    before = listing(root)
    check(tool, root, "--fix")
    changed = [path for path, was in listing(root).items() if before.get(path) != was and Path(path).is_file()]
    assert changed == [str(root / "teams/checkout/charter.md")]


def test_a_read_only_file(tool: Tool) -> None:
    root = tool.repo(FORMER)
    place = root / "teams/checkout/charter.md"
    place.chmod(0o444)
    env = broken_from_outside(
        tool, "import os\nos.access = lambda place, mode: bool(os.stat(place).st_mode & 0o200) or mode != os.W_OK\n"
    )  # root may write whatever it likes
    before = listing(root)
    run = tool("check", root, *ON, "--fix", env=env)
    one_sentence(run, "cannot write teams/checkout/charter.md: permission denied; nothing was written")
    assert listing(root) == before


def test_a_read_only_folder(tool: Tool) -> None:
    root = tool.repo(FORMER)
    code = (
        "import tempfile\n"
        "def refuse(**options):\n"
        "    raise PermissionError(13, 'Permission denied', options['dir'] + '/.align-x')\n"
        "tempfile.mkstemp = refuse\n"
    )
    before = listing(root)
    run = tool("check", root, *ON, "--fix", env=broken_from_outside(tool, code))
    one_sentence(run, "cannot write teams/checkout/charter.md: permission denied; nothing was written")
    assert listing(root) == before


@pytest.mark.parametrize("when", ["while it is checked", "before it is written"])
@pytest.mark.parametrize("path", ["teams/checkout/charter.md", "align.toml"])
def test_a_file_that_changes_meanwhile(tool: Tool, when: str, path: str) -> None:
    """Somebody saves it in an editor: neither text is lost, and no edit lands in the wrong place."""
    root = tool.repo(FORMER, config='[check]\nignore = ["team-sizes"]\n')
    code = f"""
import aligncli.engine as engine, aligncli.io.files as files
PLACE = {str(root / path)!r}
def save():
    text = open(PLACE).read()
    if not text.startswith("# saved") and "saved" not in text:
        open(PLACE, "w").write(text.replace("---\\n", "---\\n# saved\\n", 1) if "---" in text else "# saved\\n" + text)
if {when!r} == "while it is checked":
    real = engine.run
    def run(*arguments, **options):
        save()
        return real(*arguments, **options)
    engine.run = run
else:
    stage = files._stage
    def late(*arguments):
        name = stage(*arguments)
        save()
        return name
    files._stage = late
"""
    before = (root / path).read_text()
    run = tool("check", root, *ON, "--fix", "--unsafe-fixes", env=broken_from_outside(tool, code))
    one_sentence(run, f"{path} changed meanwhile; nothing was written")
    assert (root / path).read_text().replace("# saved\n", "") == before
    assert charter(root).replace("# saved\n", "") == FORMER["teams/checkout/charter.md"]
    assert no_litter(root)


@pytest.mark.parametrize("at", [1, 2])
def test_an_interrupt_leaves_whole_files(tool: Tool, at: int) -> None:
    other = FORMER["teams/checkout/charter.md"].replace("checkout", "returns")
    root = tool.repo({**FORMER, "teams/returns/charter.md": other})
    code = f"""
import os
real, calls = os.replace, []
def replace(*arguments):
    calls.append(arguments)
    if len(calls) == {at}:
        raise KeyboardInterrupt
    real(*arguments)
os.replace = replace
"""
    run = tool("check", root, *ON, "--fix", env=broken_from_outside(tool, code))
    assert (run.status, run.out) == (130, "")
    assert "Traceback" not in run.err
    assert charter(root) == (CHARTER if at == 2 else FORMER["teams/checkout/charter.md"])
    assert (root / "teams/returns/charter.md").read_text() == other
    assert no_litter(root)
    assert check(tool, root, "--fix").status == 0  # and once more, in peace


def test_a_full_disk(tool: Tool) -> None:
    root = tool.repo(FORMER)
    code = "import os\ndef full(descriptor):\n    raise OSError(28, 'No space left on device')\nos.fsync = full\n"
    before = listing(root)
    run = tool("check", root, *ON, "--fix", env=broken_from_outside(tool, code))
    one_sentence(run, "cannot write teams/checkout/charter.md: no space left on device; nothing was written")
    assert {path: was[3] for path, was in listing(root).items()} == {path: was[3] for path, was in before.items()}
    assert no_litter(root)


def test_a_link_is_never_written_through(tool: Tool) -> None:
    outside = tool.folder / "outside.md"
    outside.write_text(FORMER["teams/checkout/charter.md"])
    root = tool.repo({"org.md": RENAMED})
    (root / "teams/checkout").mkdir(parents=True)
    (root / "teams/checkout/charter.md").symlink_to(outside)
    run = check(tool, root, "--fix", "--unsafe-fixes")
    assert (run.status, run.err) == (1, "nothing to fix\n")
    assert outside.read_text() == FORMER["teams/checkout/charter.md"]
    (root / "teams/checkout/charter.md").unlink()
    (root / "teams/checkout/real.md").write_text(FORMER["teams/checkout/charter.md"])
    (root / "teams/checkout/charter.md").symlink_to("real.md")
    assert check(tool, root, "--fix").err == "fixed 1 finding in 1 file\n"
    assert (root / "teams/checkout/charter.md").is_symlink()
    assert (root / "teams/checkout/real.md").read_text() == CHARTER


def test_a_file_that_is_not_utf8_is_left_alone(tool: Tool) -> None:
    data = FORMER["teams/checkout/charter.md"].replace("Returning", "Zurück").encode("latin-1")
    root = tool.repo({**FORMER, "teams/checkout/charter.md": data})
    run = check(tool, root, "--fix", "--unsafe-fixes")
    assert (run.status, run.err) == (1, "nothing to fix\n")
    assert (root / "teams/checkout/charter.md").read_bytes() == data


def test_a_name_that_is_not_utf8(tool: Tool) -> None:
    root = tool.repo({"org.md": RENAMED})
    place = os.fsencode(root) + b"/caf\xe9.md"
    Path(os.fsdecode(place)).write_text(FORMER["teams/checkout/charter.md"])
    run = check(tool, root, "--fix", "--diff")
    assert run.status == 1
    assert "caf\\udce9.md" in run.out
    run = check(tool, root, "--fix")
    assert (run.status, run.err) == (0, "fixed 1 finding in 1 file\n")
    assert Path(os.fsdecode(place)).read_text() == CHARTER
