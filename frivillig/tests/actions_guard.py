"""Reads the actions: what acts for somebody is atomic and leaves an event.

An action is a public function of a module in `actions` that takes `by`. It is atomic if it is
decorated so, opens a transaction, or only calls actions that are; it records if it, or what it
calls (within the project's actions and their trails), calls `audit.record`.
"""

import ast

# Functions with `by` that decide or ask, and change nothing.
QUESTIONS = {"coordination.actions.people.sign_in_obstacle": "says what stands against it"}
# Actions whose event another action writes, or that have nothing to tell, with the reason.
SILENT = {}


class Module:
    """One module's functions, and what its names stand for."""

    def __init__(self, name, source):
        self.name = name
        self.functions, self.imported = {}, {}
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"


def read(files):
    """{module name: Module} of all the sources."""
    return {name: Module(name, source) for name, source in files.items()}


def actions(modules):
    """(full name, Module, function) of every action."""
    for name, module in modules.items():
        if "actions" not in name.split("."):
            continue
        for function in module.functions.values():
            arguments = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
            if not function.name.startswith("_") and "by" in arguments:
                yield f"{name}.{function.name}", module, function


def calls(module, function):
    """The full names of what a function calls, as far as names tell."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name):
            yield module.imported.get(called.id, f"{module.name}.{called.id}")
        elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            yield f"{module.imported.get(called.value.id, called.value.id)}.{called.attr}"


def reaches(modules, full, wanted, seen=None):
    """True if the function, or what it calls, satisfies `wanted(module, function, calls)`."""
    seen = set() if seen is None else seen
    name, _dot, function_name = full.rpartition(".")
    module = modules.get(name)
    if full in seen or module is None or function_name not in module.functions:
        return False
    seen.add(full)
    function = module.functions[function_name]
    called = list(calls(module, function))
    return wanted(function, called) or any(reaches(modules, one, wanted, seen) for one in called)


def is_atomic(function, called):
    decorated = any("atomic" in ast.unparse(one) for one in function.decorator_list)
    return decorated or any(name.endswith("transaction.atomic") for name in called)


def records(function, called):
    return "core.audit.record" in called


def not_atomic(files, *, besides=()):
    modules = read(files)
    return [
        f"{full} is not atomic"
        for full, _module, _function in actions(modules)
        if full not in besides and not reaches(modules, full, is_atomic)
    ]


def not_recorded(files, *, besides=()):
    modules = read(files)
    return [
        f"{full} leaves no event"
        for full, _module, _function in actions(modules)
        if full not in besides and not reaches(modules, full, records)
    ]
