"""Reads the house: every first-party import with `ast`, and which room a file is.

Each rule is a function from sources to sentences about what is wrong, so that the tests can
show it failing on a planted fault.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = {"core": 0, "coordination": 1, "agreements": 2, "recruitment": 3, "frivillig": 4}
# Rooms of an app from the roof down; a file may import from its own room and those below.
ROOMS = (
    {"urls", "apps"},
    {
        *("views", "api", "feeds", "exports", "tasks", "commands", "admin", "receivers"),
        *(
            "policy_admin",
            "text_admin",
            "styleguide",
            "public",
            "mailbox",
            "accounts",
            "account_urls",
        ),
        *("admin_base", "admin_site"),
    },
    {"forms", "filters"},
    {"actions"},
)
ROOM_OF = {name: level for level, names in enumerate(ROOMS) for name in names}


def sources():
    """{dotted module: source} of all first-party code outside tests and migrations."""
    found = {}
    for app in FLOORS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if {"tests", "migrations"} & set(parts) or parts[-1].startswith("settings"):
                continue
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = path.read_text(encoding="utf-8")
    return found


def imports_of(module, source, modules):
    """(imported first-party module, inside a function?) of every import in the source."""
    tree = ast.parse(source)
    inside = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                target = whole if whole in modules else node.module
                if target.split(".")[0] in FLOORS:
                    yield target, id(node) in inside
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in FLOORS:
                    yield alias.name, id(node) in inside


def upward_imports(files):
    """Imports from a higher floor."""
    return [
        f"{module} imports {target} from a floor above"
        for module, source in files.items()
        for target, _inside in imports_of(module, source, files)
        if FLOORS[target.split(".")[0]] > FLOORS[module.split(".")[0]]
    ]


def hidden_imports(files):
    """First-party imports inside a function, other than in an AppConfig's `ready`."""
    return [
        f"{module} imports {target} inside a function"
        for module, source in files.items()
        if not module.endswith(".apps")
        for target, inside in imports_of(module, source, files)
        if inside
    ]


def room_of(module):
    """The level of the room a module stands in; what is not named is a rule, query or model."""
    parts = module.split(".")[1:]
    return next((ROOM_OF[part] for part in parts if part in ROOM_OF), len(ROOMS))


def climbing_imports(files):
    """Imports inside one app from a room above one's own."""
    return [
        f"{module} imports {target} from a room above"
        for module, source in files.items()
        for target, _inside in imports_of(module, source, files)
        if target.split(".")[0] == module.split(".")[0]
        and room_of(target) < room_of(module)
        and not module.endswith(".apps")
    ]


def cycles(files):
    """Groups of modules that import each other in a circle (apps.ready left out)."""
    graph = {
        module: {
            target
            for target, _inside in imports_of(module, source, files)
            if target in files and target != module
        }
        for module, source in files.items()
        if not module.endswith(".apps")
    }
    return [sorted(group) for group in _strong_groups(graph) if len(group) > 1]


def _strong_groups(graph):
    """Tarjan's strongly connected components, without recursion limits for our sizes."""
    index, low, stack, groups = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for following in sorted(graph.get(node, ())):
            if following not in index:
                visit(following)
                low[node] = min(low[node], low[following])
            elif following in stack:
                low[node] = min(low[node], index[following])
        if low[node] == index[node]:
            group = []
            while not group or group[-1] != node:
                group.append(stack.pop())
            groups.append(group)

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return groups


SCOPED = {"permitted", "own", "visible"}


def queries_in_views(files):
    """`Model.objects` in a view, unless it starts from `.permitted`, `.own` or `.visible`."""
    return [
        f"{module}:{node.lineno} asks {node.value.id}.objects"
        for module, source in files.items()
        if "views" in module.split(".")
        for node in _managers(ast.parse(source))
    ]


def _managers(tree):
    """Every `Model.objects` whose next step is not scoped to somebody."""
    scoped = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in SCOPED
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("objects", "_default_manager")
            and isinstance(node.value, ast.Name)
            and node.value.id[0].isupper()
            and id(node) not in scoped
        ):
            yield node


def overridden_saves(files):
    """`save` or `delete` overridden in a model: business logic belongs in actions."""
    return [
        f"{module}:{node.lineno} {klass.name}.{node.name}"
        for module, source in files.items()
        if "models" in module.split(".")
        for klass in ast.walk(ast.parse(source))
        if isinstance(klass, ast.ClassDef)
        for node in klass.body
        if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete")
    ]


def positional_actions(files):
    """Public functions of `actions` that do something (they have `by`) by position."""
    return [
        f"{module}.{node.name} takes positional arguments"
        for module, source in files.items()
        if "actions" in module.split(".")
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and (node.args.args or node.args.posonlyargs)
        and "by" in {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    ]
