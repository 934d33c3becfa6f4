"""Disclosure control: the one place that decides which figures anybody may see.

A count of a few people can point at one of them. So 0 stays 0, 1 to 7 becomes `None`
(shown as `*`), and every other count is rounded to 5. That alone is not enough: where
parts add up to a whole, a hidden count can be worked out from its neighbours. `protect`
therefore works out what an attacker could, and leaves out a breakdown that leaves a
hidden count too few possible numbers. Hiding one more figure of it would be less: which
one was chosen would tell something to whoever knows this file.

Pure: no database, no clock. Rounding and the limit follow what NHS England publishes
(counts under 8 suppressed, others rounded to 5).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from bot.metrics.solving import too_certain

LARGEST_HIDDEN: Final = 7
STEP: Final = 5
# A hidden count must leave at least so many possibilities.
LEAST_POSSIBLE: Final = 3
HIDDEN_SIGN: Final = "*"
RULE: Final = (
    "To protect people, a count of 1 to 7 is shown as *, and every other count is "
    "rounded to the nearest 5. A table is left out where a hidden count could be "
    "worked out from it. 0 is 0. Percentages are made from rounded counts, totals are "
    "rounded by themselves, and only weeks and months that are over appear."
)

Cell = TypeVar("Cell", bound=Hashable)
Range = tuple[int, int]


def rounded(count: int) -> int | None:
    """What may be shown of a count.

    Returns:
        The count to the nearest 5, 0 for 0, or None for 1 to 7.

    Raises:
        ValueError: the count is negative.
    """
    if count < 0:
        raise ValueError("A count cannot be negative.")
    if 0 < count <= LARGEST_HIDDEN:
        return None
    return STEP * round(count / STEP)


@dataclass(frozen=True, slots=True)
class Sum(Generic[Cell]):
    """Parts that add up to a whole, as anybody can know.

    Attributes:
        whole: the cell of the total.
        parts: the cells that make it up.
        is_exact: False where a person can be in several parts or in none, so that each
            part is merely no larger than the whole.
        is_covered: whether everybody is in one part at least, where it is not exact.
    """

    whole: Cell
    parts: tuple[Cell, ...]
    is_exact: bool = True
    is_covered: bool = False


def protect(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum[Cell]],
    within: Sequence[tuple[Cell, Cell]] = (),
) -> dict[Cell, int | None]:
    """What may be shown of counts that are published together.

    Args:
        counts: every count of the publication, totals too.
        sums: how they add up; each cell of a sum is in `counts`, and is a part of no
            more than one sum.
        within: pairs of cells of which the first counts some of what the second counts.

    Returns:
        For each cell its rounded count, or None where it is hidden. Left out are parts
        from which a hidden count could be worked out, and those of a hidden whole.
    """
    left_out: set[Cell] = set()
    while True:
        shown = {
            cell: rounded(count)
            for cell, count in counts.items()
            if cell not in left_out
        }
        hidden = [
            one
            for one in sums
            if shown.get(one.whole) is None and not left_out.issuperset(one.parts)
        ]
        for one in hidden:
            left_out.update(one.parts)
        if hidden:
            continue
        weak = _weak_cell(shown, sums, within)
        if weak is None:
            return shown
        left_out.update(next((one.parts for one in sums if weak in one.parts), (weak,)))


def possible(
    shown: Mapping[Cell, int | None],
    sums: Iterable[Sum[Cell]],
    within: Iterable[tuple[Cell, Cell]] = (),
) -> dict[Cell, Range]:
    """The smallest and largest count that each cell can have, as an attacker sees it.

    Args:
        shown: what is published.
        sums: how the cells add up.
        within: pairs of cells of which the first is no larger than the second.

    Returns:
        Ranges, both ends included; none at all if no counts fit.
    """
    ranges = {cell: _range(figure) for cell, figure in shown.items()}
    # That some are within others is a sum of which nobody knows the other parts.
    known = (*sums, *(Sum(larger, (part,), is_exact=False) for part, larger in within))
    sums = [
        one for one in known if all(cell in ranges for cell in (one.whole, *one.parts))
    ]
    is_narrowed = True
    while is_narrowed:
        is_narrowed = False
        for one in sums:
            for cell, found in _narrowed(one, ranges):
                low = max(ranges[cell][0], found[0])
                high = min(ranges[cell][1], found[1])
                if low > high:
                    return {}
                if (low, high) != ranges[cell]:
                    ranges[cell] = (low, high)
                    is_narrowed = True
    return ranges


def _range(figure: int | None) -> Range:
    if figure is None:
        return 1, LARGEST_HIDDEN
    if figure == 0:
        return 0, 0
    return max(figure - STEP // 2, LARGEST_HIDDEN + 1), figure + STEP // 2


def _narrowed(one: Sum[Cell], ranges: Mapping[Cell, Range]) -> list[tuple[Cell, Range]]:
    """What a sum tells of each of its cells."""
    low, high = ranges[one.whole]
    if not one.is_exact:
        at_least = max((ranges[part][0] for part in one.parts), default=0)
        return [(one.whole, (at_least, high))] + [
            (part, (0, high)) for part in one.parts
        ]
    lows = sum(ranges[part][0] for part in one.parts)
    highs = sum(ranges[part][1] for part in one.parts)
    parts = [
        (
            part,
            (
                low - (highs - ranges[part][1]),
                high - (lows - ranges[part][0]),
            ),
        )
        for part in one.parts
    ]
    return [(one.whole, (lows, highs)), *parts]


def _weak_cell(
    shown: Mapping[Cell, int | None],
    sums: Sequence[Sum[Cell]],
    within: Sequence[tuple[Cell, Cell]],
) -> Cell | None:
    """A hidden count that can be worked out, or None if there is none."""
    ranges = possible(shown, sums, within)
    hidden = [cell for cell in ranges if shown[cell] is None]
    for cell in hidden:
        low, high = ranges[cell]
        if high - low + 1 < LEAST_POSSIBLE:
            return cell
    # One sum after another tells less than all of them together.
    relations = _relations(ranges, sums, within)
    return next(iter(too_certain(ranges, relations, hidden, LEAST_POSSIBLE)), None)


def _relations(
    ranges: Mapping[Cell, Range],
    sums: Iterable[Sum[Cell]],
    within: Iterable[tuple[Cell, Cell]],
) -> Iterator[tuple[Mapping[Cell, int], bool]]:
    """What is known of cells, as sums that are 0 or, if not exact, at least 0."""
    for one in sums:
        if not all(cell in ranges for cell in (one.whole, *one.parts)):
            continue
        if one.is_exact:
            yield {one.whole: -1, **dict.fromkeys(one.parts, 1)}, True
            continue
        if one.is_covered:
            yield {one.whole: -1, **dict.fromkeys(one.parts, 1)}, False
        for part in one.parts:
            yield {one.whole: 1, part: -1}, False
    for part, larger in within:
        if part in ranges and larger in ranges:
            yield {larger: 1, part: -1}, False
