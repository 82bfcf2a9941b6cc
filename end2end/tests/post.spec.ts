import type { Page } from "@playwright/test";

import { Account } from "../pages/account";
import { expectAccessible } from "../support/axe";
import { awaitMails, pathIn } from "../support/post";
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
