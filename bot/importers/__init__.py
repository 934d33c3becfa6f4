"""Rasa training-data importers of our own."""
