"""Somebody who has all that was ever published, and works out what was hidden.

Written from what is printed and from common sense, not from the code: it knows nothing
of `bot.metrics.disclosure`. Whole numbers are solved for exactly (HiGHS).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

# More than any count in these tests.
ENDLESS = 100_000
SMALL = range(1, 8)


@dataclass
class Attacker:
    """What is known of some counts.

    Attributes:
        limits: count -> the least and the most that it can be.
        rows: sums of counts with factors, each with its least and its most.
    """

    limits: dict[Hashable, tuple[int, int]] = field(default_factory=dict)
    rows: list[tuple[dict[Hashable, int], int, int]] = field(default_factory=list)

    def reads(self, cell: Hashable, figure: int | None, hidden=SMALL) -> None:
        """Takes a printed figure; None is a `*`."""
        if figure is None:
            self.limits[cell] = (hidden[0], hidden[-1])
        elif figure == 0:
            self.limits[cell] = (0, 0)
        else:
            self.limits[cell] = (max(figure - 2, 8), figure + 2)

    def knows_sum(self, whole: Hashable, parts: Iterable[Hashable]) -> None:
        """The parts add up to the whole."""
        self.rows.append(({whole: 1, **dict.fromkeys(parts, -1)}, 0, 0))

    def knows_cover(self, whole: Hashable, parts: Iterable[Hashable]) -> None:
        """Each of the whole is in one of the parts, or in several."""
        self.rows.append(({whole: -1, **dict.fromkeys(parts, 1)}, 0, ENDLESS))

    def knows_order(self, smaller: Hashable, larger: Hashable) -> None:
        """One count is no larger than another."""
        self.rows.append(({larger: 1, smaller: -1}, 0, ENDLESS))

    def is_right(self, truth: Mapping[Hashable, int]) -> bool:
        """Whether all that is believed is so."""
        return all(
            low <= truth[cell] <= high for cell, (low, high) in self.limits.items()
        ) and all(
            low <= sum(truth[cell] * factor for cell, factor in factors.items()) <= high
            for factors, low, high in self.rows
            if all(cell in truth for cell in factors)
        )

    def solved(self, truth: Mapping[Hashable, int], hidden: Iterable[Hashable]) -> set:
        """Which hidden counts can be nothing but what they are.

        Args:
            truth: what each count is; used only to see whether the answer is right.
            hidden: the counts to find.
        """
        hidden = set(hidden)
        if not hidden:
            return set()
        cells = list(self.limits)
        place = {cell: number for number, cell in enumerate(cells)}
        lows, highs = np.array([self.limits[cell] for cell in cells], float).T
        rows = [row for row in self.rows if all(cell in place for cell in row[0])]
        matrix = csr_matrix((len(rows), len(cells)))
        if rows:
            entries = [
                (number, place[cell], factor)
                for number, (factors, _, _) in enumerate(rows)
                for cell, factor in factors.items()
            ]
            at, of, factor = zip(*entries, strict=True)
            matrix = csr_matrix((factor, (at, of)), (len(rows), len(cells)))
        constraint = LinearConstraint(
            matrix, [row[1] for row in rows], [row[2] for row in rows]
        )

        def solution(wanted: Mapping[Hashable, float]):
            goal = np.zeros(len(cells))
            for cell, weight in wanted.items():
                goal[place[cell]] = weight
            found = milp(
                goal,
                constraints=constraint if rows else None,
                bounds=Bounds(lows, highs),
                integrality=np.ones(len(cells)),
            )
            return None if found.x is None else np.rint(found.x)

        left = {cell for cell in hidden if cell in place}
        chance = np.random.default_rng(7)
        # Few answers show that most counts could be something else.
        for _ in range(4):
            for sign in (1, -1):
                weights = {cell: sign * chance.uniform(0.5, 1) for cell in left}
                found = solution(weights)
                if found is None:
                    # Something was assumed that is not so: nothing can be worked out.
                    return set()
                left = {cell for cell in left if found[place[cell]] == truth[cell]}
        return {
            cell
            for cell in left
            if all(
                solution({cell: sign})[place[cell]] == truth[cell] for sign in (1, -1)
            )
        }
