"""Every class that Rasa's files name is there, and is what Rasa takes it for."""

import importlib
from pathlib import Path

import pytest
from rasa.core.brokers.broker import EventBroker
from rasa.core.channels.channel import InputChannel
from rasa.core.lock_store import LockStore
from rasa.core.policies.policy import Policy
from rasa.core.tracker_store import TrackerStore
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.importers.importer import TrainingDataImporter
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

from bot.yaml_file import read_yaml

CONFIG = read_yaml(Path("config.yml"))
ENDPOINTS = read_yaml(Path("endpoints.yml"))
CREDENTIALS = Path("credentials.yml")
ENDPOINT_CLASSES = {
    "event_broker": EventBroker,
    "tracker_store": TrackerStore,
    "lock_store": LockStore,
}
COMPONENTS = [entry["name"] for entry in CONFIG["pipeline"]]
POLICIES = [entry["name"] for entry in CONFIG["policies"]]
IMPORTERS = [entry["name"] for entry in CONFIG["importers"]]
CHANNELS = list(read_yaml(CREDENTIALS) or {}) if CREDENTIALS.exists() else []


def class_at(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def graph_class(name):
    """A class by dotted path, or by the name under which Rasa knows its own."""
    if "." in name:
        class_at(name)
    return DefaultV1Recipe._from_registry(name.rpartition(".")[2]).clazz


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_a_graph_component(name):
    assert issubclass(graph_class(name), GraphComponent)


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_a_policy(name):
    assert issubclass(graph_class(name), Policy)


@pytest.mark.parametrize("name", [n for n in COMPONENTS + POLICIES if "." in n])
def test_a_class_of_ours_does_not_replace_one_of_rasas(name):
    """Rasa registers by the bare name of a class: the last one wins."""
    assert graph_class(name).__module__ == name.rpartition(".")[0]


@pytest.mark.parametrize("name", IMPORTERS)
def test_an_importer_is_an_importer(name):
    assert issubclass(class_at(name), TrainingDataImporter)


@pytest.mark.parametrize("kind", [k for k in ENDPOINTS if k != "action_endpoint"])
def test_an_endpoint_is_what_it_stands_for(kind):
    assert issubclass(class_at(ENDPOINTS[kind]["type"]), ENDPOINT_CLASSES[kind])


def test_a_channel_is_an_input_channel():
    for name in CHANNELS:
        assert issubclass(class_at(name), InputChannel), name


def test_the_broker_and_the_store_are_ours():
    """A misspelt one is only a warning to Rasa, and then there is none."""
    types = [ENDPOINTS[kind]["type"] for kind in ("event_broker", "tracker_store")]
    assert [path.split(".")[0] for path in types] == ["bot", "bot"]


def test_the_emergency_policy_comes_before_all_others():
    priorities = {
        name: graph_class(name).get_default_config()["priority"] for name in POLICIES
    }
    first = max(priorities, key=priorities.get)
    assert first == "bot.policies.emergency_first.EmergencyFirstPolicy"
    assert sorted(priorities.values())[-2] < priorities[first]


@pytest.fixture(scope="module")
def executor():
    made = ActionExecutor()
    made.register_package("actions")
    return made


def test_the_actions_of_the_domain_are_there(executor):
    named = set(read_yaml(Path("domain.yml"))["actions"])
    assert named == set(executor.actions)


def test_every_action_lives_in_a_module_of_its_name():
    for path in Path("actions").glob("*.py"):
        for action in actions_in(path):
            assert action().name() == f"action_{path.stem}"


def actions_in(path):
    module = importlib.import_module(f"actions.{path.stem}")
    return [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Action)
        and thing.__module__ == module.__name__
    ]
