import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Asserts that axe finds nothing: WCAG 2.2 AA and the best practices. */
export async function expectAccessible(page: Page) {
  await expectNothing(page, axe(page));
}

/** Asserts that everything stands out from what is behind it: all that another colour scheme changes. */
export async function expectReadable(page: Page) {
  await expectNothing(page, axe(page).withRules(["color-contrast", "link-in-text-block"]));
}

/** No page has a frame of another origin, so axe may run within the page; nor does anybody read what passed. Both
 * together make it several times faster. */
function axe(page: Page) {
  return new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] });
}

async function expectNothing(page: Page, builder: AxeBuilder) {
  const { violations } = await builder.analyze();
  const told = violations.map((one) => ({
    rule: one.id,
    help: one.help,
    nodes: one.nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
  }));
  expect.soft(told, `axe on ${page.url()}`).toEqual([]);
}

/** Asserts that nothing makes the page scroll sideways, and names what does. */
export async function expectNoSidewaysScroll(page: Page) {
  const wide = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > room + 1)
      .filter((element) => !element.closest(".ks-frame, .sr-only, .ks-skip, .ks-tabs, pre"))
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`)
      .slice(0, 8)
      .concat(`scrollWidth ${document.documentElement.scrollWidth} in ${room}`);
  });
  expect.soft(wide, `sideways scroll on ${page.url()}`).toEqual([]);
}
