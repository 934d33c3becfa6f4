"""Keeps out of the server what Rasa imports and the server never uses.

Imported first by the entry points that answer people. Rasa loads the clients of every
channel, database and broker it knows, matplotlib and scikit-learn at start; standing in
for them halves the start and saves 90 MB (docs/decisions/007-quick-start.md). Commands
of Rasa itself (`rasa train`, `rasa test`, `rasa shell`) are not touched.
"""

import os
from typing import Final

import tensorflow

# One message is too small to share between cores: waking a second one costs more than
# the product of its vectors. NumPy reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

NEVER_USED: Final = (
    # Channels that are not ours.
    "aiogram",
    "colorclass",
    "engineio",
    "fbmessenger",
    "mattermostwrapper",
    "prompt_toolkit",
    "questionary",
    "rocketchat_API",
    "slack_sdk",
    "socketio",
    "terminaltables",
    "twilio",
    "webexteamssdk",
    # Stores and brokers that are not ours.
    "aio_pika",
    "aiormq",
    "boto3",
    "botocore",
    "bson",
    "confluent_kafka",
    "pymongo",
    # Training, plotting and reporting.
    "matplotlib",
    "sentry_sdk",
    "sklearn",
    "sklearn_crfsuite",
)

tensorflow.stand_in_for(*NEVER_USED)
