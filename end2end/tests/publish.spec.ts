import type { Browser, BrowserContext, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { Workbench } from "../pages/workbench";
import { expectAccessible, expectNoSidewaysScroll } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
/** An address for each profile: its portal knows one agency and its people. */
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");

/** Somebody with a browser of their own, logged in with a second factor. */
async function staff(browser: Browser, baseURL: string, login: string, scripts: boolean): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ baseURL, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(login, password);
  const secret = (await page.locator("main code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");
  await expect(page).toHaveURL(/\/me\/security/);
  return [context, page];
}

/** An entry that concerns the public at large: notice, comment, and no way past the summary (REV-06). */
async function consultation(officer: Page, reviewer: Page, title: string, scripts: boolean) {
  const [bench, desk] = [new Workbench(officer), new Workbench(reviewer)];
  await bench.begin(title);
  await bench.upload("prices.csv", "name,price\n居民,2.1\n商业,3.4\n");
  await bench.press("保存并从文件补充数据项");
  await expect(officer.locator('input[name="items.1.name"]')).toHaveValue("price");
  await bench.fillAll();
  await officer.locator('input[name="triggers"][value="public_interest"]').check();
  await bench.press("保存并检查");
  await bench.press("提交审查");
  await expect(officer).toHaveURL(/\/workbench\/cases\/\d+$/);
  const caseUrl = new URL(officer.url()).pathname;

  // The grading assessment comes before.
  await reviewer.goto(caseUrl);
  await reviewer.getByLabel("意见或者理由").fill("分级适当。");
  await desk.press("通过");
  await reviewer.locator('input[name="mode"][value="comments"]').check();
  await reviewer.getByLabel("意见或者理由").fill("对开放水价数据有什么意见？");
  if (scripts) await expectAccessible(reviewer);
  await desk.press("发布听取意见公告");
  await expect(reviewer.getByRole("main")).toContainText("正在听取意见");

  await officer.goto("/consultations");
  if (scripts) await expectAccessible(officer);
  await officer.getByRole("main").getByRole("link", { name: title }).click();
  await expect(officer.getByRole("heading", { level: 1 })).toHaveText(title);
  await expect(officer.getByRole("main")).toContainText("对开放水价数据有什么意见？");
  await expect(officer.getByRole("main")).not.toContainText("prices");
  if (scripts) await expectAccessible(officer);
  await expectNoSidewaysScroll(officer);
  await officer.getByLabel("意见", { exact: true }).fill("请把阶梯水价也一起开放。");
  await officer.getByLabel("姓名或者单位（可不填）").fill("周边住户");
  await bench.press("发送意见");
  await expect(officer.getByRole("status")).toContainText("意见已经收到");

  await reviewer.goto(caseUrl);
  await reviewer.getByRole("link", { name: "收到的意见" }).click();
  await expect(reviewer.getByRole("main")).toContainText("请把阶梯水价也一起开放。");
  if (scripts) await expectAccessible(reviewer);
  await reviewer.goto(caseUrl);
  await reviewer.getByLabel("意见或者理由").fill("同意开放。");
  await desk.press("通过");
  await expect(reviewer.getByRole("alert")).toContainText("公布意见采纳情况以后");
  await expect(reviewer.getByLabel("意见或者理由")).toHaveValue("同意开放。");
}

for (const [profile, url] of Object.entries(profiles)) {
  // Proves REV-01, REV-02: from draft to published, each step by whose it is.
  test(`an entry goes from draft to published under ${profile}`, async ({ browser, scripts }, { project }) => {
    test.setTimeout(300_000);
    const title = `公交站点 ${project.name}`;
    const login = (role: string) => `${role}.${project.name}`;
    const [officers, officer] = await staff(browser, url, login("officer"), scripts);
    const bench = new Workbench(officer);
    await bench.begin(title);
    await expect(officer.getByRole("heading", { level: 1 })).toHaveText(title);
    if (scripts) await expectAccessible(officer);

    // Nothing is chosen yet: what is missing is named, each with its article and a way to its field.
    await bench.press("保存并检查");
    await expect(officer.getByRole("alert")).toContainText(/还缺 \d+ 项/);
    await expect(officer.getByRole("alert")).toContainText("请填写");
    if (scripts) await expectAccessible(officer);

    await bench.upload("stops.csv", "name,code\n汽车站,007\n火车站,008\n");
    await expect(officer.getByRole("main")).toContainText("stops.csv");
    await bench.press("保存并从文件补充数据项");
    await expect(officer.locator('input[name="items.1.name"]')).toHaveValue("code");
    await bench.fillAll();
    await bench.press("保存并检查");
    await expect(officer.getByRole("main")).toContainText("内容完整，可以提交审查");
    await expect(officer.getByLabel("数据摘要")).toHaveValue("全市公交站点的名称和编号。");
    await bench.press("提交审查");
    await expect(officer).toHaveURL(/\/workbench\/cases\/\d+$/);
    await expect(officer.getByRole("main")).toContainText("审查中");
    const caseUrl = new URL(officer.url()).pathname;

    // Whoever has the step finds it on the desk; whoever has not, does not.
    const reviewers = await Promise.all(
      ["reviewer", "cyber", "authority"].map((role) => staff(browser, url, login(role), scripts)),
    );
    for (let round = 0; round < 6; round += 1) {
      await officer.goto(caseUrl);
      if ((await officer.getByRole("main").textContent())!.includes("待发布")) break;
      for (const [, page] of reviewers) {
        await page.goto("/workbench");
        const link = page.getByRole("main").getByRole("link", { name: title });
        if ((await link.count()) === 0) continue;
        await link.click();
        if (scripts && round === 0) await expectAccessible(page);
        await page.getByLabel("意见或者理由").fill("同意开放。");
        const desk = new Workbench(page);
        if ((await page.locator('input[name^="check."]').count()) > 0) {
          // Nothing passes while a question is open, and what was written stays.
          await desk.press("通过");
          await expect(page.getByRole("alert")).toContainText("请逐项回答安全保密审查清单");
          await expect(page.getByLabel("意见或者理由")).toHaveValue("同意开放。");
        }
        await desk.answerAll();
        await desk.press("通过");
        break;
      }
    }
    const authority = reviewers[2]![1];
    await new Workbench(authority).openCase(title);
    await new Workbench(authority).press("发布");
    await expect(authority.getByRole("main")).toContainText("已发布");
    await authority.getByRole("link", { name: "查看公开页面" }).click();
    await expect(authority.getByRole("heading", { level: 1 })).toHaveText(title);
    // Guangdong's measures open nothing, so that portal gives no file.
    if (profile !== "guangdong") await expect(authority.getByRole("main")).toContainText("stops");

    // Yulin's measures let the public be heard.
    if (profile === "yulin") await consultation(officer, reviewers[0]![1], `水价 ${project.name}`, scripts);
    if (profile === "jiamusi") await expect(authority.getByRole("complementary")).toContainText(/\d{4}-\d{4}/);

    for (const [context] of [...reviewers, [officers]]) await context!.close();
  });
}

test("a published dataset is suspended, restored and revised", async ({ browser, scripts }, { project }) => {
  const url = profiles.aba;
  test.skip(!url, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const [heads, head] = await staff(browser, url!, `head.${project.name}`, scripts);
  const bench = new Workbench(head);
  await head.goto("/workbench/datasets");
  if (scripts) await expectAccessible(head);
  // Each way of walking through has a dataset of its own.
  const place = scripts ? 0 : 1;
  const row = head.locator("tbody tr").filter({ hasText: "已发布" }).nth(place);
  const code = (await row.locator("th .num").textContent())!.trim();
  await row.getByRole("link").first().click();
  await expect(head.getByRole("main")).toContainText(code);
  if (scripts) await expectAccessible(head);
  await expectNoSidewaysScroll(head);

  // Nothing happens without a reason.
  await bench.press("中止开放");
  await expect(head.getByRole("alert")).toContainText("请写明理由");
  await head.getByLabel("理由", { exact: true }).fill("收到异议，正在核实。");
  await bench.press("中止开放");
  await expect(head.locator(".ks-note[role=status]")).toContainText("立即生效");
  await head.goto(`/datasets/${code}`);
  await expect(head.getByRole("main")).toContainText("收到异议，正在核实。");
  const download = await head.request.get(`/api/v1/datasets/${code}`);
  expect((await download.json()).state).toBe("suspended");
  await head.goto(`/workbench/datasets/${code}`);
  await head.getByLabel("理由", { exact: true }).fill("核实完毕，没有问题。");
  await bench.press("恢复开放");
  await expect(head.getByRole("main")).toContainText("已发布");

  // A change is noted with its day, and becomes a duty with a clock.
  await head.getByLabel("变更情形").selectOption({ index: 1 });
  await head.getByLabel("变更日期").fill("2026-11-02");
  await head.getByLabel("变更内容和依据").fill("职能调整文件第三条");
  await bench.press("登记");
  await expect(head.locator(".ks-note[role=status]")).toContainText("更新目录的期限开始计算");
  await expect(head.getByRole("complementary")).toContainText("待更新目录");

  await bench.press("修订目录");
  await expect(head).toHaveURL(/\/workbench\/drafts\/\d+$/);
  await head.getByLabel("数据摘要").fill("修订后的摘要。");
  // A revision says on what it rests.
  await bench.press("保存并检查");
  await expect(head.getByRole("main")).toContainText("请写明变更依据");
  await head.getByLabel("变更情形").selectOption("function_changed");
  await head.getByLabel("变更依据").fill("职能调整文件第三条");
  await bench.press("保存");
  await expect(head.getByLabel("变更依据")).toHaveValue("职能调整文件第三条");
  await head.getByRole("link", { name: "办理记录和审查进度" }).click();
  await expect(head.getByRole("main")).toContainText("与已发布的内容相比，修改了");

  await head.goto("/me/inbox");
  await expect(head.getByRole("heading", { level: 1 })).toHaveText("通知");
  if (scripts) await expectAccessible(head);
  await heads.close();
});

test("several datasets change alike, and one goes to another organization", async ({ browser, scripts }, { project }) => {
  const url = profiles.guangdong;
  test.skip(!url, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  test.setTimeout(300_000);
  const [heads, head] = await staff(browser, url!, `head.${project.name}`, scripts);
  const bench = new Workbench(head);
  await head.goto("/workbench/datasets");
  await bench.press("批量修改所选数据集");
  await expect(head.getByRole("main")).toContainText("还没有选择数据集");
  await head.getByRole("link", { name: "回到列表" }).click();
  const row = (name: string) => head.locator("tbody tr").filter({ hasText: `名册${name} ${project.name}` });
  const codes = [];
  for (const name of ["甲", "乙"]) {
    codes.push((await row(name).locator("th .num").textContent())!.trim());
    await row(name).getByRole("checkbox").check();
  }
  await bench.press("批量修改所选数据集");
  for (const code of codes) await expect(head.getByRole("main")).toContainText(code);
  if (scripts) await expectAccessible(head);
  await expectNoSidewaysScroll(head);
  await head.getByLabel("联系人").fill("数据科 0899-1234567");
  await bench.press("修改");
  await expect(head.getByRole("alert")).toContainText("请填写修改说明");
  await expect(head.getByLabel("联系人")).toHaveValue("数据科 0899-1234567");
  await head.getByLabel("修改说明").fill("统一联系方式");
  await bench.press("修改");
  await expect(head.getByRole("main")).toContainText("2 个已修改");
  await head.getByRole("link", { name: "打开修订" }).first().click();
  await expect(head.getByLabel("联系人")).toHaveValue("数据科 0899-1234567");

  // What is being revised does not move; another one is offered, and taken over.
  const moving = row("丙");
  await head.goto("/workbench/datasets");
  const code = (await moving.locator("th .num").textContent())!.trim();
  await moving.getByRole("link").first().click();
  await bench.press("提出移交");
  await expect(head.getByRole("alert")).toContainText("请选择另一个单位");
  await head.getByLabel("接收单位").selectOption("ED-0002");
  await head.getByLabel("移交理由").fill("职能划转文件第三条");
  await bench.press("提出移交");
  await expect(head.locator(".ks-note[role=status]")).toContainText("已送交接收单位");
  const [takers, taker] = await staff(browser, url!, `taker.${project.name}`, scripts);
  await taker.goto("/workbench");
  await taker.locator("tbody tr, li").filter({ hasText: code }).getByRole("link").first().click();
  if (scripts) await expectAccessible(taker);
  await taker.getByLabel("意见或者理由").fill("同意接收。");
  await new Workbench(taker).press("接收");
  await expect(taker.getByRole("main")).toContainText("已接收");
  const moved = await taker.request.get(`/api/v1/datasets/${code}`);
  expect((await moved.json()).organization.code).toBe("ED-0002");
  await heads.close();
  await takers.close();
});

test("the workbench fits a phone and is closed to others", async ({ browser, scripts, page }, { project }) => {
  const url = profiles.default;
  test.skip(!url, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  await page.goto(`${url}/workbench`);
  await expect(page).toHaveURL(/\/login\?next=\/workbench$/);

  const [context, narrow] = await staff(browser, url!, `head.${project.name}`, scripts);
  await narrow.setViewportSize({ width: 320, height: 640 });
  await new Workbench(narrow).begin("手机上编制的目录");
  await expectNoSidewaysScroll(narrow);
  for (const path of ["/workbench/datasets", "/me/inbox", "/workbench", "/workbench?show=open", "/workbench/new", "/authority", "/en/workbench"]) {
    await narrow.goto(path);
    await expectNoSidewaysScroll(narrow);
  }
  await context.close();
});
