import { readFile } from "node:fs/promises";

import type { APIRequestContext, Browser, BrowserContext, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const log = process.env.END2END_LOG;

/** A name that no other test has. */
function fresh(start: string) {
  return `${start}.${Math.random().toString(36).slice(2, 10)}`;
}

/** The link of the mail for an account: a demonstration without a server for mail writes it to its log. Other
 * tests have theirs there too, and the page of a link names its account. */
async function linkFor(request: APIRequestContext, login: string, kind = "confirm"): Promise<string> {
  let found = "";
  await expect
    .poll(async () => {
      const text = await readFile(log!, "utf8");
      for (const link of (text.match(new RegExp(`/${kind}/[\\w-]{43}`, "g")) ?? []).reverse()) {
        if ((await (await request.get(link)).text()).includes(login)) found = link;
      }
      return found;
    })
    .not.toBe("");
  return found;
}

/** Somebody of the staff with a browser of their own, logged in with codes that are set up now. */
async function staff(browser: Browser, login: string, scripts: boolean): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ javaScriptEnabled: scripts });
  const page = await context.newPage();
  const account = new Account(page);
  await page.goto("/login");
  await account.logIn(login, password);
  const secret = (await page.locator("main code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");
  await expect(page).toHaveURL(/\/me\/security\?done=code$/);
  return [context, page];
}

/** axe is a script: it runs where scripts do. */
async function expectGood(page: Page, scripts: boolean) {
  if (scripts) await expectAccessible(page);
}

