import { readFileSync } from "node:fs";

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

// Proves ORG-01, ORG-05, ORG-10, CAT-03 at the door: the authority records, delegates, appoints and publishes
// by forms that work without scripts, and nothing that was typed is lost.
test("the authority keeps organizations, delegations, experts and words", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.default, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const [context, page] = await staff(browser, profiles.default!, `keeper.${project.name}`, scripts);
  const desk = new Authority(page);
  const main = page.getByRole("main");
  const code = `ED-NEW-${project.name.toUpperCase()}`;

  await page.goto("/authority");
  await expectGood(page, scripts);
  await main.getByRole("link", { name: "机构" }).click();
  await expectGood(page, scripts);
  await main.getByRole("link", { name: "登记机构" }).click();
  await desk.fill({ 编码: code, 联系方式: "0899-1" });
  await desk.press("保存");
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByLabel("联系方式")).toHaveValue("0899-1");
  await expectGood(page, scripts);
  await desk.fill({ 名称: `新设机构 ${project.name}` });
  await desk.choose({ 类别: "state_organ", 层级: "prefecture", 地区: "ED" });
  await desk.press("保存");
  await expect(main.getByRole("status")).toContainText("已经保存");
  await expect(main.getByRole("row", { name: code })).toContainText("未指定");

  // Two editors at once: the second one is told, and keeps what was typed.
  const second = await context.newPage();
  for (const tab of [page, second]) await tab.goto(`/authority/organizations/${code}`);
  await desk.fill({ 联系方式: "0899-2" });
  await desk.press("保存");
  const late = new Authority(second);
  await late.fill({ 联系方式: "0899-3" });
  await late.press("保存");
  await expect(second.getByRole("alert")).toContainText("0899-2");
  await expect(second.getByRole("main").getByLabel("联系方式")).toHaveValue("0899-3");
  await expectGood(second, scripts);
  await late.press("保存");
  await expect(second.getByRole("main").getByRole("status")).toContainText("已经保存");
  await second.close();

  // A region is recorded below another one; what its zone says is public at once.
  const place = `ED-R-${project.name.toUpperCase()}`;
  await desk.open("regions");
  await expectGood(page, scripts);
  await main.getByRole("link", { name: "登记地区" }).click();
  await desk.fill({ 编码: place, 专区说明: `说明 ${project.name}` });
  await desk.press("保存");
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByLabel("专区说明")).toHaveValue(`说明 ${project.name}`);
  await expectGood(page, scripts);
  await desk.fill({ 名称: `新县 ${project.name}` });
  await desk.choose({ 上级地区: "ED", 层级: "county" });
  await desk.press("保存");
  await expect(main.getByRole("status")).toContainText("已经保存");
  await main.getByRole("link", { name: `新县 ${project.name}` }).click();
  await expectGood(page, scripts);
  await main.getByRole("link", { name: "查看专区" }).click();
  await expect(main).toContainText(`说明 ${project.name}`);

  await desk.open("delegations");
  await desk.choose({ 职能: "standards", 受托单位: "ED-0002" });
  await desk.press("登记委托");
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByLabel("受托单位")).toHaveValue("ED-0002");
  await desk.fill({ 依据: `边数函〔2026〕${project.name}` });
  await desk.press("登记委托");
  await expect(main.getByRole("row", { name: project.name })).toContainText("有效");
  await expectGood(page, scripts);
  await main.getByRole("row", { name: project.name }).getByRole("button", { name: "终止" }).click();
  await expect(main.getByRole("row", { name: project.name })).toContainText("已终止");

  await desk.open("experts");
  await desk.fill({ 登录名: `expert.${project.name}`, 所在单位名称: "边界大学", 专业领域: "数据安全" });
  await desk.choose({ 来自: "university" });
  await desk.press("聘任");
  const expert = main.getByRole("listitem").filter({ hasText: `expert.${project.name}` });
  await expect(expert).toContainText("边界大学");
  await expert.locator("summary").click();
  await expert.getByLabel("有利益冲突的单位").selectOption("ED-0003");
  await expert.getByLabel("原因").fill("项目合作");
  await expert.getByRole("button", { name: "声明利益冲突" }).click();
  await expect(expert).toContainText("项目合作");
  await expectGood(page, scripts);

  await desk.open("vocabularies");
  const word = `低空经济 ${project.name}`;
  await desk.choose({ 词表: "theme" });
  await desk.fill({ 代码: `low-${project.name}`, 中文名称: word, 英文名称: `Low altitude ${project.name}` });
  await desk.press("增加词条");
  await expect(main.getByRole("status")).toContainText("已经更新");
  await expectGood(page, scripts);
  await main.getByRole("link", { name: word }).click();
  await expectGood(page, scripts);
  await desk.press("停用");
  await expect(main.getByRole("listitem").filter({ hasText: word })).toContainText("已停用");
  // A note, and no field that others would have to fill in meanwhile.
  await main.getByRole("link", { name: "拟定必填内容和填写说明" }).click();
  await expectGood(page, scripts);
  await desk.fill({ "名称：填写说明": `写全称，不用简称（${project.name}）` });
  await desk.press("保存");
  await expect(main.getByRole("status")).toContainText("已保存");
  await expectGood(page, scripts);
  await main.getByRole("link", { name: "发布新版" }).click();
  await desk.fill({ 这一版改了什么: `增加${word}` });
  await desk.press("发布新版");
  await expect(main).toContainText(`增加${word}`);
  await page.goto("/workbench/guide");
  await expect(main).toContainText("写全称，不用简称");
  await expectGood(page, scripts);
  await page.goto("/authority");

  // A rule of the lowest level, so that nobody else's entries are graded anew meanwhile.
  await desk.open("grading");
  const rule = `试验规则 ${project.name}，一般数据`;
  await desk.choose({ 安全级别: "1", 适用于: "always" });
  await desk.fill({ 规则: rule });
  await desk.press("增加规则");
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByLabel("规则", { exact: true })).toHaveValue(rule);
  await desk.fill({ 依据: "分级细则第一条" });
  await desk.press("增加规则");
  const graded = main.getByRole("row").filter({ hasText: rule });
  await expect(graded).toContainText("第 1 级");
  await expectGood(page, scripts);
  await graded.getByRole("button", { name: "停用" }).click();
  await expect(main.getByRole("row").filter({ hasText: rule })).toContainText("停用");
  for (const part of ["supervision", "sectors", "risks"]) {
    await desk.open(part);
    await expectGood(page, scripts);
  }
  await page.goto("/workbench/disputes");
  await expectGood(page, scripts);

  await desk.open("profile");
  await expect(main).toContainText("工作日历");
  await expectGood(page, scripts);
  await page.goto("/en/authority/profile");
  await expectGood(page, scripts);
  // What concerns its region is read by an authority, too.
  await desk.open("audit");
  await expectGood(page, scripts);
  await context.close();
});

