"""Every rule that content must keep. `make content` runs `main`.

Each finding reads `path:line: CHECK_NAME: what is wrong; what to do`, and one run
reports them all. Development only: needs the jsonschema and textstat libraries.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from bot.errors import ContentError
from bot.guidance.choose import ALWAYS_THERE
from bot.guidance.load import CONTENT_FOLDER
from bot.terms import INTENTS, NOT_UNDERSTOOD, WORRIES, WORRY_PARTS
from bot.yaml_file import read_yaml

MAX_WORDS = 120
# Flesch-Kincaid grade is years of schooling; a reading age is about five years more.
YEARS_BEFORE_SCHOOL = 5
MAX_READING_AGE = 11
# School staff read the statutory terms of their job; everyone else is in a fright.
MAX_READING_AGE_STAFF = 14
REVIEW_PERIOD = timedelta(days=366)
# Short numbers that a person must be able to read in the text itself.
NUMBERS_ALLOWED_IN_TEXT = {"999", "101", "111", "764"}
# A finding of these kinds can never be excused with `allow`.
NEVER_EXCUSED = {
    "CARD_INVALID",
    "CARD_OVERDUE",
    "REVIEW_TOO_FAR",
    "REVIEWER_IS_WRITER",
    "SOURCE_UNKNOWN",
    "CONTACT_UNKNOWN",
    "CONTACT_IN_TEXT",
    "EVIDENCE_WRONG",
    "HARMFUL_ADVICE",
}
# Words that a card never uses, and what to say instead.
UNWANTED_WORDS = {
    r"\bi (?:think|feel|believe)\b": "the bot is a machine: say what the source says",
    r"\bchild porn|\bkiddie porn": "say CSAM, or child sexual abuse images",
    r"\bcommit(?:ted|s|ting)? suicide": "say took their own life",
    r"\bpolice will (?:arrest|charge|prosecute|catch|find|not)\b": "promise nothing",
    r"\b(?:last|next) (?:month|week|year)\b|\brecently\b": "give the month and year",
    r"\bshould have (?:known|noticed|seen|checked)\b": "no blame",
    r"\bsexting\b": "say sent a nude",
}
# Harmful advice is found by its verb standing without a 'not' in the sentence.
HARMFUL_ADVICE = re.compile(
    r"\b(?:pay them|pay up|pay the (?:money|ransom)|pretend to be|"
    r"delete the (?:chat|account|message|image|photo|picture|video)s?|"
    r"confront (?:them|the)|"
    r"(?:screenshot|save|copy|print|forward|download|photograph) "
    r"(?:the |any |a |that |their |your )?"
    r"(?:nude|sexual|naked|intimate)? ?(?:image|photo|picture|video|nude)s?)\b",
    re.IGNORECASE,
)
REFUSAL = re.compile(
    r"\b(?:not|never|no|don't|nobody|avoid|without|against|stop|instead of|n't)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One thing wrong with one file."""

    path: Path
    line: int
    check: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.check}: {self.message}"


def check_content(today: date, folder: Path = CONTENT_FOLDER) -> list[Finding]:
    """Everything wrong with the content of a folder on a day, in file order."""
    try:
        contacts = _listed(folder / "contacts.yml", "contacts")
        sources = _listed(folder / "sources.yml", "sources")
    except ContentError as error:
        return [_unreadable(folder, error)]
    findings = [
        *_check_unique(folder / "contacts.yml", contacts),
        *_check_unique(folder / "sources.yml", sources),
        *_check_contacts(folder / "contacts.yml", contacts),
    ]
    by_id = (
        {entry["id"]: entry for entry in contacts},
        {entry["id"]: entry for entry in sources},
    )
    validator = Draft202012Validator(read_yaml(folder / "card.schema.yml"))
    cards = []
    for path in sorted((folder / "cards").glob("*.yml")):
        try:
            card = read_yaml(path)
        except ContentError as error:
            findings.append(_unreadable(path, error))
            continue
        invalid = [
            Finding(
                path,
                1,
                "CARD_INVALID",
                f"{'/'.join(map(str, error.path)) or 'card'}: {error.message[:160]}; "
                "see card.schema.yml",
            )
            for error in validator.iter_errors(card)
        ]
        findings += invalid
        if not invalid:
            cards.append(card)
            findings += _excused(path, card, _check_card(path, card, today, *by_id))
    findings += _check_coverage(folder, cards)
    findings += _check_unused(folder, cards, contacts, sources)
    return sorted(findings)


def _listed(path: Path, key: str) -> list[dict[str, Any]]:
    return list(read_yaml(path)[key])


def _unreadable(path: Path, error: ContentError) -> Finding:
    return Finding(path, 1, "YAML_UNREADABLE", error.sentence)


