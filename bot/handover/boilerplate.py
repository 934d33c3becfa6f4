"""Takes out of a message what its writer did not write for it.

Called by `bot.handover.new_words`: signatures, disclaimers, a mail gateway's banners,
a desk's footers, and what stands for a picture. A missed danger is worse than an extra
sentence, so each pattern is narrow: "This email is confidential" may open a worry.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

# Long lines are judged by their beginning, which also keeps every pattern quick.
LONGEST_MARK: Final = 400

PLACEHOLDER: Final = re.compile(
    r"\[(?:cid:|image: ?|inline image|image\d+\.|image removed by sender)"
    r"[^\]\n]{0,200}\]"
    r"|<image\d+\.(?:png|jpe?g|gif)>",
    re.I,
)
RULE: Final = re.compile(r"[-_=*~\s]{3,}$")
# "-- " as mail has it; desks trim it. Longer than this, it was no signature.
SIGNATURE_MARK: Final = re.compile(r"--$")
MOST_SIGNATURE_WORDS: Final = 60
MOST_SIGNATURE_LINES: Final = 60  # with its disclaimer

# "Sent from my iPhone", "Get Outlook for iOS": every word has to be of these or have a
# digit. "Sent from my son's phone" is not.
APP_OPENING: Final = re.compile(
    r"sent (?:from|via|with|using|by) |get (?:outlook|yahoo) |anfonwyd (?:o|oddi) ?"
)
APP_WORDS: Final = re.compile(
    r"from|via|with|using|by|for|on|and|o|oddi|wrth|ar|m|my|fy|the|an?|\w*\d\w*"
    r"|i?phone|ff[oô]n|ipad|ios|mac(?:os)?|android|samsung|galaxy|huawei|google|pixel"
    r"|xiaomi|oneplus|nokia|motorola|windows|blackberry|mobile|smartphone|tablet|device"
    r"|outlook|e|e?mail|app|yahoo|gmail|aol|bt|sky|vodafone|ee|three|talktalk|virgin"
    r"|media|network|proton(?:mail)?|thunderbird|spark|secure|ultra|plus|pro|max"
)
MOST_APP_WORDS: Final = 12
ADDRESS: Final = re.compile(r"<?https?://\S+")
WORD: Final = re.compile(r"\w+")
# What phones add to it.
EXCUSE: Final = re.compile(
    r"(?:please )?excuse (?:(?:my|the|any) )?(?:brevity|typos|spelling)"
    r"[\w\s]{0,30}[.!]?$",
    re.I,
)

# How a disclaimer begins...
DISCLAIMER: Final = re.compile(
    r"\W{0,9}(?:"
    r"this (?:e-?mail|message|communication|transmission)"
    r"(?:,? (?:and|including|together with) (?:any|all|its|the)\b.{0,60}|.{0,20})"
    r" (?:(?:is|are|may be)\b.{0,40}\b(?:confidential|privileged|private|intended)"
    r"|(?:may contain|contains?) (?:\w+ ){0,3}"
    r"(?:confidential|privileged|information))\b"
    r"|(?:the |any )?(?:information|contents?)(?: contained)? (?:in|of) this"
    r" (?:e-?mail|message)"
    r"|if you (?:are not|have received|received|believe you)\b.{0,60}"
    r"\b(?:this|intended|named|addressee)\b"
    r"|(?:confidentiality|privacy|legal|important|data protection)"
    r" (?:notice|statement|information)\s*[:\u2013-]|disclaimer\s*[:\u2013-]"
    r"|(?:any |the )?(?:views|opinions)\b.{0,40}\b(?:expressed|presented|contained)"
    r"|(?:although|while|whilst|we have taken|please note that)\b.{0,120}\bvirus"
    r"|(?:mae'?r|gall yr?|bwriedir yr?) (?:wybodaeth.{0,20} )?"
    r"(?:e-?bost|neges) h[wo]n\b"
    r"|os (?:nad|ydych|cawsoch|derbyniwyd|derbynioch)\b.{0,80}(?:neges|e-?bost|derbyn)"
    r")",
    re.I,
)
# Quickly told: its first word.
DISCLAIMER_WORD: Final = re.compile(
    r"\W{0,9}(?:this|the|any|information|contents?|if|confidentiality|privacy|legal"
    r"|important|data|disclaimer|views|opinions|although|while|whilst|we|please|mae|gall"
    r"|bwriedir|os)",
    re.I,
)
# ... and what a lawyer writes in it and a worried person does not.
LAWYERS: Final = re.compile(
    r"intended (?:only|solely|recipient|addressee|for the\b)|recipient\(?s|addressee"
    r"|privileged|received (?:this|it)\b.{0,40}\bin error\b|unauthori[sz]ed|sole use"
    r"|disseminat|strictly prohibited|virus(?:es)?\b|individual or entity"
    r"|not necessarily|of the (?:author|sender)\b|[cg]h?amgymeriad|nghamgymeriad"
    r"|derbynnydd|derbyniwr|fwriadu|bwriadu|fwriedir|freintiedig"
    r"|ar gyfer y (?:sawl|person|unigolyn)",
    re.I,
)
# What programs add, each on a line of its own.
FOOTER: Final = re.compile(
    r"(?:disclaimer|ymwadiad|confidentiality notice)\W*$"
    r"|\W{0,9}please consider (?:the|our) environment\b.{0,60}\bprint"
    r"|think before you print"
    r"|\W{0,9}(?:ystyriwch|meddyliwch am|cofiwch am) yr amgylchedd\b.{0,60}"
    r"(?:argraffu|b?printio)"
    r"|(?:registered (?:office|in england|in wales|charity|company)"
    r"|company (?:no|number|reg\w*))\b[^?!]{0,99}\d[^?!]{0,99}$"
    r"|this (?:e-?mail|message) (?:has been|was) scanned\b|virus-free\b.{0,60}$"
    r"|(?:caution|warning|external)\b.{0,20}\b(?:e-?mail|message) (?:has |was |is )?"
    r"(?:originat\w+|sent|came|received|from)\b.{0,20}\b(?:outside|external)"
    r"|external (?:e-?mail|sender|message)\W*$|\[external\]$"
    r"|(?:please )?do not click\b.{0,60}\b(?:attachments|unless|sender)\b"
    r"|you don['\u2019]t often get e-?mail from|learn why this is important"
    r"|this (?:e-?mail|message) is a service from|(?:delivered|powered) by \w+\W*$"
    r"|you are receiving this (?:e-?mail|message|notification) because"
    r"|to (?:add|view|leave)\b.{0,40}\b(?:comments?|reply|ticket)\b.{0,60}"
    r"\b(?:e-?mail|here|below|link|https?:\S+)\W*$"
    r"|your (?:request|ticket) \W{0,3}\w+\W{0,2} has been (?:received|updated|created)"
    r"|view (?:this |your |the )?(?:ticket|request)(?: online| here)?"
    r"\W*(?:https?:\S+)?$"
    r"|ticket (?:id|number|ref\w*|#)\W*[\w-]{0,20}$|\[[A-Z0-9]{4,8}-[A-Z0-9]{3,8}\]$",
    re.I,
)
MOST_DISCLAIMER_LINES: Final = 12


def cleaned(lines: list[str]) -> list[str]:
    """The lines without disclaimers, footers and placeholders; blank ones stay."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        length = _disclaimer_length(lines, at)
        if not length and not _is_furniture(lines[at]):
            kept.append(" ".join(PLACEHOLDER.sub(" ", lines[at]).split()))
        at += length or 1
    return kept


