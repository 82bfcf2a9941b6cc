import { SearchForm } from "../pages/search";
import { demo } from "../support/demo";
import { expect, test } from "../support/test";

test.describe("suggestions @scripts", () => {
  test("initials in pinyin suggest Chinese titles", async ({ page }) => {
    const form = new SearchForm(page);
    await page.goto("/");
    await form.awake();

    await form.field().pressSequentially(demo.pinyin);

    await expect(form.suggestions().filter({ hasText: demo.words }).first()).toBeVisible();
    expect(await form.suggestions().count()).toBeLessThanOrEqual(9);
  });

  test("arrow and Enter follow a suggestion, Escape closes the list", async ({ page }) => {
    const form = new SearchForm(page);
    await page.goto("/");
    await form.awake();
    await form.field().pressSequentially(demo.words);
    await expect(form.suggestions().first()).toBeVisible();

    await page.keyboard.press("Escape");
    await expect(form.suggestions().first()).toBeHidden();
    await page.keyboard.press("ArrowDown");
    await expect(form.suggestions().first()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");

    await expect(page).toHaveURL(/\/datasets|\/organizations/);
  });

  test("Enter without a choice searches the words as typed", async ({ page }) => {
    const form = new SearchForm(page);
    await page.goto("/");
    await form.awake();

    await form.field().pressSequentially(demo.words);
    await page.keyboard.press("Enter");

    await expect(page).toHaveURL(new RegExp(`/datasets\\?.*q=${encodeURIComponent(demo.words)}`));
  });
});
