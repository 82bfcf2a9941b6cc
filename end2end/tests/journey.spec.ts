import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import { Catalogue } from "../pages/catalogue";
import { DatasetPage, receiptPath, VerifyPage } from "../pages/dataset";
import { demo, openDataset } from "../support/demo";
import { expect, test } from "../support/test";

// Proves SRCH-01, SRCH-02, DL-01, DL-04, DL-10
test("a visitor searches, filters, downloads without login and verifies the receipt", async ({ page, request }) => {
  const wanted = await openDataset(request);
  const catalogue = new Catalogue(page);

  await page.goto("/");
  await catalogue.search(wanted.title);
  await expect(page).toHaveURL(/\/datasets\?.*q=/);
  await expect(catalogue.result(wanted.title)).toBeVisible();

  const promised = await catalogue.count("open", "unconditional");
  await catalogue.option("open", "unconditional").check();
  await catalogue.applyFilters().click();
  await expect(page).toHaveURL(/open=unconditional/);
  expect(await catalogue.total()).toBe(promised);
  await expect(catalogue.chosen()).toHaveCount(1);

  await catalogue.result(wanted.title).click();
  await expect(page).toHaveURL(new RegExp(`/datasets/${wanted.code}$`));
  const dataset = new DatasetPage(page);
  await expect(dataset.heading()).toHaveText(wanted.title);

  const link = dataset.download();
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const bytes = await readFile(await download.path());
  const digest = createHash("sha256").update(bytes).digest("hex");
  await expect(dataset.main()).toContainText(digest);

  const again = await request.get((await link.getAttribute("href"))!);
  expect(again.status()).toBe(200);
  expect(createHash("sha256").update(await again.body()).digest("hex")).toBe(digest);
  const receipt = receiptPath(again);
  expect(receipt, "the answer links to its receipt").toBeDefined();

  await page.goto(receipt!);
  const verify = new VerifyPage(page);
  await expect(verify.main()).toContainText(digest);
  await expect(verify.main()).toContainText(wanted.title);
  await expect(verify.main()).toContainText(/来源：.+获取日期：/);
});

// Proves SRCH-02
test("words find datasets, and each result says why it matched", async ({ page }) => {
  const catalogue = new Catalogue(page);

  await page.goto(`/datasets?q=${encodeURIComponent(demo.words)}`);

  expect(await catalogue.total()).toBeGreaterThan(0);
  await expect(catalogue.results().first().locator("mark").first()).toBeVisible();
});

test("the address of a result list can be passed on", async ({ page, browser, baseURL, javaScriptEnabled }) => {
  const catalogue = new Catalogue(page);
  await page.goto("/datasets?open=unconditional&sort=title");
  const total = await catalogue.total();
  expect(total).toBeGreaterThan(0);
  const first = await catalogue.results().first().getByRole("link").first().textContent();

  const other = await browser.newContext({ baseURL, javaScriptEnabled });
  const there = await other.newPage();
  await there.goto(page.url());
  const same = new Catalogue(there);
  expect(await same.total()).toBe(total);
  await expect(same.results().first().getByRole("link").first()).toHaveText(first!);
  await other.close();
});

test("a search that finds nothing offers ways on", async ({ page }) => {
  const catalogue = new Catalogue(page);

  await page.goto("/");
  await catalogue.search(demo.nonsense);

  await expect(catalogue.heading()).toContainText(`没有找到“${demo.nonsense}”`);
  await expect(catalogue.results()).toHaveCount(0);
  await expect(page.getByRole("main").getByRole("link", { name: "提出数据需求" })).toBeVisible();
});

test("a filter that stands in the way can be dropped", async ({ page, request }) => {
  const wanted = await openDataset(request);
  const catalogue = new Catalogue(page);

  await page.goto(`/datasets?q=${encodeURIComponent(`"${wanted.title}"`)}&open=conditional`);
  const drop = page.getByRole("main").getByRole("link", { name: /去掉“开放属性”/ });
  await expect(drop).toBeVisible();
  await drop.click();

  await expect(catalogue.result(wanted.title)).toBeVisible();
});