test("somebody registers, confirms the address, logs in and out", async ({ page, request, scripts, watch }) => {
  test.skip(!log, "END2END_LOG is not set: .ci/end2end says where the log of the portal is");
  const account = new Account(page);
  const login = fresh("li");

  await page.goto("/");
  await account.loginLink().click();
  await page.getByRole("link", { name: "注册个人或者单位账号" }).click();
  await expectGood(page, scripts);
  watch.expectStatus(400);
  await account.register({ name: "李娜", login, email: "no address", password: "short" });
  await expect(page).toHaveTitle(/^有 2 处需要更正/);
  await expect(page.getByRole("alert")).toBeFocused();
  await expect(page.getByLabel("登录名")).toHaveValue(login);
  await expect(page.getByLabel("密码")).toHaveValue("");
  await expectGood(page, scripts);
  await account.register({ name: "李娜", login, email: `${login}@example.cn`, password });
  await expect(page).toHaveURL(/\/register\/sent$/);
  await expectGood(page, scripts);

  await page.goto(await linkFor(request, login));
  await expectGood(page, scripts);
  await page.getByRole("button", { name: "确认邮箱" }).click();
  await expect(page.getByRole("status")).toContainText("邮箱已经确认");
  await account.logIn(login, password);

  await expect(page).toHaveURL(/\/me$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("我的账号");
  await expectGood(page, scripts);
  await account.menu("李娜").click();
  await page.getByRole("banner").getByRole("button", { name: "退出" }).click();
  await expect(page.getByRole("status")).toContainText("已经退出");
  await page.goto("/me");
  await expect(page).toHaveURL(/\/login\?next=\/me$/);
});

test("a token is made, shown once and taken back", async ({ page, request, scripts, watch }, { project }) => {
  test.skip(!log, "END2END_LOG is not set: .ci/end2end makes the accounts");
  const account = new Account(page);
  await page.goto("/login?next=/me/tokens");
  await account.logIn(`user.${project.name}`, password);

  await expect(page).toHaveURL(/\/me\/tokens$/);
  await page.getByLabel("用途").fill("夜间同步");
  await page.getByRole("button", { name: "新建令牌" }).click();
  const token = (await page.locator("#token").textContent())!;
  expect(token).toMatch(/^kst_[\w-]{43}$/);
  await expectGood(page, scripts);
  const asked = await request.get("/api/v1/datasets?per_page=1", { headers: { authorization: `Bearer ${token}` } });
  expect(asked.status()).toBe(200);
  await page.reload();
  await expect(page.locator("#token")).toHaveCount(0);

  await page.getByRole("button", { name: "撤销 夜间同步" }).click();
  await expect(page.getByRole("status")).toContainText("令牌已经撤销");
  watch.expectStatus(401);
  const refused = await request.get("/api/v1/datasets?per_page=1", { headers: { authorization: `Bearer ${token}` } });
  expect(refused.status()).toBe(401);
  expect((await refused.json()).remedy.link).toBe("/me/tokens");
});

test("staff set one-time codes up at the first login", async ({ page, scripts, watch }, { project }) => {
  test.skip(!log, "END2END_LOG is not set: .ci/end2end makes the accounts");
  const account = new Account(page);
  await page.goto("/login");
  await account.logIn(`officer.${project.name}`, password);

  await expect(page).toHaveURL(/\/me\/security\/code$/);
  await expectGood(page, scripts);
  await page.goto("/me");
  await expect(page).toHaveURL(/\/me\/security\/code$/);
  const secret = (await page.locator("main code").textContent())!;
  watch.expectStatus(400);
  await account.giveCode("000000", "完成设置");
  await expect(page.getByRole("alert")).toContainText("验证码不对");
  await account.giveCode(oneTimeCode(secret), "完成设置");

  await expect(page).toHaveURL(/\/me\/security\?done=code$/);
  await expectGood(page, scripts);
  await page.goto("/me");
  await expect(page.getByRole("main")).toContainText("数据专员");
  await expectGood(page, scripts);
});

// Proves ORG-06: an agency asks, the authority decides, and the newcomer chooses a password.
test("an agency gets an account for a newcomer", async ({ browser, page, request, scripts }, { project }) => {
  test.skip(!log, "END2END_LOG is not set: .ci/end2end makes the accounts");
  test.setTimeout(300_000);
  const login = fresh("wang");
  const [officers, officer] = await staff(browser, `asks.${project.name}`, scripts);
  await officer.goto("/workbench");
  await officer.getByRole("link", { name: "本单位账号" }).click();
  await expectGood(officer, scripts);
  await officer.getByRole("link", { name: "申请开立账号" }).click();
  await expectGood(officer, scripts);
  await officer.getByRole("button", { name: "提出申请" }).click();
  await expect(officer.getByRole("alert")).toContainText("填写使用人的姓名");
  await expectGood(officer, scripts);
  await officer.getByLabel("登录名").fill(login);
  await officer.getByLabel("使用人姓名").fill("王敏");
  await officer.getByLabel("使用人邮箱").fill(`${login}@example.cn`);
  await officer.getByRole("group", { name: "在本单位的角色" }).getByLabel("数据专员").check();
  await officer.getByLabel("理由").fill("接替李娜");
  await officer.setViewportSize({ width: 320, height: 640 });
  await expectNoSidewaysScroll(officer);
  await officer.getByRole("button", { name: "提出申请" }).click();
  await expect(officer).toHaveURL(/\/workbench\/cases\/\d+$/);
  await expect(officer.getByRole("main")).toContainText("还有 5 个工作日");
  await expectNoSidewaysScroll(officer);
  await officer.goto("/workbench/accounts");
  await expectNoSidewaysScroll(officer);

  const [deciders, decider] = await staff(browser, `decides.${project.name}`, scripts);
  await decider.goto("/workbench");
  await decider.getByRole("main").getByRole("link", { name: login }).click();
  await expect(decider.getByRole("main")).toContainText("接替李娜");
  await expectGood(decider, scripts);
  await decider.getByRole("button", { name: "同意", exact: true }).click();
  await expect(decider.getByRole("main")).toContainText("已办结");

  await page.goto(await linkFor(request, login, "reset"));
  await expectGood(page, scripts);
  await page.getByLabel("新密码").fill(password);
  await page.getByRole("main").getByRole("button").first().click();
  await expect(page.getByRole("status")).toContainText("新密码已经生效");
  await new Account(page).logIn(login, password);
  await expect(page).toHaveURL(/\/me\/security\/code$/);
  for (const context of [officers, deciders]) await context.close();
});

// Proves DL-01 for the profile that demands a login: one way in, and back to the file.
test("open data is taken after logging in where the rules say so", async ({ browser, scripts }, { project }) => {
  const url = JSON.parse(process.env.END2END_PROFILES ?? "{}").jiamusi;
  test.skip(!url, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto("/datasets/ED-OPEN");
  await page.getByRole("main").getByRole("link", { name: "登录后下载" }).first().click();
  await expect(page).toHaveURL(/\/login\?next=/);
  await expectGood(page, scripts);
  await new Account(page).logIn(`user.${project.name}`, password);
  await expect(page).toHaveURL(/\/download$/);
  await expect(page.getByRole("heading", { name: "获取回执" })).toBeVisible();
  await context.close();
});

test("the pages of an account fit a phone", async ({ page }, { project }) => {
  test.skip(!log, "END2END_LOG is not set: .ci/end2end makes the accounts");
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of ["/login", "/register", "/forgot", "/en/login", "/en/register"]) {
    await page.goto(path);
    await expectNoSidewaysScroll(page);
  }
  const account = new Account(page);
  await page.goto("/login");
  await account.logIn(`user.${project.name}`, password);
  for (const path of ["/me", "/me/security", "/me/security/code", "/me/tokens", "/en/me", "/en/me/security"]) {
    await page.goto(path);
    await expectNoSidewaysScroll(page);
    for (const button of await page.getByRole("main").getByRole("button").all()) {
      const box = (await button.boundingBox())!;
      expect.soft(box.height, `${path}: ${await button.textContent()}`).toBeGreaterThanOrEqual(43.5);
    }
  }
});
