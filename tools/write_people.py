"""Writes the people that the web chat names without the server, from contacts.yml.

The chat shows them when the server is down or scripts are slow, so they are built into
it. Run by `make web`; a test fails while the file and contacts.yml differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from bot.channels.pages import SAFE_PLACE
from bot.guidance.load import load_library

TARGET: Final = Path(__file__).parent.parent / "bot" / "web" / "chat" / "people.json"
EMERGENCY: Final = "emergency_999"
HELPLINES: Final = {
    "nspcc_helpline": "Any adult worried about a child",
    "childline": "Under 19",
    "samaritans": "To talk at any hour",
}
MORE: Final = (
    "Cannot speak? On a mobile, call 999 and press 55 when asked.",
    "Stay with the child. Keep your voice calm.",
    "Do not pay. Do not send more. Keep all messages.",
    "Do not copy or send on a sexual picture of anyone under 18.",
)


def people() -> dict[str, Any]:
    """What the file should hold."""
    contacts = load_library().contacts
    return {
        "safe_place": SAFE_PLACE,
        "emergency": {"id": EMERGENCY, "phone": contacts[EMERGENCY].phone},
        "more": list(MORE),
        "helplines": [
            {
                "id": name,
                "who": who,
                "name": contacts[name].name,
                "phone": contacts[name].phone,
                "url": contacts[name].url,
            }
            for name, who in HELPLINES.items()
        ],
    }


def main() -> int:
    """Writes the file."""
    TARGET.write_text(json.dumps(people(), indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
