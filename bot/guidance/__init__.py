"""The vetted words: cards, contacts and sources, and the choice between them."""
