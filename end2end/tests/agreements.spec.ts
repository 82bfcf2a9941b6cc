import { Account } from "../pages/account";
import { Authority } from "../pages/authority";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

// Part of AGR-02 and AGR-04 at the door: an agency writes the text of its agreement by a form that works without
// scripts; a clause that lacks is named and nothing that was typed is lost; a preview comes before it is published, and
// what differs from the version before is shown.
test("an agency writes its agreement", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.default, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const context = await browser.newContext({ baseURL: profiles.default!, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(`drafts.${project.name}`, password);
  const secret = (await page.locator("main code").first().textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");
  await expect(page).toHaveURL(/\/me\/security/);
  const good = async () => {
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
      if (scripts) await expectAccessible(page);
    }
  };

  const main = page.getByRole("main");
  const desk = new Authority(page);
  await page.goto("/workbench");
  await main.getByRole("link", { name: "协议文本" }).click();
  await good();
  await main.getByRole("link", { name: "使用协议" }).click();
  const text = main.getByLabel("文本", { exact: true });
  const whole = await text.inputValue();
  expect(whole).toContain("{no_transfer}");
  await text.fill(whole.replace("{no_transfer}", "{giving}"));
  await desk.press("发布新版本");
  await expect(page.getByRole("alert")).toContainText("不得转让");
  await expect(text).toHaveValue(/\{giving\}/);
  await good();
  const mine = whole.replace("第六条", `第六条（${project.name} ${Date.now()}）`);
  await text.fill(mine);
  await desk.press("预览和比较");
  await expect(main.getByRole("region", { name: "预览", exact: true })).toContainText("示例数据集");
  await good();
  await desk.fill({ 这一版的变化: `第六条 ${project.name}` });
  await desk.press("发布新版本");
  await expect(main.getByRole("status")).toContainText("新版本已经发布");
  await expect(main).toContainText(`第六条 ${project.name}`);
  await good();
  await context.close();
});
