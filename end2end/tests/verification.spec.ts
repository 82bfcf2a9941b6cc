import { apply, approve, main, person, profiles, sign } from "../support/applying";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { expect, test } from "../support/test";

// Part of DL-07, DL-03: whoever may verify is answered in words and sees no column of the table.
test("a grant to verify answers in words and opens no table", async ({ browser, scripts }, { project }) => {
  test.skip(!profiles.aba, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const somebody = (name: string) => person(browser, profiles.aba!, scripts, `${name}.${project.name}`);
  const asker = await somebody("asks");
  const reviewer = await somebody("admits");
  const head = await somebody("seals");
  const address = await apply(asker, "可用不可见核验");
  await approve(reviewer, address);
  await sign(asker, address, "签署承诺书和协议");
  await sign(head, address, "提供单位签署");

  const { page } = asker;
  await page.goto("/datasets/ED-COND");
  await main(page).getByRole("link", { name: "去核验" }).click();
  await expect(page).toHaveURL(/\/datasets\/ED-COND\/verify$/);
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await expectNoSidewaysScroll(page);
    if (scripts) await expectAccessible(page);
  }
  const verify = main(page).getByRole("button", { name: "核验", exact: true });
  await main(page).getByLabel("核对：用电量").fill("1");
  await verify.click();
  await expect(page.getByRole("alert")).toContainText("至少要有一个查找依据");
  await expect(main(page).getByLabel("核对：用电量")).toHaveValue("1");
  for (const [name, power, answer] of [
    ["甲", "1", "相符：有这样的记录"],
    ["甲", "2", "不相符：有这条记录"],
    ["丁", "1", "没有这条记录"],
  ]) {
    await main(page).getByLabel("名称", { exact: true }).fill(name!);
    await main(page).getByLabel("核对：用电量").fill(power!);
    await verify.click();
    await expect(main(page).getByRole("status")).toContainText(answer!);
  }
  await page.goto("/datasets/ED-COND");
  await main(page).getByRole("link", { name: "查看表格" }).first().click();
  await expect(main(page).getByRole("columnheader", { name: "用电量" })).toHaveCount(0);
  for (const one of [asker, reviewer, head]) await one.page.context().close();
});
