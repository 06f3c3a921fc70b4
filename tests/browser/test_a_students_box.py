"""What a student wrote, drawn by a real browser: inside its own box, which is no higher than a few screens."""

from __future__ import annotations

import pytest
from jinja2 import Environment

from autograder.grading.pages.frame import framed
from autograder.grading.pages.safe_markdown import in_box, students_markdown
from tests.grading.conftest import PIXEL

pytestmark = pytest.mark.browser

HIGHEST_PX = 2_400
TEXTS = {
    "wide": r"$\hspace{-60em}OUTSIDE\hspace{9999999em}x$",
    "left": "$" + r"\hspace{-1em}" * 100 + "OUTSIDE$",
    "high": r"$$\rule{10em}{9999999em}x$$",
    "raised": r"$$\raise9999999em{OUTSIDE}$$ $\lower99999em{OUTSIDE}$ $\moveleft 99em{OUTSIDE}$",
    "bar": r"$a\above 9999999pt b$",
    "rows": r"$\begin{matrix}" + r"x\\" * 600 + r"\end{matrix}$",
    "word": "W" * 9_000,
    "accents": "Z" + "\u0335\u030d\u0323" * 300,
    "lines": "\n\n".join("x" * 3_000),
    "breaks": "<br>" * 290,
    "quotes": ">" * 900 + " deep",
    "position": '<div style="position:fixed;top:0;width:100%;height:100%">OUTSIDE</div>',
    "ends": "</div></div></section></body>OUTSIDE",
    "table": "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n|" + "b|" * 100,
    "image": f'<img width="99999" height="99999" src="data:image/png;base64,{PIXEL}">',
}
OUTSIDE = """name => {
    const place = document.getElementById(name), box = place.firstElementChild;
    const outer = place.getBoundingClientRect(), inner = box.getBoundingClientRect();
    const style = getComputedStyle(box);
    return place.children.length > 1 || inner.left < outer.left || inner.right > outer.right
        || inner.top < outer.top || inner.bottom > outer.bottom
        || style.contain != 'content' || style.overflowX != 'auto';
}"""


@pytest.fixture(scope="module")
def drawn(page):
    """All of them on one page."""
    environment = Environment()
    environment.filters |= {"students_markdown": students_markdown, "in_box": in_box}
    shown = environment.from_string("{{ text | students_markdown | in_box }}").render
    body = "".join(f'<section id="{name}">{shown(text=text)}</section>' for name, text in TEXTS.items())
    page.set_content(framed("boxes", body))
    return page


@pytest.mark.parametrize("name", TEXTS)
def test_nothing_is_drawn_outside_its_box(drawn, name):
    assert not drawn.evaluate(OUTSIDE, name)
    assert drawn.locator(f"#{name}").bounding_box()["height"] <= HIGHEST_PX


def test_the_page_is_as_wide_as_the_window(drawn):
    assert drawn.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert drawn.evaluate("document.documentElement.scrollHeight") < HIGHEST_PX * len(TEXTS)
