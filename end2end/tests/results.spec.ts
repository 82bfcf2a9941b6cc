import { apply, approve, main, person, profiles, sign } from "../support/applying";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { expect, test } from "../support/test";

// Part of SRCH-03, USE-02, USE-09: one looks before one applies, registers what came of the use with its source, shows
// it by consent, and is called by the portal from then on.
test("from a look before applying to a result that everybody sees", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.aba, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const somebody = (name: string) => person(browser, profiles.aba!, scripts, `${name}.${project.name}`);
  const maker = await somebody("makes");
  const { page } = maker;
  await page.goto("/datasets/ED-COND");
  const sample = main(page).getByRole("table", { name: "示例数据（合成，不是真实数据）" });
  await expect(sample.getByRole("row")).toHaveCount(6);
  await expect(sample.getByRole("row").nth(1)).toContainText("示例");
  if (scripts) await expectAccessible(page);

  const reviewer = await somebody("allows");
  const head = await somebody("closes");
  const address = await apply(maker);
  await approve(reviewer, address);
  await sign(maker, address, "签署承诺书和协议");
  await sign(head, address, "提供单位签署");
  await page.goto(address);
  await main(page).getByRole("link", { name: "登记成果" }).click();
  const title = `用电地图 ${project.name}`;
  await main(page).getByLabel("成果类型").selectOption("product");
  await main(page).getByLabel("成果名称").fill(title);
  const register = main(page).getByRole("button", { name: "登记", exact: true });
  await register.click();
  await expect(page.getByRole("alert")).toContainText("成果应当注明数据来源");
  await expect(main(page).getByLabel("成果名称")).toHaveValue(title);
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoSidewaysScroll(page);
    if (scripts) await expectAccessible(page);
  }
  await main(page).getByLabel("数据来源").fill("测试单位《企业用电明细》");
  await main(page).getByLabel("获取日期").fill("2026-01-01");
  await main(page).getByLabel("同意公开展示这项成果").check();
  await main(page).getByLabel("署名").fill("王敏工作室");
  await register.click();
  await expect(main(page).getByText(title)).toBeVisible();
  await page.goto("/results");
  await expect(main(page).getByText(title)).toBeVisible();
  await main(page).getByRole("link", { name: "王敏工作室" }).first().click();
  await expect(main(page).getByText(title)).toBeVisible();

  await page.goto("/me/webhooks");
  await main(page).getByLabel("地址", { exact: true }).fill("https://127.0.0.1/");
  const hook = main(page).getByRole("button", { name: "登记", exact: true });
  await hook.click();
  await expect(page.getByRole("alert")).toContainText("不在允许推送的范围内");
  await main(page).getByLabel("地址", { exact: true }).fill("https://example.cn/kaishu");
  await hook.click();
  await expect(main(page).getByRole("status")).toContainText("whsec_");
  await page.reload();
  await expect(main(page).getByText("whsec_")).toHaveCount(0);
  if (scripts) await expectAccessible(page);
  await main(page).getByRole("button", { name: "停止推送并删除" }).click();
  await expect(main(page).getByText("还没有登记推送地址。")).toBeVisible();
  for (const one of [maker, reviewer, head]) await one.page.context().close();
});
