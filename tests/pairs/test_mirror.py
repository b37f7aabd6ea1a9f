"""The two halves of a model are mirror images: the same classes, methods, attributes and docstrings, in the same order.

Read from the source with `ast`, so that no framework is needed. What must differ is written down here and nowhere else:
the framework's name, the order of a picture's axes, and `call` (Keras) for `forward` (PyTorch).
"""

import ast
import difflib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import models

ROOT = Path(__file__).parents[2]
FOLDERS = {"tensorflow": ROOT / "models_tf", "torch": ROOT / "models_torch"}
FILES = sorted({path.name for folder in FOLDERS.values() for path in folder.glob("*.py")})
MIRRORED = [name for name in FILES if name != "engine.py"]

Function = ast.FunctionDef | ast.AsyncFunctionDef

NEUTRAL = {
    "tensorflow": {"TensorFlow": "FRAMEWORK", "models_torch": "OTHER", "[N, H, W, C]": "[PICTURES]"},
    "torch": {"PyTorch": "FRAMEWORK", "models_tf": "OTHER", "[N, C, H, W]": "[PICTURES]"},
}
"""What each half says in its own words -> what it means. The other half's word is left as it is, and so stands out."""

FORWARD = {"tensorflow": "call", "torch": "forward"}
"""The method that computes a layer's output."""

FRAMEWORKS_OWN = {"call", "forward", "step", "update_step"}
"""Methods of the frameworks' classes, which the frameworks document."""


# Reading --------------------------------------------------------------------------------------------------------------


def parsed(framework: str, name: str) -> ast.Module:
    return ast.parse((FOLDERS[framework] / name).read_text(encoding="utf-8"))


def classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def functions(node: ast.Module | ast.ClassDef) -> list[Function]:
    return [child for child in node.body if isinstance(child, Function)]


def is_public(name: str) -> bool:
    return not name.startswith("_")


def signature(function: Function, framework: str) -> str:
    """`def name(self, x: Tensor) -> Tensor`, with `forward` for both frameworks' word."""
    name = "forward" if function.name == FORWARD[framework] else function.name
    returned = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {name}({ast.unparse(function.args)}){returned}"


def own_attributes(function: Function) -> Iterator[str]:
    """What is assigned on `self`, in the order of the source: depth first, as `ast.walk` is not."""
    open_nodes: list[ast.AST] = [function]
    while open_nodes:
        node = open_nodes.pop()
        match node:
            case ast.Attribute(value=ast.Name(id="self"), ctx=ast.Store()):
                yield f"self.{node.attr}"
        open_nodes += reversed(list(ast.iter_child_nodes(node)))


def docstring(node: ast.Module | ast.ClassDef | Function, framework: str) -> list[str]:
    """The docstring's lines without the words that must differ."""
    text = ast.get_docstring(node) or ""
    for word, meaning in NEUTRAL[framework].items():
        text = text.replace(word, meaning)
    return [f'"{line}"' for line in text.splitlines() if line]


def structure(tree: ast.Module, framework: str) -> list[str]:
    """The public face of a file, a line for each thing that the other half must have in the same place."""
    lines = docstring(tree, framework)
    for node in tree.body:
        match node:
            case ast.ClassDef():
                lines.append(f"class {node.name}({', '.join(map(ast.unparse, node.bases))})")
                lines += docstring(node, framework)
                for member in node.body:
                    if isinstance(member, Function):
                        lines += [f"{node.name}: {line}" for line in described(member, framework)]
                    elif isinstance(member, ast.Assign | ast.AnnAssign):
                        lines.append(f"{node.name}: {ast.unparse(member)}")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                lines += described(node, framework)
            case ast.Assign() | ast.AnnAssign():
                lines.append(ast.unparse(node))
    return lines


def described(function: Function, framework: str) -> list[str]:
    return [signature(function, framework), *docstring(function, framework), *own_attributes(function)]


