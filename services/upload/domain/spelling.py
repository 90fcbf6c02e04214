"""How text is spelled in all that is kept: one way for each letter, so that whoever searches for a word finds it."""

import re
import unicodedata

# Letters that were cast together, and the forms of Arabic letters by their place in a word: the letters they stand for.
_CAST = re.compile("[\ufb00-\ufb4f\ufb50-\ufd3d\ufd50-\ufdff\ufe70-\ufefc]+")
_HYPHENS = re.compile("[\u00ad\ufffe]")  # where a word was divided at the end of a line
_UNSEEN = re.compile("[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def spelled(text: str) -> str:
    """Return a word composed (NFC; Unicode Standard Annex 15), ligatures as letters, without marks nobody sees.

    What means something else in another form (a raised 2, a fraction) stays as it is.
    """
    plain = _CAST.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _HYPHENS.sub("-", plain)))
