import { Account } from "../pages/account";
import { Authority } from "../pages/authority";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

// Proves ORG-09 at the door: somebody reads that one document is enough, staff record it at a counter by forms that work
// without scripts, nothing asks for a second one, and a proof is withdrawn with a reason.
test("one document at a counter proves who somebody is", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.aba, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  const login = `user.${project.name}`;
  const number = project.name === "scripts-on" ? "E12345678" : "E87654321";
  const open = async () => {
    const context = await browser.newContext({ baseURL: profiles.aba!, javaScriptEnabled: scripts });
    return { context, page: await context.newPage() };
  };
  const [owner, counter] = [await open(), await open()];
  const expectGood = async (page: typeof owner.page) => {
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
      if (scripts) await expectAccessible(page);
    }
  };
  const proof = owner.page.getByRole("region", { name: "身份核验" });
  const main = counter.page.getByRole("main");
  const desk = new Authority(counter.page);

  await owner.page.goto("/login?next=/me");
  await new Account(owner.page).logIn(login, password);
  await expect(proof).toContainText("还没有核验身份");
  await expect(proof).toContainText("第十八条第二款");
  await expectGood(owner.page);

  await counter.page.goto("/login");
  const staff = new Account(counter.page);
  await staff.logIn(`prover.${project.name}`, password);
  const secret = (await counter.page.locator("main code").textContent())!;
  await staff.giveCode(oneTimeCode(secret), "完成设置");
  await expect(counter.page).toHaveURL(/\/me\/security/);
  await counter.page.goto("/authority");
  await main.getByRole("link", { name: "身份核验" }).click();
  await expectGood(counter.page);
  await desk.fill({ 登录名或者邮箱: login });
  await desk.press("查找账号");
  await expectGood(counter.page);
  await desk.fill({ 证件号码: number });
  await desk.press("登记核验");
  await expect(counter.page.getByRole("alert")).toContainText("需要更正");
  await expect(main.getByLabel("证件号码")).toHaveValue(number);
  await expectGood(counter.page);
  await desk.choose({ 证件种类: "passport" });
  await main.getByLabel(/^证件是本人的/).check();
  await desk.press("登记核验");
  await expect(main.getByRole("status")).toContainText("已经登记");
  await expect(main.getByLabel("证件号码")).toHaveCount(0);
  await expect(main).not.toContainText(number);
  await expectGood(counter.page);

  await owner.page.reload();
  await expect(proof).toContainText("身份已经核验");
  await expect(proof).toContainText(`尾号 ${number.slice(-4)}`);
  await expectGood(owner.page);

  await main.getByLabel("撤销理由").fill("登记错了账号");
  await desk.press("撤销核验");
  await expect(main.getByRole("status")).toContainText("已经撤销");
  await owner.page.reload();
  await expect(proof).toContainText("登记错了账号");
  await Promise.all([owner.context.close(), counter.context.close()]);
});
