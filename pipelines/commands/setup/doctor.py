"""``synthcode doctor``: what this machine has, what is missing, and what that means."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import click

from synthcode.execution.child_processes import find_program
from synthcode.pipelines.commands.options import sandbox_option

_PURPOSE = "for verify and check --compile"
_OPTIONAL = f"(optional, {_PURPOSE})"
_FOR_VERIFY = "(optional, for verify)"
_LEAST_FREE = 1 << 30
"""Bytes of disk below which even a small run may not end."""
EXTRAS = {
    "bm25s": ("eval", "the baseline of evaluate"),
    "torch": ("eval", "evaluate with a model"),
    "sentence-transformers": ("eval", "evaluate with a model"),
    "matplotlib": ("eval", "the plots of evaluate"),
    "mteb": ("mteb", "evaluate with a model of mteb's"),
    "vllm": ("vllm", "serve, and translate --backend vllm"),
    "s3fs": ("s3", "publish --to s3://"),
}
"""Optional package -> the extra of synthcode that brings it, and what it is for."""
TOKENS = ("HF_TOKEN", "OPENAI_API_KEY")


class Finding(NamedTuple):
    """One line of the report."""

    what: str
    found: bool
    detail: str


@click.command()
@click.option("--base-url", metavar="URL", help="A model server to look for. Default: OPENAI_BASE_URL.")
@click.option(
    "--install-hint",
    is_flag=True,
    help="Print only the commands that install the missing toolchains, sandbox and npm packages. Nothing is run.",
)
@sandbox_option
def doctor(base_url: str | None, install_hint: bool) -> None:
    """Say what this machine has: disk, memory, grammars, toolchains, packages, GPU, a model server, tokens.

    For each missing program or package it prints the line that installs it (on Debian or Ubuntu, with npm or with pip).
    Each toolchain is tried on two small programs.

    Nothing but the grammars is needed to build a dataset from a recording. Tokens are never shown.

    \b
    Example:
      synthcode doctor --base-url http://localhost:8000/v1
      synthcode doctor --install-hint
    """
    if install_hint:
        from synthcode.verification.install_hints import install_commands

        for command in install_commands():
            click.echo(command)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("", "", "", box=None, show_header=False, pad_edge=False)
    sound = True
    for what, found, detail in _findings(base_url or os.environ.get("OPENAI_BASE_URL")):
        sound = sound and (found or not what.startswith("grammar"))
        table.add_row("[green]yes[/]" if found else "[yellow]no[/]", escape(what), escape(detail))
    Console().print(table)
    if not sound:
        raise click.exceptions.Exit(1)


def _findings(base_url: str | None) -> Iterator[Finding]:
    yield Finding("python", True, platform.python_version())
    yield from _room()
    yield from _grammars()
    yield from _toolchains()
    yield from _test_runners()
    for package, (extra, purpose) in EXTRAS.items():
        yield _package(package, extra, purpose)
    gpu = find_program("nvidia-smi")
    yield Finding("GPU", gpu is not None, str(gpu or "no nvidia-smi on the PATH (optional)"))
    yield _server(base_url)
    yield from _plugins()
    for name in TOKENS:
        yield Finding(f"token {name}", name in os.environ, "set" if name in os.environ else "not set (optional)")


def _room() -> Iterator[Finding]:
    from synthcode.pipelines.runs.memory import free_memory

    free = shutil.disk_usage(".").free
    yield Finding("disk", free >= _LEAST_FREE, f"{free / 2**30:,.1f} GiB free in the working directory")
    yield Finding("memory", True, f"{free_memory() / 2**30:,.1f} GiB free")


def _install(*programs: str) -> str:
    """Return the line that installs those programs which are missing; empty if all are there."""
    from synthcode.verification.install_hints import apt_command

    command = apt_command(programs)
    return f"; {command}" if command else ""


def _grammars() -> Iterator[Finding]:
    from synthcode.languages import LANGUAGES
    from synthcode.languages.parsing import grammar

    for row in LANGUAGES.values():
        package = row.grammar[0].replace("_", "-")
        try:
            grammar(row)
            yield Finding(f"grammar {row.name}", True, f"{package} {version(package)}")
        except (ImportError, OSError, ValueError, PackageNotFoundError) as problem:
            yield Finding(f"grammar {row.name}", False, f"{problem}: pip install {package}")


def _toolchains() -> Iterator[Finding]:
    from synthcode.sanitize import visible_line
    from synthcode.verification.compiling.compilers import COMPILERS
    from synthcode.verification.compiling.controls import examine_all
    from synthcode.verification.sandboxes.sandbox import DEFAULT, sandbox_name, why_no_sandbox

    missing = why_no_sandbox()
    if missing is None:
        for language, found in examine_all().items():
            working = found.toolchain is not None
            detail = f"{found.version} ({COMPILERS[language].level})" if working else _without(language, found.problem)
            yield Finding(f"toolchain {language}", working, detail)
    else:
        for language in COMPILERS:
            yield Finding(f"toolchain {language}", False, f"not tried: that needs the sandbox {_OPTIONAL}")
    name = visible_line(sandbox_name())
    install = _install("bwrap") if sandbox_name() == DEFAULT else ""
    lacking = f"{name}: {visible_line(missing or '')}{install} {_OPTIONAL}"
    yield Finding("sandbox", missing is None, f"{name} ({_PURPOSE})" if missing is None else lacking)


def _test_runners() -> Iterator[Finding]:
    """Say which languages' programs can be run with tests, and which packages those tests can import."""
    from concurrent.futures import ThreadPoolExecutor

    from synthcode.verification.benches import open_bench
    from synthcode.verification.languages.javascript.packages import VERSIONS, install_command, installed_versions
    from synthcode.verification.languages.table import TESTED_LANGUAGES
    from synthcode.verification.sandboxes.sandbox import why_no_sandbox

    if why_no_sandbox() is None:
        with ThreadPoolExecutor() as pool:
            benches = pool.map(open_bench, TESTED_LANGUAGES)
            for (name, language), bench in zip(TESTED_LANGUAGES.items(), benches, strict=True):
                works = bench.runner is not None
                lack = f"{bench.problem}{_install(*language.tools)} {_FOR_VERIFY}"
                yield Finding(f"tests {name}", works, bench.version if works else lack)
    for package in VERSIONS:
        found = installed_versions(package)
        yield Finding(f"npm {package}", bool(found), found or f"{install_command(package)} {_FOR_VERIFY}")


