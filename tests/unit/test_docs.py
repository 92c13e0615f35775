"""What the documents say exists: links, paths, commands, settings, rights, keys. Not here: whether a text is well written."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from archive_service.cli import xueji
from archive_service.rules.access import ROLE_LABELS, ROLE_RIGHTS, Right, Role
from archive_service.services.doctor_model import Code
from archive_service.settings import DEFAULTS, ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PLACES = ("archive_service", "benchmarks", "config", "demo", "docs", "frontend", "retention", "scanners", "scripts", "templates", "tests")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(rf"`((?:{'|'.join(PLACES)})/[\w./*-]*)`")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(?:XUEJI_\S+ )*(?:\.venv/bin/)?xueji((?: [^\s`|;,)(]+)*)")
SETTING = re.compile(r"`([a-z]+)\.([a-z_]+)(?: = [^`]*)?`")
VARIABLE = re.compile(r"XUEJI_([A-Z]+)__([A-Z_]+)")
KEY = re.compile(r"`([A-Z0-9?/+-]|Tab|[←→↑↓])`")
SETTINGS = tomllib.loads(DEFAULTS.read_text("utf-8"))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def between(page: Path, name: str) -> str:
    """The part of a page between `<!-- name: … -->` and `<!-- end of name -->`."""
    found = re.search(rf"<!-- {name}: [^>]*-->\n(.*?)<!-- end of {name} -->", page.read_text("utf-8"), re.DOTALL)
    assert found, f"{page} has no part {name}"
    return found[1]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def shown_commands(text: str) -> Iterator[list[str]]:
    """Calls of xueji in code, fenced or inline, as words after the name."""
    inline = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    lines = [line for block in FENCE.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    for code in (*inline, *lines):
        if found := COMMAND.search(code):
            yield found[1].split()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target.split("#")[0] for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    missing = [target for target in targets if target and not (page.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_named_paths_exist(page: Path) -> None:
    missing = [path for path in PATH.findall(page.read_text("utf-8")) if not any(ROOT.glob(path.rstrip("/")))]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_shown_commands_exist_with_their_options(page: Path) -> None:
    for words in shown_commands(page.read_text("utf-8")):
        command: click.Command = xueji
        while words and isinstance(command, click.Group) and words[0] in command.commands:
            command = command.commands[words.pop(0)]
        assert not (words and command is xueji and not words[0].startswith("-")), f"xueji {words[0]} is no command"
        known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}
        assert {word for word in words if word.startswith("-")} <= known, f"{command.name}: {words}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_named_settings_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    named = {(section, key) for section, key in SETTING.findall(text) if section in SETTINGS and key != "py"}
    named |= {(section.lower(), key.lower()) for section, key in VARIABLE.findall(text) if section != "SECTION"}
    unknown = {(section, key) for section, key in named if key not in SETTINGS.get(section, {})}
    assert not unknown


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "operators.md").read_text("utf-8") + (ROOT / "README.md").read_text("utf-8")
    documented = {words[0] for words in shown_commands(text) if words}
    assert set(xueji.commands) <= documented


def test_every_setting_is_documented_with_its_default() -> None:
    documented: dict[str, dict[str, str]] = {}
    for line in between(ROOT / "docs" / "operators.md", "settings").splitlines():
        if line.startswith("### "):
            section = documented.setdefault(line.removeprefix("### "), {})
        elif line.startswith("| `"):
            key, default, _ = cells(line)
            section[key.strip("`")] = default.strip("`")
    words = {True: "true", False: "false", "": "empty"}
    wanted = {
        section: {key: words[value] if isinstance(value, bool) or value == "" else str(value) for key, value in keys.items()}
        for section, keys in SETTINGS.items()
    }
    assert documented == wanted


def test_every_alarm_is_documented() -> None:
    rows = [cells(line)[0] for line in between(ROOT / "docs" / "operators.md", "alarms").splitlines() if line.startswith("| `")]
    documented = {code for row in rows for code in re.findall(r"`(\w+)`", row)}
    assert documented == {*map(str, Code), "database_away", "unfinished_move"}


def test_rights_are_those_of_the_code() -> None:
    heading, _, *rows = between(ROOT / "docs" / "security.md", "rights").splitlines()
    assert cells(heading)[1:] == [ROLE_LABELS[role] for role in Role]
    documented = {cells(row)[0].strip("`"): [cell == "●" for cell in cells(row)[1:]] for row in rows}
    assert documented == {right.value: [right in ROLE_RIGHTS[role] for role in Role] for right in Right}


def test_keys_of_the_guide_are_bound() -> None:
    """A key the guide teaches is a `data-key` of a template or a `bind` of a script."""
    code = "".join(
        path.read_text("utf-8")
        for place, ending in (("templates", "html"), ("frontend/js", "js"))
        for path in (ROOT / place).rglob(f"*.{ending}")
    )
    arrows = {"←": "ArrowLeft", "→": "ArrowRight", "↑": "ArrowUp", "↓": "ArrowDown"}
    taught = {key for page in (ROOT / "docs" / "guide").glob("*.md") for key in KEY.findall(page.read_text("utf-8"))}
    own = {"Tab", *"123456789"}  # the browser's own, and those bound in a loop over numbers
    unbound = {
        key for key in taught - own if not re.search(rf"""(data-key=|bind\(|name === |\[)["']{re.escape(arrows.get(key, key))}["']""", code)
    }
    assert not unbound


def test_tables_have_as_many_cells_as_their_heading() -> None:
    for page in PAGES:
        width = 0
        for line in FENCE.sub("", page.read_text("utf-8")).splitlines():
            is_row = line.startswith("|")
            columns = len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", line)))
            assert not is_row or width in (0, columns), f"{name_of(page)}: {line}"
            width = columns if is_row else 0


def test_the_tree_of_the_architecture_is_there() -> None:
    tree = next(block for block in FENCE.findall((ROOT / "docs" / "architecture.md").read_text("utf-8")) if "archive_service/" in block)
    parents = {0: ROOT}
    for line in tree.splitlines():
        depth = len(line) - len(line.lstrip())
        parent = parents[max(indent for indent in parents if indent <= depth)]
        names = re.split(r"\s{2,}", line.strip())[0].split()
        missing = [name for name in names if not (any(parent.glob(name.rstrip("/"))) or any(parent.glob(f"{name}.py")))]
        assert not missing, f"{parent}: {missing}"
        parents = {indent: place for indent, place in parents.items() if indent <= depth} | {depth + 1: parent / names[0]}


def test_chinese_texts_use_full_width_punctuation() -> None:
    han = "\u4e00-\u9fff"
    for page in (ROOT / "docs" / "guide").glob("*.md"):
        text = re.sub(r"\]\([^)]*\)", "]", re.sub(r"`[^`]*`", "", page.read_text("utf-8")))
        assert not re.findall(rf"[{han}][,;:!?()]|[,;:!?()][{han}]", text), name_of(page)
