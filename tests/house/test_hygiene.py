"""What must not be in the repository."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST = 500_000
PICKLING = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
UNWANTED = {
    "the address of a package registry": r"(?:py[p]i|python[h]osted|npm[j]s|anacond[a])\.org",
    "an option that names a package registry": r"--(?:extra-)?index[-]url|--find[-]links",
    "the path of a machine": r"(?<![\w./~-])/(?:home|opt|root|tmp|work|Users)/",
    "a note to oneself": r"\b(?:TO[D]O|FIXM[E])\b",
}


def _files() -> list[Path]:
    """Every file that is committed, or would be; none where git cannot tell."""
    if shutil.which("git") is None:
        return []
    git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / name for name in names.split("\0") if (ROOT / name).is_file()]


def _texts(files: list[Path]) -> dict[Path, str]:
    contents = {path: path.read_bytes() for path in files}
    return {path: c.decode(errors="replace") for path, c in contents.items() if b"\0" not in c}


FILES = _files()
TEXTS = _texts(FILES)

pytestmark = pytest.mark.skipif(not FILES, reason="needs the git repository")


def test_the_listing_sees_the_repository() -> None:
    assert Path(__file__) in TEXTS


@pytest.mark.parametrize("pattern", UNWANTED.values(), ids=UNWANTED)
def test_no_text_holds(pattern: str) -> None:
    found = re.compile(pattern)
    places = [
        f"{path.relative_to(ROOT)}:{number}"
        for path, text in TEXTS.items()
        for number, line in enumerate(text.splitlines(), 1)
        if found.search(line)
    ]
    assert not places


def test_the_ends_of_intervals_stand_in_one_place() -> None:
    """`riskkit.tables.INTERVAL`: who changes it changes every interval that is published."""
    both = re.compile(r"[(\[]0?\.05, 0?\.95[)\]]")
    library = {path: text for path, text in TEXTS.items() if ROOT / "riskkit" in path.parents}
    places = [path.name for path, text in library.items() for _ in both.findall(text)]
    assert places == ["tables.py"]


def test_no_file_is_large() -> None:
    assert not [path for path in FILES if path.stat().st_size > LARGEST]


def test_nothing_is_pickled() -> None:
    """A pickle runs code when it is read: none is written, none is read."""
    modules = {path: text for path, text in TEXTS.items() if _is_module(path)}
    assert modules
    named = {path: text for path, text in modules.items() if any(word in text for word in PICKLING)}
    names = {
        path: {part for node in ast.walk(ast.parse(text)) for part in _parts(_mentioned(node))}
        for path, text in named.items()
    }
    assert not [path for path, found in names.items() if found & PICKLING]


def _is_module(path: Path) -> bool:
    return path.suffix == ".py" and not path.is_relative_to(ROOT / "tests")


def _parts(names: list[str]) -> set[str]:
    return {part for name in names for part in name.replace(".", "_").split("_")}


def _mentioned(node: ast.AST) -> list[str]:
    """Names of modules, functions and keywords: `read_pickle` and `allow_pickle` count too."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.keyword) and not (
        isinstance(node.value, ast.Constant) and node.value.value is False
    ):
        return [node.arg or ""]
    return []


def _mirrored(path: Path) -> bool:
    """Whether a module of the same place and name exists; a package's tests bear its name.

    What is told of one module in several files stands in a folder of its name.
    """
    name, folder = path.stem.removeprefix("test_"), path.parent.relative_to(ROOT / "tests")
    if folder.parts[:1] == ("features",):
        families = ROOT / "features" / "riskkit_features"
        place = families.joinpath(*folder.parts[1:], name)
        return place.is_dir() or place.with_suffix(".py").is_file()
    home = ROOT / "riskkit" / folder
    modules = (home / f"{name}.py", home / f"_{name}.py", home / name / "__init__.py")
    topic_of = home.with_suffix(".py")
    return home.name == name or any(module.is_file() for module in (*modules, topic_of))


def test_tests_mirror_the_code() -> None:
    own = [path for path in TEXTS if path.name.startswith("test_") and path.suffix == ".py"]
    free = {"benchmarks", "contracts", "dvc", "house"}
    assert own
    assert not [path for path in own if path.parent.name not in free and not _mirrored(path)]
