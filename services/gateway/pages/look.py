"""What the pages are made with: templates, words, files, and who runs this; put together by `app.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from services.gateway.domain.texts import Texts
from services.gateway.pages.assets import Assets
from services.gateway.pages.words import Words

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Office:
    """Who answers for these pages, as the operator's settings say; empty where they say nothing."""

    name: str
    imprint: str
    privacy: str
    accessibility: str
    feedback_email: str


@dataclass(frozen=True, slots=True)
class Look:
    """Everything a page is made of, apart from what it is about."""

    templates: Environment
    words: Words
    assets: Assets
    office: Office
    languages: Mapping[str, str]
    secure: bool


def look(texts: Texts, words: Words, assets: Assets, office: Office, *, secure: bool) -> Look:
    """Put the look together; a language is offered where pages and texts both have it."""
    offered = {code: name for code, name in words.offered.items() if code in texts.catalogues}
    return Look(_templates(), words, assets, office, offered, secure)


def look_of(request: Request) -> Look:
    """Return the look of the application that serves `request`."""
    found: Look = request.app.state.look
    return found


def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined] # the extension's
    return made


@pass_context
def _gettext(context: Context, message: str) -> str:
    translations: Any = context["translations"]
    return str(translations.gettext(message))


@pass_context
def _ngettext(context: Context, one: str, many: str, number: int) -> str:
    translations: Any = context["translations"]
    return str(translations.ngettext(one, many, number))
