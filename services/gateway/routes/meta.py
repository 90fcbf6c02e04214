"""What holds for everybody, stated up front."""

from fastapi import APIRouter, Response

from services.gateway.domain.pages import FORMATS
from services.gateway.domain.transfers import EXTENSIONS, VERSION
from services.gateway.routes.documented import problems
from services.gateway.routes.parts import Ready
from services.gateway.schemas.offered import AtOnceShown, LimitsShown, UploadLimits
from shared.catalogue import asyncapi

router = APIRouter(tags=["about"])


@router.get("/v1/limits", summary="Sizes, numbers, formats and rates", responses=problems())
async def limits(response: Response, parts: Ready) -> LimitsShown:
    """Show what this server takes."""
    response.headers["cache-control"] = "public, max-age=300"
    return LimitsShown(
        max_file_bytes=parts.limits.file_bytes,
        max_pages_per_document=parts.limits.pages,
        max_json_bytes=parts.limits.json_bytes,
        media_types=FORMATS,
        rates=parts.rates.stated,
        languages=tuple(sorted(parts.texts.catalogues)),
        uploads=UploadLimits(
            version=VERSION,
            extensions=EXTENSIONS,
            valid_days=parts.limits.upload_days,
            max_unfinished=parts.limits.unfinished_uploads,
        ),
        at_once=AtOnceShown(
            max_uploads=parts.uploads.most.each,
            max_downloads=parts.downloads.most.each,
            least_bytes_per_s=parts.patience.least_rate,
        ),
        unsent_page_days=parts.limits.unsent_page_days,
    )


@router.get("/asyncapi.json", summary="Every event, as AsyncAPI 3", response_class=Response, responses=problems())
def events() -> Response:
    """Show what tools and suppliers can receive."""
    return Response(asyncapi(), media_type="application/json", headers={"cache-control": "public, max-age=300"})
