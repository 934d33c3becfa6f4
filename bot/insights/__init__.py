"""The insights page: published figures in plain words, as a page, CSV and JSON."""
