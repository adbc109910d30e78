"""A row of the option table: everything that is said of an option, from which whatever shows or reads it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, overload

T = TypeVar("T")
Form = Literal["value", "list", "flag", "switch"]
"""One value; several, given one by one; a word that turns something on; one that turns it on or, with no-, off."""


@dataclass(frozen=True, eq=False)
class Option(Generic[T]):
    """An option, and as an attribute of `Options` its value there."""

    name: str
    """As it is typed, without the two dashes."""
    read: Callable[[Any], T]
    """What is typed, or stands in an ini file -> the value. A path in it is still relative.

    Raises:
        VidcompressError: it cannot be; the text is what was given, and what was expected.
    """
    help: str
    metavar: str = ""
    default: Any = None
    """As it would be typed; None where nothing is."""
    otherwise: str = ""
    """What happens without it, in words, where the default does not say it."""
    form: Form = "value"
    bare: str = ""
    """What its name alone says, as it would be typed, where its ini name says nothing else: that alone does not turn
    it on. Empty: it takes a value."""
    ini: Literal["", "string", "int"] = ""
    """Type of its ini name; empty: what its form implies."""
    repeats: bool = False
    """It stands in the commands that show a result again: it decides what is measured, or how it is judged."""
    builds: bool = False
    """The run of another commit is given it: it decides what a test would measure."""
    page: str = ""
    """The page of `docs/` that has more."""
    hidden: bool = False
    """For our own use: no help, no ini name."""

    @overload
    def __get__(self, options: None, owner: type | None = None) -> Option[T]: ...
    @overload
    def __get__(self, options: object, owner: type | None = None) -> T: ...
    def __get__(self, options: Any, owner: type | None = None) -> Option[T] | T:
        if options is None:
            return self
        values = options.values
        return values[self.name] if self.name in values else self.read(self.default)

    @property
    def key(self) -> str:
        """Its ini name, which is also how pytest stores what is typed."""
        return self.name.replace("-", "_")

    @property
    def ini_type(self) -> str:
        """pytest's name for the type of its ini name."""
        return self.ini or {"value": "string", "list": "args"}.get(self.form, "bool")

    @property
    def usual(self) -> str:
        """What holds without it, in words; empty for what is simply off."""
        if self.otherwise or self.default is None or self.default is False:
            return self.otherwise
        return f"--{self.name}" if self.form == "switch" else str(self.default)

    def arguments(self, value: Any) -> Sequence[str]:
        """The command-line arguments that give it `value`, in spite of any ini file."""
        match self.form:
            case "list":
                return [f"--{self.name}={each}" for each in value or [""]]
            case "value":
                return [f"--{self.name}={'' if value is None else value}"]
            case "switch":
                return [f"--{'' if value else 'no-'}{self.name}"]
            case "flag":
                return [f"--{self.name}"] if value else []
