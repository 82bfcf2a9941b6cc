import type { Browser, BrowserContext, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { Authority } from "../pages/authority";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

/** Somebody with a browser of their own, logged in with a second factor. */
async function staff(browser: Browser, baseURL: string, login: string, scripts: boolean): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(login, password);
  const secret = (await page.locator("main code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");
  await expect(page).toHaveURL(/\/me\/security/);
  return [context, page];
}

/** A page as it stands, on a phone and on a desk. */
async function expectGood(page: Page, scripts: boolean) {
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoSidewaysScroll(page);
    if (scripts) await expectAccessible(page);
  }
}

test.describe("who may put which entry into the catalogue", () => {
  test.skip(!profiles.anshan || !profiles.yulin, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");

  // Part of CAT-04 at the door: the authority names who compiles a register, and ends it.
  test("the authority names who compiles a register", async ({ browser, scripts }, { project }) => {
    const [context, page] = await staff(browser, profiles.anshan!, `keeper.${project.name}`, scripts);
    const desk = new Authority(page);
    const main = page.getByRole("main");
    const basis = `编制分工通知 ${project.name}`;
    await desk.open("compilers");
    await expect(main).toContainText("第十一条");
    await desk.choose({ 基础数据库或者主题: "base:population", 编制部门: scripts ? "ED-0003" : "ED-0004", 地区: "ED" });
    await desk.press("登记编制部门");
    await expect(page.getByRole("alert")).toContainText("需要更正");
    await expectGood(page, scripts);
    await desk.fill({ 依据: basis });
    await desk.press("登记编制部门");
    await expect(main.getByRole("status")).toContainText("已经登记");
    const row = main.getByRole("row", { name: basis });
    await expect(row).toContainText("有效");
    await expectGood(page, scripts);
    await row.getByRole("button", { name: "终止" }).click();
    await expect(row).toContainText("已终止");
    await context.close();
  });

  // Part of CAT-17 at the door: what is open without an entry is registered and stays on the list.
  test("what is open without an entry is registered", async ({ browser, scripts }, { project }) => {
    const [context, page] = await staff(browser, profiles.yulin!, `keeper.${project.name}`, scripts);
    const desk = new Authority(page);
    const main = page.getByRole("main");
    const title = `公交实时位置 ${project.name}`;
    await page.goto("/workbench");
    await main.getByRole("link", { name: "目录外开放的资源" }).click();
    await desk.fill({ 资源名称: title, 网址: "jt.example.cn", 发现的情况: "局网站上可以下载，没有目录" });
    await desk.choose({ 提供单位: "ED-0001" });
    await desk.press("登记");
    await expect(page.getByRole("alert")).toContainText("需要更正");
    await expect(main.getByLabel("资源名称")).toHaveValue(title);
    await expectGood(page, scripts);
    await desk.fill({ 网址: `https://jt.example.cn/${project.name}` });
    await desk.press("登记");
    await expect(page).toHaveURL(/\/workbench\/cases\/\d+$/);
    await expect(main).toContainText("待编入目录");
    await expectGood(page, scripts);
    await page.goto("/workbench/missing");
    await expect(main.getByRole("row", { name: title })).toContainText("个工作日");
    await expectGood(page, scripts);
    await context.close();
  });
});
