"""The house rules that no linter knows. Each test names the places that break one."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("playbooks", "escalation", "notifications", "backend")
CLOCK = Path("backend/clock.py")
MOST_LINES = 400

#: Where the present time, ids and randomness come from; only CLOCK may call them.
CLOCK_CALLS = re.compile(
    r"datetime\.datetime\.(now|utcnow|today)|datetime\.date\.today|time\.time(_ns)?"
    r"|uuid\.uuid[14]|random\..+|os\.urandom|secrets\.(choice|rand.+|token_.+)"
)

#: What a machine leaves behind: its folders, and the addresses it fetches packages from.
#: (Written so that this file does not match itself.)
MACHINE = re.compile(
    rb"(?<![\w./-])[/]work[/]|[/]tmp[/]v\b|[-][-](?:extra-)?index-url"
    rb"|https?[:]//[^/\s\"']*(?:pythonhosted|pypi|npmjs|registry|mirror|artifactory)"
)
UNFINISHED = re.compile(rb"\b(?:TO[D]O|FIX[M]E)\b")


def files() -> list[Path]:
    """Everything that git keeps or would keep, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (Path(name) for name in listed.stdout.split("\0") if name)
    return sorted(path for path in paths if (ROOT / path).is_file())


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """The parsed Python files below the folders."""
    for path in files():
        if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in folders):
            yield path, ast.parse((ROOT / path).read_text("utf-8"))


def lines_matching(pattern: re.Pattern[bytes]) -> list[str]:
    """``file:line`` of every match in any file."""
    return [
        f"{path}:{number}"
        for path in files()
        for number, line in enumerate((ROOT / path).read_bytes().splitlines(), 1)
        if pattern.search(line)
    ]


def imported(tree: ast.Module) -> set[str]:
    """The full names of what a file imports: modules, or things in modules."""
    return set(names_bound_by_import(tree).values())


def names_bound_by_import(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: ``{"dt": "datetime"}``."""
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                top = name.name.partition(".")[0]
                bound[name.asname or top] = name.name if name.asname else top
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                bound[name.asname or name.name] = f"{node.module}.{name.name}"
    return bound


def dotted(node: ast.expr, bound: dict[str, str]) -> str:
    """``dt.datetime.now`` as ``datetime.datetime.now``; empty when it was not imported."""
    if isinstance(node, ast.Name):
        return bound.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, bound)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def names_used(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported that a file uses."""
    bound = names_bound_by_import(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node.lineno, dotted(node, bound)


def test_no_function_imports_anything() -> None:
    hidden = [
        f"{path}:{inner.lineno}"
        for path, tree in modules(*PACKAGES)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_every_init_file_is_empty() -> None:
    inits = [path for path in files() if path.name == "__init__.py"]
    assert inits
    assert [str(path) for path in inits if (ROOT / path).read_bytes()] == []


def test_no_source_file_is_too_long_to_have_one_subject() -> None:
    long = {
        str(path): count
        for path in files()
        if path.parts[0] in PACKAGES
        and path.suffix in {".py", ".ts", ".vue", ".css"}
        and path.name != "schema.d.ts"  # generated from the OpenAPI document
        if (count := len((ROOT / path).read_bytes().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_time_ids_and_randomness_are_passed_in() -> None:
    calls = [
        f"{path}:{line} {name}"
        for path, tree in modules(*PACKAGES)
        if path != CLOCK
        for line, name in names_used(tree)
        if CLOCK_CALLS.fullmatch(name)
    ]
    assert calls == []


def test_unit_tests_need_no_server_and_no_database() -> None:
    heavy = [
        f"{path} {name}"
        for path, tree in modules("tests/unit")
        for name in imported(tree)
        if re.match(r"(flask(_\w+)?|sqlalchemy|backend)(\.|$)", name)
    ]
    assert heavy == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    marks = re.compile(
        r"(pytest\.(mark\.)?|unittest\.)(skip\w*|xfail|importorskip|expectedFailure)"
    )
    avoided = [
        f"{path}:{line} {name}"
        for path, tree in modules("tests")
        for line, name in names_used(tree)
        if marks.fullmatch(name)
    ]
    assert avoided == []


def test_every_test_file_asserts_something() -> None:
    silent = [
        str(path)
        for path, tree in modules("tests")
        if path.name.startswith("test_") and not any(map(_asserts, ast.walk(tree)))
    ]
    assert silent == []


def _asserts(node: ast.AST) -> bool:
    """An assert, or a call that is one by name: ``pytest.raises``, ``expect_alert``."""
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        return name == "raises" or name.startswith(("assert_", "expect"))
    return isinstance(node, ast.Assert)


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    assert lines_matching(MACHINE) == []


def test_nothing_is_left_for_later_in_a_comment() -> None:
    assert lines_matching(UNFINISHED) == []
