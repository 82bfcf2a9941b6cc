import type { Page } from "@playwright/test";

/** Presses Tab until an element that fits the selector has the focus. */
export async function tabTo(page: Page, selector: string, limit = 80) {
  const wanted = page.locator(`:is(${selector}):focus`);
  for (let stop = 0; stop < limit; stop += 1) {
    await page.keyboard.press("Tab");
    if ((await wanted.count()) > 0) return;
  }
  throw new Error(`${limit} times Tab did not reach \`${selector}\``);
}
