"""The errors this project raises on purpose: each has a code and a plain sentence.

The code goes to the operator's log; the sentence is safe to show anyone, because
it never holds what a person wrote.
"""


class BotError(Exception):
    """Something this project understands has gone wrong.

    Attributes:
        code: a stable upper-case name for logs and tests.
        sentence: what is wrong and what to do, without anybody's words in it.
    """

    code = "BOT_ERROR"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SettingError(BotError):
    """A setting is missing or cannot be used; the start is stopped."""

    code = "SETTING_UNUSABLE"


class ContentError(BotError):
    """A content file (cards, contacts, sources, phrases) cannot be used."""

    code = "CONTENT_UNUSABLE"


class EncoderError(BotError):
    """The sentence encoder cannot be built or loaded."""

    code = "ENCODER_UNUSABLE"
