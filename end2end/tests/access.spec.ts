import { addresses } from "../support/addresses";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { expect, test } from "../support/test";

const widths = [360, 768, 1440];
const schemes = ["light", "dark"] as const;

// axe is a script, so these run where scripts do; the HTML is the same without them.
for (const { state, path, status } of addresses) {
  test(`axe finds nothing: ${state} @scripts`, async ({ page, request, watch }) => {
    if (status) watch.expectStatus(status);
    const target = await path(request);

    for (const width of widths) {
      for (const colorScheme of schemes) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const response = await page.goto(target);
        expect(response?.status()).toBe(status ?? 200);
        await test.step(`${width} px, ${colorScheme}`, () => expectAccessible(page));
      }
    }
  });

  test(`nothing scrolls sideways at 320 px: ${state} @scripts`, async ({ page, request, watch }) => {
    if (status) watch.expectStatus(status);
    await page.setViewportSize({ width: 320, height: 640 });

    await page.goto(await path(request));

    await expectNoSidewaysScroll(page);
  });
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
