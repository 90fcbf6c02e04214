"""Germany's public holidays, without those of the rest of the world."""

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import holidays
from holidays import HolidayBase


@cache
def germany() -> type[HolidayBase]:
    """Return the class of Germany's holidays, from its file alone: imported as usual it loads 250 countries with it."""
    file = Path(holidays.__path__[0], "countries", "germany.py")
    spec = spec_from_file_location("holidays_of_germany", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"holidays has no {file.name}: this version is not the one in requirements.lock")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type[HolidayBase] = module.Germany
    return found
