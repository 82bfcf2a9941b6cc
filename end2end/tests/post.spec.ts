import type { Browser, BrowserContext, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { Workbench } from "../pages/workbench";
import { expectAccessible } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { awaitMails, mailsTo, pathIn } from "../support/post";
import { expect, test, type Watch } from "../support/test";

// A portal that gives its mails to a server for mail.
const url = process.env.END2END_IDENTITY_URL;
const password = "correct horse battery";

test.skip(!process.env.END2END_MAILDIR, "END2END_MAILDIR is not set: .ci/end2end starts a server for mail");
test.use({ baseURL: url });

/** A link of a mail, once it was used. */
async function expectUsed(page: Page, watch: Watch, link: string) {
  watch.expectStatus(404);
  const answer = await page.goto(link);
  expect(answer!.status()).toBe(404);
}

/** Somebody of an agency with a browser of their own, who follows a link, logs in and sets up one-time codes. */
async function staff(browser: Browser, path: string, login: string, scripts: boolean): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ baseURL: url!, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto(path);
  await expect(page).toHaveURL(/\/login\?next=/);
  const account = new Account(page);
  await account.logIn(login, password);
  const secret = (await page.locator("main code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");
  await expect(page).toHaveURL(path);
  return [context, page];
}

test("who registers gets a mail whose link works once", async ({ page, watch }) => {
  const login = `post.${Math.random().toString(36).slice(2, 10)}`;
  const address = `${login}@example.cn`;
  await page.goto("/register");
  await new Account(page).register({ name: "李娜", login, email: address, password });
  await expect(page).toHaveURL(/\/register\/sent$/);
  const [welcome] = await awaitMails(address, 1);
  expect(welcome!.from).toEqual({ name: "公共数据开放平台", address: "data@example.cn" });
  expect(welcome!.subject).toContain("邮箱");
  expect(welcome!.messageId).toMatch(/^<.+@.+>$/);
  const confirm = pathIn(welcome!);
  await page.goto(confirm);
  await page.getByRole("button", { name: "确认邮箱" }).click();
  await expect(page.getByRole("status")).toContainText("邮箱已经确认");
  await expectUsed(page, watch, confirm);
});

test("who forgot a password sets another by a mail whose link works once", async ({ page, scripts, watch }, info) => {
  const account = new Account(page);
  const login = `forgets.${info.project.name}`;
  const address = `${login}@example.cn`;
  await page.goto("/forgot");
  if (scripts) await expectAccessible(page);
  await page.getByLabel("登录名或者邮箱").fill(address);
  await page.getByRole("button", { name: "发送链接" }).click();
  await expect(page).toHaveURL(/\/forgot\/sent$/);
  const [forgotten] = await awaitMails(address, 1);
  const reset = pathIn(forgotten!);
  await page.goto(reset);
  await page.getByLabel("新密码").fill(`${password} anew`);
  await page.getByRole("button", { name: "保存新密码" }).click();
  await expect(page).toHaveURL(/\/login\?done=reset$/);
  watch.expectStatus(400);
  await account.logIn(login, password);
  await expect(page.getByRole("alert")).toBeVisible();
  await account.logIn(login, `${password} anew`);
  await expect(page).toHaveURL(/\/me$/);
  await expectUsed(page, watch, reset);
});

// Part of REV-02, SUP-02: whoever has the step is told by mail where it is, and the submitter what became of it; what is
// in the entry stays on the portal.
test("a step that waits is told by a mail that leads to it and holds nothing of the data", async ({ browser, scripts }, { project }) => {
  test.setTimeout(300_000);
  const title = `公交站点 ${project.name}`;
  const [submits, checks] = ["submits", "checks"].map((role) => `${role}.${project.name}`);
  const [officers, officer] = await staff(browser, "/workbench", submits!, scripts);
  const bench = new Workbench(officer);
  await bench.begin(title);
  await bench.upload("withheld.csv", "name,keeper\n汽车站,王小明\n火车站,李娜\n");
  await bench.press("保存并从文件补充数据项");
  await expect(officer.locator('input[name="items.1.name"]')).toHaveValue("keeper");
  await bench.fillAll();
  await officer.locator('select[name="items.1.open"]').selectOption("none");
  await bench.press("保存并检查");
  await expect(officer.getByRole("main")).toContainText("内容完整，可以提交审查");
  await bench.press("提交审查");
  await expect(officer).toHaveURL(/\/workbench\/cases\/\d+$/);
  const caseUrl = new URL(officer.url()).pathname;

  // The link of the mail leads past the login to the step.
  const [waits] = await awaitMails(`${checks}@example.cn`, 1);
  expect(waits!.from!.address).toBe("data@example.cn");
  expect(waits!.subject).toContain("提交审查");
  expect(waits!.subject).toContain(title);
  expect(pathIn(waits!)).toBe(caseUrl);
  const [reviewers, reviewer] = await staff(browser, pathIn(waits!), checks!, scripts);
  await expect(reviewer.getByRole("main")).toContainText(title);
  expect(await mailsTo(`${submits}@example.cn`), "who submits is not told of it").toHaveLength(0);
  const desk = new Workbench(reviewer);
  await reviewer.getByLabel("意见或者理由").fill("同意开放。");
  await desk.answerAll();
  await desk.press("通过");
  await expect(reviewer.getByRole("main")).toContainText("目录审核");

  const [passed] = await awaitMails(`${submits}@example.cn`, 1);
  expect(passed!.subject).toContain("通过");
  expect(passed!.text).toContain("同意开放。");
  expect(pathIn(passed!)).toBe(caseUrl);
  for (const mail of [waits!, passed!]) {
    const text = [mail.subject, mail.text, mail.html].join("\n");
    for (const held of ["withheld", "keeper", "王小明", "汽车站", "名称和编号", "公交调度系统", "注明来源"]) expect(text).not.toContain(held);
  }
  await Promise.all([officers.close(), reviewers.close()]);
});
