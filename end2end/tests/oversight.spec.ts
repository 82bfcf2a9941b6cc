import { Account } from "../pages/account";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

// Part of CLS-11, ORG-07 and SUP-02 at the door: what the authority oversees is shown on pages that work without scripts,
// fit every width and can be read aloud; the report on priority topics is a file, too.
test("the authority oversees topics, sectors and what is overdue", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.aba, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  const context = await browser.newContext({ baseURL: profiles.aba, javaScriptEnabled: scripts });
  const page = await context.newPage();
  const main = page.getByRole("main");
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(`keeper.${project.name}`, password);
  const secret = (await main.locator("code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");

  const pages = [
    ["/authority/topics", "重点领域开放情况"],
    ["/authority/sectors", "行业指导"],
    ["/authority/supervision", "督办"],
    ["/workbench/guidance", "行业指导意见"],
  ];
  for (const [path, title] of pages) {
    await page.goto(path!);
    await expect(main.getByRole("heading", { level: 1 })).toHaveText(title!);
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
      if (scripts) await expectAccessible(page);
    }
  }

  await page.goto("/authority");
  await main.getByRole("link", { name: "重点领域开放情况" }).click();
  await expect(main.getByRole("row", { name: /社会迫切需要/ })).toBeVisible();
  const file = await context.request.get("/authority/topics.csv");
  expect(file.status()).toBe(200);
  expect(await file.text()).toContain("urgent_need,社会迫切需要,true");
  await context.close();
});
