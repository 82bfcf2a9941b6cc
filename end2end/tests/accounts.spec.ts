import type { Browser, BrowserContext, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { Authority } from "../pages/authority";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

/** An administrator with a browser of their own, logged in with a second factor. */
async function administrator(
  browser: Browser,
  baseURL: string,
  login: string,
  scripts: boolean,
): Promise<[BrowserContext, Page]> {
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

// Proves ORG-08 and SEC-19 at the door: one administrator makes the account of a contractor with its papers, another
// gives it a role, and neither can do what the other does.
test("an account is made by one administrator and given a role by another", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.default, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const login = `firm.${project.name}`;
  const [running, page] = await administrator(browser, profiles.default!, `runs.${project.name}`, scripts);
  const runs = new Authority(page);
  const main = page.getByRole("main");
  await page.goto("/authority");
  await main.getByRole("link", { name: "账号和角色" }).click();
  await expectGood(page, scripts);
  await main.getByRole("link", { name: "开立账号" }).click();
  await expectGood(page, scripts);
  await main.getByLabel("受托方", { exact: true }).check();
  await runs.fill({ 登录名: login, 姓名或者单位全称: "云算科技有限公司", 初始密码: password });
  await runs.press("开立账号");
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByLabel("登录名")).toHaveValue(login);
  await expectGood(page, scripts);
  await runs.fill({ 初始密码: password, 安全审查记录: "AQ-7", 已签署的安全保密合同: "HT-19", 合同终止日期: "2099-12-31" });
  await runs.press("开立账号");
  await expect(main.getByRole("status")).toContainText("已经开立");
  await expect(main).toContainText("HT-19");
  await expect(main.getByRole("heading", { name: "分配角色" })).toHaveCount(0);
  await expectGood(page, scripts);

  const [guarding, other] = await administrator(browser, profiles.default!, `guards.${project.name}`, scripts);
  const guards = new Authority(other);
  const there = other.getByRole("main");
  await guards.open("accounts");
  await guards.fill({ 登录名或者名称: login });
  await guards.press("查找");
  await there.getByRole("link", { name: "云算科技有限公司" }).click();
  await guards.choose({ 角色: "officer" });
  await guards.press("分配角色");
  await expect(other.getByRole("alert")).toContainText("需要更正");
  await guards.choose({ 为哪个单位: "ED-0001" });
  await guards.press("分配角色");
  await expect(there.getByRole("status")).toContainText("角色已经变更");
  await expectGood(other, scripts);
  await there.getByRole("button", { name: /^取消角色/ }).click();
  await expect(there).toContainText("还没有角色");
  await guards.open(`accounts/guards.${project.name}`);
  await expect(there).toContainText("这是您自己的账号");
  await guarding.close();

  await page.reload();
  await runs.press("停用账号");
  await expect(main.getByRole("status")).toContainText("已经停用");
  await page.goto(`/en/authority/accounts/${login}`);
  await expectGood(page, scripts);
  await running.close();
});
