import type { Page } from "@playwright/test";

import { apply, approve, main, type Person, person, profiles, sign } from "../support/applying";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { expect, test } from "../support/test";

/** Whoever decides asks, the applicant answers, and both read it. */
async function talk(reviewer: Person, applicant: Person, address: string) {
  await reviewer.page.goto(address);
  await main(reviewer.page).getByLabel("给申请人的留言").fill("几个人可以接触数据？");
  await main(reviewer.page).getByRole("button", { name: "发送" }).click();
  await applicant.page.goto(address);
  await expect(main(applicant.page)).toContainText("几个人可以接触数据？");
  await main(applicant.page).getByLabel("给审核单位的留言").fill("三人以内");
  await main(applicant.page).getByRole("button", { name: "发送" }).click();
  await reviewer.page.goto(address);
  await expect(main(reviewer.page)).toContainText("三人以内");
}

/** A question is asked and answered; a violation closes access until its correction is verified. */
async function followUp(authority: Person, applicant: Person, address: string) {
  await authority.page.goto(address);
  await main(authority.page).getByLabel("向使用者询问").fill("成果发布在哪里？");
  await main(authority.page).getByRole("button", { name: "发出询问" }).click();
  await expect(main(authority.page)).toContainText("待答复");
  await applicant.page.goto("/me/applications");
  await main(applicant.page).getByRole("link", { name: /使用情况询问/ }).first().click();
  await main(applicant.page).getByLabel("答复", { exact: true }).fill("课题报告，尚未发布");
  await main(applicant.page).getByRole("button", { name: "答复", exact: true }).click();
  await expect(main(applicant.page)).toContainText("待提供单位查阅");

  await authority.page.goto(address);
  await main(authority.page).getByRole("link", { name: "登记违规使用" }).click();
  await main(authority.page).getByLabel("违规情形").selectOption({ index: 1 });
  await main(authority.page).getByLabel("事实和证据").fill("数据出现在第三方网站");
  await main(authority.page).getByRole("button", { name: "认定违规，立即关闭权限" }).click();
  const violation = authority.page.url();
  expect(await seesColumn(applicant.page)).toBe(0);
  await applicant.page.goto(violation);
  await expect(main(applicant.page)).toContainText("您的使用权限已经关闭");
  await main(applicant.page).getByLabel("陈述、改正情况或者复核理由").fill("已经删除");
  await main(applicant.page).getByRole("button", { name: "报告改正情况" }).click();
  await authority.page.goto(violation);
  await main(authority.page).getByLabel("理由").fill("已经核实");
  await main(authority.page).getByRole("button", { name: "核实改正，恢复权限" }).click();
  await expect(main(authority.page)).toContainText("已改正，权限恢复");
  expect(await seesColumn(applicant.page)).toBeGreaterThan(0);
}

/** Whether the column that needs a grant is in the table. */
async function seesColumn(page: Page) {
  await page.goto("/datasets/ED-COND");
  await main(page).getByRole("link", { name: "查看表格" }).first().click();
  return main(page).getByText("用电量").count();
}

for (const profile of ["default", "anshan", "aba", "yulin", "jiamusi"]) {
  // Part of APP-04, APP-10, AGR-05: from the start page to data and back, under each profile that opens data.
  test(`${profile}: an application becomes a grant, and ends`, async ({ browser, scripts }, { project }) => {
    test.skip(!profiles[profile], "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
    test.setTimeout(300_000);
    const somebody = (name: string) => person(browser, profiles[profile]!, scripts, `${name}.${project.name}`);
    const applicant = await somebody("applies");
    const reviewer = await somebody("weighs");
    const head = await somebody("binds");
    const authority = await somebody("rules");

    const address = await apply(applicant);
    for (const width of [360, 1440]) {
      await applicant.page.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(applicant.page);
      if (scripts) await expectAccessible(applicant.page);
    }
    await talk(reviewer, applicant, address);
    if (["yulin", "jiamusi"].includes(profile)) await approve(authority, address);
    await approve(reviewer, address);
    await sign(applicant, address, "签署承诺书和协议");
    await sign(head, address, "提供单位签署");
    if (profile === "jiamusi") {
      await authority.page.goto(address);
      await main(authority.page).getByLabel("备案编号").fill("佳数备〔2026〕1号");
      await main(authority.page).getByRole("button", { name: "备案", exact: true }).click();
    }
    await applicant.page.goto(address);
    await expect(main(applicant.page)).toContainText("您获准使用");
    expect(await seesColumn(applicant.page)).toBeGreaterThan(0);
    // Part of USE-04, USE-05, USE-06.
    await followUp(authority, applicant, address);
    await authority.page.goto(address);
    await main(authority.page).getByLabel("意见或者理由").fill("核实到期前停止使用");
    await main(authority.page).getByRole("button", { name: "收回权限" }).click();
    await applicant.page.goto(address);
    await expect(main(applicant.page)).toContainText("已收回");
    await applicant.page.goto("/me/applications");
    await expect(main(applicant.page)).toContainText("已收回");
    for (const { page } of [applicant, reviewer, head, authority]) await page.context().close();
  });
}

// Part of APP-01: under rules that open nothing the page says so, and there is nothing to fill in.
test("guangdong: rules that open nothing take no application", async ({ browser, scripts }) => {
  test.skip(!profiles.guangdong, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  const context = await browser.newContext({ baseURL: profiles.guangdong, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto("/datasets/ED-COND/apply");
  await expect(main(page).getByRole("button", { name: "开始填写申请" })).toHaveCount(0);
  await context.close();
});
