"""The two databases that the metrics are kept in."""

import os
import secrets

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bot.metrics.database import engine_for
from bot.metrics.schema import upgrade

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/test")
NOT_THERE = "PostgreSQL does not answer (TEST_POSTGRES_URL says where)"
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.service)]


@pytest.fixture(scope="session")
def postgres():
    """An engine on the PostgreSQL of this machine, or None."""
    engine = create_engine(POSTGRES, future=True, connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except OperationalError:
        yield None
    else:
        yield engine
    engine.dispose()


def own_schema(postgres):
    """A schema of its own, until the end of whoever asked."""
    name = f"test_{secrets.token_hex(6)}"
    with postgres.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    yield f"{POSTGRES}?options=-csearch_path%3D{name}"
    with postgres.begin() as connection:
        # What a test left behind in mid-air must not hold this up for ever.
        connection.execute(text("SET lock_timeout = '20s'"))
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))


@pytest.fixture(scope="module")
def schema(postgres):
    """The URL of a schema of its own, or None."""
    if postgres is None:
        yield None
    else:
        yield from own_schema(postgres)


@pytest.fixture(scope="module")
def engines(schema, tmp_path_factory):
    """Engines on databases with our tables, one of each kind that is there."""
    urls = {"sqlite": f"sqlite:///{tmp_path_factory.mktemp('db')}/metrics.db"}
    if schema:
        urls["postgres"] = schema
    made = {kind: engine_for(url) for kind, url in urls.items()}
    for engine in made.values():
        upgrade(engine)
    yield made
    for engine in made.values():
        engine.dispose()


@pytest.fixture(params=KINDS)
def connection(request, engines, unavailable):
    """A connection whose changes are undone: to SQLite, then to PostgreSQL."""
    engine = engines.get(request.param) or unavailable(NOT_THERE)
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def postgres_database(postgres, unavailable):
    """The URL of a PostgreSQL database without any table."""
    if postgres is None:
        unavailable(NOT_THERE)
    yield from own_schema(postgres)


@pytest.fixture
def sqlite_database(tmp_path):
    """The URL of a SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path}/metrics.db"


@pytest.fixture(params=KINDS)
def empty_database(request):
    """The URL of a database without any table."""
    return request.getfixturevalue(
        "sqlite_database" if request.param == "sqlite" else "postgres_database"
    )


@pytest.fixture
def engine(empty_database):
    """An engine on a database that has our tables and nothing in them."""
    engine = engine_for(empty_database)
    upgrade(engine)
    yield engine
    engine.dispose()
