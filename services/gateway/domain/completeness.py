"""What is missing, doubled or out of order among pages about to be handed in, by what the pages themselves say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from services.gateway.domain.drafts import PageIds
from services.gateway.domain.pages import Page


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page by what it says of its place: its number, how many there are, and whether others come after or before.

    `holds` is how many pages its file has, of which the numbered one is the first; None if nobody has counted them.
    `same_as` are earlier pages that show the same sheet.
    """

    page_id: str
    number: int | None = None
    count: int | None = None
    goes_on: bool = False
    follows: bool = False
    holds: int | None = 1
    same_as: PageIds = ()

    @classmethod
    def of(cls, page: Page) -> "Sheet":
        """Return what a page says; one that was not read yet says nothing."""
        if page.check is None:
            return cls(page.id, holds=page.count)
        said = page.check
        return cls(page.id, said.sheet_number, said.sheet_count, said.goes_on, said.follows, page.count, said.same_as)

    @property
    def numbers(self) -> range:
        """The numbers that its file covers; none if it says none."""
        if self.number is None:
            return range(0)
        end = self.number + (self.holds or 1)
        return range(self.number, min(end, self.count + 1) if self.count else end)


@dataclass(frozen=True, slots=True)
class Missing:
    """Sheets that are not there: their numbers, of so many; without numbers, the one before or after a page."""

    page_id: str
    numbers: tuple[int, ...] = ()
    count: int | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Completeness:
    """What may be wrong with pages together; all of it can be ignored.

    `doubled` has for a page the earlier one of the same sheet; `order` is empty where the pages are in order.
    """

    missing: tuple[Missing, ...] = ()
    doubled: tuple[tuple[str, str], ...] = ()
    order: PageIds = ()


@dataclass(slots=True)
class _Letter:
    """Sheets that belong together, as far as their numbers tell; `guessed` are numbers of sheets that show none."""

    sheets: list[Sheet] = field(default_factory=list)
    guessed: set[int] = field(default_factory=set)

    @property
    def count(self) -> int | None:
        return next((sheet.count for sheet in self.sheets if sheet.count), None)

    @property
    def numbers(self) -> set[int]:
        return set(chain.from_iterable(sheet.numbers for sheet in self.sheets))

    @property
    def lacking(self) -> tuple[int, ...]:
        """The numbers that are not there: up to the count, or where there is none, up to the last sheet."""
        there = self.numbers | self.guessed
        return tuple(number for number in range(1, (self.count or max(self.numbers)) + 1) if number not in there)

    def guess(self, numbers: range) -> bool:
        """Take a sheet that shows no number for these, as far as they are lacking; tell whether any was."""
        found = set(numbers) & set(self.lacking)
        self.guessed |= found
        return bool(found)

    def takes(self, sheet: Sheet) -> bool:
        """Tell whether a sheet may be of this letter: as many are counted, and none has its number."""
        counts = {count for count in (self.count, sheet.count) if count}
        if len(counts) > 1 or not self.numbers.isdisjoint(sheet.numbers):
            return False
        return not counts or max(self.numbers | set(sheet.numbers)) <= counts.pop()

    def is_clear(self, letters: Sequence["_Letter"]) -> bool:
        """Tell whether no sheet of this letter might be one of another."""
        others = [letter for letter in letters if letter is not self]
        counted = all(sheet.count for sheet in self.sheets)
        return not others or (counted and all(other.count != self.count for other in others))


def completeness_of(sheets: Sequence[Sheet]) -> Completeness:
    """Return what pages in this order lack, have twice, or have in the wrong place."""
    doubled = tuple(_doubled(sheets))
    twice = {later for later, _ in doubled}
    single = [sheet for sheet in sheets if sheet.page_id not in twice]
    letters = _letters(single)
    placed = _guess(single, letters, 1, set())
    _guess(single[::-1], letters, -1, placed)
    missing = (*chain.from_iterable(map(_gaps, letters)), *_loose_ends(single, letters))
    return Completeness(missing, doubled, _order(sheets, letters))


