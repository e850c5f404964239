"""The variables of an admission policy, and the expressions that they are put into."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

MOST = 64
"""How many variables one expression may use, with those that these use."""

LEXEME = r"""//[^\n]*|'{3}[\s\S]*?'{3}|"{3}[\s\S]*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\bvariables\.\??(\w+)"""
"""What a variable is told from: comments and texts, which name none."""


class _Text(NamedTuple):
    """An expression with plain names for its variables, and which of them it uses itself."""

    text: str
    uses: frozenset[str]

    @classmethod
    def of(cls, expression: str) -> "_Text":
        text = re.sub(LEXEME, _plain, expression)
        # A variable that is declared is there.
        return cls(re.sub(r"\bhas\(\s*variables_\w+\s*\)", "true", text), frozenset(used(expression)))


def _plain(found: re.Match[str]) -> str:
    name = f"variables_{found[1]}"
    return found[0] if not found[1] else f"optional.of({name})" if "?" in found[0] else name


def used(expression: str) -> list[str]:
    """The variables that an expression names."""
    return [name for name in re.findall(LEXEME, expression) if name]


class Variables:
    """The variables of a policy in their order, each of which may use those before it."""

    def __init__(self, expressions: Mapping[str, str]) -> None:
        self.expressions = expressions

    @cached_property
    def _texts(self) -> dict[str, _Text]:
        return {name: _Text.of(expression) for name, expression in self.expressions.items()}

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.expressions)}

    def behind(self, expression: str) -> Iterator[str]:
        """The variables that an expression hangs on, the last ones first."""
        found: set[str] = set()
        open = set(used(expression)) & self._places.keys()
        while open:
            name = max(open, key=self._places.__getitem__)
            open.remove(name)
            found.add(name)
            yield name
            open |= (self._texts[name].uses & self._places.keys()) - found

    def bound(self, expression: str) -> str:
        """An expression with the variables that it hangs on, which are evaluated only if they are asked for."""
        names = list(self.behind(expression))[::-1]
        opened = "".join(f"cel.bind(variables_{name}, ({self._texts[name].text}\n), " for name in names)
        return opened + _Text.of(expression).text + "\n)" * len(names)
