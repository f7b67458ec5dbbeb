// What does not fit the window, has no name or is a small target: [what, element] of each. Run by axe.py.
() => {
  const LEAST = 24; // px
  const LEAST_SCANNING = 44;
  const root = document.documentElement;
  const found = [];
  const say = (what, each) => found.push([what, each.outerHTML.slice(0, 300)]);
  const isShown = (each) =>
    each.checkVisibility({ visibilityProperty: true }) && !each.closest("[inert], dialog:not([open])");
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isShown);

  // Tables scroll inside a region of their own; the page itself never scrolls sideways.
  const scrolls = (each) => {
    for (let up = each.parentElement; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  if (root.scrollWidth > root.clientWidth) {
    const wide = all("body *").filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(each));
    say(`${root.scrollWidth} px wide`, wide.at(-1) ?? document.body);
  }

  const titles = all("h1");
  if (titles.length !== 1) found.push([`${titles.length} h1`, titles.map((each) => each.outerHTML).join(" ")]);

  const namesOf = (each) => [
    each.ariaLabel, each.title, each.innerText, each.placeholder, each.type === "submit" && each.value,
    ...[...(each.labels ?? [])].map((label) => label.textContent),
    ...(each.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent),
    ...[...each.querySelectorAll("title, img[alt]")].map((inside) => inside.textContent || inside.alt),
  ];
  for (const each of all("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")) {
    if (each.disabled || each.tabIndex < 0) continue;
    if (!namesOf(each).some((name) => typeof name === "string" && name.trim())) say("no name", each);
    // A link in running text is as high as its line: WCAG 2.5.8 excepts it. A label takes the tap for its field.
    const boxes = [each, ...[...(each.labels ?? [])].filter(isShown)].map((one) => one.getBoundingClientRect());
    const width = Math.max(...boxes.map((box) => box.width));
    const height = Math.max(...boxes.map((box) => box.height));
    const least = each.closest("#station") ? LEAST_SCANNING : LEAST;
    const isHidden = boxes[0].width <= 1 || each.closest(".visually-hidden"); // until it has the focus
    if (getComputedStyle(each).display !== "inline" && !isHidden && Math.min(width, height) < least - 0.5) {
      say(`target ${Math.round(width)} x ${Math.round(height)}`, each);
    }
  }
  return found;
}