def differences(tensorflow: list[str], torch: list[str]) -> list[str]:
    """Lines of one half (`-` TensorFlow, `+` PyTorch) that the other does not have in the same place."""
    return [line for line in difflib.ndiff(tensorflow, torch) if line[0] in "-+"]


def undocumented(tree: ast.Module, inherited: set[str]) -> list[str]:
    """Public classes, functions and methods without a docstring of their own that do not override an inherited one."""
    found: list[tuple[str, ast.ClassDef | Function]] = []
    for node in [*classes(tree).values(), *functions(tree)]:
        found.append((node.name, node))
        if isinstance(node, ast.ClassDef):
            found += [(f"{node.name}.{method.name}", method) for method in functions(node)]
    return [
        name
        for name, node in found
        if is_public(node.name) and node.name not in inherited and not ast.get_docstring(node)
    ]


def engine_methods(framework: str, name: str) -> list[Function]:
    """The methods of an engine's class that a model or the harness may use, its constructor among them."""
    methods = functions(classes(parsed(framework, "engine.py"))[name])
    return [method for method in methods if is_public(method.name) or method.name == "__init__"]


# The halves -----------------------------------------------------------------------------------------------------------


def test_both_folders_hold_the_same_files_and_every_model_is_among_them():
    for folder in FOLDERS.values():
        assert sorted(path.name for path in folder.glob("*.py")) == FILES
    own = [description.name for description in models.descriptions().values() if not description.halves]
    assert own
    assert {f"{name}.py" for name in own} <= set(FILES)


@pytest.mark.parametrize("name", MIRRORED)
def test_the_two_halves_mirror_each_other(name):
    tensorflow, torch = (structure(parsed(framework, name), framework) for framework in FOLDERS)
    found = differences(tensorflow, torch)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["Engine", "AutoencoderEngine"])
def test_the_engines_offer_the_same_methods(name):
    offered = {
        framework: [signature(method, framework) for method in engine_methods(framework, name)] for framework in FOLDERS
    }
    assert len(offered["torch"]) >= 5
    assert differences(offered["tensorflow"], offered["torch"]) == []
    bases = {framework: classes(parsed(framework, "engine.py"))[name].bases for framework in FOLDERS}
    assert [ast.unparse(base) for base in bases["tensorflow"]] == [ast.unparse(base) for base in bases["torch"]]


def test_the_engines_have_the_same_classes_but_for_layers_that_keras_has():
    """PyTorch's engine adds layers that it lacks; all else, in both, has the same names in the same order."""
    tensorflow, torch = (list(classes(parsed(framework, "engine.py"))) for framework in FOLDERS)
    layers = {"Conv2dSame", "ConvTranspose2dSame", "Flatten", "Unflatten"}
    assert layers <= set(torch)
    assert tensorflow == [name for name in torch if name not in layers]
    assert tensorflow == ["Dropout", "Network", "Adam", "RMSprop", "Engine", "AutoencoderEngine"]


@pytest.mark.parametrize("framework", FOLDERS)
@pytest.mark.parametrize("name", FILES)
def test_whatever_is_public_is_documented(name, framework):
    documented = {
        method.name
        for engine in ("Engine", "AutoencoderEngine")
        for method in engine_methods(framework, engine)
        if ast.get_docstring(method)
    }
    inherited = FRAMEWORKS_OWN if name == "engine.py" else FRAMEWORKS_OWN | documented
    tree = parsed(framework, name)
    assert ast.get_docstring(tree)
    assert undocumented(tree, inherited) == []


# The checker ----------------------------------------------------------------------------------------------------------

