"""What axe and a ruler have against the page as it stands.

    assert axe.violations(page) == []   # (theme, rule, element), both themes
    assert axe.misfits(page) == []      # (width, what, element): headings, names, targets, overflow

The second theme is asked for contrast alone. All else that axe judges (roles, names, order, sizes) is the same in both:
the themes differ in nothing but the colours of static/css/tokens.css, which test_accessible_states.py asserts. The
frame (top bar, menu) is the same on every page: only who says `frame=True` asks about it as well.
"""

from functools import cache
from pathlib import Path

import axe_playwright_python

LIGHT, DARK = THEMES = ("light", "dark")
OF_COLOUR = ["color-contrast", "link-in-text-block"]
WIDE = {"width": 1280, "height": 900}
NARROW = ({"width": 800, "height": 1280}, {"width": 360, "height": 740})

# What lies in part under a menu or a dialog that is open is not to be reached until that is closed.
ASK = """([rules, left_out]) => axe.run({include: [["html"]], exclude: left_out}, {
    resultTypes: ["violations"],
    ...(rules ? {runOnly: rules} : {rules: {"target-size": {enabled: !document.querySelector(OVER)}}}),
}).then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => [rule.id, node.html.slice(0, 300), node.failureSummary])))""".replace(
    "OVER", "'details.menu[open], dialog[open]'"
)

FRAME = [[".topbar"], [".sidebar"]]
RULER = (Path(__file__).parent / "ruler.js").read_text()


@cache
def source():
    """The script that axe is."""
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def ask(page, rules=None, *, frame=True):
    """What axe finds in the theme that is shown, of these rules or of all: [(rule, element, how to mend it)]."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source())
    return [tuple(found) for found in page.evaluate(ASK, [rules, [] if frame else FRAME])]


def violations(page, *, frame=False):
    """What axe finds in both themes: [(theme, rule, element)]. Leaves the page light."""
    found = []
    for theme, rules in ((LIGHT, None), (DARK, OF_COLOUR)):
        page.emulate_media(color_scheme=theme)
        found += [(theme, rule, element) for rule, element, _cure in ask(page, rules, frame=frame)]
    page.emulate_media(color_scheme=LIGHT)
    return found


def misfits(page):
    """What does not fit a tablet or a telephone, has no name or is a small target: [(width, what, element)]."""
    found = []
    for size in NARROW:
        page.set_viewport_size(size)
        found += [(size["width"], *each) for each in page.evaluate(RULER)]
    page.set_viewport_size(WIDE)
    return found
