#!/usr/bin/env python3
"""Licences, banned crates and sources of everything in Cargo.lock, by the rules of .cargo/deny.toml.

What cargo-deny checks for us besides known holes, in a second and without installing anything: `cargo deny` stays the tool
for advisories, which need the internet. Ends with what is wrong, or with how much was looked at.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def allowed(expression: str, allow: set[str]) -> bool:
    """An SPDX expression of AND, OR, WITH and parentheses; `/` is the old way to write OR."""
    tokens = re.findall(r"[()]|[^\s()/]+|/", expression)
    at = 0

    def peek() -> str | None:
        return tokens[at] if at < len(tokens) else None

    def take() -> str:
        nonlocal at
        at += 1
        return tokens[at - 1]

    def one() -> bool:
        token = take()
        if token == "(":
            inside = either()
            take()
            return inside
        if peek() == "WITH":
            take()
            token = f"{token} WITH {take()}"
        return token in allow

    def both() -> bool:
        good = one()
        while peek() == "AND":
            take()
            good = one() and good
        return good

    def either() -> bool:
        good = both()
        while peek() in ("OR", "/"):
            take()
            good = both() or good
        return good

    good = either()
    if at != len(tokens):
        raise ValueError(expression)
    return good


def crates() -> list[tuple[str, str, str]]:
    """Name with version, where from (empty: crates.io), licence. `cargo metadata` would also list what no feature turns on."""
    asked = ["cargo", "tree", "--locked", "--workspace", "--all-features", "--target", "all", "--edges", "normal,build,dev"]
    lines = subprocess.run(
        [*asked, "--prefix", "none", "--format", "{p}|{l}"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    found = set()
    for line in filter(None, lines.splitlines()):
        package, licence = line.removesuffix(" (*)").split("|")
        name, version, *places = package.split(" ")
        place = next((part.strip("()") for part in places if part != "(proc-macro)"), "")
        found.add((f"{name} {version}", place, licence))
    return sorted(found)


def main() -> int:
    rules = tomllib.loads((ROOT / ".cargo/deny.toml").read_text())
    allow = set(rules["licenses"]["allow"])
    banned = {row["crate"]: row["reason"] for row in rules["bans"]["deny"]}
    wrong, seen = [], 0
    for crate, place, licence in crates():
        if place.startswith(str(ROOT)):
            continue
        seen += 1
        if not licence:
            wrong.append(f"{crate}: names no licence")
        elif not allowed(licence, allow):
            wrong.append(f"{crate}: {licence} is not allowed")
        if crate.split(" ")[0] in banned:
            wrong.append(f"{crate}: banned, {banned[crate.split(' ')[0]]}")
        if place:
            wrong.append(f"{crate}: comes from {place}")
    for manifest in [ROOT / "Cargo.toml", *ROOT.glob("*/Cargo.toml")]:
        for line in manifest.read_text().splitlines():
            if re.search(r'= "\*"|version = "\*"', line):
                wrong.append(f"{manifest.relative_to(ROOT)}: any version: {line}")
    print("\n".join(wrong) if wrong else f"{seen} crates: licences, bans and sources are as .cargo/deny.toml says")
    return bool(wrong)


if __name__ == "__main__":
    for expression, good in (("MIT/Apache-2.0", True), ("(MIT OR GPL-3.0) AND ISC", True), ("MIT AND GPL-3.0", False), ("GPL-3.0", False)):
        assert allowed(expression, {"MIT", "ISC"}) is good, expression
    sys.exit(main())