def _without(language: str, problem: str | None) -> str:
    from synthcode.verification.compiling.compilers import COMPILERS

    return f"{problem}{_install(COMPILERS[language].program)} {_OPTIONAL}"


def _plugins() -> Iterator[Finding]:
    """Name what other distributions add; nothing of it is imported."""
    from synthcode.plugins import OWN, REGISTRIES
    from synthcode.sanitize import visible_line

    for registry in REGISTRIES:
        names = [plugin.name for plugin in registry.plugins()]
        for plugin in registry.plugins():
            if plugin.distribution != OWN:
                twice = names.count(plugin.name) > 1
                detail = f"{plugin.origin}{': the name is taken, uninstall one of them' if twice else ''}"
                yield Finding(visible_line(f"{registry.noun} {plugin.name}"), not twice, visible_line(detail))


def _package(name: str, extra: str, purpose: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        # synthcode is on no package index: its extras are installed from where it was.
        install = f"pip install '.[{extra}]' in a checkout of synthcode"
        return Finding(name, False, f"not installed; {install} (optional, for {purpose})")


def _server(base_url: str | None) -> Finding:
    import asyncio

    from synthcode.errors import SynthcodeError
    from synthcode.llm.backends.openai.server import list_models
    from synthcode.sanitize import one_line, visible_line

    if base_url is None:
        return Finding("model server", False, "none named: --base-url or OPENAI_BASE_URL (optional)")
    try:
        models = asyncio.run(list_models(base_url, os.environ.get("OPENAI_API_KEY")))
    except SynthcodeError as problem:
        return Finding("model server", False, visible_line(problem.problem))
    return Finding("model server", True, f"{base_url} serves {', '.join(map(one_line, models))}")
