"""Whatever the product defines is reached by the product: from its own code, a template, a benchmark or a documented example.

What only a test calls says nothing of what people get; such a test takes the way that the product takes.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "rewards", "agents", "sims", "web")
# Functions that a decorator hands to whoever calls them.
REGISTERED = re.compile(
    r"\.(get|post|put|patch|delete|api_route|command|callback|exception_handler|middleware)\("
    r"|validator|serializer|listens_for"
)
# Methods by which a library calls its subclass.
CALLED_BY_LIBRARIES = re.compile(
    r"visit_\w+|handle_(data|starttag|endtag)|connection_(made|lost)|data_received|get_route_handler"
    r"|compose_(scalar_)?node|construct_(scalar|mapping)|__\w+__"
)
MIGRATIONS = "rewards/store/migrations/versions"
# Set up by migrations, which no module imports.
BY_MIGRATIONS = {("rewards.store.guards", "install")}
A_PATH = re.compile(r"[\w.]+[.:]\w+")
Name = tuple[str, str]


@dataclass
class Module:
    """What a module defines and what it takes from others."""

    name: str
    tree: ast.Module
    modules: dict[str, str] = field(default_factory=dict)
    taken: dict[str, set[Name]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # (name of the definition that it belongs to, node)
        self.nodes = [(getattr(one, "name", ""), node) for one in self.tree.body for node in ast.walk(one)]

    def imports(self, known: set[str]) -> None:
        for _, node in self.nodes:
            if isinstance(node, ast.Import):
                self.modules.update({one.asname or one.name: one.name for one in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    whole, here = f"{node.module}.{one.name}", one.asname or one.name
                    if whole in known:
                        self.modules[here] = whole
                    else:
                        # Two functions may take different things under one name.
                        self.taken.setdefault(here, set()).add((node.module, one.name))

    def defined(self) -> Iterator[tuple[str, ast.stmt]]:
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name, node
            elif isinstance(node, ast.Assign):
                yield from ((one.id, node) for one in node.targets if isinstance(one, ast.Name))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield node.target.id, node

    def used(self) -> Iterator[Name]:
        """(module, name) of everything that is named, but for a definition within itself."""
        own = {name for name, _ in self.defined()}
        for within, node in self.nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if node.id in self.taken:
                    yield from self.taken[node.id]
                elif node.id in own and node.id != within:
                    yield self.name, node.id
            elif isinstance(node, ast.Attribute):
                path = dotted(node.value)
                if path in self.modules:
                    yield self.modules[path], node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                # Annotations in quotes, and dotted paths such as "web.app:create_app".
                for word in re.findall(r"\w+", node.value) if len(node.value) < 120 else ():
                    yield from self.taken.get(word, {(self.name, word)})
                if A_PATH.fullmatch(node.value):
                    module, name = re.split(r"[.:](?=\w+$)", node.value)
                    yield module, name


def dotted(node: ast.expr) -> str:
    """The path that names and attributes make; "" for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    start = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{start}.{node.attr}" if start else ""  # type: ignore[attr-defined]


def named(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def read() -> tuple[list[Module], list[Module]]:
    """The product's modules, and whatever else may call them: benchmarks, and the Python of documents."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    product = [Module(named(p), ast.parse(p.read_text("utf-8"))) for p in paths if MIGRATIONS not in str(p)]
    others = [
        Module(named(path), ast.parse(path.read_text("utf-8")))
        for path in sorted((ROOT / "benchmarks").rglob("*.py"))
    ]
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for code in re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE):
            others.append(Module(path.stem, ast.parse(code)))
    known = {one.name for one in product}
    for one in (*product, *others):
        one.imports(known)
    return product, others


def entry_points() -> set[Name]:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    return set(re.findall(r'^\w+ = "([\w.]+):(\w+)"$', text, re.MULTILINE))


def test_what_a_module_defines_is_used() -> None:
    product, others = read()
    used = {name for one in (*product, *others) for name in one.used()} | entry_points() | BY_MIGRATIONS
    handed_on = {(one.name, here): there for one in product for here, there in one.taken.items()}
    while more := {there for name in used & handed_on.keys() for there in handed_on[name]} - used:
        used |= more
    unused = sorted(
        f"{one.name}.{name}"
        for one in product
        for name, node in one.defined()
        if (one.name, name) not in used
        and not re.fullmatch(r"__\w+__", name)
        and not any(REGISTERED.search(ast.unparse(d)) for d in getattr(node, "decorator_list", ()))
    )
    assert not unused


def test_what_a_class_offers_is_used() -> None:
    product, others = read()
    templates = [p.read_text("utf-8") for p in (ROOT / "web" / "templates").rglob("*.*")]
    used = {word for text in templates for word in re.findall(r"\w+", text)}
    for one in (*product, *others):
        for _, node in one.nodes:
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                used.add(node.value)
    unused = sorted(
        f"{one.name}.{of.name}.{node.name}"
        for one in product
        for _, of in one.nodes
        if isinstance(of, ast.ClassDef)
        for node in of.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name not in used
        and not CALLED_BY_LIBRARIES.fullmatch(node.name)
        and not any(REGISTERED.search(ast.unparse(d)) for d in node.decorator_list)
    )
    assert not unused
