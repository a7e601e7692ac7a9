"""An amount in capital Chinese numerals (人民币大写金额), as banks ask for it on what is paid."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING

from fupin_cli.policy.rounding import fen_to_yuan

if TYPE_CHECKING:
    from collections.abc import Callable

_LOADING = Lock()


def in_capitals(fen: int) -> str:
    """Write fen as an amount in words, to the fen; whole yuan end in 整."""
    return _writer()(fen_to_yuan(fen), "rmb")


@cache
def _writer() -> Callable[[str, str], str]:
    """The library's function that writes numbers.

    Its package also makes, as it is loaded, the patterns that read numbers and addresses: twice what all sheets of a small
    county cost. So of the two packages only the modules that write are loaded; where they are not what is known here, all is.
    """
    with _LOADING:
        before = {name: module for name, module in sys.modules.items() if _theirs(name)}
        if not before:
            try:
                prepare = _bare("proces", "preprocess").preprocess
                sys.modules["proces"].__dict__["preprocess"] = prepare
                writer: Callable[[str, str], str] = _bare("cn2an", "an2cn").An2Cn().an2cn
                if writer("1234.56", "rmb") == "壹仟贰佰叁拾肆元伍角陆分":
                    return writer
            except Exception:  # noqa: BLE001, S110 - another version of them: then all is loaded
                pass
            finally:  # whoever imports them finds them whole
                for name in [name for name in sys.modules if _theirs(name)]:
                    del sys.modules[name]
    import cn2an

    whole: Callable[[str, str], str] = cn2an.an2cn
    return whole


def _theirs(name: str) -> bool:
    return name.partition(".")[0] in {"cn2an", "proces"}


def _bare(package: str, module: str) -> ModuleType:
    """A module of a package of which nothing else is carried out."""
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(package)
    hull = ModuleType(package)
    hull.__path__ = list(spec.submodule_search_locations)
    sys.modules[package] = hull
    return import_module(f"{package}.{module}")
