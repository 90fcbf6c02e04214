"""What the child process is asked to print: texts in the reader's language, pictures, and the place of the seal."""

from pydantic import Base64Bytes, BaseModel, ConfigDict


class Printed(BaseModel):
    """Part of a sheet."""

    model_config = ConfigDict(frozen=True)


class Row(Printed):
    """A line of the receipt: what, and its value."""

    name: str
    value: str


class SheetPage(Printed):
    """A page that was handed in; the picture is a JPEG, or there is none yet. `notes` say what stood there before."""

    name: str
    sha256: str
    size: str
    notes: tuple[str, ...] = ()
    picture: Base64Bytes | None = None


class SheetWords(Printed):
    """The fixed texts of a receipt."""

    title: str
    lead: str
    number: str
    pages: str
    no_picture: str
    check: str
    check_how: str
    check_number: str
    check_code: str
    meaning: str
    attachment: str
    sheet: str


class Sheet(Printed):
    """A whole receipt."""

    language: str
    direction: str
    office: str
    words: SheetWords
    number: str
    code: str
    rows: tuple[Row, ...]
    pages: tuple[SheetPage, ...]
    check_page: str
    check_url: str
    place: str


class Done(Printed):
    """A finished PDF."""

    pdf: Base64Bytes
