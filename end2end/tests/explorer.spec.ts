import type { APIRequestContext, Page } from "@playwright/test";

import { Explorer } from "../pages/explorer";
import { baseOf } from "../support/addresses";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { tabTo } from "../support/keys";
import { expect, test } from "../support/test";
import { expectWhole } from "../support/whole";

/** The address of the first file of a dataset of the demonstration. */
async function table(request: APIRequestContext, code: string, base = ""): Promise<string> {
  const response = await request.get(`${base}/api/v1/datasets/${code}/resources`);
  expect(response.status(), code).toBe(200);
  const reply = (await response.json()) as { items: { id: number }[] } | { id: number }[];
  const files = Array.isArray(reply) ? reply : reply.items;
  return `${base}/datasets/${code}/resources/${files[0]!.id}`;
}

/** 333 rows: code, name, province, pinyin. */
const PLACES = "YX-MZJ-0007";
/** 15 days with two rates each. */
const RATES = "YX-JRB-0001";

/** Markup without what only the server writes: marks of Leptos, classes that are empty. */
const bare = (html: string) => html.replaceAll(/<!--.*?-->|<!>| class=""/g, "");

/** Files are taken in after the start: waits until there is a table. */
async function open(page: Page, address: string) {
  await expect(async () => {
    await page.goto(address);
    await expect(page.locator("#rows")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 40_000 });
}

test.describe("with and without scripts", () => {
  // Proves DL-02
  test("a reader filters, sorts and draws a chart by links and forms", async ({ page, request }) => {
    const explorer = new Explorer(page);
    await open(page, await table(request, PLACES));
    await explorer.column().selectOption({ label: "名称" });
    await page.locator("#f-o").selectOption("has");
    await page.locator("#f-v").fill("阳");
    await explorer.addCondition().click();
    await expect(explorer.conditions().first()).toContainText("名称 包含 阳");
    await expect(explorer.rows().first()).toContainText("阳");
    await explorer.frame().getByRole("link", { name: "代码" }).click();
    await expect(explorer.frame().locator("th[aria-sort=ascending]")).toHaveText(/代码/);

    await explorer.chart("柱形图").click();
    await expect(page).toHaveURL(/chart=bar/);
    await expect(explorer.drawing()).toHaveAccessibleName(/所属省份/);
    await expect(page.getByRole("main")).toContainText("只用符合条件的行：名称 包含 阳");
    const first = explorer.data().locator("tbody tr").first();
    await expect(first).toContainText(/省|自治区/);
    await explorer.conditions().first().click();
    await expect(page).toHaveURL(/chart=bar/);
    await expect(explorer.data().locator("tbody tr").first()).toContainText("21");
  });

  test("on a phone the conditions are a sheet that opens and closes", async ({ page, request }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    const explorer = new Explorer(page);
    await open(page, await table(request, PLACES));
    await expect(explorer.column()).toBeHidden();
    await page.locator('a[href="#filters"]').click();
    await expect(explorer.column()).toBeVisible();
    await page.locator("#filters").getByRole("link", { name: "关闭" }).click();
    await expect(explorer.column()).toBeHidden();
  });

  test("a chart that cannot be made says why, and the rows stay", async ({ page, request, watch }) => {
    watch.expectStatus(400);
    await page.goto(`${await table(request, PLACES)}?chart=histogram&x=mc`);
    await expect(page.locator("#chart").getByRole("alert")).toBeVisible();
    await expect(new Explorer(page).rows().first()).toBeVisible();
  });

  test("every state is whole and fits 320 px", async ({ page, request, watch }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const { path, status } of await states(request)) {
      if (status) watch.expectStatus(status);
      await page.goto(path);
      await test.step(path, async () => {
        await expectWhole(page);
        await expectNoSidewaysScroll(page);
      });
    }
  });
});

/** The states of the page. */
async function states(request: APIRequestContext): Promise<{ path: string; status?: number }[]> {
  const places = await table(request, PLACES);
  const rates = await table(request, RATES);
  const none = encodeURIComponent("mc = 'x'");
  const some = encodeURIComponent("mc LIKE '%阳%'");
  return [
    { path: places },
    { path: `/en${places}` },
    { path: `${places}?filter=${some}&sort=-dm&select=mc,dm` },
    { path: `${places}?add=sssf` },
    { path: `${rates}?add=ynq` },
    { path: `${places}?filter=${none}&chart=bar` },
    { path: `${places}?filter=${encodeURIComponent("dm > 'x' OR")}`, status: 400 },
    { path: `${places}?c=mc&o=has&v=`, status: 400 },
    { path: `${rates}?filter=${encodeURIComponent("ynq > '很高'")}`, status: 400 },
    { path: `${places}?chart=cake`, status: 400 },
    { path: `${places}?chart=histogram`, status: 400 },
    ...["bar", "pie", "divisions"].map((kind) => ({ path: `${places}?chart=${kind}` })),
    ...["line", "histogram", "scatter"].map((kind) => ({ path: `${rates}?chart=${kind}` })),
    { path: `/en${rates}?chart=line` },
  ];
}

