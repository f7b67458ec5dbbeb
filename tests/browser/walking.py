"""Walk all pages of some apps in a browser and ask axe about each, in both themes.

    seen = walk(page, "reconciliation", "ledger", also=["/reports/ageing/"])
    assert seen.violations == []
    assert {"ledger:voucher_detail"} <= seen.names

Every address given is opened, then every one of the apps that takes no argument, then, by the links on these pages, one
page of each kind (URL name) that was not seen yet. Files, fragments and addresses that only take a POST are no pages.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, get_resolver, resolve
from django.urls.resolvers import URLResolver

THEMES = ("light", "dark")


@dataclass
class Seen:
    """What a walk found. `violations`: (path, theme, rule, element)."""

    names: set[str] = field(default_factory=set)
    paths: list[str] = field(default_factory=list)
    violations: list[tuple[str, str, str, str]] = field(default_factory=list)


def walk(page, *namespaces, also=()):
    """Open the pages of the apps as the user who is signed in; return what was seen."""
    seen, asked = Seen(), set()
    queue = [link for path in also for link in look_at(page, path, seen)]
    queue += addresses(namespaces)
    for path in queue:
        name = name_of(path)
        is_page = urlsplit(path).path.endswith("/")  # the others are files
        if is_page and name not in asked and name.split(":")[0] in namespaces:
            asked.add(name)
            queue += look_at(page, path, seen)
    return seen


def addresses(namespaces):
    """Every address of the apps that takes no argument."""
    return [
        f"/{each.pattern}"
        for resolver in get_resolver().url_patterns
        if isinstance(resolver, URLResolver) and resolver.namespace in namespaces
        for each in resolver.url_patterns
        if "<" not in str(each.pattern)
    ]


def name_of(path):
    """The URL name of a path; blank for none."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def look_at(page, path, seen):
    """Open a path and ask axe about it; return the links on it, none where it is no page that the user may open."""
    answer = page.goto(path)
    if answer.status != 200 or page.locator("main").count() == 0:
        return []
    settle(page)
    seen.names.add(name_of(path))
    seen.paths.append(path)
    seen.violations += [(path, *found) for found in violations(page)]
    return links(page)


def settle(page):
    """Wait until the fragments that a page loads by itself are there."""
    if page.locator("[hx-trigger=load]").count():
        page.wait_for_load_state("networkidle")


def links(page):
    """The paths that the page links to, each once, without fragments."""
    found = page.locator("main a[href^='/']").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    return list(dict.fromkeys(each.partition("#")[0] for each in found))


def violations(page):
    """What axe has against the page as it stands, in each theme: (theme, rule, element)."""
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        result = Axe().run(page).response["violations"]
        found += [(theme, each["id"], node["html"][:300]) for each in result for node in each["nodes"]]
    return found
