"""What people write to the desk in these tests; nothing of anybody real."""

from __future__ import annotations

from typing import Final

# What each kind of letter makes of a ticket's priority; 1 is the highest.
PRIORITY: Final = {"emergency": 1, "urgent": 2, "ordinary": 3}

EMERGENCIES: Final = (
    "My daughter has taken a whole box of tablets and I cannot wake her up.",
    "He says he will kill himself tonight and he has locked the bathroom door.",
    "She is cutting herself right now on a video call because they tell her to.",
    "My son has left the house to meet a man from the internet and his phone is off.",
    "A boy in my class has a knife in his bag and says he will stab a teacher today.",
    "She is standing on the bridge and says goodbye, she wants to jump.",
)
URGENT: Final = (
    "Somebody on Snapchat has my son's nude photos and wants money or he posts them.",
    "A man has sent my daughter sexual pictures and asks her for some of hers.",
    "They threaten to send her naked pictures to the whole school unless she pays.",
    "An adult my son met in a game has made him send sexual videos of himself.",
    "A group online has made my daughter carve their name into her arm last week.",
)
ORDINARY: Final = (
    "How do I turn on the parental controls on our tablet?",
    "Which age is right for a child to have WhatsApp?",
    "Please can you tell me when the next online safety evening for parents is?",
    "Where can I find the school's policy on mobile phones?",
    "Thank you for the talk about staying safe on the internet.",
    "How can I limit the time my son spends on YouTube?",
)
LETTERS: Final = {"emergency": EMERGENCIES, "urgent": URGENT, "ordinary": ORDINARY}


def letter(number: int) -> tuple[str, str]:
    """The kind and the words of a letter: all kinds in turn, every text in turn."""
    kind = tuple(LETTERS)[number % len(LETTERS)]
    texts = LETTERS[kind]
    return kind, texts[number // len(LETTERS) % len(texts)]
