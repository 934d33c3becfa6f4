"""Where Rasa keeps the conversation in hand: in memory, without words, for a while."""
