"""What this server offers and takes: suppliers, the text of a consent, limits."""

from services.gateway.schemas.shown import Shown


class ConsentText(Shown):
    """What a citizen agrees to, and the version to name when agreeing."""

    purpose: str
    text_version: str
    language: str
    text: str


class SupplierShown(Shown):
    """A supplier that papers can be forwarded to."""

    supplier_id: str
    name: str


class SupplierList(Shown):
    """All suppliers."""

    items: tuple[SupplierShown, ...]


class UploadLimits(Shown):
    """What holds for uploads in parts (tus): how long one waits for its next part, and how many may be unfinished."""

    version: str
    extensions: tuple[str, ...]
    valid_days: int
    max_unfinished: int


class AtOnceShown(Shown):
    """How many files of one principal may be under way at once, and what of a body must come, in bytes a second."""

    max_uploads: int
    max_downloads: int
    least_bytes_per_s: int


class LimitsShown(Shown):
    """What this server takes; a page that is never handed in goes after `unsent_page_days`."""

    max_file_bytes: int
    max_pages_per_document: int
    max_json_bytes: int
    media_types: tuple[str, ...]
    rates: dict[str, str]
    languages: tuple[str, ...]
    uploads: UploadLimits
    at_once: AtOnceShown
    unsent_page_days: int
