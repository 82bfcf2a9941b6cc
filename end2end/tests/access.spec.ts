import { baseOf, groups } from "../support/addresses";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { expect, test } from "../support/test";
import { expectWhole } from "../support/whole";

const widths = [360, 768, 1440];
const schemes = ["light", "dark"] as const;

for (const { name, portal, addresses } of groups) {
  // axe is a script, so these run where scripts do; the HTML is the same without them.
  for (const width of widths) {
    test(`axe finds nothing at ${width} px: ${name} @scripts`, async ({ page, request, watch, baseURL }) => {
      const base = baseOf(portal, baseURL!);
      test.skip(!base, `END2END_${portal?.toUpperCase()}_URL is not set: .ci/end2end starts that portal`);
      test.setTimeout(300_000);
      await page.setViewportSize({ width, height: 900 });
      for (const { state, path, status } of addresses) {
        if (status) watch.expectStatus(status);
        const response = await page.goto(base + (await path(request)));
        expect.soft(response?.status(), state).toBe(status ?? 200);
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          await test.step(`${state}, ${colorScheme}`, () => expectAccessible(page));
        }
      }
    });
  }

  test(`every page is whole and fits 320 px: ${name}`, async ({ page, request, watch, baseURL }) => {
    const base = baseOf(portal, baseURL!);
    test.skip(!base, `END2END_${portal?.toUpperCase()}_URL is not set: .ci/end2end starts that portal`);
    test.setTimeout(180_000);
    await page.setViewportSize({ width: 320, height: 640 });
    for (const { state, path, status } of addresses) {
      if (status) watch.expectStatus(status);
      const response = await page.goto(base + (await path(request)));
      expect.soft(response?.status(), state).toBe(status ?? 200);
      await test.step(state, async () => {
        await expectWhole(page);
        await expectNoSidewaysScroll(page);
      });
    }
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
