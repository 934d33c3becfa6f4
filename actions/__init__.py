"""Custom actions: they read the conversation, ask `bot.guidance`, and say the cards.

Run inside the server by default, or apart with `rasa run actions`.
"""