def _doubled(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    for place, later in enumerate(sheets):
        for sooner in sheets[:place]:
            if sooner.page_id in later.same_as or later.page_id in sooner.same_as:
                yield later.page_id, sooner.page_id
                break


def _letters(sheets: Sequence[Sheet]) -> list[_Letter]:
    """Return the numbered sheets by letters; each goes to the letter that had a sheet last, if that can take it."""
    letters: list[_Letter] = []
    for sheet in sheets:
        if sheet.number is None:
            continue
        taking = [letter for letter in reversed(letters) if letter.takes(sheet)]
        taking.sort(key=lambda letter: letter.count != sheet.count)
        letter = taking[0] if taking else _Letter()
        if letter in letters:
            letters.remove(letter)
        letter.sheets.append(sheet)
        letters.append(letter)
    return letters


def _guess(sheets: Sequence[Sheet], letters: Sequence[_Letter], step: int, placed: set[str]) -> set[str]:
    """Take each sheet without a number for the one after (`step` 1) or before (-1) its neighbour, if that is lacking.

    Its number was not read, or it is a back; somebody who laid the pages in order is not told that one is missing.
    Return the ids of those that have a place now.
    """
    letter, number = None, 0
    for sheet in sheets:
        if sheet.number is not None:
            letter = next(each for each in letters if sheet in each.sheets)
            number = sheet.numbers[-1 if step > 0 else 0]
        elif letter and sheet.page_id not in placed:
            most = len(letter.lacking) if sheet.holds is None else sheet.holds
            if letter.guess(range(number + step, number + step * (most + 1), step)):
                placed.add(sheet.page_id)
            number += step * most
    return placed


def _gaps(letter: _Letter) -> Iterator[Missing]:
    """Yield the numbers that a letter lacks."""
    if letter.lacking and all(sheet.holds for sheet in letter.sheets):
        last = max(letter.sheets, key=lambda sheet: sheet.numbers[-1])
        yield Missing(last.page_id, letter.lacking, letter.count)


def _loose_ends(sheets: Sequence[Sheet], letters: Sequence[_Letter]) -> Iterator[Missing]:
    """Yield the sheets that a page points to without a number, if nothing is there that can be it."""
    for place, sheet in enumerate(sheets):
        after = sheets[place + 1] if place + 1 < len(sheets) else None
        if sheet.goes_on and sheet.count is None and sheet.holds == 1 and not _is_continued(sheet, after, letters):
            yield Missing(sheet.page_id)
        if sheet.follows and sheet.number is None and place == 0:
            yield Missing(sheet.page_id, before=True)


def _is_continued(sheet: Sheet, after: Sheet | None, letters: Sequence[_Letter]) -> bool:
    """Tell whether the next sheet is there: by its number, or as a page without one right behind."""
    if after and after.number is None:
        return True
    if sheet.number is None:
        return after is not None and after.number != 1
    mine = next(letter for letter in letters if sheet in letter.sheets)
    return any(number > sheet.number for number in mine.numbers)


def _order(sheets: Sequence[Sheet], letters: Sequence[_Letter]) -> PageIds:
    """Return the pages with those of each letter in the order of their numbers; empty if they are.

    A letter whose sheets might be those of another one stays as it is. A back without a number goes with its front.
    """
    units = _units(sheets)
    places = {unit[0].page_id: place for place, unit in enumerate(units)}
    ordered = list(units)
    for letter in (letter for letter in letters if letter.is_clear(letters)):
        mine = sorted(places[sheet.page_id] for sheet in letter.sheets)
        for place, sheet in zip(mine, sorted(letter.sheets, key=lambda sheet: sheet.numbers[0]), strict=True):
            ordered[place] = units[places[sheet.page_id]]
    return () if ordered == units else tuple(sheet.page_id for unit in ordered for sheet in unit)


def _units(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    units: list[list[Sheet]] = []
    for sheet in sheets:
        if units and sheet.number is None and units[-1][-1].goes_on:
            units[-1].append(sheet)
        else:
            units.append([sheet])
    return units


def spans(numbers: Sequence[int]) -> str:
    """Return ascending numbers as people write them: `2, 4-6` with a dash."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}\u2013{run[-1]}" for run in runs)
