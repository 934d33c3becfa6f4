"""Rasa event brokers of our own."""