test.describe("axe @scripts", () => {
  for (const width of [360, 768, 1440]) {
    test(`finds nothing at ${width} px`, async ({ page, request, watch }) => {
      test.setTimeout(600_000);
      await page.setViewportSize({ width, height: 900 });
      for (const { path, status } of await states(request)) {
        if (status) watch.expectStatus(status);
        await page.goto(path);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          await test.step(`${path}, ${colorScheme}`, () => expectAccessible(page));
        }
      }
    });
  }
});

test.describe("awake @scripts", () => {
  test("rows go on while one scrolls, and the page stays small", async ({ page, request }) => {
    const explorer = new Explorer(page);
    await open(page, await table(request, PLACES));
    await explorer.awake();
    await expect(page.locator("#rows-left")).toHaveText("还有 283 行，向下滚动继续显示");
    await expect(explorer.rows()).toHaveCount(50);

    // The keyboard alone: the frame has the focus and End goes to its foot, which moves on.
    await explorer.frame().focus();
    await expect(async () => {
      await page.keyboard.press("End");
      await expect(explorer.rows().last()).toContainText("333", { timeout: 500 });
    }).toPass();
    await expect(explorer.status()).toContainText("显示第 1—333 行");
    await expect(page.locator("#next-rows")).toBeHidden();
    await expect(page.locator("#rows-left")).toBeEmpty();
    const total = await explorer.frame().locator("tbody").count();
    expect(total).toBe(4);
    // What is far above is taken out, and comes back as it was.
    expect(await explorer.rows().count()).toBeLessThan(333);
    await page.keyboard.press("Home");
    await expect(explorer.rows().first()).toContainText("石家庄市");
    const numbers = await explorer.rows().locator("td:first-child").allTextContents();
    expect(new Set(numbers).size).toBe(numbers.length);
    await expectAccessible(page);
  });

  test("the link to further rows leads on from the last row that came", async ({ page, request }) => {
    const explorer = new Explorer(page);
    await open(page, `${await table(request, PLACES)}?sort=-dm`);
    await explorer.awake();
    await explorer.frame().focus();
    await expect(explorer.rows()).toHaveCount(50);
    await page.keyboard.press("End");
    await expect(page.locator("#rows-left")).toHaveText("还有 183 行，向下滚动继续显示");
    await page.locator("#next-rows").click();
    await expect(explorer.rows().first().locator("td").first()).toHaveText("151");
    await expect(explorer.status()).toContainText("显示第 151—");
    await expect(explorer.frame().locator("th[aria-sort=descending]")).toHaveText(/代码/);
  });

  test("rows that come later look like those of the server", async ({ page, request }) => {
    const explorer = new Explorer(page);
    const address = await table(request, PLACES);
    await open(page, `${address}?limit=100`);
    const drawn = bare(await explorer.rows().nth(70).evaluate((row) => row.outerHTML));
    await page.goto(`${address}?limit=50`);
    await explorer.awake();
    await explorer.frame().focus();
    await page.keyboard.press("End");
    await expect(explorer.rows().nth(70)).toBeVisible();
    expect(bare(await explorer.rows().nth(70).evaluate((row) => row.outerHTML))).toBe(drawn);
  });

  test("rows that do not come are asked for again", async ({ page, request, watch }) => {
    const explorer = new Explorer(page);
    await open(page, await table(request, PLACES));
    await explorer.awake();
    watch.expectStatus(503);
    await page.route("**/rows?**", (route) => route.fulfill({ status: 503, body: "" }), { times: 1 });
    await explorer.frame().focus();
    await page.keyboard.press("End");
    await expect(page.getByText("后面的行没有取到。")).toBeVisible();
    await page.getByRole("button", { name: "再试一次" }).click();
    await expect(page.getByText("后面的行没有取到。")).toBeHidden();
    await expect.poll(() => explorer.rows().count()).toBeGreaterThan(50);
  });

  test("the fields of a condition and the facts follow the column", async ({ page, request }) => {
    const explorer = new Explorer(page);
    await open(page, await table(request, RATES));
    await explorer.awake();
    await explorer.column().selectOption({ label: "一年期" });
    await expect(page.locator("#f-w")).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "一年期" })).toHaveCount(1);
    await page.locator("#f-v").fill("4");
    await explorer.addCondition().click();
    await expect(explorer.status()).toContainText("符合条件 4 行");

    await explorer.awake();
    await page.locator("#p-col").selectOption({ label: "五年期以上" });
    await expect(page.locator("#col-facts")).toContainText("3.5 / 4.85");
    await expect(page).toHaveURL(/col=wnqys/);
    await expect(page).toHaveURL(/filter=/);
  });

  test("what is typed while the fields are on their way stays", async ({ page, request }) => {
    const explorer = new Explorer(page);
    await open(page, await table(request, RATES));
    await explorer.awake();
    let deliver = () => {};
    const typed = new Promise<void>((resolve) => (deliver = resolve));
    await page.route(/[?&]add=/, async (route) => {
      await typed;
      await route.continue();
    });
    await explorer.column().selectOption({ label: "一年期" });
    await page.locator("#f-v").fill("4");
    deliver();
    await expect(page.locator("#f-w")).toBeVisible();
    await expect(page.locator("#f-v")).toHaveValue("4");
    await expect(page.locator("#f-v")).toBeFocused();
  });

  test("the address of the view is copied and that is said", async ({ page, request, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const explorer = new Explorer(page);
    await open(page, `${await table(request, RATES)}?sort=-ynq`);
    await explorer.awake();
    await tabTo(page, "button:has-text('复制此视图链接')");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status").filter({ hasText: "链接已复制" })).toBeVisible();
    // The version is named, so that the address goes on showing the same.
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(`${page.url()}&version=1`);
    await page.goto(copied);
    await expect(page.locator("#rows tbody tr").first()).toBeVisible();
  });

  test("charts that answer to the pointer are loaded when asked for, and not before", async ({ page, request }) => {
    test.setTimeout(300_000);
    const explorer = new Explorer(page);
    const asked: string[] = [];
    page.on("request", (sent) => asked.push(new URL(sent.url()).pathname));
    const places = await table(request, PLACES);
    const rates = await table(request, RATES);
    for (const address of [
      `${places}?chart=bar`,
      `${places}?chart=pie`,
      `${rates}?chart=line`,
      `${rates}?chart=histogram`,
      `${rates}?chart=scatter`,
    ]) {
      await open(page, address);
      await explorer.awake();
      expect(asked.filter((path) => path === "/pkg/charts.js")).toEqual([]);
      await tabTo(page, "button:has-text('交互图')", 200);
      await page.keyboard.press("Enter");
      const canvas = page.locator(".ks-live canvas");
      await expect(canvas).toBeVisible();
      await expect(explorer.drawing()).toBeHidden();
      // Something is drawn: not all of the canvas is of one colour.
      await expect
        .poll(() =>
          canvas.evaluate((it: HTMLCanvasElement) => {
            const { data } = it.getContext("2d")!.getImageData(0, 0, it.width, it.height);
            return new Set(new Uint32Array(data.buffer)).size;
          }),
        )
        .toBeGreaterThan(5);
      await expectAccessible(page);
      await page.emulateMedia({ media: "print" });
      await expect(explorer.drawing()).toBeVisible();
      await page.emulateMedia({ media: "screen" });
      await page.getByRole("button", { name: "静态图" }).click();
      await expect(explorer.drawing()).toBeVisible();
      asked.length = 0;
    }
  });
});

// The portal of extremes under a rule that asks for no login.
test.describe("extremes", () => {
  for (const width of [360, 768, 1440]) {
    test(`sixty columns and long texts scroll in their frame at ${width} px`, async ({ page, request }) => {
      const base = baseOf("wide", "");
      test.skip(!base, "END2END_WIDE_URL is not set: .ci/end2end starts that portal");
      await page.setViewportSize({ width, height: 900 });
      await open(page, await table(request, "ED-WIDE", base));
      const explorer = new Explorer(page);
      await expect(explorer.frame().locator("thead th")).toHaveCount(61);
      await expectNoSidewaysScroll(page);
      const [inner, outer] = await explorer.frame().evaluate((it) => [it.scrollWidth, it.clientWidth]);
      expect(inner).toBeGreaterThan(outer!);
    });
  }
});
