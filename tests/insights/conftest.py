"""Published figures in both databases, the server that shows them, and a browser."""

import pytest

from bot.insights.words import load_words
from bot.metrics.published import read_figures
from tests.insights.counted import a_year, published_in
from tests.live_server import serving
from tests.metrics.conftest import (  # noqa: F401
    KINDS,
    NOT_THERE,
    empty_database,
    own_schema,
    postgres,
    postgres_database,
    sqlite_database,
)
from tests.web.conftest import (  # noqa: F401
    _browser,
    _playwright,
    axe,
    browser,
    chromium_path,
    installed,
    open_page,
)

TOKEN = "look-at-the-figures"


@pytest.fixture(scope="session")
def words(library):
    """What stands on the page for each value."""
    return load_words(library)


@pytest.fixture(scope="session", params=KINDS)
def database(request, postgres, library, tmp_path_factory):  # noqa: F811
    """The URL of a database with a published, made-up year, of each kind."""
    if request.param == "sqlite":
        urls = iter([f"sqlite:///{tmp_path_factory.mktemp('year')}/metrics.db"])
    elif postgres is None:
        pytest.skip(NOT_THERE)
    else:
        urls = own_schema(postgres)
    for url in urls:
        published_in(url, a_year(library), is_demo=True).dispose()
        yield url


@pytest.fixture(scope="session")
def figures(library, tmp_path_factory):
    """A published year."""
    url = f"sqlite:///{tmp_path_factory.mktemp('figures')}/metrics.db"
    engine = published_in(url, a_year(library))
    with engine.connect() as connection:
        found = read_figures(connection)
    engine.dispose()
    return found


@pytest.fixture(scope="session")
def page_server(trained_model, database, tmp_path_factory):
    """The server as `make run` starts it, with the insights page."""
    folder = tmp_path_factory.mktemp("insights")
    settings = {"DATABASE_URL": database, "INSIGHTS_TOKEN": TOKEN}
    # On made-up figures it counts nothing, and so is not what /ready calls ready.
    with serving(folder, ready_at="/health", **settings) as server:
        yield server
