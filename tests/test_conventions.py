"""Our own law, checked by machine: one commit, aware instants, sizes, glossary words, documents that cite real articles."""

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("archive_service", "scanners", "retention", "demo")
FILE_LINES, FUNCTION_LINES, PARAMETERS = 300, 50, 6
MIRRORED = ("archive_service/rules", "retention", "scanners")
NEVER = {"pupil", "ticket", "workflow", "handoff", "utcnow", "purge"}
BARE_NEVER = {"transfer", "document", "attachment"}  # as a whole name; a compound says which one
LAW_WORDS = (
    "archive_service/rules/",
    "archive_service/api/openapi.py",
    "retention/",
    "demo/",
)  # words inside law data and fixed names are exempt
ENVIRONMENT_READERS = {"archive_service/settings.py", "scanners/__init__.py"}
NEAR = "[\u3001-\u301f\u4e00-\u9fff\u2014\u201c\u201d\u2026\uff01-\uff1f\ue000]"  # Chinese characters and signs, and a value (VALUE) put in
VALUE = "\ue000"
HALF_WIDTH = re.compile(f"(?<={NEAR})[,;:?!()]|[,;:?!()](?={NEAR})")
HALF_WIDTH_WANTED = {
    "scanners/labelled.py": "signs that may follow a label on paper, in both widths",
    "scanners/labels.py": "labels as they are read, folded to half width",
    "scanners/units.py": "parts of regular expressions",
    "demo/papers/forms/hukou.py": "drawn as the printed booklet has it",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError")


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if "versions" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@lru_cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


every_module = pytest.mark.parametrize("path", modules(), ids=name_of)


def test_commit_stands_once():
    calls = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and _is_session(node.func.value)
    ]
    assert [call.split(":")[0] for call in calls] == ["archive_service/db.py"]


def _is_session(node: ast.expr) -> bool:
    return "session" in ast.unparse(node) or "connection" in ast.unparse(node)


def test_one_broad_except():
    broad = [
        name_of(path)
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]
    assert [name for name in broad if not name.startswith("archive_service/adapters/sandbox_child")] == ["archive_service/worker.py"]


@every_module
def test_sizes(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= FILE_LINES, f"{len(lines)} lines"
    for function in functions(path):
        assert (function.end_lineno or 0) - function.lineno < FUNCTION_LINES, f"{function.name} is too long"
        parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        named = [parameter.arg for parameter in parameters if parameter.arg not in ("self", "cls")]
        assert len(named) <= PARAMETERS, f"{function.name} takes {named}"


@every_module
def test_module_says_what_lives_there(path):
    source = path.read_text("utf-8")
    assert not source.strip() or ast.get_docstring(tree_of(path)), "no module docstring"


@every_module
def test_environment_is_read_in_settings_only(path):
    if name_of(path) in ENVIRONMENT_READERS:
        return
    reads = [
        node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv")
    ]
    allowed = {"archive_service/adapters/sandbox_process.py", "demo/papers/fonts.py"}  # hands it on; a font folder for drawing
    assert not reads or name_of(path) in allowed


@every_module
def test_glossary_words(path):
    names = {node.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names |= {node.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name)}
    parts = {part for name in names for part in name.lower().split("_")}
    assert not parts & NEVER
    if not name_of(path).startswith(LAW_WORDS):
        assert not {name.lower() for name in names} & BARE_NEVER


@every_module
def test_no_unfinished_marks(path):
    with path.open("rb") as file:
        comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    assert not [comment for comment in comments if UNFINISHED.search(comment)]
    assert "NotImplementedError" not in path.read_text("utf-8")


@every_module
def test_silenced_checks_name_rule_and_reason(path):
    with path.open("rb") as file:
        comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    for comment in comments:
        if "noqa" in comment:
            assert re.search(r"noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*\W+.{5,}", comment), comment
        if "type: ignore" in comment:
            assert re.search(r"type: ignore\[[a-z-]+(, ?[a-z-]+)*\]\W+.{5,}", comment), comment


@pytest.mark.parametrize("path", [path for path in modules() if name_of(path).startswith(MIRRORED) and path.name[0] != "_"], ids=name_of)
def test_pure_modules_have_a_mirrored_test(path):
    tests = ROOT / "tests" / "unit"
    relative = path.relative_to(ROOT / "archive_service") if path.is_relative_to(ROOT / "archive_service") else path.relative_to(ROOT)
    mirror = tests / relative.parent / f"test_{path.stem}.py"
    imported = "\n".join(test.read_text("utf-8") for test in (tests / relative.parent).glob("test_*.py"))
    of_family = mirror.with_name(f"test_{path.stem.split('_')[0]}.py")  # law_check is tested through law
    assert mirror.exists() or of_family.exists() or re.search(rf"\b{path.stem}\b", imported), f"no test mentions {path.stem}"


def test_every_setting_has_its_reason():
    for line in (ROOT / "config" / "default.toml").read_text("utf-8").splitlines():
        if "=" in line and not line.startswith(("#", "[")):
            assert re.search(r"#\s*.{5,}", line), line


def test_articles_cited_in_code_exist():
    known = set(re.findall(r"\b(?:HN|GZ|GF|GP|GI|ME|HQ|YK)-[A-Z]?\d+(?:\.\d+)?\b", "\n".join(
        path.read_text("utf-8") for path in (ROOT / "config" / "profiles").rglob("*.yaml")
    )))  # fmt: skip
    assert known
    for path in modules():
        cited = set(re.findall(r"\b(?:HN|GZ|GP|GI|ME|HQ|YK)-[A-Z]?\d+(?:\.\d+)?\b", path.read_text("utf-8")))
        parents = {article.split(".")[0] for article in known}
        assert cited <= known | parents, f"{name_of(path)} cites {sorted(cited - known - parents)}"


@every_module
def test_character_classes_hold_no_sign_twice(path):
    """A sign that stands twice was meant to be the half-width and the full-width one: 「:」 and its wide sister look alike."""
    with path.open("rb") as file:
        patterns = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.STRING and token.string[0] in "rR"]
    for pattern in patterns:
        for inside in re.findall(r"\[((?:[^\[\]\\]|\\.)+)\]", pattern):
            assert not re.search(r"(?<!\\)([:;,()?!])\1", inside), pattern


