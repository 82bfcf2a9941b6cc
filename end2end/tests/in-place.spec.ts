import { Account } from "../pages/account";
import { Workbench } from "../pages/workbench";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

// Part of PUB-11: under the rules that admit it a publisher names where the data stands; what was typed stays where the
// address gives nothing, and under other rules nothing can be named.
for (const profile of ["jiamusi", "aba"]) {
  test(`data may stand at its provider under ${profile}`, async ({ browser, scripts }, { project }) => {
    test.skip(!profiles[profile], "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
    test.setTimeout(300_000);
    const context = await browser.newContext({ baseURL: profiles[profile]!, javaScriptEnabled: scripts });
    const page = await context.newPage();
    await page.goto("/login");
    const account = new Account(page);
    await account.logIn(`places.${project.name}`, password);
    const secret = page.locator("main code");
    if (await secret.count()) {
      await account.giveCode(oneTimeCode((await secret.textContent())!), "完成设置");
    }
    await new Workbench(page).begin(`留在提供单位的数据 ${project.name}`);
    const draft = new URL(page.url()).pathname;
    await page.goto(`${draft}/sources`);
    const main = page.getByRole("main");
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(page);
      if (scripts) await expectAccessible(page);
    }
    if (profile === "aba") {
      await expect(main).toContainText("现在不能登记");
      await context.close();
      return;
    }
    await main.getByLabel("名称").fill("站点");
    await main.getByLabel("数据的地址").fill("http://127.0.0.1:9/stops.csv");
    await main.getByLabel("格式").selectOption("csv");
    await main.getByLabel("为什么不能汇聚到平台").fill("业务系统在专网内");
    await main.getByRole("button", { name: "读取并登记" }).click();
    await expect(page.getByRole("alert")).toContainText("连接不上");
    await expect(main.getByLabel("为什么不能汇聚到平台")).toHaveValue("业务系统在专网内");
    await context.close();
  });
}
