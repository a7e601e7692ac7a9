"""A page for leaders: one HTML file, no network, nothing of a person. Draws what `reports.page` has gathered.

Jinja2 escapes every text; styles and the few lines of script stand in the file and are named by their hashes in its
Content Security Policy, so that nothing else can run whatever a township calls itself.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.outputs.manifest import digest
from fupin_cli.outputs.page_json import report_document
from fupin_cli.outputs.page_parts import plain
from fupin_cli.outputs.page_sections import sections
from fupin_cli.outputs.page_words import kind_of, sentence, span_words, standard_words, state_words, tiles
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

    from fupin_cli.reports.report_run import ReportRun

TEMPLATES = Path(__file__).parent / "templates"


def page_html(run: ReportRun) -> str:
    """Draw the page: the same data, the same text."""
    page, policy = run.page, run.known.policy
    style, script = (_file(name) for name in ("page.css", "page.js"))
    county = policy.settings.county.name
    made: str = (
        _environment()
        .get_template("page.html")
        .render(
            title=f"{county} {page.scope.town} 就业帮扶资金{kind_of(page.scope)} {span_words(page.scope)}".replace(
                "  ", " "
            ).strip(),
            heading=f"{county}{page.scope.town}就业帮扶资金{kind_of(page.scope)}",
            span=span_words(page.scope),
            state=state_words(page),
            standard=standard_words(page),
            policy=policy.file,
            sentence=sentence(page),
            tiles=tiles(run),
            sections=sections(run),
            style=style,
            script=script,
            style_hash=_csp_hash(style),
            script_hash=_csp_hash(script),
            version=__version__,
            digest=page_digest(run),
        )
    )
    return made


def page_digest(run: ReportRun) -> str:
    """SHA-256 of what stands on a page, drawn or not; it stands at the page's foot and in its manifest."""
    return digest(report_document(run))


def _csp_hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _file(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: Any) -> Any:
    """Texts as they may stand on a page; what is markup of ours, or a hash, stays."""
    return plain(value) if type(value) is str and len(value) != 64 else value  # noqa: PLR2004 - a SHA-256
