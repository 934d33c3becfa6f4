"""The ways people reach the bot. Every channel goes through `reception`."""
