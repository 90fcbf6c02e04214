"""Queries keep the forms that an index answers on every server; one that reads all rows is seen before it is slow."""

import ast
from pathlib import Path

from tests.architecture.tree import PRODUCT, name_of, python_files, syntax_of

# The local database answers each of these by reading all rows, also beside an equality.
READS_ALL = {"$and", "$or", "$nor"}
ONE_ROW_EACH = "a row a lease, a handful in all"
ALLOWED = {"shared/messaging/lease.py": ONE_ROW_EACH}
# findAndModify by `_id` in a transaction does, too; `change_one` is there instead.
FOUND_AND_MODIFIED = {"services/notify/store.py": "until its rows are changed by `change_one`, too"}


def _reads_all(path: Path) -> set[str]:
    """Return the operators of a file that make the local database read all rows."""
    constants = (node.value for node in ast.walk(syntax_of(path)) if isinstance(node, ast.Constant))
    return {value for value in constants if value in READS_ALL}


def _modifies(path: Path) -> list[str]:
    """Return the calls of a file that find and modify within a transaction."""
    calls = [node for node in ast.walk(syntax_of(path)) if isinstance(node, ast.Call)]
    found = [call for call in calls if ast.unparse(call.func).rpartition(".")[2].startswith("find_one_and_")]
    return [ast.unparse(call.func) for call in found if any(word.arg == "session" for word in call.keywords)]


def _product() -> list[Path]:
    return [path for path in python_files() if name_of(path).startswith(PRODUCT)]


def test_no_query_joins_conditions_so_that_all_rows_are_read() -> None:
    """Lists stay as fast with a hundred thousand documents as with ten; a form that costs this names its reason."""
    assert {name_of(path) for path in _product() if _reads_all(path)} <= set(ALLOWED)


def test_no_transaction_finds_and_modifies() -> None:
    """A known row is changed and read by its id, or the local database reads all rows under its lock."""
    assert {name_of(path) for path in _product() if _modifies(path)} <= set(FOUND_AND_MODIFIED)


def test_the_rules_find_what_they_forbid(tmp_path: Path) -> None:
    """Both forms are seen where they stand."""
    file = tmp_path / "store.py"
    file.write_text("rows.find({'$or': []})\nrows.find_one_and_update({}, {}, session=session)\n")
    assert _reads_all(file) == {"$or"}
    assert _modifies(file) == ["rows.find_one_and_update"]
