"""Are pages complete? What may be missing, doubled or out of order is said before they are handed in."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query

from services.gateway.domain.access import Citizen
from services.gateway.domain.documents import check_submission
from services.gateway.domain.pages import Page
from services.gateway.routes.acting import MayUpload
from services.gateway.routes.documented import problems
from services.gateway.routes.parts import InLanguage, Parts, Ready
from services.gateway.schemas.completeness import CompletenessShown
from shared.events.event import Id

router = APIRouter(tags=["pages"])
PATH = "/v1/completeness"
Asked = Annotated[list[Id], Query(min_length=1, max_length=100, description="in the order they would be handed in")]


@router.get(PATH, summary="Are these pages complete?", responses=problems(401, 403, 404, 422))
async def show(page_id: Asked, citizen: MayUpload, parts: Ready, language: InLanguage) -> CompletenessShown:
    """Say what may be missing, doubled, out of order or handed in already; handing in stays possible in any case."""
    check_submission(page_id, parts.limits)
    pages = await parts.stores.pages.all_of_citizen(page_id, citizen)
    return await looked_over(pages, citizen, parts, language)


async def looked_over(pages: Sequence[Page], citizen: Citizen, parts: Parts, language: str) -> CompletenessShown:
    """Look pages over as whoever hands them in may see it: what is out of their reach is not compared."""
    same = {page_id for page in pages if page.check for page_id in page.check.same_as}
    sent = await parts.stores.documents.sent_with(same, citizen)
    return CompletenessShown.of(pages, sent, parts.texts, language, for_other=citizen.acting is not None)