def _check_unique(path: Path, entries: list[dict[str, Any]]) -> Iterator[Finding]:
    for key in ("id", "phone"):
        counted = Counter(entry.get(key) for entry in entries if entry.get(key))
        for value, times in counted.items():
            # 101 and 111 reach a different service in each nation.
            if times > 1 and value not in NUMBERS_ALLOWED_IN_TEXT:
                message = f"the {key} '{value}' stands {times} times; keep one"
                yield Finding(path, 1, "ENTRY_TWICE", message)


def _check_contacts(path: Path, contacts: list[dict[str, Any]]) -> Iterator[Finding]:
    bad = {
        _digits(str(number))
        for entry in contacts
        for number in entry.get("known_bad") or ()
    } - {""}
    for entry in contacts:
        numbers = [
            entry.get("phone"),
            (entry.get("text") or {}).get("number"),
            *(local["phone"] for local in entry.get("local_numbers") or ()),
        ]
        for number in filter(None, numbers):
            if not re.fullmatch(r"[0-9 ]+", number):
                message = f"{entry['id']}: '{number}' is not only digits and spaces"
                yield Finding(path, 1, "NUMBER_UNDIALLABLE", message)
            if _digits(number) in bad:
                message = f"{entry['id']}: {number} is a known wrong number"
                yield Finding(path, 1, "NUMBER_KNOWN_BAD", message)
        routes = [*filter(None, numbers), entry.get("url"), entry.get("email")]
        if not any(routes) and not entry.get("how_to_find"):
            message = f"{entry['id']} has no phone, text, link or way to find it"
            yield Finding(path, 1, "CONTACT_UNREACHABLE", message)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text.partition("(")[0])


def _check_card(
    path: Path,
    card: Mapping[str, Any],
    today: date,
    contacts: Mapping[str, Any],
    sources: Mapping[str, Any],
) -> Iterator[Finding]:
    def found(check: str, message: str, near: str = "") -> Finding:
        return Finding(path, _line_of(path, near), check, message)

    if card["id"] != path.stem:
        yield found("CARD_ID_WRONG", f"the file is called {path.stem}; rename one")
    yield from _check_dates(card, today, found)
    yield from _check_names(card, contacts, sources, found)
    yield from _check_words(card, found)


