import { Account } from "../pages/account";
import { Authority } from "../pages/authority";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");
const path = "/workbench/datasets/ED-OPEN/inspections";

// Part of PUB-06 at the door: the authority records what it found and until when it is mended, by a form that works
// without scripts; what is wrong is said beside what was typed, and what was found is among the public issues.
test("the authority inspects data and sets a deadline", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.jiamusi, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  const context = await browser.newContext({ baseURL: profiles.jiamusi, javaScriptEnabled: scripts });
  const page = await context.newPage();
  const main = page.getByRole("main");
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(`inspector.${project.name}`, password);
  const secret = (await main.locator("code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");

  await page.goto(path);
  await expect(main.getByRole("heading", { level: 1 })).toHaveText("质量检查");
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoSidewaysScroll(page);
    if (scripts) await expectAccessible(page);
  }
  const finding = `缺行 ${project.name}`;
  const authority = new Authority(page);
  await main.getByRole("textbox", { name: "发现的问题" }).fill(finding);
  await authority.press("登记并通知提供单位");
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByRole("textbox", { name: "发现的问题" })).toHaveValue(finding);
  const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await main.getByLabel("整改期限").fill(day);
  // Pressed twice, it is recorded once.
  await main.getByRole("button", { name: "登记并通知提供单位", exact: true }).dblclick();
  const found = main.getByRole("listitem").filter({ hasText: finding });
  await expect(found).toContainText("待整改");
  await page.reload();
  await expect(found).toHaveCount(1);
  await page.goto("/datasets/ED-OPEN/quality");
  await expect(main).toContainText(finding);
  await context.close();
});
