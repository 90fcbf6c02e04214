"""Versions of what several devices may change: their entity tags (RFC 9110, 8.8.3), and which one a wish means."""

from services.gateway.domain.refusal import RefusedError


def tag_of(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def check_version(of: str, version: int, if_match: str | None) -> None:
    """Check that a wish means the version as it is now (RFC 9110, 13.1.1); `of` begins the codes of the refusals.

    Raises:
        RefusedError: `<of>.version_missing`, `<of>.changed`.
    """
    if if_match is None:
        raise RefusedError(f"{of}.version_missing")
    if if_match.strip() != "*" and tag_of(version) not in (tag.strip() for tag in if_match.split(",")):
        raise RefusedError(f"{of}.changed")
