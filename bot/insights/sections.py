"""The sections of the page about a month: each asks a question and shows its figures.

Pure. Words are plain and blame nobody: what fails is the bot, never the person.
"""

from __future__ import annotations

from typing import Final

from bot.insights.parts import (
    Block,
    Chart,
    Figure,
    HeatMap,
    Listing,
    Row,
    Section,
    Table,
    share,
    shown,
)
from bot.insights.reading import Reading, by_size
from bot.metrics.declared import declared
from bot.metrics.turn import CHANNELS, content_number

# From the first look to the last word.
STEPS: Final = (
    "visits",
    "conversations",
    "understood_conversations",
    "advised",
    "signposted",
    "contact_opened",
    "helped",
)
# A channel that has neither is not in use.
STEPS_OF_ALL: Final = ("visits", "conversations")
TOO_FEW_TO_SPLIT: Final = "There were too few to split them by channel."
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS_OF_A_DAY: Final = 24
MOST_LISTED: Final = 10
NOTHING: Final = "Nothing was counted."


def title(metric: str) -> str:
    """A metric's title."""
    return declared().metrics[metric].title


def funnel(reading: Reading) -> Section:
    """From a chat opened to help found."""
    totals = [reading.total(step) for step in STEPS]
    conversations = reading.total("conversations")
    rows = []
    for step, total in zip(STEPS, totals, strict=True):
        now, before = reading.month_cells(step)
        of_all = "" if step == "visits" else share(total, conversations)
        rows.append(Row(title(step), (now, of_all, before)))
    return Section(
        "steps",
        "From opening the chat to getting help",
        (
            "“Contact opened” counts most: somebody pressed a phone number or a link. "
            "It does not tell whether the call was made. Few people press “yes, it "
            "helped”, so that number is always low. “Of all” is a share of all "
            "conversations.",
        ),
        (
            Chart(
                "bars",
                "How far people came",
                tuple(map(title, STEPS)),
                tuple(totals),
            ),
            Table(
                "How far people came",
                (
                    "Step",
                    reading.month_columns[0],
                    "Of all",
                    reading.month_columns[1],
                ),
                tuple(rows),
            ),
        ),
    )


def topics(reading: Reading) -> Section:
    """What people worry about."""
    values = by_size(reading.of_month("conversations", "topic"))
    return Section(
        "worries",
        "What people worry about",
        (
            "One conversation can be about several worries, so these do not add up. "
            "A machine chose the worry, and it can be wrong.",
        ),
        (
            _bars("Conversations by worry", values),
            Table(
                "Conversations by worry",
                ("Worry", "Conversations", "Of all"),
                tuple(
                    Row(
                        label,
                        (shown(figure), share(figure, reading.total("conversations"))),
                    )
                    for label, figure in values
                ),
            ),
        ),
    )


def _bars(of_what: str, values: list[tuple[str, Figure]]) -> Chart:
    labels, figures = zip(*values, strict=True) if values else ((), ())
    return Chart("bars", of_what, labels, figures)


def people(reading: Reading) -> Section:
    """Who writes, and which signs of danger there are."""
    tables = [
        Table(
            caption,
            (head, "Conversations"),
            tuple(
                Row(label, (shown(figure),))
                for label, figure in reading.of_month("conversations", breakdown)
            ),
        )
        for breakdown, caption, head in (
            ("audience", "Who seems to write", "Who"),
            ("nation", "Where from, if it was said", "Nation"),
            ("signal", "Signs in what was written", "Sign"),
        )
    ]
    return Section(
        "people",
        "Who writes",
        (
            "Nobody is asked who they are. The bot guesses from the words. It asks for "
            "the nation only where the way to get help differs.",
        ),
        tables,
    )


def hours(reading: Reading) -> Section:
    """When people write."""
    blocks: tuple[Block, ...]
    if reading.is_left_out("conversations", "hour_of_week"):
        blocks = (Listing(("There were too few to show hours for this month.",)),)
    else:
        assert reading.month is not None
        found = reading.at("conversations", "hour_of_week", reading.month)
        rows = tuple(
            (
                f"{hour:02}:00",
                tuple(found[day * HOURS_OF_A_DAY + hour] for day in range(len(DAYS))),
            )
            for hour in range(HOURS_OF_A_DAY)
        )
        blocks = (HeatMap("Conversations begun in each hour", ("From", *DAYS), rows),)
    return Section(
        "hours",
        "When people write",
        (
            "Hours are by the clock in the UK. The stronger the shade, the more. "
            "A * is a number that is not shown.",
        ),
        blocks,
    )


