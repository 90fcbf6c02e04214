"""What a form sends: its fields, and perhaps the wish for another language instead of the form's own act."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from services.gateway.domain.access import Ask
from services.gateway.pages.language import FIELD, choose


@dataclass(frozen=True, slots=True)
class Filled:
    """The fields of a form as they were filled in."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """Return what stands in a field, without the spaces around it."""
        return self.fields[name][0].strip() if self.fields.get(name) else default

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a field, as ticked boxes send them."""
        return self.fields.get(name, ())

    @property
    def only_language(self) -> bool:
        """Whether a language button was pressed: the page comes again with what was typed, and nothing is done."""
        return FIELD in self.fields


def ask_of(request: Request, filled: Filled) -> Ask:
    """Return what tells a form that is sent twice from a new wish; a form that is filled in otherwise is a new one.

    A browser may bring back a page of ours, and with it the form's key, from before the form was sent.
    """
    path = request.url.path
    digest = hashlib.sha256(json.dumps(filled.fields, sort_keys=True).encode()).hexdigest()
    return Ask(request.state.principal, f"{path} {digest}", f"POST {path}", digest)


async def _read(request: Request) -> Filled:
    form = await request.form()
    filled = Filled({name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form})
    if filled.only_language:
        choose(request, filled.get(FIELD))
    return filled


FormOf = Annotated[Filled, Depends(_read)]
NOTHING_TYPED = Filled()
