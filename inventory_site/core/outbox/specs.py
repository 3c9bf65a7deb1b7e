"""Which tasks there are: plain functions with a name, a queue and limits."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.apps import apps

from inventory_site.core.choices import QueueName
from inventory_site.core.registry import Registry

Params = ParamSpec("Params")
Result = TypeVar("Result")

TIME_LIMIT_S = 300.0
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A registered task; see `task` for the meaning of the fields."""

    slug: str
    function: Callable[..., Any]
    queue: str
    time_limit_s: float
    max_attempts: int
    retry_on: tuple[type[Exception], ...]
    retry_delay_s: float
    keep_done: bool


tasks: Registry[TaskSpec] = Registry("task")


def task(
    *,
    name: str,
    queue: str = QueueName.DEFAULT,
    time_limit_s: float = TIME_LIMIT_S,
    max_attempts: int = MAX_ATTEMPTS,
    retry_on: tuple[type[Exception], ...] = (),
    retry_delay_s: float = 5.0,
    keep_done: bool = True,
) -> Callable[[Callable[Params, Result]], Callable[Params, Result]]:
    """Register a function as a task; the function itself stays as it was.

    It must bear being done twice (a worker may die between the work and its mark), and takes ids. A
    row is tried again only after an exception of `retry_on`, first after `retry_delay_s` and then
    after twice as long each time, or when its worker was lost; `max_attempts` counts both.
    `keep_done=False` removes the row when it ended well: for small periodic work that nobody looks
    back at.
    """

    def register(function: Callable[Params, Result]) -> Callable[Params, Result]:
        tasks.register(
            TaskSpec(
                slug=name,
                function=function,
                queue=QueueName(queue).value,
                time_limit_s=time_limit_s,
                max_attempts=max_attempts,
                retry_on=retry_on,
                retry_delay_s=retry_delay_s,
                keep_done=keep_done,
            )
        )
        return function

    return register


def spec_of(name: str) -> TaskSpec | None:
    """Return the task of that name; None when no app has it."""
    load_tasks()
    return tasks.get(name) if name in tasks else None


@functools.cache
def load_tasks() -> None:
    """Import `<app>.tasks` and everything below it, in every app; once per process."""
    for config in apps.get_app_configs():
        name = f"{config.name}.tasks"
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{name}."):
            importlib.import_module(found.name)
