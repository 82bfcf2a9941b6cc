import type { Page } from "@playwright/test";

import { Account } from "../pages/account";
import { expectAccessible } from "../support/axe";
import { expect, test } from "../support/test";

// A portal where people log in with identities of the provider in fixtures/identity.mjs.
const url = process.env.END2END_IDENTITY_URL;
const password = "correct horse battery";

test.skip(!url, "END2END_IDENTITY_URL is not set: .ci/end2end starts a portal with a provider of identities");
test.use({ baseURL: url });

// The pages of the provider want a font of the net and have no icon: neither is ours.
test.beforeEach(async ({ page }) => {
  await page.route("https://fonts.googleapis.com/**", (route) => route.fulfill({ contentType: "text/css", body: "" }));
  await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204, body: "" }));
});

/** A name that no other test has. */
function fresh(start: string) {
  return `${start}.${Math.random().toString(36).slice(2, 10)}`;
}

/** From the page of the login to the provider, and through its two pages. */
async function signOn(page: Page, name: string) {
  await page.getByRole("link", { name: "用统一身份认证登录" }).click();
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("whatever");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("somebody new logs in with an identity, and again with the same account", async ({ page, scripts }) => {
  const name = fresh("li");
  await page.goto("/login?next=/regions");
  if (scripts) await expectAccessible(page);
  await signOn(page, name);
  await expect(page).toHaveURL(/\/regions$/);
  await page.goto("/me");
  await expect(page.getByRole("main")).toContainText(`${name}@example.cn`);
  await page.goto("/me/security");
  await expect(page.getByRole("heading", { name: "统一身份认证" })).toBeVisible();
  if (scripts) await expectAccessible(page);

  const account = new Account(page);
  await account.menu(`统一身份 ${name}`).click();
  await page.getByRole("banner").getByRole("button", { name: "退出" }).click();
  await expect(page.getByRole("status")).toContainText("已经退出");
  // The provider knows the browser by now and asks for nothing.
  await page.getByRole("link", { name: "用统一身份认证登录" }).click();
  await expect(page).toHaveURL(/\/me$/);
  await expect(page.getByRole("main")).toContainText(`${name}@example.cn`);
});

test("an address with an account asks for its password once", async ({ page, scripts, watch }, info) => {
  const name = `joins.${info.project.name}`;
  await page.goto("/login");
  await signOn(page, name);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("关联已有的账号");
  await expect(page.getByRole("main")).toContainText(`${name}@example.cn`);
  if (scripts) await expectAccessible(page);
  watch.expectStatus(400);
  await page.getByLabel("这个账号的密码").fill("something else");
  await page.getByRole("button", { name: "关联并登录" }).click();
  await expect(page).toHaveTitle(/^有 1 处需要更正/);
  await page.getByLabel("这个账号的密码").fill(password);
  await page.getByRole("button", { name: "关联并登录" }).click();
  await expect(page).toHaveURL(/\/me$/);
});

test("who cancels at the provider comes back to a page that says what to do", async ({ page, scripts, watch }) => {
  await page.goto("/en/login");
  await page.getByRole("link", { name: "Log in with single sign-on" }).click();
  watch.expectStatus(401);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("alert")).toContainText("did not let you in");
  if (scripts) await expectAccessible(page);
  await page.getByRole("link", { name: "Back to the login" }).click();
  await expect(page).toHaveURL(/\/en\/login$/);
});
