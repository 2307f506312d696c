"""``synthcode serve``: vLLM's server, with the flags that translating wants."""

from __future__ import annotations

import threading

import click


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("model", metavar="MODEL")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, metavar="N", help="The port, on loopback."
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[-- VLLM_ARGUMENTS]")
def serve(model: str, port: int, arguments: tuple[str, ...]) -> None:
    """Serve MODEL with vLLM and its prefix cache until Ctrl-C. Arguments after -- go to vLLM, if they are safe.

    'synthcode run' starts such a server itself while it translates, if the recipe says backend.serve: [].

    \b
    Example:
      synthcode serve Qwen/Qwen2.5-Coder-7B-Instruct -- --max-model-len 8192 --gpu-memory-utilization 0.9
    """
    from synthcode.llm.backends.vllm.serving import serving

    with serving(model, arguments, port=port, on_line=lambda line: click.echo(line, err=True)) as base_url:
        click.echo(f"serving {model} at {base_url}; in another terminal:")
        click.echo(f"  synthcode translate RUN --base-url {base_url} --model {model} --targets java,go,rust")
        threading.Event().wait()  # until a signal ends it, here as well as while the server starts
