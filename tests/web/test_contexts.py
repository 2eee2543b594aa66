"""Every page's context is a dataclass, and the templates use what it has: nothing else, and all of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from web import templating

ROOT = Path(__file__).parents[2]
ENVIRONMENT = templating._ENVIRONMENT
# What `page` gives every template, and what the environment knows.
FRAME = {"account", "person", "path", "language", "languages", "open_to_all", "zone", "zone_name", "doors", "door", "unsent"}  # fmt: skip
KNOWN = FRAME | set(ENVIRONMENT.globals)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def calls() -> Iterator[tuple[str, str, ast.expr, Function]]:
    """(module, template, context, function) of every call of `page`."""
    for path in sorted((ROOT / "web").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, Function):
                continue
            for call in called(function, "page"):
                for template in templates_of(call.args[1], function, tree):
                    yield name, template, call.args[2], function


def called(where: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(where):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
            yield node


def templates_of(argument: ast.expr, function: Function, tree: ast.Module) -> list[str]:
    """The template; of a function that is told which, those that its callers name."""
    if isinstance(argument, ast.Constant):
        return [str(argument.value)]
    told = [one for call in called(tree, function.name) for one in call.args if isinstance(one, ast.Constant)]
    return [text for one in told if (text := str(one.value)).endswith(".html")]


def class_of(module: str, context: ast.expr, function: Function) -> type:
    """The class of the context: what is called, what its function says that it returns, or what was assigned to the name."""
    if isinstance(context, ast.Name):
        context = next(
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == ast.unparse(context)
        )
    assert isinstance(context, ast.Call), f"{module}: {ast.unparse(context)} is no dataclass"
    made = getattr(import_module(module), ast.unparse(context.func))
    if not isinstance(made, type):
        made = getattr(import_module(made.__module__), made.__annotations__["return"])
    return made


def used_by(template: str) -> set[str]:
    """The names that a template uses and does not set, those of what it extends and includes among them."""
    source = (templating.FOLDER / "templates" / template).read_text("utf-8")
    tree = ENVIRONMENT.parse(source)
    # Loops have names of their own already; what is set beside a block is not known to it.
    own = {
        name.name
        for one in tree.find_all((nodes.Assign, nodes.AssignBlock))
        for name in one.find_all(nodes.Name)
        if name.ctx == "store"
    }
    own |= {macro.name for macro in tree.find_all(nodes.Macro)}
    own |= {one.target for one in tree.find_all(nodes.Import)}
    own |= {
        name if isinstance(name, str) else name[1]
        for one in tree.find_all(nodes.FromImport)
        for name in one.names
    }
    found = find_undeclared_variables(tree)
    for other in tree.find_all((nodes.Extends, nodes.Include)):
        assert isinstance(other.template, nodes.Const)
        found |= used_by(other.template.value)
    return found - own


PAGES = [(template, class_of(module, context, function)) for module, template, context, function in calls()]


@pytest.mark.parametrize(("template", "context"), PAGES, ids=[template for template, _ in PAGES])
def test_a_template_uses_what_its_context_has(template: str, context: type) -> None:
    assert is_dataclass(context)
    given = {field.name for field in fields(context)}
    used = used_by(template)
    assert used <= given | KNOWN, f"{template} lacks {used - given - KNOWN}"
    shown = {name for other, one in PAGES if one is context for name in used_by(other)}
    assert given - FRAME <= shown, f"{template} does not show {given - FRAME - shown}"


def test_every_template_that_is_a_page_belongs_to_a_call() -> None:
    folder = templating.FOLDER / "templates"
    extends = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.html")
        if any(ENVIRONMENT.parse(path.read_text("utf-8")).find_all(nodes.Extends))
    }
    assert extends - {template for template, _ in PAGES} == set()
