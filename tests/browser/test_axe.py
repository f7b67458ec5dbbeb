"""That axe and the ruler find what is wrong, in each theme and at each width."""

import re
from pathlib import Path

import pytest

from tests.browser import axe
from tests.browser.pages_of_all import everything_against, listen

pytestmark = pytest.mark.timeout(900)

# Styles are set one by one: the content policy ignores style attributes.
PLANTED = """() => {
  const plant = (name, text, style) => {
    const made = document.createElement(name);
    made.textContent = text;
    Object.assign(made.style, style);
    document.querySelector("main").append(made);
    return made;
  };
  plant("h1", "Second", {});
  plant("img", "", {}).src = "/static/icon.svg";
  plant("p", "Pale", { color: "light-dark(#eee, #333)", background: "canvas" });
  plant("button", "", { inlineSize: "9px", blockSize: "9px", padding: 0 }).ariaLabel = "Small";
  plant("div", "Wide", { inlineSize: "900px" });
}"""
STYLES = Path(__file__).parents[2] / "static" / "css"


def test_what_is_wrong_would_be_found(sign_in):
    page = sign_in("controller")
    listen(page)
    page.goto("/reports/")
    page.evaluate(PLANTED)

    found = everything_against(page)
    assert {("light", "image-alt"), ("light", "color-contrast"), ("dark", "color-contrast")} <= {
        each[:2] for each in found
    }
    assert {(360, "2 h1"), (800, "target 9 x 9"), (360, "target 9 x 9")} <= {each[:2] for each in found}
    assert any(re.fullmatch(r"9\d\d px wide", str(each[1])) for each in found if each[0] == 360)


def test_the_themes_differ_in_nothing_but_colours():
    """So the second theme is asked for contrast alone (axe.py)."""
    styles = {path: path.read_text() for path in STYLES.glob("*.css")}
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
