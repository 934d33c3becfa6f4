"""Stands in for TensorFlow, which this project does not install.

Rasa 3.6 imports TensorFlow at start even where no component uses it. Every name
asked of this package is a class that may be imported, subclassed, put in a type
annotation, an `except` clause or used as a decorator; whoever really calls one gets an
error that says what to do. `stand_in_for` does the same for other packages.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import Any

__version__ = "0.0.0"
PLACEHOLDER = True


class TensorFlowNotInstalledError(ImportError):
    """Raised when something tries to compute with TensorFlow."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"This project runs Rasa without TensorFlow, and something asked for "
            f"'{name}'. Components such as DIETClassifier, TEDPolicy or "
            f"LanguageModelFeaturizer cannot be used here: choose components that "
            f"need no TensorFlow, as config.yml does. The reasons are in "
            f"docs/decisions/002-no-tensorflow.md."
        )


class NotLoadedError(ImportError):
    """Raised when something calls a package that this process stands in for."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"'{name}' was called, but this process does not load that package, to "
            f"start quickly. The reasons are in docs/decisions/007-quick-start.md."
        )


class _PlaceholderType(type):
    """The type of every name that is asked of a placeholder module."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], FunctionType):
            return args[0]  # used as a bare decorator: leave the function as it is
        names = (c.__qualname__ for c in cls.__mro__ if c.__module__ == __name__)
        name = next(names, cls.__qualname__)
        if name.partition(".")[0] in (__name__, "keras"):
            raise TensorFlowNotInstalledError(name)
        raise NotLoadedError(name)


def _placeholder(name: str) -> _PlaceholderType:
    # An exception, so that it may stand in an `except` clause.
    return _PlaceholderType(
        name.rpartition(".")[2], (Exception,), {"__qualname__": name}
    )


class _PlaceholderModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _placeholder(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _PlaceholderFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes `import name.anything` succeed for the packages it is given."""

    def __init__(self, *names: str) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self._names:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the module answers any name by itself."""


def stand_in_for(*names: str) -> None:
    """From now on, importing these packages gives placeholders, even if installed."""
    sys.meta_path.insert(0, _PlaceholderFinder(*names))


# Appended, not inserted: an installed package of that name is found first.
sys.meta_path.append(_PlaceholderFinder(__name__, "keras"))
sys.modules[__name__].__class__ = _PlaceholderModule
