"""Loaded by every Python process of an instance under fault test: stops the process where the driver wants it killed.

Lives here: planting halts around the product's own functions, by name, as their modules are imported. Not here: which points there are
(`points`), killing (`living`). The process stops itself with SIGSTOP and is killed from outside as it stands, so that nothing runs
after the point. Works with the standard library alone: reader children know nothing else. Its folder holds `points.json`, what the
driver has armed, and what was met with the number of the process.
"""

import functools
import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

FOLDER = Path(__file__).parent
POINTS = json.loads((FOLDER / "points.json").read_text("utf-8"))  # module -> name of a function -> its points


def halt(point, values):
    """Stop here if the point is armed and this is the call that is meant; of several processes one stops."""
    if point["says"] and point["says"] not in [value for value in values if isinstance(value, str)]:
        return
    with suppress(FileNotFoundError):
        (FOLDER / f"{point['name']}.armed").rename(FOLDER / f"{point['name']}.{os.getpid()}")
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # to the process it may reach another thread first, and this one goes on


def halting(function, points):
    """The function with its points before and after it."""
    before, after = ([point for point in points if point["side"] == side] for side in ("before", "after"))

    @functools.wraps(function)
    def wrapper(*arguments, **named):
        values = (*arguments, *named.values())
        for point in before:
            halt(point, values)
        result = function(*arguments, **named)
        for point in after:
            halt(point, values)
        return result

    return wrapper


def plant(module):
    """Wrap what the points of a module name; a name that is gone fails the import, so that no point is forgotten."""
    for path, points in POINTS[module.__name__].items():
        *holders, name = path.split(".")
        holder = functools.reduce(getattr, holders, module)
        setattr(holder, name, halting(getattr(holder, name), points))


class Planter(importlib.abc.MetaPathFinder):
    """Finds the modules that hold points, and plants these once a module has run."""

    def find_spec(self, name, path, _target=None):
        if name not in POINTS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            plant(module)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Planter())
