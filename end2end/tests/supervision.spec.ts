import { Account } from "../pages/account";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

// Part of SEC-02 and PUB-07 at the door: the authority follows a copy and files an assessment by forms that work
// without scripts, and what is wrong is said beside what was typed.
test("the authority traces copies and sees how quality goes", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.jiamusi, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  const context = await browser.newContext({ baseURL: profiles.jiamusi, javaScriptEnabled: scripts });
  const page = await context.newPage();
  const main = page.getByRole("main");
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(`keeper.${project.name}`, password);
  const secret = (await main.locator("code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");

  for (const [path, title] of [["/authority/trail", "数据副本追溯"], ["/authority/quality", "质量监测和评估"]]) {
    await page.goto(path!);
    await expect(main.getByRole("heading", { level: 1 })).toHaveText(title!);
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
      if (scripts) await expectAccessible(page);
    }
  }

  await page.goto("/authority/trail");
  await main.getByLabel("手上有什么").fill("R-20260101-000000000000");
  await main.getByRole("button", { name: "追溯" }).click();
  await expect(page.getByRole("alert")).toContainText("平台没有这样的副本");
  await expect(main.getByLabel("手上有什么")).toHaveValue("R-20260101-000000000000");

  await page.goto("/authority/quality");
  await main.getByLabel("评估单位").fill("某测评中心");
  await main.getByLabel("签章的评估报告").setInputFiles({ name: "报告.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF") });
  await main.getByRole("button", { name: "登记" }).click();
  await expect(page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByLabel("评估单位")).toHaveValue("某测评中心");
  await context.close();
});
