"""What a helper is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of all rounds of one question."""

    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.reasoning + other.reasoning,
        )


class AssistFailed(Exception):
    """The service gave no usable answer; `may_heal` when asking again can help.

    The message is short and holds nothing that the service sent but its kind of error; `usage` is
    what the service took for it all the same.
    """

    def __init__(self, message: str, *, may_heal: bool = False) -> None:
        super().__init__(message)
        self.may_heal = may_heal
        self.usage = Usage()


@dataclass(frozen=True, slots=True)
class Function:
    """Something the model may ask us to look up; `call` reads, it never writes."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    call: Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `instructions` are ours, everything else is material, never an order."""

    name: str
    instructions: str
    text: str
    schema: Mapping[str, Any]
    image: tuple[bytes, str] | None = None
    pdf: tuple[bytes, str] | None = None
    functions: Sequence[Function] = ()
    may_search: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that fits the question's schema."""

    data: dict[str, Any]
    model: str
    usage: Usage = field(default_factory=Usage)


class Assistant(Protocol):
    """A service that answers questions."""

    model: str

    def ask(self, question: Question) -> Answer:
        """Answer, or raise `AssistFailed`; never retries by itself."""
