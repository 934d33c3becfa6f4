"""The real server, in which one part at a time fails when a file says so.

Run as a program by the test beside it. The parts are the real classes; only the call
that a failure would come from is made to raise, with the person's own words in the
error, as a careless library would do.
"""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from bot import server  # first: it decides what Rasa may import

from rasa.utils.endpoints import EndpointConfig  # isort: skip

from actions.give_guidance import ActionGiveGuidance
from actions.show_emergency import ActionShowEmergency
from bot.brokers.anonymous_sql import AnonymousSqlBroker
from bot.channels.in_process_actions import InProcessActions
from bot.nlu.intent_classifier import SentenceIntentClassifier
from bot.nlu.sentence_featurizer import SentenceFeaturizer
from bot.policies.emergency_first import EmergencyFirstPolicy
from bot.tracker_stores.forgetful import ForgetfulTrackerStore

# Nobody listens on the discard port.
NOBODY = EndpointConfig(url="http://127.0.0.1:9/webhook")
FAILING = Path(os.environ["FAILING_PART"])


def is_failing(part: str) -> bool:
    return FAILING.read_text("utf-8") == part


def breakable(part: str, owner: type, method: str) -> None:
    """From now on the method raises while its part is failing."""
    works: Callable[..., Any] = getattr(owner, method)

    @wraps(works)
    def sometimes(*arguments: Any, **named: Any) -> Any:
        if is_failing(part):
            raise RuntimeError(f"{part} failed with {arguments} {named}")
        return works(*arguments, **named)

    setattr(owner, method, sometimes)


async def ask_nobody(self: InProcessActions, *arguments: Any, **named: Any) -> Any:
    if is_failing("action server"):
        return await NOBODY.request(*arguments, **named)
    return await ask_in_process(self, *arguments, **named)


ask_in_process = InProcessActions.request
InProcessActions.request = ask_nobody
breakable("action", ActionGiveGuidance, "run")
breakable("action", ActionShowEmergency, "run")
breakable("model", SentenceFeaturizer, "process")
breakable("classifier", SentenceIntentClassifier, "process")
breakable("policy", EmergencyFirstPolicy, "predict_action_probabilities")
breakable("broker", AnonymousSqlBroker, "publish")
breakable("tracker store", ForgetfulTrackerStore, "retrieve")
breakable("saving", ForgetfulTrackerStore, "save")

if __name__ == "__main__":
    sys.exit(server.main())
