import type { Browser, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { expectNoSidewaysScroll } from "./axe";
import { oneTimeCode } from "./codes";
import { expect } from "./test";

const password = "correct horse battery";
/** The portals of the profiles, by code. */
export const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");
const title = "企业用电明细";

export interface Person {
  page: Page;
  secret: string;
}

/** Somebody who is logged in, with one-time codes set up. */
export async function person(browser: Browser, baseURL: string, scripts: boolean, login: string): Promise<Person> {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(login, password);
  // Whoever applies sets codes up to sign with; the others must at their first login.
  if (!page.url().includes("/me/security/code")) await page.goto("/me/security/code");
  const secret = (await page.getByRole("main").locator("code").textContent())!;
  const proof = page.getByLabel("现在的密码");
  if (await proof.count()) await proof.fill(password);
  await account.giveCode(oneTimeCode(secret), "完成设置");
  await expect(page).not.toHaveURL(/security\/code$/);
  return { page, secret };
}

export const main = (page: Page) => page.getByRole("main");

/** Writes an application for one of the ways of use and submits it. Returns its address. */
export async function apply({ page }: Person, mode?: string) {
  await page.goto("/datasets/ED-COND");
  await main(page).getByRole("link", { name: "申请使用" }).first().click();
  await expect(main(page)).toContainText("有数据安全保障能力");
  await main(page).getByRole("button", { name: "开始填写申请" }).click();
  await main(page).getByLabel("自然人", { exact: true }).check();
  await main(page).getByLabel("姓名或者单位名称").fill("王敏");
  await main(page).getByRole("button", { name: "提交申请" }).click();
  // What is missing is named, and nothing of what was written is lost.
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main(page).getByLabel("姓名或者单位名称")).toHaveValue("王敏");
  for (const [label, text] of [
    ["联系人", "王敏"],
    ["联系电话", "0837-1234567"],
    ["申请标题", "研究行业用电"],
    ["申请事由", "课题需要"],
    ["用途说明", "分析行业用电变化"],
    ["结束日期", `${new Date().getFullYear() + 1}-06-30`],
    ["安全保障措施", "内网保存，专人管理"],
  ]) {
    await main(page).getByLabel(label!, { exact: true }).fill(text!);
  }
  if (mode) await main(page).getByLabel(mode, { exact: true }).check();
  await main(page).getByLabel("用途", { exact: true }).selectOption("research");
  await main(page).getByLabel("申请类型", { exact: true }).selectOption("new");
  await main(page).getByLabel("成果形式", { exact: true }).selectOption("publication");
  await main(page).getByLabel("不会", { exact: true }).check();
  await main(page).getByRole("button", { name: "保存并上传材料" }).click();
  await giveMaterial(page);
  await expect(main(page).getByLabel("用途说明")).toHaveValue("分析行业用电变化");
  await main(page).getByRole("button", { name: "提交申请" }).click();
  await expect(main(page)).toContainText("审核中");
  return page.url();
}

/** Part of APP-03: a file with macros is refused with the reason, a plain one is listed. */
async function giveMaterial(page: Page) {
  const file = (name: string, text: string) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
  await main(page).getByLabel("文件", { exact: true }).setInputFiles(file("制度.docm", "PK"));
  await main(page).getByRole("button", { name: "上传", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("宏");
  await expectNoSidewaysScroll(page);
  await main(page).getByLabel("文件", { exact: true }).setInputFiles(file("制度.pdf", "%PDF-1.7"));
  await main(page).getByRole("button", { name: "上传", exact: true }).click();
  await expect(main(page).getByRole("link", { name: "制度.pdf" })).toHaveCount(1);
  await main(page).getByRole("link", { name: "回到申请" }).click();
}

/** Approves an application that stands on the desk, where others may stand, too. */
export async function approve({ page }: Person, address: string) {
  await page.goto("/workbench");
  await expect(main(page).getByRole("link", { name: title }).first()).toBeVisible();
  await page.goto(address);
  await expect(main(page)).toContainText("分析行业用电变化");
  await main(page).getByRole("button", { name: "同意", exact: true }).click();
  await expect(main(page).getByRole("button", { name: "同意", exact: true })).toHaveCount(0);
}

export async function sign({ page, secret }: Person, address: string, button: string) {
  await page.goto(address);
  await expect(main(page)).toContainText("公共数据使用协议");
  // The code that set codes up is used; the next one is good already.
  await main(page).getByLabel("一次性验证码").fill(oneTimeCode(secret, 1));
  await main(page).getByRole("button", { name: button }).click();
  await expect(main(page).getByRole("button", { name: button })).toHaveCount(0);
}
