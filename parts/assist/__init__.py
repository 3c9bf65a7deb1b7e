"""AI helpers behind one Protocol; they propose and never write."""

from parts.assist.base import Answer, Assistant, AssistFailed, Function, Question, Usage

__all__ = ["Answer", "AssistFailed", "Assistant", "Function", "Question", "Usage"]
