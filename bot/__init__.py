"""The safeguarding bot: vetted advice for people worried about a child online."""

import os

# Rasa reports usage and crashes to its makers unless told not to. Set here, where
# every entry point of ours passes, before Rasa is imported.
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
