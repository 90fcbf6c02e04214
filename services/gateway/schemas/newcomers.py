"""What is asked of newcomers, and what the desk sees of them and decides."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.gateway.domain.documents import Document
from services.gateway.domain.newcomers import Newcomer, State
from services.gateway.schemas.answered import Answered
from services.gateway.schemas.asked import Asked
from services.gateway.schemas.shown import CallbackShown, Shown
from shared.events.event import Id
from shared.events.gateway import AssignmentDecided, Errand


class Start(Asked):
    """Who somebody without an account says they are; a phone number without a country is a German one."""

    errand: Errand
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Erika Beispiel"])]
    born_on: date
    phone: Annotated[str, Field(min_length=1, max_length=40, examples=["0208 123456"])]


class Assignment(Asked):
    """Whose a newcomer's papers are: `citizen_id` is a known citizen's, or null to take them as a new one."""

    citizen_id: Id | None


class Assigned(Answered):
    """A newcomer was assigned."""

    newcomer_id: str
    citizen_id: str
    outcome: Literal["existing", "new"]
    decided_at: datetime

    @classmethod
    def of(cls, fact: AssignmentDecided) -> "Assigned":
        """Return what a tool hears about its decision."""
        return cls(citizen_id=fact.owner_id, **fact.model_dump(include=set(cls.model_fields)))


class WaitingShown(Shown):
    """A newcomer who waits for assignment; who they are is shown one by one, as each look is kept."""

    newcomer_id: str
    errand: Errand
    requested_at: datetime

    @classmethod
    def of(cls, newcomer: Newcomer) -> "WaitingShown":
        """Return a newcomer as a list shows them."""
        return cls(newcomer_id=newcomer.id, **newcomer.model_dump(include=set(cls.model_fields)))


class WaitingList(Shown):
    """Newcomers, the longest waiting first; `next_cursor` is for the following ones."""

    items: tuple[WaitingShown, ...]
    next_cursor: str | None = None


class PersonShown(Shown):
    """Who a newcomer says they are; `verified` names what an identity provider vouches for."""

    name: str | None
    born_on: date | None
    phone: str | None
    verified: tuple[str, ...]


class PaperShown(Shown):
    """A document that a newcomer handed in, to be opened like any other."""

    document_id: str
    receipt_number: str
    received_at: datetime
    declared_type: str | None


class NewcomerShown(Shown):
    """A newcomer as the desk sees them; `person` is gone once they turned out to be a known citizen.

    `started` are those who handed nothing in yet; only who is to call them sees them. `receipt_number` is the one of
    their application, if they applied.
    """

    newcomer_id: str
    errand: Errand
    state: State
    requested_at: datetime | None
    receipt_number: str | None = None
    person: PersonShown | None
    documents: tuple[PaperShown, ...]

    @classmethod
    def of(cls, newcomer: Newcomer, documents: tuple[Document, ...]) -> "NewcomerShown":
        """Return a newcomer with what they handed in."""
        papers = tuple(
            PaperShown(document_id=one.id, **one.model_dump(include=set(PaperShown.model_fields))) for one in documents
        )
        person = PersonShown(**newcomer.person.model_dump()) if newcomer.person else None
        kept = newcomer.model_dump(include={"errand", "state", "requested_at", "receipt_number"})
        return cls(newcomer_id=newcomer.id, person=person, documents=papers, **kept)


class DeskCallbackShown(CallbackShown):
    """The same for the desk: a newcomer's phone number is not in the job centre's files, but with the newcomer."""

    newcomer_id: str | None = None
