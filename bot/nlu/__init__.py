"""Rasa components that turn a message into an intent, signals and an urgency."""
