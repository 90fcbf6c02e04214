"""The second look at a page, through a real child process: which sheet it is, and by what it is known again."""

from base64 import b64decode
from functools import cache

import numpy as np

from services.upload.client.workers import Workers
from services.upload.domain.likeness.fingerprint import Fingerprint
from services.upload.domain.likeness.same import is_same
from services.upload.domain.pixels import Picture
from services.upload.schemas import Probed
from tests.unit.upload.drawn import WORDS, corners, cut_off, encoded, letter, photograph

KEY, OTHER_KEY = "5" * 64, "7" * 64
NUMBERED = (*WORDS[:15], "", *WORDS[5:12], *10 * ("",), "Seite 2 von 3")
OTHER = tuple(line.replace("312,47", "318,20").replace("64,00", "66,00") for line in NUMBERED)


@cache
def taken(lines: tuple[str, ...], margin: float = 0.08) -> Picture:
    """Return a photograph of a letter, from so far away."""
    return photograph(letter(lines), corners(1500, 2000, margin))


async def probed(workers: Workers, picture: Picture, key: str = KEY) -> Probed:
    """Look at a page, and look again."""
    data = encoded(picture, quality=90)
    found = await workers.probe(data, (await workers.check(data)).report, key=key)
    assert found
    return found


def printed(found: Probed) -> Fingerprint:
    """Return the fingerprint of a page."""
    return Fingerprint.unpacked(b64decode(found.fingerprint))


async def test_the_number_at_the_foot_is_found(workers: Workers) -> None:
    """Also on a page that lies on its side; on one whose foot is cut off nothing else is taken for it."""
    for picture in (taken(NUMBERED), np.ascontiguousarray(np.rot90(taken(NUMBERED)))):
        numbering = (await probed(workers, picture)).numbering
        assert (numbering.number, numbering.count, numbering.goes_on, numbering.follows) == (2, 3, False, False)
    assert (await probed(workers, cut_off(letter(NUMBERED)))).numbering.number is None


async def test_the_same_sheet_is_known_again(workers: Workers) -> None:
    """Taken from nearer; a letter with other amounts is not it, nor is the same under somebody else's key."""
    first = printed(await probed(workers, taken(NUMBERED)))
    assert is_same(first, printed(await probed(workers, taken(NUMBERED, 0.05))))
    assert not is_same(first, printed(await probed(workers, taken(OTHER))))
    assert not is_same(first, printed(await probed(workers, taken(NUMBERED), OTHER_KEY)))


async def test_without_a_key_there_is_no_fingerprint(workers: Workers) -> None:
    """Nobody is known again by chance."""
    assert (await probed(workers, taken(NUMBERED), "")).fingerprint == ""
