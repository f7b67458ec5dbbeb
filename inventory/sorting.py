"""The order of words in lists: one key, made here, kept in the `sort_key` columns of items and partners.

The database may have no language rules, so the key holds plain letters: accents fall away, but æ, ø and å (and their
Swedish and German cousins) come after z, as in Norwegian and Danish. Tiny example: "Zinc", "Æble", "Ål", "éclair" sort
as éclair, Zinc, Æble, Ål.
"""

import unicodedata

MAX_LENGTH = 200

# "zzz" and a letter: after every other word, in a database sorted by bytes as well as in one with a language.
_AFTER_Z = str.maketrans({"æ": "zzza", "ä": "zzza", "ø": "zzzb", "ö": "zzzb", "å": "zzzc"})


def sort_key(text: str) -> str:
    """Return the key by which a name or description is sorted."""
    composed = unicodedata.normalize("NFC", text).casefold().translate(_AFTER_Z)
    plain = "".join(char for char in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(char))
    return " ".join(plain.split())[:MAX_LENGTH]
