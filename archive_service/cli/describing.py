"""`xueji openapi`: what outside programs may rely on, printed from the code."""

import json

import click

from archive_service.api import openapi as described


@click.command(help="输出接口说明（OpenAPI 3.1，JSON）。")
def openapi() -> None:
    """Print the document; no instance is needed."""
    click.echo(json.dumps(described.document(), ensure_ascii=False, indent=1))
