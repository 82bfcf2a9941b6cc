import { Frame } from "../pages/frame";
import { openDataset } from "../support/demo";
import { expect, test } from "../support/test";

test("on paper the navigation is gone and the ink is black on white", async ({ page, request, scripts }) => {
  const { code, title } = await openDataset(request);
  const frame = new Frame(page);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });

  await page.goto(`/datasets/${code}`);

  await expect(frame.heading()).toHaveText(title);
  await expect(frame.navigation()).toBeHidden();
  await expect(page.getByRole("contentinfo")).toBeHidden();
  if (scripts) {
    const ink = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return { color, backgroundColor };
    });
    expect(ink).toEqual({ color: "rgb(0, 0, 0)", backgroundColor: "rgb(255, 255, 255)" });
  }
});

test("who asks for less motion sees none @scripts", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/datasets");

  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("body *")]
      .map((element) => getComputedStyle(element))
      .filter((style) => style.animationName !== "none" || (style.transitionDuration !== "0s" && style.transitionProperty !== "none"))
      .length,
  );

  expect(moving).toBe(0);
});

test("the chosen theme is kept", async ({ page }) => {
  const frame = new Frame(page);
  await page.goto("/datasets?open=unconditional");

  await frame.theme("深色").click();
  await expect(page).toHaveURL(/\/datasets\?open=unconditional$/);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "kaishu-dark");
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "kaishu-dark");

  await frame.theme("跟随系统").click();
  await expect(page.locator("html")).not.toHaveAttribute("data-theme", /.*/);
});
