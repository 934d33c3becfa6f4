"""Makes different ways of typing the same words the same, before anything is read.

Used by the featurizers, in training and in use alike, and by the reception.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Characters that show nothing, change direction, or break the tokeniser.
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
CURLY: Final = str.maketrans("‘’‚‛“”„‟–—", "''''\"\"\"\"--")
# "helppppp" and "soooo": more than two of a letter carry feeling, not meaning.
STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")


def normalise(text: str) -> str:
    """The text with invisible characters, fancy quotes and stretched letters undone."""
    plain = unicodedata.normalize("NFKC", text).translate(CURLY)
    plain = INVISIBLE.sub("", plain)
    plain = STRETCHED.sub(r"\1\1", plain)
    return " ".join(plain.split(" ")).strip()
