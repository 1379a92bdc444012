"""A stand-in for GitHub's `gh api`: comments and issues in a file, and a record of what was asked.

It knows the few requests that the action makes, refuses all others, and wants a token.
"""

import json
import os
import re
import sys
from pathlib import Path

STORE = Path(os.environ["GH_STORE"])
QUERY = re.compile(
    r'\.\[\] \| select\(\.user\.login == "([^"]+)" and \(\(\.body // ""\) \| startswith\("([^"]+)"\)\)\) \| \.(id|number)'
)


def main() -> None:
    store = json.loads(STORE.read_text(encoding="utf-8"))
    words = sys.argv[1:]
    assert words.pop(0) == "api"
    if os.environ.get("GH_TOKEN") != "secret-token" or store["refuses"]:
        print("gh: Resource not accessible by integration (HTTP 403)", file=sys.stderr)
        raise SystemExit(1)
    method = words.pop(words.index("--method") + 1) if "--method" in words else "GET"
    body = json.load(sys.stdin) if "--input" in words else None
    query = words.pop(words.index("--jq") + 1) if "--jq" in words else None
    (path,) = [word for word in words if not word.startswith("-")]
    path, _, filters = path.partition("?")
    store["asked"].append(f"{method} {path}")
    if method == "GET":
        found = QUERY.fullmatch(query or "")
        assert found, query
        place = store["things"].get(path, [])
        assert "per_page=100" in filters
        for thing in place:
            if "state=open" in filters and thing.get("state") == "closed":
                continue
            if thing["user"]["login"] == found[1] and (thing["body"] or "").startswith(found[2]):
                print(thing[found[3]])
    elif method == "POST":
        number = 100 + sum(map(len, store["things"].values()))
        thing = {"id": number, "number": number, "user": {"login": "github-actions[bot]"}, **(body or {})}
        store["things"].setdefault(path, []).append(thing)
    elif method == "PATCH":
        number = int(path.rpartition("/")[2])
        (thing,) = [thing for things in store["things"].values() for thing in things if thing["id"] == number]
        thing.update(body or {})
    else:
        raise SystemExit(f"gh: what is {method}?")
    STORE.write_text(json.dumps(store), encoding="utf-8")


main()
