"""The project's fixed names: intents, signals, urgencies, nations, audiences, parts.

They are the contract between training data, rules, cards, metrics and every
evaluation; a name that is not here is an error wherever it appears.
"""

from typing import Final, get_args
from typing import Literal as _Literal

Urgency = _Literal["information", "concern", "urgent", "emergency"]
Nation = _Literal["england", "wales", "scotland", "northern_ireland"]
Audience = _Literal["parent", "young_person", "school_staff"]
Part = _Literal[
    "now", "what", "signs", "avoid", "report", "talk", "answer", "emergency", "dialogue"
]

# From the mildest to the gravest: the worst case wins.
URGENCIES: Final[tuple[Urgency, ...]] = get_args(Urgency)
NATIONS: Final[tuple[Nation, ...]] = get_args(Nation)
AUDIENCES: Final[tuple[Audience, ...]] = get_args(Audience)
PARTS: Final[tuple[Part, ...]] = get_args(Part)
# The parts of a worry that a person can ask for after the first answer.
WORRY_PARTS: Final[tuple[Part, ...]] = (
    "now",
    "what",
    "signs",
    "avoid",
    "report",
    "talk",
)

IMMEDIATE_DANGER: Final = "report_immediate_danger"
OUT_OF_SCOPE: Final = "out_of_scope"
# Rasa's own name for "the classifier is not sure enough".
NOT_UNDERSTOOD: Final = "nlu_fallback"

WORRIES: Final = (
    "worry_online_gang",
    "worry_grooming",
    "worry_sextortion",
    "worry_nude_image_shared",
    "worry_coerced_harm",
    "worry_self_harm_suicide",
    "worry_extreme_content",
    "worry_radicalisation",
    "worry_child_causing_harm",
    "worry_cybercrime",
    "worry_doxing",
    "worry_abuse_in_person",
    "worry_bullying",
    "worry_criminal_exploitation",
    "worry_pornography",
    "worry_screen_use",
    "worry_gaming_contact",
    "worry_behaviour_change",
)
QUESTIONS: Final = (
    "ask_com_networks",
    "ask_warning_signs",
    "ask_how_to_talk",
    "ask_how_to_report",
    "ask_preserve_evidence",
    "ask_remove_image",
    "ask_pay_or_reply",
    "ask_child_in_trouble",
    "ask_police_response",
    "ask_prevention",
    "ask_statistics",
    "ask_law",
    "ask_child_support",
    "ask_parent_support",
    "ask_school_duties",
    "ask_privacy",
    "ask_capabilities",
    "ask_human",
)
SPEAKERS: Final = ("disclose_young_person", "disclose_own_behaviour")
DIALOGUE: Final = (
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "inform_nation",
    "restart",
    OUT_OF_SCOPE,
)
# In the order of the taxonomy, which is the order of data/nlu.yml.
INTENTS: Final = (*WORRIES, IMMEDIATE_DANGER, *QUESTIONS, *SPEAKERS, *DIALOGUE)

SIGNALS: Final = (
    "immediate_danger",
    "self_harm_suicide",
    "sexual_image",
    "blackmail",
    "coerced_harm",
    "meeting_in_person",
    "abuse_in_person",
    "violence_plan",
    "young_person_speaking",
)
