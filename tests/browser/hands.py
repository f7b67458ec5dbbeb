"""How somebody works a page: with the mouse, or with nothing but the keyboard."""

VISIBLE_FOCUS = """each => {
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    const outline = style.outlineStyle === "auto" || parseFloat(style.outlineWidth) >= 2;
    const ring = (style.outlineStyle !== "none" && outline) || style.boxShadow !== "none";
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return ring && inside;
}"""
MOST_STOPS = 200


class Mouse:
    """Clicks, and types into what was clicked."""

    def use(self, target):
        target.click()

    def write(self, target, text):
        target.click()
        target.press_sequentially(text)


class Keyboard:
    """Tab, Enter, Space, arrows and typing. Whatever is reached must show that it has the focus."""

    def use(self, target):
        self.reach(target)
        is_box = target.get_attribute("type") == "checkbox"
        target.page.keyboard.press("Space" if is_box else "Enter")

    def write(self, target, text):
        self.reach(target)
        target.page.keyboard.type(text)

    def reach(self, target):
        """Press Tab until the target has the focus."""
        target.wait_for()
        for _stop in range(MOST_STOPS):
            if target.evaluate("each => each === document.activeElement"):
                assert target.evaluate(VISIBLE_FOCUS), f"the focus on {target} is not to be seen"
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_STOPS} times Tab do not reach {target}")
