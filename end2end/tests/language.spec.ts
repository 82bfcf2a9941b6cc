import { Catalogue } from "../pages/catalogue";
import { Frame } from "../pages/frame";
import { openDataset } from "../support/demo";
import { expect, test } from "../support/test";

test("the language changes in place and stays", async ({ page }) => {
  const frame = new Frame(page);
  await page.goto("/datasets?open=unconditional");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");

  await frame.otherLanguage("English").click();
  await expect(page).toHaveURL(/\/en\/datasets\?open=unconditional$/);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await expect(frame.heading()).toContainText(/dataset/);
  await new Catalogue(page).results().first().getByRole("link").first().click();
  await expect(page).toHaveURL(/\/en\/datasets\/[A-Z0-9-]+$/);

  await frame.otherLanguage("中文").click();
  await expect(page).not.toHaveURL(/\/en\//);
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
});

test("each language names the other for search engines", async ({ page, request }) => {
  const { code } = await openDataset(request);

  await page.goto(`/datasets/${code}`);

  await expect(page.locator('link[rel="alternate"][hreflang="en"]')).toHaveAttribute("href", new RegExp(`/en/datasets/${code}$`));
  await expect(page.locator('link[rel="alternate"][hreflang="zh-CN"]')).toHaveAttribute("href", new RegExp(`/datasets/${code}$`));
});
