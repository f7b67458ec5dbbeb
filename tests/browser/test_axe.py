"""That axe and the ruler find what is wrong, in each theme and at each width."""

import re
from pathlib import Path

from django.conf import settings

from tests.browser import axe
from tests.browser.pages_of_all import everything_against, listen


def test_what_is_wrong_would_be_found(sign_in):
    page = sign_in("controller")
    listen(page)
    page.goto("/reports/")
    planted = """<h1>Second</h1><img src=/static/icon.svg>
        <p style="color: light-dark(#fff, #000); background: canvas">Pale</p>
        <button style="inline-size: 9px; block-size: 9px; padding: 0" aria-label="Small"></button>
        <div style="inline-size: 900px">Wide</div>"""
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", planted)

    found = everything_against(page)
    assert {("light", "image-alt"), ("light", "color-contrast"), ("dark", "color-contrast")} <= {
        each[:2] for each in found
    }
    assert {(360, "2 h1"), (800, "target 9 x 9"), (360, "target 9 x 9")} <= {each[:2] for each in found}
    assert any(re.fullmatch(r"9\d\d px wide", str(each[1])) for each in found if each[0] == 360)


def test_the_themes_differ_in_nothing_but_colours():
    """So the second theme is asked for contrast alone (axe.py)."""
    styles = {path: path.read_text() for path in (Path(settings.BASE_DIR) / "static" / "css").glob("*.css")}
    themed = [
        path.name for path, text in styles.items() if re.search(r"data-theme|prefers-color-scheme|light-dark", text)
    ]
    assert themed == ["tokens.css"]
    tokens = next(text for path, text in styles.items() if path.name == "tokens.css")
    assert re.findall(r'\[data-theme="\w+"\] \{([^}]*)\}', tokens) == [
        "\n    color-scheme: light;\n  ",
        "\n    color-scheme: dark;\n  ",
    ]
    assert all(name.startswith("--") for name in re.findall(r"([\w-]+): light-dark\(", tokens))
    assert axe.THEMES == ("light", "dark")
