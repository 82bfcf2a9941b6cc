import type { Page } from "@playwright/test";
import { baseOf, groups } from "../support/addresses";
import { expectAccessible, expectNoSidewaysScroll, expectReadable } from "../support/axe";
import { expect, test } from "../support/test";
import { expectWhole } from "../support/whole";

// What there is in between is in one of them.
const widths = [1440, 360];

for (const { name, portal, addresses } of groups) {
  // axe is a script, so it runs where scripts do; the HTML is the same without them.
  test(`every page is whole, fits 320 px and is open to everyone: ${name}`, async ({ page, request, watch, baseURL, scripts }) => {
    const base = baseOf(portal, baseURL!);
    test.skip(!base, `END2END_${portal?.toUpperCase()}_URL is not set: .ci/end2end starts that portal`);
    test.setTimeout(900_000);
    for (const { state, path, status } of addresses) {
      if (status) watch.expectStatus(status);
      await page.setViewportSize({ width: 320, height: 640 });
      const response = await page.goto(base + (await path(request)));
      expect.soft(response?.status(), state).toBe(status ?? 200);
      await test.step(state, async () => {
        await expectWhole(page);
        await expectNoSidewaysScroll(page);
        if (scripts) await expectOpen(page);
      });
    }
  });
}

/** Asserts that axe finds nothing at each width, by day and by night. */
async function expectOpen(page: Page) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await expectReadable(page);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

test("on a phone the facets are a sheet that opens and closes", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/datasets");
  const sheet = page.locator("#filters");
  await expect(sheet).toBeHidden();

  await page.locator('a[href="#filters"]').click();
  await expect(sheet).toBeVisible();
  await sheet.getByRole("link", { name: "关闭" }).click();

  await expect(sheet).toBeHidden();
});

test("on a phone the menu opens", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  const menu = page.getByRole("navigation", { name: "主导航（小屏）" });
  await expect(menu).toBeHidden();

  await page.getByRole("banner").locator("summary").click();

  await expect(menu.getByRole("link", { name: "数据目录" })).toBeVisible();
});
