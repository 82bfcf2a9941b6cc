import { Catalogue } from "../pages/catalogue";
import { Frame } from "../pages/frame";
import { demo } from "../support/demo";
import { tabTo } from "../support/keys";
import { expect, test } from "../support/test";

test("the first Tab reaches the skip link, and it leads to the text", async ({ page }) => {
  const frame = new Frame(page);
  await page.goto("/datasets");

  await page.keyboard.press("Tab");
  await expect(frame.skipLink()).toBeFocused();
  await expect(frame.skipLink()).toBeInViewport();
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(/#main$/);
});

test("a dataset is reached with the keyboard alone", async ({ page }) => {
  const catalogue = new Catalogue(page);
  await page.goto("/");

  await tabTo(page, "input[name=q]");
  await page.keyboard.type(demo.words);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/datasets\?/);
  await expect(catalogue.results().first()).toBeVisible();
  await tabTo(page, "main ol > li article a");
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(/\/datasets\/[A-Z0-9-]+/);
});

test("whatever has the focus shows it @scripts", async ({ page }) => {
  await page.goto("/datasets");

  for (let stop = 0; stop < 25; stop += 1) {
    await page.keyboard.press("Tab");
    const shown = await page.evaluate(() => {
      const element = document.activeElement;
      // Past the last stop the focus is in the browser's own frame.
      if (!element || element === document.body) return "";
      const style = getComputedStyle(element);
      const visible = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return visible ? "" : element.outerHTML.slice(0, 120);
    });
    expect(shown).toBe("");
  }
});
