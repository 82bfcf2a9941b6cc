import type { Browser, BrowserContext, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { Authority } from "../pages/authority";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

/** Somebody with a browser of their own, logged in with a second factor. */
async function staff(browser: Browser, login: string, scripts: boolean): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ baseURL: profiles.aba!, javaScriptEnabled: scripts });
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

// Proves PUB-08, PUB-09, CAT-13 at the door: an agency keeps its systems, says what it delivers and takes a project to its
// approval by forms that work without scripts; the authority sees all of it.
test("an agency keeps its registers and the authority sees them", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.aba, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const [context, page] = await staff(browser, `registrar.${project.name}`, scripts);
  const [office, overseer] = await staff(browser, `overseer.${project.name}`, scripts);
  const bench = new Authority(page);
  const desk = new Authority(overseer);
  const main = page.getByRole("main");
  const name = `调度系统 ${project.name}`;

  await page.goto("/workbench");
  await main.getByRole("link", { name: "信息系统" }).click();
  await expectGood(page, scripts);
  await main.getByRole("link", { name: "登记信息系统" }).click();
  await bench.fill({ 系统名称: name, 用途: "调度公交车辆" });
  await main.getByLabel("未对接").check();
  await bench.press("保存");
  await expect(page.getByRole("alert")).toContainText("第十一条");
  await expect(main.getByLabel("系统名称")).toHaveValue(name);
  await expectGood(page, scripts);
  await main.getByLabel("接入计划").fill("年内完成接口开发");
  await main.getByLabel("计划完成日期").fill("2099-12-31");
  await bench.press("保存");
  await expect(main.getByRole("row", { name })).toContainText("未对接");
  await overseer.goto("/authority/systems");
  await expect(overseer.getByRole("main").getByRole("row", { name })).toContainText("年内完成接口开发");
  await expectGood(overseer, scripts);

  await page.goto("/workbench/deliveries?show=all");
  await expectGood(page, scripts);
  await main.getByRole("row").nth(1).getByRole("link").click();
  await expectGood(page, scripts);
  await bench.press("登记依法不归集");
  await expect(page.getByRole("alert")).toContainText("第十八条第二款");
  await overseer.goto("/authority/deliveries");
  await expectGood(overseer, scripts);

  await page.goto("/workbench/projects/new");
  await bench.fill({ 项目编号: `P-${project.name}`, 项目名称: `智慧公交 ${project.name}` });
  await main.getByLabel("政府投资").check();
  await main.getByLabel("预编项目数据资源目录").fill("公交站点");
  await bench.press("登记项目");
  await expect(main.getByRole("heading", { level: 1 })).toContainText("智慧公交");
  await expectGood(page, scripts);
  await main.getByLabel("意见、理由或者文件").fill("批复1号");
  await bench.press("登记立项批复");
  await expect(page.getByRole("alert")).toContainText("第十二条");
  await bench.press("报送初审");
  const path = new URL(page.url()).pathname.replace("/act", "");
  await overseer.goto(path);
  await desk.press("初审通过");
  await page.goto(path);
  await main.getByLabel("意见、理由或者文件").fill("批复1号");
  await bench.press("登记立项批复");
  await main.getByLabel("意见、理由或者文件").fill("验收会");
  await bench.press("登记验收通过");
  await expect(page.getByRole("alert")).toContainText("公交站点");
  await expectGood(page, scripts);

  await context.close();
  await office.close();
});
