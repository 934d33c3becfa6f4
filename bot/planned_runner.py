"""Runs Rasa's prediction graph in an order that is worked out once.

Rasa's runner works out anew, three times for each message, which nodes are needed and
in which order, and writes its inputs into a log line that nobody reads: a third of a
turn. The nodes are the same, and so is what they are given. Used by `bot.agent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage


class PlannedRunner(GraphRunner):
    """A graph runner for answering; training keeps Rasa's.

    Args:
        loaded: Rasa's runner, with every node loaded.
    """

    def __init__(self, loaded: DaskGraphRunner) -> None:
        self._nodes = loaded._instantiated_nodes
        self._needs = {
            name: tuple(node.needs.values())
            for name, node in loaded._graph_schema.nodes.items()
        }
        self._targets = loaded._graph_schema.target_names
        self._plans: dict[tuple[str, ...], tuple[str, ...]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> PlannedRunner:
        """As Rasa makes a runner."""
        return cls(
            DaskGraphRunner(graph_schema, model_storage, execution_context, hooks)
        )

    def run(
        self, inputs: Mapping[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        """Runs what the targets need, and returns their outputs."""
        wanted = tuple(targets or self._targets)
        if wanted not in self._plans:
            self._plans[wanted] = self._plan(wanted)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in self._plans[wanted]:
            if name not in done:
                needs = (done.get(need, need) for need in self._needs[name])
                done[name] = self._nodes[name](*needs)
        return dict(done[name] for name in wanted)

    def _plan(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Every node that the wanted ones need, each after what it needs itself."""
        needed: dict[str, tuple[str, ...]] = {}
        waiting = list(wanted)
        while waiting:
            name = waiting.pop()
            # What is no node is an input of the run.
            if name in self._needs and name not in needed:
                needed[name] = self._needs[name]
                waiting += needed[name]
        order = TopologicalSorter(needed).static_order()
        return tuple(name for name in order if name in self._nodes)
