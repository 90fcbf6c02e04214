"""The tree keeps its own rules: small files, short functions, no leftovers, nothing of one machine."""

import ast
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from tests.architecture.tree import PRODUCT, ROOT, files, name_of, python_files, services, syntax_of

MAX_FILE_LINES = 250
MAX_FUNCTION_LINES = 30
# Letters are written out as they stand on paper: text, not logic.
WRITTEN_OUT = "examples/paper/letters/"
VAGUE = re.compile(r"^(utils?|helpers?|common|misc|managers?|base_\w+)$")
# Spelled in two parts, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
ONE_MACHINE = re.compile(r"(?<![\w.}-])/(wo" r"rk|ro" r"ot|opt/wh" r"eels|opt/py" r"pi)(/|\b)|/ho" r"me/[a-z]+")
INDEX_ADDRESS = re.compile(r"--(extra-)?index-" r"url|--find-" r"links|https?://[\w.@:-]+/(\S*/)?sim" r"ple\b")
TEXTS = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".txt", ".lock", ".sh", ".conf", ".cfg", ".ini", ".html", ""}

PYTHON = python_files()
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    """Return all functions of a file, inner ones too."""
    return [node for node in ast.walk(syntax_of(path)) if isinstance(node, Function)]


def lines_of(function: Function) -> int:
    """Return how long a function is, from its `def` to its end, without its docstring."""
    doc = function.body[0] if ast.get_docstring(function) else None
    return span(function) - (span(doc) if doc else 0)


def span(node: ast.stmt) -> int:
    """Return how many lines a statement covers."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def sleeps(path: Path) -> bool:
    """Tell whether a file lets time pass; `sleep(0)` only lets others run."""
    found = [node for node in ast.walk(syntax_of(path)) if isinstance(node, ast.Call)]
    named = [call for call in found if ast.unparse(call.func).rpartition(".")[2] == "sleep" and call.args]
    return any(ast.unparse(call.args[0]) != "0" for call in named)


def findings(rule: Callable[[Path], object]) -> list[str]:
    """Return the Python files a rule finds something in, with what it found."""
    return [f"{name_of(path)}: {found}" for path in PYTHON if (found := rule(path))]


def matches(pattern: re.Pattern[str]) -> list[str]:
    """Return where a pattern stands in the text files of the tree."""
    return [
        f"{name_of(path)}:{number}: {line.strip()[:120]}"
        for path in files()
        if path.suffix in TEXTS
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_every_module_says_what_it_is() -> None:
    """The first line of a module is a docstring of one sentence."""
    assert not findings(lambda path: not (ast.get_docstring(syntax_of(path)) or "").split("\n")[0].endswith((".", "?")))


def test_files_stay_small() -> None:
    """No file is longer than 250 lines, and half of them are much shorter."""
    assert not findings(lambda path: (n := len(path.read_text().splitlines())) > MAX_FILE_LINES and n)


def test_functions_stay_short() -> None:
    """No function is longer than 30 lines, its docstring apart."""
    long = findings(
        lambda path: [f"{f.name} has {lines_of(f)} lines" for f in functions(path) if lines_of(f) > MAX_FUNCTION_LINES]
    )
    assert not [found for found in long if not found.startswith(WRITTEN_OUT)]
    assert median(lines_of(f) for path in python_files(*PRODUCT) for f in functions(path)) <= 8


def test_files_are_named_for_what_they_are_about() -> None:
    """No file or folder is a drawer for everything."""
    assert not findings(lambda path: [part for part in (path.stem, *path.parent.parts) if VAGUE.match(part)])


def test_nothing_is_left_to_do() -> None:
    """What is known to be unfinished is an issue, not a comment."""
    assert not matches(UNFINISHED)


def test_nothing_belongs_to_one_machine() -> None:
    """No tracked file names a folder of somebody's machine or the address of a package index."""
    assert not matches(ONE_MACHINE)
    assert not matches(INDEX_ADDRESS)


def test_tests_wait_for_conditions() -> None:
    """No test sleeps: tests/waiting.py waits for what a test expects; only a storm has a pace of its own."""
    sleeping = [name_of(path) for path in python_files("tests") if sleeps(path)]
    assert [name for name in sleeping if not name.startswith("tests/storm/")] == ["tests/waiting.py"]


def test_tests_replace_nothing() -> None:
    """Tests use real parts or fakes with a conformance test, never a patched module."""
    banned = {"unittest.mock", "mock", "pytest_mock"}
    imported = {name_of(path): banned & set(imports(path)) for path in python_files("tests")}
    assert not {name: found for name, found in imported.items() if found}


def imports(path: Path) -> list[str]:
    """Return the modules a file imports, and those it imports names from."""
    nodes = list(ast.walk(syntax_of(path)))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    named = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    members = [f"{node.module}.{alias.name}" for node in named for alias in node.names]
    return plain + [str(node.module) for node in named] + members


@pytest.mark.parametrize("service", services(), ids=lambda folder: folder.name)
def test_service_begins_with_one_sentence(service: Path) -> None:
    """A service's `__init__.py` says what the service is for, and does nothing."""
    (only,) = syntax_of(service / "__init__.py").body
    assert isinstance(only, ast.Expr)


@pytest.mark.parametrize("service", services(), ids=lambda folder: folder.name)
def test_service_is_on_the_system_map(service: Path) -> None:
    """compose.yaml runs every service in a container of its own."""
    compose = (ROOT / "compose.yaml").read_text()
    assert re.search(rf"^  {service.name}:", compose, re.MULTILINE)


def test_contracts_know_events_and_pydantic_only() -> None:
    """shared/events imports pydantic, the standard library's types, and itself."""
    allowed = ("pydantic", "datetime", "typing", "shared.events")
    foreign = {
        f"{name_of(path)}: {module}"
        for path in python_files("shared")
        if path.parent.name == "events"
        for module in imports(path)
        if not module.startswith(allowed)
    }
    assert not foreign


def test_packages_are_named_without_an_address() -> None:
    """What we need comes by name and version; where from is the machine's business."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(r for extra in project["optional-dependencies"].values() for r in extra)]
    assert not [requirement for requirement in wanted if "@" in requirement or "://" in requirement]
