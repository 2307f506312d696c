"""Jinja2 templates that anybody may have written: filled in bounded time and memory, from one folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import jinja2.nodes
import jinja2.runtime
import jinja2.sandbox

from synthcode.bounded import limits
from synthcode.bounded.files import read_text
from synthcode.bounded.template_work import (
    TemplateTooLargeError,
    begin,
    charge_binary,
    charge_growth,
    charge_operands,
    charge_step,
    counted,
)
from synthcode.errors import InputError

_LAZY_FILTERS = frozenset({"map", "select", "reject", "selectattr", "rejectattr"})
"""They call other filters and tests through the environment, a value at a time."""
_LEFT_OUT = frozenset({"random", "urlize"})
"""A prompt must not differ from one run to the next; and the patterns of ``urlize`` are not linear."""


class BoundedEnvironment(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """A sandbox that counts what its templates do. An unknown name is an error.

    Jinja2's own sandbox keeps templates from Python's internals, not from using up the machine. Every loop, call,
    filter, operator and output is counted here before it happens. The counts depend only on the template and on the
    values that fill it, never on how busy the machine is.

    Parameters
    ----------
    folder
        Where the templates lie. Nothing outside of it is read.
    """

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, folder: Path) -> None:
        super().__init__(
            loader=_FolderLoader(folder),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # constants are not worked out before anything is counted
            finalize=_written,
        )
        del self.globals["lipsum"]
        plain = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
        self.filters = {
            name: function if name in _LAZY_FILTERS else _counted_filter(plain, name)
            for name, function in self.filters.items()
            if name not in _LEFT_OUT
        }
        self.filters |= {"_loop": _loop, "_operand": _operand}
        self.tests = {name: _counted_test(plain, name) for name in self.tests}

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call a function, a macro or a method, once its work is counted."""
        charge_step()
        method = getattr(__obj, "__wrapped__", __obj)  # the sandbox wraps ``str.format``
        charge_growth(getattr(method, "__name__", ""), getattr(method, "__self__", None), args, kwargs)
        if isinstance(__obj, jinja2.runtime.LoopContext) and args:
            args = (counted(args[0]), *args[1:])
        made = super().call(__context, __obj, *args, **kwargs)
        charge_operands([made])
        return made

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may see an attribute. A text leads nowhere: most are texts of a language."""
        return (type(value) is str and not attr.startswith("_")) or super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Apply an operator, once its work is counted."""
        charge_binary(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def _generate(self, source: jinja2.nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(_with_counts(source), *args, **kwargs)


def fill(template: jinja2.Template, values: Mapping[str, Any]) -> str:
    """Fill a template of a :class:`BoundedEnvironment`.

    Raises
    ------
    TemplateTooLargeError
        If it does too much, or the text is longer than ``limits.PROMPT`` characters.
    Exception
        Whatever else its expressions raise.
    """
    begin()
    text = template.render(values)
    if len(text) > limits.PROMPT:
        raise TemplateTooLargeError(f"the text is longer than {limits.PROMPT:,} characters")
    return text


def is_constant(environment: jinja2.Environment, text: str) -> bool:
    """Return whether a template is plain text: nothing that it says depends on what fills it."""
    outputs = (jinja2.nodes.Output, jinja2.nodes.TemplateData)
    return all(isinstance(node, outputs) for node in environment.parse(text).find_all(jinja2.nodes.Node))


def read_included(environment: jinja2.Environment, names: list[str]) -> dict[str, str]:
    """Return the templates that others include, import or extend: name -> text.

    Raises
    ------
    InputError
        If a name is not written out, or there are too many templates.
    jinja2.TemplateError
        If one is missing or does not parse.
    """
    assert environment.loader is not None
    texts: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in texts:
            continue
        texts[name] = environment.loader.get_source(environment, name)[0]
        if len(texts) > limits.TEMPLATES:
            raise InputError(f"more than {limits.TEMPLATES} templates belong together", "put them into fewer files")
        for other in jinja2.meta.find_referenced_templates(environment.parse(texts[name])):
            if other is None:
                raise InputError(
                    f"{name} includes a template whose name is not written out", "write the name out, between quotes"
                )
            waiting.append(other)
    return {name: text for name, text in sorted(texts.items()) if name not in names}


class _FolderLoader(jinja2.FileSystemLoader):
    """Reads regular files of a folder, and none that a link outside of it leads to."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        folder = Path(self.searchpath[0])
        path = folder.joinpath(*jinja2.loaders.split_template_path(template))
        if not path.resolve().is_relative_to(folder.resolve()):
            raise jinja2.TemplateNotFound(template, f"{template} lies outside of {folder}")
        try:
            return read_text(path, limits.TEMPLATE), str(path), lambda: True
        except OSError as problem:
            raise jinja2.TemplateNotFound(template) from problem


def _with_counts(source: jinja2.nodes.Template) -> jinja2.nodes.Template:
    """Put counting filters around what loops go over, and what is compared, hashed, cut and put together."""
    nodes = jinja2.nodes
    for loop in list(source.find_all(nodes.For)):
        loop.iter = _filtered(loop.iter, "_loop")
    for concat in list(source.find_all(nodes.Concat)):
        concat.nodes = [_filtered(node, "_operand") for node in concat.nodes]
    for comparison in list(source.find_all(nodes.Compare)):
        comparison.expr = _filtered(comparison.expr, "_operand")
        for operand in comparison.ops:
            operand.expr = _filtered(operand.expr, "_operand")
    for item in list(source.find_all(nodes.Getitem)):
        item.node = _filtered(item.node, "_operand")
        if not isinstance(item.arg, nodes.Slice):
            item.arg = _filtered(item.arg, "_operand")
    for pair in list(source.find_all(nodes.Pair)):
        pair.key = _filtered(pair.key, "_operand")
    for output in list(source.find_all(nodes.Output)):
        output.nodes = [
            nodes.Const(node.data, lineno=node.lineno) if isinstance(node, nodes.TemplateData) else node
            for node in output.nodes
        ]
    return source


def _filtered(node: Any, name: str) -> jinja2.nodes.Filter:
    return jinja2.nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=node.environment)


def _counted_filter(plain: jinja2.Environment, name: str) -> Callable[..., Any]:
    @jinja2.pass_context
    def run(context: jinja2.runtime.Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        charge_step()
        charge_growth(name, value, args, kwargs)
        made = plain.call_filter(name, counted(value) if _is_lazy(value) else value, args, kwargs, context)
        charge_operands([made])
        return made

    return run


def _counted_test(plain: jinja2.Environment, name: str) -> Callable[..., Any]:
    def run(value: Any, *args: Any, **kwargs: Any) -> Any:
        charge_operands([value, *args, *kwargs.values()])
        return plain.call_test(name, value, args, kwargs)

    return run


def _is_lazy(value: Any) -> bool:
    return hasattr(value, "__next__")


@jinja2.pass_context
def _written(_context: Any, value: Any) -> Any:
    charge_operands([value])
    return value


@jinja2.pass_context
def _loop(_context: Any, values: Any) -> Any:
    return values if isinstance(values, jinja2.Undefined) else counted(values)


@jinja2.pass_context
def _operand(_context: Any, value: Any) -> Any:
    charge_operands([value])
    return value
