"""The real content and its buttons, read once."""

import pytest

from bot.guidance.choices import Menu, load_titles
from bot.guidance.load import load_library


@pytest.fixture(scope="session")
def library():
    return load_library()


@pytest.fixture(scope="session")
def menu(library):
    return Menu(library, load_titles())
