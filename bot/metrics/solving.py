"""What an attacker can work out from several sums at once.

Sums that share cells, and counts that lie within others, together tell more than each
by itself. Whole numbers are solved for, so nothing that follows is overlooked. Pure;
used by `bot.metrics.disclosure`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

# Any answer may show that a count can be another one; few show it of nearly all.
TRIES: Final = 6

Cell = TypeVar("Cell", bound=Hashable)
Range = tuple[int, int]
Solver = Callable[[NDArray[np.float64]], NDArray[np.float64] | None]


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum of cells, each with its factor, that is 0 or, if it is not exact, more.

    Attributes:
        factors: the number of a cell and its factor.
    """

    factors: Sequence[tuple[int, int]]
    is_exact: bool


def too_certain(
    ranges: Mapping[Cell, Range],
    relations: Iterable[tuple[Mapping[Cell, int], bool]],
    cells: Iterable[Cell],
    at_least: int,
) -> dict[Cell, Range]:
    """The cells that can be fewer different numbers than they must.

    Args:
        ranges: the least and the most of every cell.
        relations: sums of cells with factors that are 0, or at least 0 if not exact.
        cells: those that are asked for.
        at_least: how many numbers each must leave possible.

    Returns:
        Cell -> range, of those that leave fewer. All of them, if the solver gives up:
        what is not known to be safe is not.
    """
    names = list(ranges)
    place = {cell: number for number, cell in enumerate(names)}
    solve = _solver(
        [ranges[cell] for cell in names],
        [
            Relation([(place[cell], by) for cell, by in factors.items()], is_exact)
            for factors, is_exact in relations
        ],
    )
    left = [place[cell] for cell in cells]
    if not left:
        return {}
    asked = set(left)
    chance = np.random.default_rng(0)
    lows, highs = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    for number in range(TRIES):
        goal = np.zeros(len(names))
        goal[left] = chance.uniform(0.5, 1, len(left)) * (-1) ** number
        found = solve(goal)
        if found is None:
            return {cell: ranges[cell] for cell in names if place[cell] in asked}
        lows, highs = np.minimum(lows, found), np.maximum(highs, found)
        left = [cell for cell in left if highs[cell] - lows[cell] + 1 < at_least]
        if not left:
            return {}
    certain = {}
    for cell in left:
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(names))
            goal[cell] = sign
            found = solve(goal)
            if found is None:
                return {cell: ranges[cell] for cell in names if place[cell] in asked}
            ends.append(int(found[cell]))
        if ends[1] - ends[0] + 1 < at_least:
            certain[names[cell]] = (ends[0], ends[1])
    return certain


def _solver(ranges: Sequence[Range], relations: Sequence[Relation]) -> Solver:
    # Imported here: a server needs it once a week.
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    lows, highs = np.array(ranges, dtype=float).reshape(-1, 2).T
    entries = [
        (row, cell, factor)
        for row, relation in enumerate(relations)
        for cell, factor in relation.factors
    ]
    constraints = None
    if entries:
        rows, columns, factors = zip(*entries, strict=True)
        matrix = csr_matrix((factors, (rows, columns)), (len(relations), len(ranges)))
        most = [0.0 if relation.is_exact else np.inf for relation in relations]
        constraints = LinearConstraint(matrix, 0.0, most)

    def solve(goal: NDArray[np.float64]) -> NDArray[np.float64] | None:
        found = milp(
            goal,
            constraints=constraints,
            bounds=Bounds(lows, highs),
            integrality=np.ones(len(ranges)),
        )
        return None if found.x is None else np.rint(found.x)

    return solve