def _line_of(path: Path, text: str) -> int:
    lines = path.read_text("utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text and text in line), 1)


def _check_dates(card: Mapping[str, Any], today: date, found: Any) -> Iterator[Finding]:
    reviewed = date.fromisoformat(card["reviewed_on"])
    due = date.fromisoformat(card["review_due"])
    if reviewed > today:
        yield found(
            "REVIEW_IN_FUTURE", "reviewed_on is later than today", "reviewed_on"
        )
    if due < today and card["status"] == "published":
        yield found("CARD_OVERDUE", "review it, or set status: retired", "review_due")
    if due - reviewed > REVIEW_PERIOD:
        yield found("REVIEW_TOO_FAR", "review at least every 12 months", "review_due")
    if card["reviewed_by"] == card["written_by"]:
        yield found("REVIEWER_IS_WRITER", "someone else must review it", "reviewed_by")


def _check_names(
    card: Mapping[str, Any],
    contacts: Mapping[str, Any],
    sources: Mapping[str, Any],
    found: Any,
) -> Iterator[Finding]:
    for intent in (*card["answers"], *card.get("about", ())):
        if intent not in (*INTENTS, NOT_UNDERSTOOD):
            yield found("INTENT_UNKNOWN", f"'{intent}' is not in the taxonomy", intent)
    for name in card["contacts"]:
        if name not in contacts:
            yield found("CONTACT_UNKNOWN", f"'{name}' is not in contacts.yml", name)
        elif not set(card["audience"]) & set(contacts[name]["audiences"]):
            message = (
                f"'{name}' is not a contact for {card['audience']}; choose another"
            )
            yield found("CONTACT_NOT_FOR_AUDIENCE", message, name)
    for name in card["sources"]:
        if name not in sources:
            yield found("SOURCE_UNKNOWN", f"'{name}' is not in sources.yml", name)
    evidence = {
        sources[name]["evidence"] for name in card["sources"] if name in sources
    }
    expected = "secondary" if "secondary" in evidence else "primary"
    if evidence and card["evidence"] != expected:
        yield found("EVIDENCE_WRONG", f"its sources make it {expected}", "evidence:")


def _check_words(card: Mapping[str, Any], found: Any) -> Iterator[Finding]:
    from textstat import textstat

    text = card_text(card)
    words = len(text.split())
    if words > MAX_WORDS:
        yield found("TOO_LONG", f"{words} words; at most {MAX_WORDS}", "says:")
    age = textstat.flesch_kincaid_grade(text) + YEARS_BEFORE_SCHOOL
    limit = (
        MAX_READING_AGE_STAFF
        if card["audience"] == ["school_staff"]
        else MAX_READING_AGE
    )
    if age > limit:
        message = f"reading age {age:.1f}; at most {limit}: shorter words and sentences"
        yield found("HARD_TO_READ", message, "says:")
    for number in re.findall(r"(?<![\w.,£])\d[\d ]{1,}\d(?![\w,%])", text):
        digits = _digits(number)
        year = re.fullmatch(r"(?:19|20)\d\d", digits)
        if digits not in NUMBERS_ALLOWED_IN_TEXT and not year and len(digits) > 3:
            message = f"'{number}' looks like a phone number; name a contact instead"
            yield found("CONTACT_IN_TEXT", message, number)
    if link := re.search(r"https?:|www\.|\.(?:co\.)?uk\b|\.(?:org|com)\b|\S@\S", text):
        message = f"'{link[0]}' looks like a link; name a contact instead"
        yield found("CONTACT_IN_TEXT", message, link[0])
    for pattern, why in UNWANTED_WORDS.items():
        if match := re.search(pattern, text, re.IGNORECASE):
            yield found("UNWANTED_WORDS", f"'{match[0]}': {why}", match[0])
    for sentence in re.split(r"(?<=[.!?;:])\s+", text):
        match = HARMFUL_ADVICE.search(sentence)
        if match and not REFUSAL.search(sentence):
            message = f"'{match[0]}' without a 'not': a card never advises this"
            yield found("HARMFUL_ADVICE", message, match[0])


def card_text(card: Mapping[str, Any]) -> str:
    """What a person reads of a card: its opening and its steps, as one text."""
    parts = [card["says"], *card.get("next_steps", ())]
    return " ".join(
        part if part.rstrip().endswith((".", "!", "?", ":")) else f"{part}."
        for part in (" ".join(part.split()) for part in parts)
    )


def _excused(
    path: Path, card: Mapping[str, Any], findings: Iterator[Finding]
) -> Iterator[Finding]:
    excuses = {entry["check"] for entry in card.get("allow", ())}
    used = set()
    for finding in findings:
        if finding.check in excuses and finding.check not in NEVER_EXCUSED:
            used.add(finding.check)
        else:
            yield finding
    for check in sorted(excuses - used):
        message = f"'{check}' is allowed but nothing is wrong; remove the excuse"
        yield Finding(path, _line_of(path, check), "EXCUSE_UNUSED", message)


def _check_coverage(folder: Path, cards: list[Any]) -> Iterator[Finding]:
    have = {
        (intent, card["part"], audience)
        for card in cards
        if card["status"] == "published"
        for intent in card["answers"]
        for audience in card["audience"]
    }
    for worry in WORRIES:
        for part in WORRY_PARTS:
            if (worry, part, "parent") not in have:
                yield Finding(
                    folder / "cards",
                    1,
                    "CARD_MISSING",
                    f"no '{part}' for {worry}; write it",
                )
        for audience in ("young_person", "school_staff"):
            if (worry, "now", audience) not in have:
                message = f"no 'now' of {worry} for {audience}; write it"
                yield Finding(folder / "cards", 1, "CARD_MISSING", message)
    published = {card["id"] for card in cards if card["status"] == "published"}
    for name in ALWAYS_THERE:
        if name not in published:
            message = f"the code itself asks for '{name}'; publish it"
            yield Finding(folder / "cards", 1, "CARD_MISSING", message)
    answered = {intent for intent, _, _ in have}
    for intent in (*INTENTS, NOT_UNDERSTOOD):
        if intent not in answered:
            yield Finding(
                folder / "cards", 1, "CARD_MISSING", f"nothing answers {intent}"
            )


def _check_unused(
    folder: Path, cards: list[Any], contacts: list[Any], sources: list[Any]
) -> Iterator[Finding]:
    for key, entries in (("contacts", contacts), ("sources", sources)):
        used = {name for card in cards for name in card[key]}
        for entry in entries:
            if entry["id"] not in used:
                path = folder / f"{key}.yml"
                message = f"no card names '{entry['id']}'; use it or remove it"
                yield Finding(
                    path, _line_of(path, entry["id"]), "ENTRY_UNUSED", message
                )


def secondary_cards(folder: Path = CONTENT_FOLDER) -> list[str]:
    """Ids of the cards whose facts were read second-hand: a person re-checks these."""
    cards = (read_yaml(path) for path in sorted((folder / "cards").glob("*.yml")))
    return [card["id"] for card in cards if card.get("evidence") == "secondary"]


def main() -> int:
    """Prints all findings and the cards to re-check; 1 if anything is wrong."""
    findings = check_content(date.today())
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} findings")
        return 1
    second_hand = secondary_cards()
    number = len(list((CONTENT_FOLDER / "cards").glob("*.yml")))
    print(f"{number} cards, nothing wrong.")
    print(f"{len(second_hand)} rest on second-hand reading; a person should re-check:")
    print("  " + "\n  ".join(second_hand))
    return 0


if __name__ == "__main__":
    sys.exit(main())
