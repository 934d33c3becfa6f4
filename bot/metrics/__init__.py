"""Anonymised counts of turns, for whoever runs the bot. Never words, never people."""
