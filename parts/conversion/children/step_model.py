"""A child: STEP on standard input, `model.glb` in the working folder.

`step_model LINEAR ANGULAR` with the tolerances in mm and rad. Ends with 1 when the file is refused.
The kernel is loaded without the package around it, which would bring more than a conversion needs.
"""

import functools
import importlib.machinery
import importlib.util
import os
import sys

SOURCE, TARGET = "/proc/self/fd/0", "model.glb"


@functools.cache
def kernel() -> object:
    """Load the converter alone."""
    package = importlib.machinery.PathFinder.find_spec("cascadio")
    places = package.submodule_search_locations if package else None
    spec = importlib.machinery.PathFinder.find_spec("_core", places)
    if spec is None or spec.loader is None:
        raise SystemExit(3)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepare() -> None:
    """Load what every conversion needs, before there is a file; starts no thread."""
    kernel()


def main(arguments: list[str]) -> int:
    """Convert; the library's own output goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    code = kernel().step_to_glb(  # type: ignore[attr-defined]  # of the extension
        SOURCE, TARGET, tol_linear=float(arguments[0]), tol_angular=float(arguments[1])
    )
    sys.stdout.flush()
    os._exit(1 if code else 0)  # without the kernel's own tidying, which takes as long again


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
