"""The OpenAI service, or one that speaks like it: Responses API with structured output."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema
import openai

from parts.assist.base import Answer, AssistFailed, Question, Usage

MAX_ROUNDS = 10
MAX_OUTPUT_TOKENS = 8000
NOT_VALID = "the service gave an answer that is not valid"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach the service; the key stays out of repr()."""

    key: str
    model: str
    base_url: str = ""
    timeout_s: float = 60.0
    effort: str = "low"
    verbosity: str = "medium"

    def __repr__(self) -> str:
        return f"Settings(model={self.model!r}, base_url={self.base_url!r})"


class OpenAiAssistant:
    """Asks with the official client; its own retries are off, because jobs retry."""

    def __init__(self, settings: Settings) -> None:
        self.model, self._settings = settings.model, settings
        self._client = openai.OpenAI(
            api_key=settings.key,
            base_url=settings.base_url or None,
            timeout=settings.timeout_s,
            max_retries=0,
        )

    def ask(self, question: Question) -> Answer:
        """Ask, run the functions it calls for, and return the answer that fits the schema."""
        file_id = self._upload(question)
        try:
            return self._converse(question, file_id)
        finally:
            self._forget(file_id)

    def _converse(self, question: Question, file_id: str | None) -> Answer:
        usage = Usage()
        try:
            messages: list[Any] = _messages(question, file_id)
            for _ in range(MAX_ROUNDS):
                response = self._create(question, messages)
                usage += _usage_of(response)
                output = _output_of(response)
                calls = [item for item in output if item.type == "function_call"]
                if not calls:
                    return Answer(_data_of(response, question), self.model, usage)
                messages += [item.model_dump(exclude_none=True) for item in output]
                messages += [_result_of(question, call) for call in calls]
            raise AssistFailed(f"the model asked for more than {MAX_ROUNDS} rounds")
        except AssistFailed as err:
            err.usage += usage
            raise

    def _create(self, question: Question, messages: list[Any]) -> Any:
        try:
            return self._client.responses.create(
                model=self.model,
                input=messages,
                text={
                    "verbosity": self._settings.verbosity,
                    "format": {
                        "type": "json_schema",
                        "name": question.name,
                        "strict": True,
                        "schema": dict(question.schema),
                    },
                },
                reasoning={"effort": self._settings.effort, "summary": "auto"},
                max_output_tokens=MAX_OUTPUT_TOKENS,
                tools=_tools(question),
                store=False,
                include=["reasoning.encrypted_content"],
            )  # type: ignore[call-overload]  # plain dictionaries are what the client sends
        except openai.APITimeoutError as err:
            raise AssistFailed("the service did not answer in time", may_heal=True) from err
        except openai.APIConnectionError as err:
            raise AssistFailed("the service could not be reached", may_heal=True) from err
        except openai.RateLimitError as err:
            raise AssistFailed("the service is busy (rate limit)", may_heal=True) from err
        except openai.AuthenticationError as err:
            raise AssistFailed("the service refused the key") from err
        except openai.APIStatusError as err:
            again = err.status_code >= 500
            raise AssistFailed(
                f"the service answered with status {err.status_code}", may_heal=again
            ) from err
        except (openai.OpenAIError, ValueError, TypeError) as err:
            raise AssistFailed(NOT_VALID) from err

    def _upload(self, question: Question) -> str | None:
        if question.pdf is None:
            return None
        content, name = question.pdf
        try:
            made = self._client.files.create(
                file=(name, content, "application/pdf"), purpose="user_data"
            )
        except openai.OpenAIError as err:
            raise AssistFailed("the service did not take the file", may_heal=True) from err
        return made.id

    def _forget(self, file_id: str | None) -> None:
        if file_id is None:
            return
        try:
            self._client.files.delete(file_id)
        except openai.OpenAIError:
            return


def _messages(question: Question, file_id: str | None) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = [{"type": "input_text", "text": question.text}]
    if question.image is not None:
        body, kind = question.image
        address = f"data:{kind};base64,{base64.b64encode(body).decode()}"
        content.append({"type": "input_image", "image_url": address, "detail": "auto"})
    if file_id is not None:
        content.append({"type": "input_file", "file_id": file_id})
    return [
        {"role": "developer", "content": question.instructions},
        {"role": "user", "content": content},
    ]


def _tools(question: Question) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = [
        {
            "type": "function",
            "name": function.name,
            "description": function.description,
            "parameters": dict(function.parameters),
            "strict": True,
        }
        for function in question.functions
    ]
    return [{"type": "web_search"}, *tools] if question.may_search else tools


def _output_of(response: Any) -> list[Any]:
    """Return the items of an answer; the client does not check what a service sends."""
    output = getattr(response, "output", None)
    if not isinstance(output, list) or not all(hasattr(item, "type") for item in output):
        raise AssistFailed(NOT_VALID)
    return output


def _result_of(question: Question, call: Any) -> dict[str, Any]:
    """Do what the model asked for and return it as the service wants it."""
    done = _called(question, call.name, call.arguments)
    return {"type": "function_call_output", "call_id": call.call_id, "output": done}


def _called(question: Question, name: str, arguments: str) -> str:
    """Run one of the offered functions; whatever else the model names is an error to it."""
    function = next((item for item in question.functions if item.name == name), None)
    if function is None:
        return json.dumps({"error": "there is no such function"})
    try:
        sent: Mapping[str, Any] = json.loads(arguments)
        jsonschema.validate(sent, function.parameters)
    except (ValueError, jsonschema.ValidationError):
        return json.dumps({"error": "the arguments are not valid"})
    return json.dumps(function.call(sent), default=str)


def _data_of(response: Any, question: Question) -> dict[str, Any]:
    for item in response.output:
        for part in getattr(item, "content", None) or ():
            if getattr(part, "type", "") == "refusal":
                raise AssistFailed("the model refused to answer")
    if getattr(response, "status", None) == "incomplete":
        raise AssistFailed("the answer was cut off")
    try:
        data = _storable(json.loads(response.output_text))
        jsonschema.validate(data, question.schema)
    except (ValueError, RecursionError) as err:
        raise AssistFailed("the answer is not JSON") from err
    except (AttributeError, TypeError) as err:
        raise AssistFailed(NOT_VALID) from err
    except jsonschema.ValidationError as err:
        raise AssistFailed("the answer does not have the form that was asked for") from err
    found: dict[str, Any] = data
    return found


def _storable(value: Any) -> Any:
    """Return JSON without the characters that no database keeps: NUL and half surrogates."""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="ignore").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return value


def _usage_of(response: Any) -> Usage:
    """Return the tokens of an answer; services that only resemble OpenAI leave some out."""
    used = getattr(response, "usage", None)
    inside, outside = (
        getattr(used, f"{side}_tokens_details", None) for side in ("input", "output")
    )
    return Usage(
        getattr(used, "input_tokens", 0) or 0,
        getattr(inside, "cached_tokens", 0) or 0,
        getattr(used, "output_tokens", 0) or 0,
        getattr(outside, "reasoning_tokens", 0) or 0,
    )
