"""A page for leaders: one HTML file, no network, nothing of a person. Draws what `reports.page` has gathered.

Jinja2 escapes every text; styles and the few lines of script stand in the file and are named by their hashes in its
Content Security Policy, so that nothing else can run whatever a township calls itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fupin_cli.outputs.manifest import digest
from fupin_cli.outputs.page_json import report_document
from fupin_cli.outputs.page_parts import plain
from fupin_cli.outputs.page_plans import AREAS
from fupin_cli.outputs.page_sections import sections
from fupin_cli.outputs.page_words import kind_of, sentence, span_words, standard_words, state_words, tiles
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

    from fupin_cli.outputs.page_parts import Section
    from fupin_cli.reports.page import Page
    from fupin_cli.reports.report_run import ReportRun

HEAD = re.compile(r'(?!图$)[^"\\<>{}\x00-\x1f]+')  # nothing that ends a text of a style
HASH = re.compile(r"[0-9a-f]{64}")
TEMPLATES = Path(__file__).parent / "templates"


def page_html(page: Page, document: dict[str, Any]) -> str:
    """Draw the page: the same data, the same text. `document`: its data, whose hash the page names."""
    drawn = sections(page)
    style, script = (_file(name) for name in ("page.css", "page.js"))
    style += phone_heads(drawn)
    about, scope = page.about, page.scope
    whose = f"{about.name} 各{AREAS[scope.whole]}" if scope.many else f"{about.name} {scope.town}"
    made: str = (
        _environment()
        .get_template("page.html")
        .render(
            title=f"{whose} 就业帮扶资金{kind_of(scope)} {span_words(scope)}".replace("  ", " ").strip(),
            heading=f"{whose.replace(' ', '', 1) if scope.many else about.name + scope.town}就业帮扶资金{kind_of(scope)}",
            span=span_words(scope),
            state=state_words(page),
            standard=standard_words(page),
            laws=about.laws,
            sentence=sentence(page),
            tiles=tiles(page),
            sections=drawn,
            style=style,
            script=script,
            style_hash=_csp_hash(style),
            script_hash=_csp_hash(script),
            version=__version__,
            digest=digest(document),
        )
    )
    return made


def page_digest(run: ReportRun) -> str:
    """SHA-256 of what stands on a page, drawn or not; it stands at the page's foot and in its manifest."""
    return digest(report_document(run))


def phone_heads(sections: list[Section]) -> str:
    """Styles that say, on a phone, what each cell of a long table is: by column, once, where a short one's cells say it each."""
    rules = [
        f'#{one.id} td:nth-child({n}):before{{content:"{head.text}\\00a0";color:#4a5560}}'
        for section in sections
        for one in (*section.tables, *(table for _, table in section.folds))
        if not one.short and one.kind != "heat"
        for n, head in enumerate(one.heads[1:], 2)
        if HEAD.fullmatch(head.text)
    ]
    return "\n@media screen and (max-width:720px){\n" + "\n".join(rules) + "\n}" if rules else ""


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
    return plain(value) if type(value) is str and not HASH.fullmatch(value) else value
