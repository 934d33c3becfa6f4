"""What a reader of the code may rely on."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

# Names that say nothing about what lives there.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
# Where somebody's machine keeps things. Written so as not to find itself.
MACHINE_PATH = re.compile(r"(?<![\w.@:/])/(?:wor[k]|roo[t]|hom[e]|User[s])/[\w.]")
PACKAGE_HOSTS = {"pypi.org", "files.pythonhosted.org"}
# Bytes that no text has.
BINARY = b"\0"


def files_in_git():
    """The files that belong to the project."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return []
    return [Path(name) for name in listed.split("\0") if name and Path(name).is_file()]


FILES = files_in_git()
MODULES = [path for path in FILES if path.suffix == ".py"]

needs_git = pytest.mark.skipif(not FILES, reason="this is not a git checkout")


@needs_git
@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_opens_by_saying_what_lives_there(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@needs_git
def test_no_name_is_empty():
    empty = [path for path in FILES if EMPTY_NAMES & {*path.parts[:-1], path.stem}]
    assert empty == []


@needs_git
def test_no_file_names_a_place_on_somebodys_machine():
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path in FILES
        if BINARY not in (content := path.read_bytes())
        for number, line in enumerate(
            content.decode("utf-8", "replace").splitlines(), 1
        )
        if MACHINE_PATH.search(line)
    ]
    assert found == []


@needs_git
def test_no_secret_or_database_is_in_git():
    wrong = {".env", ".db", ".sqlite", ".pem", ".key"}
    assert [p for p in FILES if p.name in wrong or p.suffix in wrong] == []


@needs_git
def test_every_package_of_ours_says_what_it_is():
    folders = {path.parent for path in MODULES if path.parts[0] in ("bot", "actions")}
    assert [f for f in folders if not (f / "__init__.py").exists()] == []


def lock():
    return tomllib.loads(Path("uv.lock").read_text("utf-8"))


def test_packages_come_from_pypi_only():
    sources = {str(package.get("source")) for package in lock()["package"]}
    known = ("{'registry': 'https://pypi.org/simple'}", "{'virtual': '.'}")
    assert sources == {*known, "{'directory': 'stubs/tensorflow'}"}


def test_files_of_packages_come_from_pypi_only():
    hosts = {
        urlsplit(file["url"]).hostname
        for package in lock()["package"]
        for file in [*package.get("wheels", ()), package.get("sdist")]
        if file
    }
    assert hosts <= PACKAGE_HOSTS


def test_every_file_of_a_package_has_its_hash():
    unsigned = [
        file["url"]
        for package in lock()["package"]
        for file in [*package.get("wheels", ()), package.get("sdist")]
        if file and not file.get("hash", "").startswith("sha256:")
    ]
    assert unsigned == []


def test_the_dictionary_of_make_is_complete():
    """Whoever types `make` sees every command there is."""
    words = Path("Makefile").read_text("utf-8")
    phony = set(re.search(r"^\.PHONY: (.+)$", words, re.MULTILINE)[1].split())
    explained = set(re.findall(r"^([a-z-]+):.*## ", words, re.MULTILINE))
    assert phony - explained <= {"help", "clean"}