@every_module
def test_chinese_has_full_width_signs(path):
    """Docstrings are English that names a Chinese word, raw strings are regular expressions; all else is read by a clerk."""
    lines = path.read_text("utf-8").splitlines()
    found = [
        f"{line}: {text}"
        for line, column, text in _strings(tree_of(path))
        if re.search("[\u4e00-\u9fff]", text) and HALF_WIDTH.search(text) and not _is_raw(lines[line - 1], column)
    ]
    assert bool(found) == (name_of(path) in HALF_WIDTH_WANTED), found


def pages() -> list[Path]:
    return [*sorted((ROOT / "frontend" / "js").rglob("*.js")), *sorted((ROOT / "templates").rglob("*.html"))]


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_chinese_on_screens_has_full_width_signs(path):
    assert not _half_width_on(path.suffix, path.read_text("utf-8"))


def test_a_half_width_sign_is_found_on_screens():
    assert _half_width_on(".js", "say(`\u6ca1\u6709\u6536\u4e0b(${status})`);")
    assert _half_width_on(".js", 'say("\u7f51\u7edc\u65ad\u5f00, \u7a0d\u540e");')
    assert not _half_width_on(".js", 'say("\u7f51\u7edc\u65ad\u5f00"); // (a comment on \u7f51\u7edc, in English)')
    assert _half_width_on(".html", '<b title="\u628a\u63e1:">\u628a\u63e1</b>')
    assert _half_width_on(".html", "<p>\u5171 {{ n }}, \u672a\u8bfb</p>")
    assert not _half_width_on(".html", '{# \u5f52\u4f4d: the tray #}<a href="/t?x={{ x }}" @click="go(\'x\')">\u5f52\u4f4d</a>')


def _half_width_on(suffix: str, source: str) -> list[str]:
    """Texts of a page or a script in which a half-width sign stands beside Chinese or beside a value put in."""
    texts = _texts_of_script(source) if suffix == ".js" else _texts_of_page(source)
    return [text for text in texts if re.search("[\u4e00-\u9fff]", text) and HALF_WIDTH.search(text)]


def _texts_of_script(source: str) -> list[str]:
    """String literals, a value put into one as one sign."""
    return [re.sub(r"\$\{[^}]*\}", VALUE, text) for text in re.findall(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`', source)]


def _texts_of_page(source: str) -> list[str]:
    """What stands between tags, and in the attributes a person reads."""
    shown = re.sub(r"\{#.*?#\}|\{%.*?%\}|<(style|script).*?</\1>", " ", source, flags=re.DOTALL)
    shown = re.sub(r"\{\{.*?\}\}", VALUE, shown, flags=re.DOTALL)
    return [*re.findall(r'(?:title|alt|placeholder|aria-label|data-confirm)="([^"]*)"', shown), *re.split(r"<[^>]*>", shown)]


def test_a_half_width_sign_is_found_beside_chinese_and_values():
    found = [text for _, _, text in _strings(ast.parse('a = "\u6536\u4e0b:"; b = f"\u6536{a},{a}"; c = "\u6536 a, b (c)"; d = f"{a},{b}"'))]
    assert [bool(HALF_WIDTH.search(text)) for text in found if re.search("[\u4e00-\u9fff]", text)] == [True, True, False]


def _strings(tree: ast.Module) -> Iterator[tuple[int, int, str]]:
    """Every string with its place; one with values in it as one text. Not those that stand alone, as docstrings do."""
    alone = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            pieces = [str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values]
            yield node.lineno, node.col_offset, "".join(pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in alone | parts:
            yield node.lineno, node.col_offset, node.value


def _is_raw(line: str, column: int) -> bool:
    return line.encode()[column:].decode().lstrip("fF")[:1] in ("r", "R")
