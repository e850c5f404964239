"""`nplint config` and `nplint init`: the configuration, shown, checked and begun."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nplint.cli.extensions import prepare
from nplint.cli.options import completed, from_here, limit, limits_of, option, settings
from nplint.cli.terminal import show, tell
from nplint.errors import NplintError
from nplint.output.excerpt import printable

if TYPE_CHECKING:
    from nplint.declared import Config
    from nplint.limits import Limits
    from nplint.node import Node


@click.group()
def config() -> None:
    """Show or check the configuration."""


@config.command("show", context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PATH] [OPTION]...", shell_complete=completed)
@click.pass_context
def show_config(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Print every value that holds for PATH, with options as `nplint check` takes them, and where each comes from."""
    from nplint.cli import check

    check_context = check.check.make_context("check", list(arguments), parent=ctx.parent)
    _, configuration = prepare(check_context.params["paths"], check_context.params)
    rows = [
        (name.rstrip("_").replace("_", "-"), _written(setting.value), setting.origin)
        for name, setting in settings(check_context, configuration).items()
    ]
    if configuration.root:
        options = {row[0] for row in rows}
        rows += [row for row in _leaves(configuration.root) if row[0] not in options]
    width = max(len(name) for name, _, _ in rows)
    show("".join(f"{name:<{width}} = {value}  ({origin})\n" for name, value, origin in rows))


def _leaves(node: "Node") -> list[tuple[str, str, str]]:
    children = [*node, *(child for _, child in node.items())]
    if children:
        return [row for child in children for row in _leaves(child)]
    span = node.span
    return [(printable(node.field), _written(node.value), printable(span.place))]


def _written(value: Any) -> str:
    if value is None or value == ():
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    return printable(", ".join(value) if isinstance(value, tuple) else str(value))


@config.command("validate")
@click.argument("file", required=False, metavar="[FILE]", shell_complete=completed)
@limit
def validate(file: str | None, limit: tuple[str, ...]) -> None:
    """Check the configuration that FILE is, or that holds for the current folder."""
    from nplint import plugins, sources
    from nplint.cli import check, rules
    from nplint.config import load
    from nplint.declared import find
    from nplint.rulefiles import RuleFiles

    most = limits_of(limit)
    path = file or os.environ.get("NPLINT_CONFIG") or find(".", most)
    if path is None:
        raise NplintError("there is no configuration here or above: `nplint init` writes one")
    known = plugins.load()
    loaded = load(path, sources.shown(path), known.profiles, most)
    files = [RuleFiles(loaded.rules_dir, within=loaded.folder)] if loaded.rules_dir else []
    rules.choose(known.with_files(files, most), (), (), loaded)
    if format := loaded.option("format"):
        check.formatter(known, format.text, format.span.place)
    _check_baseline(loaded, most)
    doubts = list(_doubts(loaded))
    for doubt in doubts:
        tell(f"warning: {doubt}")
    tell(f"{sources.shown(path)}: nothing {'else ' if doubts else ''}is wrong with it")


def _check_baseline(configuration: "Config", most: "Limits") -> None:
    from nplint import baseline

    named = configuration.option("baseline")
    if named:
        path = from_here(configuration.folder, named.text)
        baseline.load(path, path, most)


def _doubts(configuration: "Config") -> Iterator[str]:
    """What a run reports: clusters that are well described and cannot exist, and suppressions to decide on."""
    from nplint.cli.terminal import today
    from nplint.profile import impossibilities

    day = today()
    for ignore in configuration.ignores:
        if ignore.node and not ignore.holds(day):
            yield f"{ignore.node['until'].span.place}: this ran out on {ignore.until}"
        elif ignore.node and not ignore.reason:
            yield f"{ignore.node.span.place}: this gives no reason"

    for target in configuration.targets:
        for fact, message in impossibilities(target.profile):
            if target.profile.declaration:
                yield f"{target.profile.declaration[fact].span.place}: {message}"


@click.command(short_help="Write a first .nplint.yaml for a folder.")
@click.argument("folder", default=".", metavar="[FOLDER]", shell_complete=completed)
@option("--force", is_flag=True, help="Overwrite a configuration that is there already.")
@limit
def init(folder: str, force: bool, limit: tuple[str, ...]) -> None:
    """Write a commented .nplint.yaml, made of what FOLDER holds."""
    from nplint.cli import put, run
    from nplint.cli.begin import begin, read

    if not Path(folder).is_dir():
        raise NplintError(f"no such folder: {folder}")
    file = Path(folder) / ".nplint.yaml"
    there = [name for name in (".nplint.yaml", ".nplint.yml") if (Path(folder) / name).exists()]
    if there and not force:
        raise NplintError(f"{Path(folder) / there[0]} is there already: edit it, or overwrite it with --force")
    cluster = read(Path(folder), limits_of(limit))
    run.tell_of_unread((cluster,), "clusters and ports that stand there alone are missing")
    put.write(str(file), begin(Path(folder), cluster))
    tell(f"wrote {file}: complete what it leaves open, then run `nplint config validate`")
