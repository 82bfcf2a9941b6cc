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

  // The ARIA practices for a combobox with a list.
  test("arrows go round the list, Home, End and typing leave it @scripts", async ({ page }) => {
    const form = new SearchForm(page);
    await page.goto("/");
    await form.awake();
    await form.field().pressSequentially(demo.words);
    await expect(form.suggestions().first()).toBeVisible();
    const chosen = page.getByRole("option", { selected: true });
    const field = form.field();

    await page.keyboard.press("ArrowUp");
    await expect(form.suggestions().last()).toHaveAttribute("aria-selected", "true");
    await expect(field).toHaveAttribute("aria-activedescendant", (await form.suggestions().last().getAttribute("id"))!);
    await page.keyboard.press("ArrowDown");
    await expect(chosen).toHaveCount(0);
    await page.keyboard.press("ArrowDown");
    await expect(form.suggestions().first()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Home");
    await expect(chosen).toHaveCount(0);
    expect(await field.evaluate((input: HTMLInputElement) => input.selectionStart)).toBe(0);
    await page.keyboard.press("End");
    await page.keyboard.press("Alt+ArrowUp");
    await expect(field).toHaveAttribute("aria-expanded", "false");
    await page.keyboard.press("Alt+ArrowDown");
    await expect(field).toHaveAttribute("aria-expanded", "true");
    await expect(chosen).toHaveCount(0);
    await page.keyboard.press("Tab");

    await expect(field).toHaveAttribute("aria-expanded", "false");
    await expect(field).not.toHaveAttribute("aria-activedescendant", /.*/);
  });

  test("a screen reader hears how many suggestions there are", async ({ page }) => {
    const form = new SearchForm(page);
    await page.goto("/");
    await form.awake();
    await form.field().pressSequentially(demo.words);
    await expect(form.suggestions().first()).toBeVisible();

    const told = page.getByRole("search").getByRole("status");
    await expect(told).toContainText(`提示 ${await form.suggestions().count()} 条`);
    await page.keyboard.press("Escape");
    await expect(told).toBeEmpty();
  });
});