// Proves ORG-11 at the door: whoever watches finds an act by its filters, and takes the log away whole.
test("the log is searched and taken away", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.default, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  const [context, page] = await staff(browser, profiles.default!, `audit.${project.name}`, scripts);
  const desk = new Authority(page);
  const main = page.getByRole("main");
  await page.goto("/authority");
  await main.getByRole("link", { name: "审计日志" }).click();
  await expectGood(page, scripts);
  await desk.choose({ 类别: "import" });
  await desk.press("查找");
  await expect(main.getByRole("row", { name: "导入目录" })).toHaveCount(1);
  const download = page.waitForEvent("download");
  await main.getByRole("button", { name: "导出 CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^audit-\d{8}\.csv$/);
  expect(readFileSync(await file.path(), "utf8")).toContain(",imported,");

  await desk.open("audit?kind=log");
  await expect(main.getByRole("row").filter({ hasText: `audit.${project.name}` }).first()).toContainText("导出日志");
  await main.locator("summary").first().click();
  await expectGood(page, scripts);
  await desk.open("audit?from=gestern");
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expectGood(page, scripts);
  await desk.open("audit?subject=ED-NOTHING");
  await expect(main).toContainText("没有符合条件的记录");
  await page.goto("/en/authority/audit");
  await expectGood(page, scripts);
  await context.close();
});
