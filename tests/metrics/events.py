"""Events as Rasa publishes them, and turns as they are counted, for the tests here."""

from bot.metrics.turn import Turn

# Written where a person's words stand; nothing counted may ever hold it.
CANARY = "her name is Zzcanary and she goes to St Zzcanary"
NOON = 1_795_262_400.0  # 21 November 2026, 12:00 UTC
# What our components add to a message.
READ = {
    "urgency": "urgent",
    "danger_check": False,
    "signals": {"blackmail": 0.97, "sexual_image": 0.9},
    "signals_present": ["blackmail", "sexual_image"],
    "intent_ranking": [],
}


def user(intent="worry_sextortion", confidence=0.81, at=NOON, **changes):
    """A message that the model has read."""
    return {
        "sender_id": "zzcanary-sender",
        "event": "user",
        "timestamp": at,
        "metadata": {"model_id": "m", "assistant_id": "safeguarding-bot"},
        "text": CANARY,
        "parse_data": {
            "intent": {"name": intent, "confidence": confidence},
            "entities": [{"entity": "nation", "value": CANARY}],
            "text": CANARY,
            **READ,
        },
        "input_channel": "webchat",
        "message_id": "zzcanary-message",
        **changes,
    }


def button(intent, **entities):
    """A pressed button: no model reads it."""
    read = {"intent": {"name": intent, "confidence": 1.0}, "entities": entities}
    return user(text=f"/{intent}", parse_data=read)


def bot(
    card="sextortion_now", contacts=("emergency_999",), at=NOON + 0.004, **guidance
):
    """A message of the bot."""
    message = {
        "text": "This is blackmail.",
        "buttons": [],
        "contacts": [{"id": name, "name": CANARY} for name in contacts],
        "card": {
            "id": card,
            "title": CANARY,
            "sources": [],
            "reviewed_on": "2026-11-21",
        },
    }
    return {
        "sender_id": "zzcanary-sender",
        "event": "bot",
        "timestamp": at,
        "metadata": {
            "guidance": {
                "message": message,
                "urgency": "urgent",
                "danger_check": False,
                "understood": True,
                "nation": None,
                "audience": "parent",
                **guidance,
            },
        },
        "text": "This is blackmail.",
        "data": {"buttons": []},
    }


def action(name, at=NOON + 0.001):
    """An action of Rasa's or ours."""
    return {
        "sender_id": "zzcanary-sender",
        "event": "action",
        "timestamp": at,
        "name": name,
        "policy": "RulePolicy",
        "confidence": 1.0,
    }


def slot(name, value):
    """A slot that an action set."""
    return {
        "sender_id": "zzcanary-sender",
        "event": "slot",
        "timestamp": NOON + 0.005,
        "name": name,
        "value": value,
    }


SESSION_START = [
    action("action_session_start", NOON - 1),
    {"sender_id": "zzcanary-sender", "event": "session_started", "timestamp": NOON - 1},
    action("action_listen", NOON - 1),
]


def a_turn(message=None, *replies):
    """The events of one turn, in Rasa's order."""
    return [
        message or user(),
        {"sender_id": "zzcanary-sender", "event": "user_featurization"},
        action("action_give_guidance"),
        *(replies or [bot()]),
        slot("topic", "worry_sextortion"),
        slot("nation", None),
        action("action_listen", NOON + 0.006),
    ]


def counted(**changes):
    """A turn as it is counted."""
    return Turn(
        **{
            "conversation": 2**63 - 1,
            "day": "2026-11-21",
            "hour": 12,
            "turn_number": 1,
            "channel": "webchat",
            "intent": "worry_sextortion",
            "confidence": "high",
            "urgency": "urgent",
            "danger_check": False,
            "understood": True,
            "nation": None,
            "audience": "parent",
            "latency": "under_10ms",
            "signals": frozenset({"blackmail"}),
            "cards": (1, 2**32 - 1),
            "contacts": (7,),
            **changes,
        }
    )
