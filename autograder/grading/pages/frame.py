"""The frame of the pages that are written here, not by nbgrader: one HTML file that needs no other and runs nothing."""

from __future__ import annotations

from html import escape

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = """
:root { --text: #1f2328; --paper: #fff; --line: #d5d9de; --soft: #eceff2; --bar: #0072B2; --bad: #b84e00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e3e6ea; --paper: #16191d; --line: #3a4048; --soft: #2a3037; --bar: #56B4E9; --bad: #ff9a57; } }
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; color: var(--text);
  background: var(--paper); max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.4rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
a { color: inherit; } .wide { overflow-x: auto; } .wide td, .wide th { overflow-wrap: normal; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.meter { background: var(--soft); width: 9rem; max-width: 20vw; height: .8rem; border-radius: 2px; }
.meter div { background: var(--bar); height: 100%; border-radius: 2px; }
.entry { border-bottom: 1px solid var(--line); padding: .4rem 0; } .entry > p { margin: .3rem 0 .3rem 1rem; }
.flag { color: var(--bad); } .quiet { opacity: .7; } img { max-width: 100%; height: auto; border-radius: 4px; }
ul { margin: 0; padding-left: 1.1rem; } code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 13px; }
"""


def framed(title: str, body: str) -> str:
    """Make a page. title: plain text. body: HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )
