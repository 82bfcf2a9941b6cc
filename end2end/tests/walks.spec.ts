import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { Catalogue } from "../pages/catalogue";
import { DatasetPage, VerifyPage } from "../pages/dataset";
import { Frame } from "../pages/frame";
import { conditionalDataset, openDataset } from "../support/demo";
import { tabTo } from "../support/keys";
import { expect, test } from "../support/test";

/** Presses Enter or clicks, and returns the digest of the file that comes. */
async function digestOf(page: Page, act: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return createHash("sha256").update(await readFile(await download.path())).digest("hex");
}

// Proves SRCH-01, DL-01, DL-04
test("a citizen finds and downloads, keyboard only", async ({ page, request }) => {
  const wanted = await openDataset(request);
  const catalogue = new Catalogue(page);
  await page.goto("/");

  await tabTo(page, "input[name=q]");
  await page.keyboard.insertText(wanted.title);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/datasets\?/);

  await tabTo(page, "#filters input[name=open][value=unconditional]");
  await page.keyboard.press("Space");
  await tabTo(page, "#filters button");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/open=unconditional/);

  await tabTo(page, "a[href='#results']");
  await page.keyboard.press("Enter");
  await tabTo(page, "#results article a");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/datasets/${wanted.code}$`));

  await tabTo(page, "main a.btn-primary");
  const digest = await digestOf(page, () => page.keyboard.press("Enter"));
  await expect(page.getByRole("main")).toContainText(digest);
  await tabTo(page, "main a[href*='/verify/']");
  await page.keyboard.press("Enter");
  await expect(new VerifyPage(page).main()).toContainText(digest);
  await expect(catalogue.heading()).toHaveCount(1);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  // In the project with scripts only, so that it runs once; the scripts are off all the same.
  test("a citizen finds and downloads, scripts off @scripts", async ({ page, request }) => {
    const wanted = await openDataset(request);
    const catalogue = new Catalogue(page);

    await page.goto("/");
    await catalogue.search(wanted.title);
    await catalogue.option("open", "unconditional").check();
    await catalogue.applyFilters().click();
    await catalogue.result(wanted.title).click();
    const digest = await digestOf(page, () => page.getByRole("main").getByRole("link", { name: /^下载 CSV/ }).first().click());

    await expect(page.getByRole("main")).toContainText(digest);
    await page.getByRole("main").getByRole("link", { name: "验证回执" }).click();
    await expect(new VerifyPage(page).main()).toContainText(digest);
  });
});

test("an English reader finds and downloads", async ({ page, request }) => {
  const { code, title_en } = await openDataset(request);
  expect(title_en, "the demonstration is translated").toBeTruthy();
  const catalogue = new Catalogue(page);

  await page.goto("/");
  await catalogue.otherLanguage("English").click();
  await catalogue.search(title_en!);
  await expect(page).toHaveURL(/\/en\/datasets\?/);
  await catalogue.result(title_en!).click();
  await expect(page).toHaveURL(new RegExp(`/en/datasets/${code}$`));
  await expect(catalogue.heading()).toHaveText(title_en!);
  const digest = await digestOf(page, () => page.getByRole("main").getByRole("link", { name: /^Download CSV/ }).first().click());

  await expect(page.getByRole("main")).toContainText(digest);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("a developer goes from the start page to the first call", async ({ page, request }) => {
  const frame = new Frame(page);

  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "接口", exact: true }).click();
  await expect(frame.heading()).toHaveText("开发者");
  const example = (await page.getByRole("main").locator("pre").first().textContent()) ?? "";
  const address = /curl '([^']+)'/.exec(example)?.[1];
  const reply = await request.get(address!);
  expect(reply.status(), `the first example, ${address}`).toBe(200);
  expect(await reply.json()).toHaveProperty("n_datasets");

  await page.getByRole("main").getByRole("link", { name: "接口说明" }).click();
  await expect(frame.heading()).toHaveText("HTTP API");
  const call = page.getByRole("main").getByRole("link", { name: "/api/v1/datasets", exact: true });
  const answer = await request.get((await call.getAttribute("href"))!);
  expect(answer.status()).toBe(200);
  const { items } = (await answer.json()) as { items: { code: string }[] };
  expect(items.length).toBeGreaterThan(0);
  await expect(frame.navigation()).toBeVisible();
});

test("an applicant learns what is asked, by when the answer comes and whom to ask", async ({ page, request }) => {
  const wanted = await conditionalDataset(request);
  const dataset = new DatasetPage(page);

  await page.goto(`/datasets/${wanted.code}`);
  await expect(dataset.main()).toContainText(/\d+ 个工作日内答复/);
  await dataset.main().getByRole("link", { name: "申请使用" }).click();

  await expect(new Frame(page).heading()).toHaveText("申请使用");
  await expect(dataset.main()).toContainText("最晚");
  await expect(dataset.main()).toContainText("提供单位还没有审核过开放申请。");
  await expect(dataset.main().getByRole("link", { name: "登录后填写申请" })).toBeVisible();
  await expect(page.getByRole("complementary", { name: "联系谁" })).toContainText(/\d{4}-\d{7}/);
  await expect(dataset.main().getByRole("link", { name: /第.+条/ }).first()).toBeVisible();
});
