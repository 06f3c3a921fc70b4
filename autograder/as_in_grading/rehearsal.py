"""A function, called here as grading calls it: with the names and the modules that it has there, and as much time."""

from __future__ import annotations

import builtins
import contextlib
import dis
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from autograder.as_in_grading.history import Notebook
from autograder.as_in_grading.settings import Settings
from autograder.as_in_grading.stand_in_names import Names, names_of
from autograder.as_in_grading.state import put_back
from autograder.as_in_grading.timed_call import call_in_time
from autograder.plaindata.call import Outcome
from autograder.plaindata.left_running import refused, threads_run
from autograder.plaindata.stand_ins import Absent, Inert, course_module, inert_module, is_inert, refusal

NOT_THERE = object()
THIRD_PARTY = ("site-packages", "dist-packages")
OF_GLOBALS = ("_GLOBAL", "LOAD_NAME", "STORE_NAME", "DELETE_NAME", "_OR_GLOBALS")
"""How the instructions end that read or bind global names; those of attributes end otherwise."""
MOST_REACHED = 1_000
"""How many functions and other objects are looked at to find out what a function uses."""


class Rehearsal:
    """Calls a student's function under the names of its notebook as grading binds them.

    function: the one to call: where grading cannot define it, a stand-in that raises the reason.
    refused: sentences on what the function's cell imports and grading does not have.
    """

    def __init__(self, function: Callable[..., Any], notebook: Notebook, settings: Settings) -> None:
        self.names, self.settings = notebook.names, settings
        found = Names(settings.packages)
        refused = {source: found.run(source) for source in notebook.cells}
        gone = {name: NOT_THERE for name in outdated(notebook) & set(self.names)}
        self._used, self._functions = self._reached_from(function)
        self.bound = {**self._by_value(), **gone, **found.bound}
        own = {name for name, value in self.names.items() if value is function}
        stand_ins = [self.bound[name] for name in own & set(self.bound)]
        self.refused = [reason for source, reasons in refused.items() if names_of(source) & own for reason in reasons]
        self.function: Any = next((value for value in stand_ins if isinstance(value, Absent)), function)

    def call(self, arguments: list) -> Outcome:
        """Call the function with the time that grading gives. Nothing is left of the call for the next."""
        with put_back(self.names, self._used, self._functions):
            return call_in_time(self.function, arguments, self.settings.call_seconds)

    @contextlib.contextmanager
    def nothing_kept(self) -> Iterator[None]:
        """After this, all that the function can reach is as it was before."""
        with put_back(self.names, self._used, self._functions):
            yield

    def _by_value(self) -> dict[str, Any]:
        """Return stand-ins for what the function uses of packages, whichever way that got its name."""
        found: dict[str, Any] = {}
        for name in self._used & set(self.names):
            module = module_of(self.names[name])
            if _is_third_party(module) and (reason := refusal(module, self.settings.packages)):
                found[name] = Absent(ModuleNotFoundError(reason, name=module))
            elif is_inert(module, self.settings.packages):
                found[name] = self._inert(module, self.names[name])
        return found | self._waiting()

    def _waiting(self) -> dict[str, Absent]:
        """Return stand-ins for what the function uses that waits for a thread of another cell."""
        used = {name: self.names[name] for name in self._used & set(self.names)}
        return refused(used) if threads_run(self.names) else {}

    @staticmethod
    def _inert(module: str, value: Any) -> Any:
        """Return what stands in for something of a package that is there only in name. A bar of tqdm is what it is."""
        if isinstance(value, types.ModuleType):
            return inert_module(module)
        if module.partition(".")[0] != "tqdm":
            return Inert()
        return getattr(inert_module(module), getattr(value, "__name__", ""), value)

    def _reached_from(self, function: Callable[..., Any]) -> tuple[set[str], list[Any]]:
        """Return the global names that a function uses, and all functions and other callables that it may call."""
        used: set[str] = set()
        todo: list[Any] = [function]
        seen: dict[int, Any] = {}
        while todo and len(seen) < MOST_REACHED:
            one = todo.pop()
            if id(one) not in seen:
                seen[id(one)] = one
                todo += _parts_of(one)
                names = names_in(one)
                todo += [self.names[name] for name in names - used if callable(self.names.get(name))]
                used |= names
        return used, [one for one in seen.values() if module_of(one) == self.names.get("__name__", "__main__")]

    @contextlib.contextmanager
    def as_in_grading(self) -> Iterator[None]:
        """While this lasts, the notebook's names, and what its functions import, are as grading has them."""
        before = {name: self.names.get(name, NOT_THERE) for name in self.bound}
        real = builtins.__import__, importlib.import_module
        builtins.__import__, importlib.import_module = self._import, self._import_module  # type: ignore[assignment]
        self._real_import, self._real_import_module = real
        _bind(self.names, self.bound)
        try:
            yield
        finally:
            builtins.__import__, importlib.import_module = real
            _bind(self.names, {name: value for name, value in before.items() if self._is_as_bound(name)})

    def _is_as_bound(self, name: str) -> bool:
        """Whether a name still has its stand-in: the function may have bound it anew."""
        return self.names.get(name, NOT_THERE) is self.bound[name]

    def _import(self, name: str, names: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if names is self.names and level == 0 and (found := self._stand_in(name)) is not None:
            return found if fromlist else self._stand_in(name.partition(".")[0])
        return self._real_import(name, names, locals, fromlist, level)

    def _import_module(self, name: str, package: str | None = None) -> Any:
        if sys._getframe(1).f_globals is self.names and (found := self._stand_in(name)) is not None:
            return found
        return self._real_import_module(name, package)

    def _stand_in(self, module: str) -> types.ModuleType | None:
        """Return what grading imports under a module's name; None where that is the module itself.

        Raises ModuleNotFoundError where it is not there.
        """
        if reason := refusal(module, self.settings.packages):
            raise ModuleNotFoundError(reason, name=module)
        if is_inert(module, self.settings.packages):
            return inert_module(module)
        return course_module() if module == "autograder" else None


def outdated(notebook: Notebook) -> set[str]:
    """Return the names that were bound by cells which have been changed since, and that no cell binds any more."""
    replaced: set[str] = set().union(*map(names_of, notebook.replaced))
    return replaced.difference(*map(names_of, notebook.cells))


def names_in(value: Any) -> set[str]:
    """Return the global names that the code of a function uses."""
    code = getattr(value, "__code__", None)
    found: set[str] = set()
    todo = [code] if isinstance(code, types.CodeType) else []
    while todo:
        one = todo.pop()
        found |= {str(step.argval) for step in dis.get_instructions(one) if step.opname.endswith(OF_GLOBALS)}
        todo += [constant for constant in one.co_consts if isinstance(constant, types.CodeType)]
    return found


def module_of(value: Any) -> str:
    """Return the module that a value is, or comes from; "" where it comes from none."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    named = value if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType) else type(value)
    found = getattr(named, "__module__", "")
    return found if isinstance(found, str) else ""


def _is_third_party(module: str) -> bool:
    found = sys.modules.get(module.partition(".")[0])
    places = [getattr(found, "__file__", None) or "", *map(str, getattr(found, "__path__", []))]
    return any(part in place for part in THIRD_PARTY for place in places)


def _parts_of(value: Any) -> list[Any]:
    """Return what a function or another callable consists of that may have code of its own."""
    parts = [getattr(value, name, None) for name in ("__wrapped__", "__func__", "func", "pyfunc")]
    if isinstance(value, types.FunctionType):
        parts += [*(value.__defaults__ or ()), *(_content(cell) for cell in value.__closure__ or ())]
    elif isinstance(value, type):
        parts += [part for part in vars(value).values() if callable(part)]
    elif not isinstance(value, types.ModuleType | types.BuiltinFunctionType) and callable(value):
        parts.append(type(value))
    return [part for part in parts if callable(part)]


def _content(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _bind(names: dict[str, Any], values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is NOT_THERE:
            names.pop(name, None)
        else:
            names[name] = value
