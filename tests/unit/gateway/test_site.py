"""The pages' own rules: whose forms are taken, in which language, how small, and every word translated."""

import re
import tomllib

import brotli
import pytest
from starlette.datastructures import Headers

from services.gateway.domain.newcomers import APPLICATION
from services.gateway.domain.notices import POWER_CUT
from services.gateway.domain.refusal import RefusedError
from services.gateway.domain.texts import direction_of
from services.gateway.pages.assets import OURS, load_assets
from services.gateway.pages.callbacks import window_of
from services.gateway.pages.compression import compressed, encoding_of
from services.gateway.pages.kinds import KINDS
from services.gateway.pages.look import TEMPLATES
from services.gateway.pages.origin import is_ours
from services.gateway.pages.words import load_words


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site", "host": "a", "origin": "https://a"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"host": "a:8080", "origin": "http://a:8080"}, True),
        ({"host": "a", "origin": "http://b"}, False),
        ({"host": "a", "origin": "https://a"}, False),
        ({"host": "a", "origin": "null"}, False),
        ({"host": "", "origin": ""}, False),
        ({"host": "", "origin": "http://"}, False),
        ({"host": "a", "origin": "http://[a"}, False),
        ({"host": "a", "origin": "http://a[::1]"}, False),
        ({"host": "a"}, False),
    ],
)
def test_only_our_own_forms_are_taken(headers: dict[str, str], *, ours: bool) -> None:
    """A browser says where a form comes from; silence is no answer."""
    assert is_ours(Headers(headers), "http") is ours


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip;q=1.0", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None), ("", None)],
)
def test_encoding_is_one_the_client_reads(accepted: str, encoding: str | None) -> None:
    """What a client does not accept is not sent."""
    assert encoding_of(accepted) == encoding


def test_compressed_bytes_come_back() -> None:
    """Nothing is lost on the way."""
    assert brotli.decompress(compressed(b"Briefe" * 500, "br")) == b"Briefe" * 500


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("de-simple", "ltr"), ("ar", "rtl")])
def test_direction_follows_the_script(language: str, direction: str) -> None:
    """Arabic is written from right to left."""
    assert direction_of(language) == direction


def test_what_is_filled_in_keeps_its_direction() -> None:
    """On an Arabic page the name of a company or a number stays in one piece; elsewhere nothing is added."""
    german = "Weitergeben an %(supplier)s"
    assert "\u2068%(supplier)s\u2069" in load_words().catalogues["ar"].gettext(german)
    assert "\u2068%(num)s\u2069" in load_words().catalogues["ar"].ngettext("%(num)s Seite", "%(num)s Seiten", 11)
    assert "\u2068" not in load_words().catalogues["ru"].gettext(german)


def test_every_type_has_a_name() -> None:
    """Types to choose from are those with a name, but for an application; other languages have the same."""
    names = tomllib.loads((TEMPLATES.parents[1] / "domain/languages/de.toml").read_text())["types"]
    assert set(names) - {"other", APPLICATION} == set(KINDS)
    assert set(KINDS) >= POWER_CUT


def test_templates_need_no_inline_script_or_style() -> None:
    """The content policy forbids them; a page must not rely on what does not run."""
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text()
        assert " style=" not in text, template.name
        assert " onclick=" not in text, template.name
        assert "<script>" not in text, template.name


def test_no_page_forgets_what_was_typed() -> None:
    """A page with fields names their form, so that pressing a language sends it along."""
    field = re.compile(r"<(select|textarea|input(?![^>]*type=\"(hidden|file)\"))")
    pages = {path.name: path.read_text() for path in TEMPLATES.glob("*.html") if "{% extends" in path.read_text()}
    assert [name for name, text in pages.items() if field.search(text) and "{% set form = " not in text] == []


def test_styles_know_no_left_and_right() -> None:
    """What stands at a side stands at the start or at the end of a line, in either direction."""
    sided = re.compile(r"(margin|padding|border)-(left|right)|[{; ](left|right):|(text-align|float): ?(left|right)")
    styles = {path.name: path.read_text() for path in OURS.glob("*.css") if path.name != "rtl.css"}  # undoes another's
    assert [(name, found[0]) for name, text in styles.items() if (found := sided.search(text))] == []


def test_address_of_a_file_changes_with_the_files() -> None:
    """All of our own files are served, under one version."""
    assets = load_assets()
    assert {path.name for path in OURS.iterdir()} <= set(assets.files)
    assert assets.url("app.css") == f"/static/{assets.version}/app.css"


def test_window_is_berlins_on_the_chosen_day() -> None:
    """In summer and winter, the hours are those on the citizen's clock."""
    summer, winter = window_of("2026-07-01", "08-10"), window_of("2026-12-01", "08-10")
    assert [at.isoformat() for at in summer] == ["2026-07-01T08:00:00+02:00", "2026-07-01T10:00:00+02:00"]
    assert winter[0].isoformat() == "2026-12-01T08:00:00+01:00"
    with pytest.raises(RefusedError):
        window_of("tomorrow", "08-10")
