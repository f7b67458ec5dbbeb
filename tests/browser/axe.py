"""What axe and a ruler have against the page as it stands.

    assert axe.violations(page) == []   # (theme, rule, element), both themes
    assert axe.misfits(page) == []      # (width, what, element): headings, names, targets, overflow

The second theme is asked for contrast alone. All else that axe judges (roles, names, order, sizes) is the same in both:
the themes differ in nothing but the colours of static/css/tokens.css, which test_accessible_states.py asserts.
"""

from functools import cache
from pathlib import Path

import axe_playwright_python

LIGHT, DARK = THEMES = ("light", "dark")
OF_COLOUR = ["color-contrast", "link-in-text-block"]
WIDE = {"width": 1280, "height": 900}
NARROW = ({"width": 800, "height": 1280}, {"width": 360, "height": 740})

ASK = """([rules]) => axe.run(document, {
    resultTypes: ["violations"],
    ...(rules ? {runOnly: rules} : {rules: {"target-size": {enabled: true}}}),
}).then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => [rule.id, node.html.slice(0, 300), node.failureSummary])))"""

RULER = (Path(__file__).parent / "ruler.js").read_text()


@cache
def source():
    """The script that axe is."""
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def ask(page, rules=None):
    """What axe finds in the theme that is shown, of these rules or of all: [(rule, element, how to mend it)]."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source())
    return [tuple(found) for found in page.evaluate(ASK, [rules])]


def violations(page):
    """What axe finds in both themes: [(theme, rule, element)]. Leaves the page light."""
    found = []
    for theme, rules in ((LIGHT, None), (DARK, OF_COLOUR)):
        page.emulate_media(color_scheme=theme)
        found += [(theme, rule, element) for rule, element, _cure in ask(page, rules)]
    page.emulate_media(color_scheme=LIGHT)
    return found


def misfits(page, *, least=24):
    """What does not fit a tablet or a telephone, has no name, or is below `least` px: [(width, what, element)]."""
    found = []
    for size in NARROW:
        page.set_viewport_size(size)
        found += [(size["width"], *each) for each in page.evaluate(RULER, least)]
    page.set_viewport_size(WIDE)
    return found
