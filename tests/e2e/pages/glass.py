"""A tab that shows one page after the other without leaving its own, as axe and a ruler look at them.

To load a page anew, and axe with it, takes five times as long; styles are the same, and scripts have done their work
where the page came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.e2e.pages.phone import AXE, Phone

# What scripts show and hide: in another language as in the one that was opened.
SCRIPTED = (
    "[data-take], [data-plain], [data-push-says], [data-push-key] button, [data-in], [data-why],"
    " :not(svg)[data-scripted]"
)
SHOWN = f"[...document.querySelectorAll('{SCRIPTED}')].map(part => part.hidden)"
# Styles that stand in a page are those of its files, too, which it fetches beforehand, or were set by scripts.
PUT = """async ({html, shown, scripted}) => {
    const bare = html.replace(/<style>.*?<\\/style>/s, '').replace(/ style="[^"]*"/g, '');
    const fresh = new DOMParser().parseFromString(bare, 'text/html');
    [...fresh.querySelectorAll(scripted)].forEach((part, index) => (part.hidden = shown[index]));
    const links = [...fresh.querySelectorAll('link[rel=stylesheet], link[rel=prefetch][as=style]')];
    const wanted = links.map(link => link.href);
    const there = [...document.querySelectorAll('link[rel=stylesheet]')];
    there.filter(link => !wanted.includes(link.href)).forEach(link => link.remove());
    const missing = wanted.filter(href => !there.some(link => link.href === href));
    await Promise.all(missing.map(href => new Promise((done, failed) => {
        const link = document.createElement('link');
        Object.assign(link, {rel: 'stylesheet', href, onload: done, onerror: failed});
        document.head.append(link);
    })));
    for (const name of ['lang', 'dir']) document.documentElement[name] = fresh.documentElement[name];
    document.title = fresh.title;
    document.body.replaceWith(fresh.body);
    const pictures = [...document.images].filter(image => image.src && image.loading !== 'lazy');
    await Promise.all(pictures.map(image => image.decode().catch(() => {})));
    await document.fonts.ready;
    return document.documentElement.lang;
}"""
# A page wider than the screen, or a box with words of its own that are wider than it; only what readers hear may be.
TOO_WIDE = """[document.documentElement, ...document.querySelectorAll('body *')].filter(part => {
    if (part === document.documentElement) return part.scrollWidth > part.clientWidth;
    return part.clientWidth > 1 && part.checkVisibility() && part.scrollWidth > part.clientWidth + 1
        && [...part.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim());
}).map(part => `wider than its place: ${part.outerHTML.slice(0, 200)}`)"""
# axe takes two thirds of its time for one rule: whether what can be touched is 24 pixels wide and high, and lies under
# nothing else that can be. Where a ruler finds no doubt of that, the rule has nothing to find either.
SIZE_RULE = "target-size"
TOUCHED = "a[href], area[href], button, input, select, textarea, summary, [role][tabindex], [contenteditable]"
SIZE_IN_DOUBT = f"""(() => {{
    const targets = [...document.querySelectorAll('{TOUCHED}')].filter(part => part.checkVisibility());
    const boxes = targets.map(part => part.getBoundingClientRect());
    return boxes.some((box, at) => box.width < 24 || box.height < 24 || boxes.slice(0, at).some(other =>
        box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom));
}})()"""
LOOK = f"""async ({{rules, ...page}}) => {{
    const language = await ({PUT})(page);
    const wanted = rules.filter(rule => rule !== '{SIZE_RULE}' || {SIZE_IN_DOUBT});
    return {{language, found: [...{TOO_WIDE}, ...(wanted.length ? await ({AXE})(wanted) : [])]}};
}}"""


@dataclass(frozen=True, slots=True)
class Glass:
    """One tab."""

    tab: Phone

    async def prepare(self) -> None:
        """Open a page that does nothing by itself, with axe."""
        await self.tab.go("/imprint")
        await self.tab.bring_axe()

    async def find(self, language: str, html: str, shown: Sequence[bool], rules: Sequence[str] = ()) -> list[str]:
        """Put a page in the place of the last one; return what breaks a rule, and what is too wide."""
        page = {"html": html, "shown": list(shown), "scripted": SCRIPTED, "rules": list(rules)}
        seen = await self.tab.page.evaluate(LOOK, page)
        assert seen["language"] == language, self.tab.page.url
        return list(seen["found"])