TENSORFLOW = '''
"""A model, in TensorFlow."""

class Encoder(Network):
    """Pictures [N, H, W, C] to vectors."""

    def __init__(self, config: Config) -> None:
        self.conv = layers.Conv2D(3)
        before, self.dense = 1, layers.Dense(1)

    def call(self, images: Tensor) -> Tensor:
        return self.dense(self.conv(images))

class Model(Engine):
    """A model."""

    kind: str = "a"

    def build(self, config: Config, *, classes: int = 10) -> None:
        if classes:
            self.encoder = Encoder(config)
        self.updates = {}

    def decode(self, latent: Tensor) -> Tensor:
        return latent

    def measure(self, images: Tensor) -> Tensor:
        """A measure."""
        return images

def scale(logits: Tensor) -> Tensor:
    """Logits, scaled."""
    return logits
'''
TORCH = (
    TENSORFLOW.replace("TensorFlow", "PyTorch")
    .replace("[N, H, W, C]", "[N, C, H, W]")
    .replace("def call", "def forward")
    .replace("layers.Conv2D(3)", "nn.Conv2d(1, 3)")
    .replace("layers.Dense(1)", "nn.Linear(3, 1)")
)
CONV = "        self.conv = nn.Conv2d(1, 3)\n"
DENSE = "        before, self.dense = 1, nn.Linear(3, 1)\n"
BUILD = TORCH[TORCH.index("    def build") : TORCH.index("    def decode")]
DECODE = "    def decode(self, latent: Tensor) -> Tensor:\n        return latent\n\n"

FAULTS = {
    "methods in another order": (BUILD + DECODE, DECODE + BUILD),
    "attributes in another order": (CONV + DENSE, DENSE + CONV),
    "a method is missing": (DECODE, ""),
    "an attribute is missing": ("        self.updates = {}\n", ""),
    "an attribute has another name": ("self.conv = ", "self.convolution = "),
    "an attribute of a tuple has another name": ("before, self.dense", "before, self.linear"),
    "an attribute inside a branch has another name": ("self.encoder =", "self.network ="),
    "the file has another docstring": ("A model, in", "The model, in"),
    "a class has another docstring": ('"""A model."""', '"""The model."""'),
    "a method has another docstring": ('"""A measure."""', '"""Some measure."""'),
    "a function has another docstring": ("Logits, scaled", "Logits, not scaled"),
    "a docstring speaks of the other half's axes": ("[N, C, H, W]", "[N, H, W, C]"),
    "a docstring names the other framework": ("in PyTorch", "in TensorFlow"),
    "a class has another base": ("Model(Engine)", "Model(AutoencoderEngine)"),
    "a class has another name": ("class Encoder", "class Coder"),
    "an argument has another name": ("forward(self, images:", "forward(self, x:"),
    "an argument has another annotation": ("logits: Tensor", "logits: Any"),
    "an argument has another default": ("classes: int = 10", "classes: int = 1"),
    "an argument may be given by its place": ("*, classes", "classes"),
    "a function returns something else": ("scale(logits: Tensor) -> Tensor", "scale(logits: Tensor) -> float"),
    "a function has another name": ("def scale", "def rescale"),
    "a class attribute has another value": ('kind: str = "a"', 'kind: str = "b"'),
    "forward is called call": ("def forward", "def call"),
}
"""What is wrong -> what is written in the PyTorch half, and what is written there instead."""


def test_a_mirror_image_passes():
    assert differences(structure(ast.parse(TENSORFLOW), "tensorflow"), structure(ast.parse(TORCH), "torch")) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_mirror_image_is_reported(fault):
    written, instead = FAULTS[fault]
    assert TORCH.count(written) == 1
    torch = structure(ast.parse(TORCH.replace(written, instead)), "torch")
    assert differences(structure(ast.parse(TENSORFLOW), "tensorflow"), torch)


@pytest.mark.parametrize(
    ("old", "bare"),
    [
        ('"""A model."""', "Model"),
        ('"""A measure."""', "Model.measure"),
        ('"""Logits, scaled."""', "scale"),
    ],
)
def test_a_missing_docstring_is_reported(old, bare):
    inherited = FRAMEWORKS_OWN | {"build", "decode"}
    assert undocumented(ast.parse(TORCH), inherited) == []
    assert undocumented(ast.parse(TORCH.replace(old, "0")), inherited) == [bare]
