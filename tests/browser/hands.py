"""How somebody works a page: with the mouse, or with nothing but the keyboard."""

VISIBLE_FOCUS = """each => {
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    const outline = style.outlineStyle === "auto" || parseFloat(style.outlineWidth) >= 2;
    const ring = (style.outlineStyle !== "none" && outline) || style.boxShadow !== "none";
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return ring && inside;
}"""
# A label takes the tap for its box.
TAPPED = "each => (each.closest('label') ?? each).getBoundingClientRect().toJSON()"
MOST_STOPS = 200


class Mouse:
    """Clicks, and types into what was clicked."""

    def use(self, target):
        target.click()

    def write(self, target, text):
        target.click()
        target.press_sequentially(text)


class Finger:
    """Taps what is big enough for a finger. A field takes what is written instead of what stood there."""

    LEAST = 24  # pixels, WCAG 2.2: 2.5.8

    def use(self, target):
        self._check(target)
        target.tap()

    def write(self, target, text):
        self._check(target)
        target.tap()
        target.fill(text)

    def choose(self, target, label):
        """Choose from a list."""
        self._check(target)
        target.select_option(label=label)

    def _check(self, target):
        target.scroll_into_view_if_needed()
        box = target.evaluate(TAPPED)
        assert min(box["width"], box["height"]) >= self.LEAST, f"{target} is too small: {box}"


class Keyboard:
    """Tab, Enter, Space, arrows and typing. Whatever is reached must show that it has the focus."""

    def use(self, target):
        self.reach(target)
        is_box = target.get_attribute("type") == "checkbox"
        target.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, target, text):
        self.reach(target)
        target.page.keyboard.type(text)

    def choose(self, target, label):
        """Choose from a list by the first letters of the label."""
        self.reach(target)
        target.page.keyboard.type(label)

    def reach(self, target):
        """Press Tab until the target has the focus."""
        target.wait_for()
        for _stop in range(MOST_STOPS):
            if target.evaluate("each => each === document.activeElement"):
                assert target.evaluate(VISIBLE_FOCUS), f"the focus on {target} is not to be seen"
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_STOPS} times Tab do not reach {target}")
