"""Keeping words and people out of logs and records."""