def channels(reading: Reading) -> Section:
    """Each step by channel."""
    assert reading.month is not None
    by_step = {step: reading.at(step, "channel", reading.month) for step in STEPS}
    numbers = {name: content_number(name) for name in CHANNELS}
    used = [
        name
        for name, number in numbers.items()
        if any(by_step[step][number] != 0 for step in STEPS_OF_ALL)
    ]
    if all(reading.is_left_out(step, "channel") for step in STEPS_OF_ALL):
        used = []
    heads = [reading.words.title("channel", numbers[name]) for name in used]
    charts = [
        Chart(
            "bars",
            head,
            tuple(map(title, STEPS)),
            tuple(by_step[step][numbers[name]] for step in STEPS),
        )
        for name, head in zip(used, heads, strict=True)
    ]
    rows = []
    for step in STEPS:
        cells = [shown(by_step[step][numbers[name]]) for name in used]
        rows.append(Row(title(step), tuple(cells)))
    opened = [
        share(
            by_step["contact_opened"][numbers[name]],
            by_step["conversations"][numbers[name]],
        )
        for name in used
    ]
    rows.append(Row("Contact opened, of all", tuple(opened)))
    blocks: tuple[Block, ...] = (Listing((TOO_FEW_TO_SPLIT,)),)
    if used:
        table = Table("Each step by channel", ("Step", *heads), tuple(rows))
        blocks = (*(one for one in charts if one.is_drawn), table)
    return Section(
        "channels",
        "The channels beside each other",
        (
            "Opening a contact is counted in the web chat only. A 0 beside Telegram "
            "does not mean that nobody rang.",
        ),
        blocks,
    )


def failures(reading: Reading) -> Section:
    """Where advice fails, month by month."""
    assert reading.month is not None
    conversations = reading.total("conversations")
    misses = reading.total("two_misses")
    unhelpful = by_size(reading.of_month("unhelpful", "about"))
    known = [one for one in unhelpful if one[1]]
    hidden = [label for label, figure in unhelpful if figure is None]
    blocks: list[Block] = [
        Table(
            "Twice in a row not understood",
            ("Conversations", *reading.month_columns),
            (
                Row(title("two_misses"), reading.month_cells("two_misses")),
                Row("Of all conversations", (share(misses, conversations), "")),
            ),
        ),
        Table(
            "“Was this helpful?”",
            ("Answer", *reading.month_columns),
            (
                Row("Yes", reading.month_cells("opinions", "helpful", "yes")),
                Row("No", reading.month_cells("opinions", "helpful", "no")),
            ),
        ),
    ]
    left_out = reading.is_left_out("unhelpful", "about")
    if known:
        blocks.append(_bars("“Not helpful” by worry", known))
    if known or (hidden and not left_out):
        rows = [Row(label, (shown(figure),)) for label, figure in known]
        if hidden:
            rows.append(Row(f"Each of these: {'; '.join(hidden)}", (shown(None),)))
        columns = ("Worry", "Presses of “no”")
        blocks.append(Table("“Not helpful” by worry", columns, tuple(rows)))
    return Section(
        "failures",
        "Where the advice falls short",
        (
            "Somebody who is not understood twice in a row is shown people to ring. "
            + (
                "There were too few “no” to split them by worry."
                if left_out
                else "Worries without a “no” are left out, those with a * not drawn."
            ),
        ),
        blocks,
    )


def top_ten(reading: Reading) -> Section:
    """The contacts and cards that were shown most."""
    assert reading.month is not None
    opened = reading.at("contact_opened", "contact", reading.month)
    shown_to = reading.at("signposted", "contact", reading.month)
    numbers = sorted(
        {*opened, *shown_to},
        key=lambda one: (-(opened.get(one, 0) or 0), -(shown_to.get(one, 0) or 0)),
    )[:MOST_LISTED]
    contacts = [(reading.words.title("contact", number), number) for number in numbers]
    cards = by_size(
        [
            (reading.words.title("card", number), figure)
            for number, figure in reading.at("advised", "card", reading.month).items()
        ]
    )[:MOST_LISTED]
    is_split = not reading.is_left_out("contact_opened", "contact")
    is_shown = not reading.is_left_out("signposted", "contact")
    blocks: list[Block] = []
    if contacts:
        blocks = [
            Table(
                "Contacts, the most opened first",
                ("Contact", "Opened", "Shown"),
                tuple(
                    Row(
                        label,
                        (
                            shown(opened.get(number, 0 if is_split else None)),
                            shown(shown_to.get(number, 0 if is_shown else None)),
                        ),
                    )
                    for label, number in contacts
                ),
            )
        ]
    if cards:
        blocks.append(
            Table(
                "Advice, the most shown first",
                ("Card", "Conversations"),
                tuple(Row(label, (shown(figure),)) for label, figure in cards),
            )
        )
    return Section(
        "top-ten",
        "What was shown and opened most",
        ("At most ten of each. The downloads have all of them.",),
        blocks or (Listing((NOTHING,)),),
    )


def danger(reading: Reading) -> Section:
    """Danger, leaving quickly, and the school."""
    plain = ("emergencies", "emergency_presses", "danger_checks")
    rows = [
        *(Row(title(name), reading.month_cells(name)) for name in plain),
        *(
            Row(
                f"– {reading.words.title('danger', content_number(answer))}",
                reading.month_cells("danger_checks", "danger", answer),
            )
            for answer in ("yes", "no", "other")
        ),
        *(
            Row(title(name), reading.month_cells(name))
            for name in ("quick_exits", "handovers")
        ),
    ]
    return Section(
        "danger",
        "Danger, leaving quickly, and the school",
        (
            "“Emergency shown” means that the bot put 999 first. It does not mean that "
            "danger was real. Each time the school is asked to get in touch is a "
            "success: a person takes over.",
        ),
        (
            Table(
                "This month and the one before",
                ("What", *reading.month_columns),
                tuple(rows),
            ),
        ),
    )
