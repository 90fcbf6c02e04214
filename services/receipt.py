"""The commands for receipts: `python -m services receipt verify FILE` and `receipt new-key`."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from services.gateway.domain.receipts import Claims, NotGenuineError, open_jws, open_pdf
from services.gateway.domain.signing import Keys
from services.gateway.settings import GatewaySettings
from services.gateway.store.catalogues import load_texts
from services.gateway.store.receipt_keys import add_key

NOT_GENUINE = 1
USAGE = 2
WHY = {
    "no_signature": "it holds no signature of a receipt: perhaps it was scanned or saved anew; "
    "check number and code on the office's page instead",
    "unknown_key": "it was signed with a key that is not among the given ones: it is not from this office, or the keys "
    "are not up to date",
    "signature_wrong": "its signature is wrong: what was signed, or the signature, was changed",
    "changed": "the file was changed after it was signed",
}

receipt = typer.Typer(
    help="Receipts: check one offline, and make the keys that sign them.", no_args_is_help=True, add_completion=False
)


@receipt.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The receipt's PDF, or the file receipt.jws attached to it.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            help="The office's public keys, from its /.well-known/jwks.json; "
            "else those of AMTSBOTE_GATEWAY_RECEIPT_KEYS are used."
        ),
    ] = None,
) -> None:
    """Check a receipt without any network; exits 0 if it is genuine, 1 if not, 2 if it could not be checked."""
    trusted, data = _keys(keys), _read(file)
    try:
        claims, checked = _open(data, trusted)
    except NotGenuineError as error:
        typer.echo(f"NOT GENUINE: {WHY[error.fault]}.")
        raise typer.Exit(NOT_GENUINE) from None
    typer.echo(f"GENUINE: {checked}.")
    _tell(claims)


@receipt.command("new-key")
def new_key(
    file: Annotated[Path | None, typer.Argument(help="The key file; else AMTSBOTE_GATEWAY_RECEIPT_KEYS.")] = None,
) -> None:
    """Put a new key first in the key file, or make the file; older keys go on verifying. Then restart the gateway."""
    path = file or GatewaySettings().receipt_keys
    if path is None:
        _cannot("name a file, or set AMTSBOTE_GATEWAY_RECEIPT_KEYS")
    try:
        keys = add_key(path)
    except (OSError, ValueError) as error:
        _cannot(f"{path}: {error}")
    typer.echo(f"{path}: receipts are signed with {keys.ranked[0].thumbprint()}; {len(keys.ranked)} key(s) verify.")


def _open(data: bytes, keys: Keys) -> tuple[Claims, str]:
    if data.lstrip().startswith(b"eyJ"):
        claims = open_jws(data.decode("ascii", "replace").strip(), keys)
        return claims, "this office signed what follows; the PDF it belongs to was not checked"
    return open_pdf(data, keys), "this office issued this file, and not one byte of it was changed"


def _tell(claims: Claims) -> None:
    lines = {
        "office": claims.office,
        "number": claims.receipt_number,
        "received": load_texts().exact_time(claims.received_at, "en"),
        "type": claims.declared_type or "not stated",
        "pages": str(len(claims.pages)),
        **{f"page {number}": f"SHA-256 {page.sha256}" for number, page in enumerate(claims.pages, 1)},
    }
    for name, value in lines.items():
        typer.echo(f"{name + ':':<10} {value}")


def _keys(path: Path | None) -> Keys:
    found = path or GatewaySettings().receipt_keys
    if found is None:
        _cannot("name the office's public keys with --keys (from its /.well-known/jwks.json)")
    try:
        return Keys.parse(_read(found))
    except ValueError as error:
        _cannot(f"{found}: {error}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _cannot(f"{path}: {error.strerror}")


def _cannot(why: str) -> NoReturn:
    """End with the remedy on a line of its own, whatever the width of the terminal."""
    typer.echo(f"cannot be done: {why}", err=True)
    raise typer.Exit(USAGE)
