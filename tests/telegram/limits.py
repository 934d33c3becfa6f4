"""What the Bot API allows beyond names and types: lengths, buttons, commands.

Each limit is written in https://core.telegram.org/bots/api beside the field. Lengths
are in characters as Python counts them: Telegram takes 4,096 emoji in one message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from tests.telegram.checking import UPDATE_KINDS
from tests.telegram.html_text import parse_html
from tests.telegram.refusals import bad_request

TEXT_CHARACTERS: Final = 4096
CAPTION_CHARACTERS: Final = 1024
ANSWER_CHARACTERS: Final = 200
CALLBACK_DATA_BYTES: Final = 64
COPIED_CHARACTERS: Final = 256
BUTTONS: Final = 100
COMMANDS: Final = 100
COMMAND_DESCRIPTION_CHARACTERS: Final = 256
MESSAGES_AT_ONCE: Final = 100
COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
LANGUAGE: Final = re.compile(r"[a-z]{2}|")
# Field -> most characters, for the methods that only set a text.
SHORT_TEXTS: Final = {
    "setMyDescription": ("description", 512),
    "setMyShortDescription": ("short_description", 120),
    "setMyName": ("name", 64),
}
ACTIONS: Final = (
    "typing",
    *("upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
    *("upload_document", "choose_sticker", "find_location"),
    *("record_video_note", "upload_video_note"),
)
# What a button may have besides the one field that says what it does.
BUTTON_LOOKS: Final = {"text", "icon_custom_emoji_id", "style"}
BUTTON_STYLES: Final = ("danger", "success", "primary")
LINK_SCHEMES: Final = ("http", "https", "tg")


@dataclass(frozen=True)
class Text:
    """A text as it was sent and as it is shown."""

    plain: str
    html: str
    entities: list[dict[str, Any]]


def read_text(
    arguments: Mapping[str, Any], name: str = "text", most: int = TEXT_CHARACTERS
) -> Text:
    """The text of a message, parsed and of a right length."""
    written, mode = arguments.get(name, ""), arguments.get("parse_mode", "")
    try:
        written.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if mode.lower() not in ("", "html"):
        raise bad_request(f'parse_mode "{mode}" is not known to this server')
    if mode and "entities" in arguments:
        raise bad_request("either parse_mode or entities, not both")
    entities = arguments.get("entities", [])
    plain = written
    if mode:
        plain, entities = parse_html(written)
    if not plain.strip():
        raise bad_request("message text is empty")
    if len(plain) > most:
        raise bad_request("message is too long")
    return Text(plain, written if mode else escape(written, quote=False), entities)


def check_limits(method: str, arguments: Mapping[str, Any]) -> None:
    """Everything that can be said without knowing any chat.

    Raises:
        RefusedError: at the first thing that is beyond a limit.
    """
    if arguments.get("caption"):
        read_text(arguments, "caption", CAPTION_CHARACTERS)
    check_keyboard(arguments.get("reply_markup", {}))
    unknown = set(arguments.get("allowed_updates", [])) - set(UPDATE_KINDS)
    if unknown:
        raise bad_request(f"unknown kinds of update: {sorted(unknown)}")
    if not LANGUAGE.fullmatch(arguments.get("language_code", "")):
        raise bad_request("language code is invalid")
    if method in SHORT_TEXTS:
        name, most = SHORT_TEXTS[method]
        if len(arguments.get(name, "")) > most:
            raise bad_request(f"{name} is too long")
    check = CHECKS.get(method)
    if check:
        check(arguments)


def check_keyboard(markup: Mapping[str, Any]) -> None:
    """The buttons below a message."""
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        check_button(button)


def check_button(button: Mapping[str, Any]) -> None:
    """One button: a text, one thing that it does, and that within its limits."""
    if not button["text"].strip():
        raise bad_request("a button's text is empty")
    if len(set(button) - BUTTON_LOOKS) != 1:
        raise bad_request("Text buttons are unallowed in the inline keyboard")
    if button.get("style", "primary") not in BUTTON_STYLES:
        raise bad_request("a button's style is unknown")
    data = button.get("callback_data", "-").encode()
    if not 1 <= len(data) <= CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not is_link(button["url"]):
        raise bad_request("BUTTON_URL_INVALID")
    copied = button.get("copy_text", {"text": "-"})["text"]
    if not 1 <= len(copied) <= COPIED_CHARACTERS:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def is_link(url: str) -> bool:
    """Whether a button may lead there."""
    try:
        link = urlsplit(url)
    except ValueError:
        return False
    return link.scheme in LINK_SCHEMES and bool(link.netloc) and " " not in url


def _check_action(arguments: Mapping[str, Any]) -> None:
    if arguments["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")


def _check_answer(arguments: Mapping[str, Any]) -> None:
    if len(arguments.get("text", "")) > ANSWER_CHARACTERS:
        raise bad_request("MESSAGE_TOO_LONG")


def _check_message_ids(arguments: Mapping[str, Any]) -> None:
    if not 1 <= len(arguments["message_ids"]) <= MESSAGES_AT_ONCE:
        raise bad_request("from 1 to 100 messages can be deleted at once")


def _check_commands(arguments: Mapping[str, Any]) -> None:
    if len(arguments["commands"]) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in arguments["commands"]:
        if not COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        length = len(command["description"].strip())
        if not 1 <= length <= COMMAND_DESCRIPTION_CHARACTERS:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")


def _check_webhook(arguments: Mapping[str, Any]) -> None:
    secret = arguments.get("secret_token")
    if secret is not None and not SECRET.fullmatch(secret):
        raise bad_request(_what_is_wrong_with(secret))
    if not 1 <= arguments.get("max_connections", 1) <= 100:
        raise bad_request("max_connections is not from 1 to 100")
    refuse_unless_webhook(arguments["url"])


def _what_is_wrong_with(secret: str) -> str:
    if not secret:
        return "secret token is too short"
    if re.search(r"[^A-Za-z0-9_-]", secret):
        return "secret token contains unallowed characters"
    return "secret token is too long"


def refuse_unless_webhook(url: str) -> None:
    """Telegram wants HTTPS; only a test's own machine may do without."""
    if not url:
        return
    refused = bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    try:
        link = urlsplit(url)
        port = link.port
    except ValueError:
        raise refused from None
    if link.scheme == "http" and link.hostname in ("127.0.0.1", "localhost"):
        return
    if link.scheme != "https" or not link.hostname:
        raise refused
    if port not in (None, 80, 88, 443, 8443):
        why = "Webhook can be set up only on ports 80, 88, 443 or 8443"
        raise bad_request(f"bad webhook: {why}")


CHECKS: Final = {
    "sendChatAction": _check_action,
    "answerCallbackQuery": _check_answer,
    "deleteMessages": _check_message_ids,
    "setMyCommands": _check_commands,
    "setWebhook": _check_webhook,
}