def without_signature(lines: list[str]) -> list[str]:
    """The lines above "-- ", or all of them where too much follows for a signature."""
    start = max(len(lines) - MOST_SIGNATURE_LINES, 0)
    for at, line in enumerate(lines[start:], start):
        if SIGNATURE_MARK.match(line) and is_short(lines[at + 1 :]):
            return lines[:at]
    return lines


def is_short(signature: list[str]) -> bool:
    """Whether these lines may be a signature; people also write below theirs."""
    words = sum(len(line.split()) for line in cleaned(signature))
    return words <= MOST_SIGNATURE_WORDS


def _is_furniture(line: str) -> bool:
    """Whether this line, by itself, says nothing of the writer's."""
    if len(line) > LONGEST_MARK:
        return False
    if RULE.match(line) or EXCUSE.match(line) or FOOTER.match(line):
        return True
    return _is_app_signature(ADDRESS.sub("", line).casefold())


def _is_app_signature(line: str) -> bool:
    words = WORD.findall(line)
    return (
        bool(APP_OPENING.match(line))
        and len(words) <= MOST_APP_WORDS
        and all(APP_WORDS.fullmatch(word) for word in words[1:])
    )


def _disclaimer_length(lines: list[str], at: int) -> int:
    """How many lines the disclaimer takes that begins here; 0 if none does."""
    if not DISCLAIMER_WORD.match(lines[at]):
        return 0
    paragraph = list(takewhile(bool, lines[at : at + MOST_DISCLAIMER_LINES]))
    text = " ".join(line[:LONGEST_MARK] for line in paragraph)
    if not (DISCLAIMER.match(text[:LONGEST_MARK]) and LAWYERS.search(text)):
        return 0
    length = 1
    while length < len(paragraph) and (
        # Wrapped in the middle of a sentence, or the next one is a lawyer's too.
        not paragraph[length - 1].endswith((".", "!", "?"))
        or LAWYERS.search(paragraph[length][:LONGEST_MARK])
    ):
        length += 1
    return length
