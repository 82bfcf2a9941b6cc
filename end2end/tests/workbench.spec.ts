import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Browser, BrowserContext, Page } from "@playwright/test";

import { Account } from "../pages/account";
import { Workbench } from "../pages/workbench";
import { expectAccessible } from "../support/axe";
import { oneTimeCode } from "../support/codes";
import { expect, test } from "../support/test";

const password = "correct horse battery";
/** An address for each profile: its portal knows one agency and its people. */
const profiles: Record<string, string> = JSON.parse(process.env.END2END_PROFILES ?? "{}");
const url = profiles.yulin ?? Object.values(profiles)[0];
const part = "/workbench/uploads/";

/** A data officer of these tests alone, with a browser of their own, and a draft. */
async function atDraft(browser: Browser, project: string, scripts: boolean, title: string): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext({ baseURL: url, javaScriptEnabled: scripts });
  const page = await context.newPage();
  await page.goto("/login");
  const account = new Account(page);
  await account.logIn(`writer.${project}`, password);
  const secret = (await page.locator("main code").textContent())!;
  await account.giveCode(oneTimeCode(secret), "完成设置");
  await expect(page).toHaveURL(/\/me\/security/);
  await new Workbench(page).begin(title);
  await expect(page).toHaveURL(/\/workbench\/drafts\/\d+$/);
  return [context, page];
}

/** Chooses a file, once the page knows how to send it part by part. */
async function choose(page: Page, path: string) {
  await expect(page.getByText("连接中断后会接着上传")).toBeVisible({ timeout: 30_000 });
  await page.getByLabel("添加文件").setInputFiles(path);
}

/** A table of some megabytes. */
const large = (() => {
  const rows = ["name,code"];
  for (let n = 0; n < 250_000; n += 1) rows.push(`stop ${n},${(n * 7919) % 1_000_003}`);
  return Buffer.from(`${rows.join("\n")}\n`);
})();
/** Puts the table where the browser finds the same file again, with the time of its last change. */
const onDisk = (folder: string, name: string) => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, large);
  return path;
};

test.describe("uploads and autosave", () => {
  test.skip(!url, "END2END_PROFILES is not set: .ci/end2end starts a portal for each profile");
  // One officer in one browser after the other: each sets up a second factor once.
  test.describe.configure({ mode: "serial" });

  let context: BrowserContext;
  let page: Page;
  test.beforeAll(async ({ browser }, { project }) => {
    if (!url) return;
    const scripts = project.use.javaScriptEnabled !== false;
    [context, page] = await atDraft(browser, project.name, scripts, `断点续传 ${project.name}`);
  });
  test.afterAll(async () => context?.close());

  test("a file goes on after the line broke and after the page was loaded again", async ({ scripts }, info) => {
    test.skip(!scripts, "without scripts the form sends the file at once");
    test.setTimeout(300_000);
    const file = onDisk(info.outputDir, "stops.csv");
    const send = () => page.getByRole("button", { name: "上传", exact: true }).click();
    let n_parts = 0;
    let is_cut = false;
    await page.route(`**${part}*`, async (route) => {
      if (route.request().method() !== "PATCH") return route.continue();
      n_parts += 1;
      // The third part is cut once; from the fifth on nothing goes through.
      if ((n_parts === 3 && !is_cut) || n_parts >= 5) {
        is_cut = true;
        return route.abort("connectionreset");
      }
      return route.continue();
    });
    await choose(page, file);
    await send();
    const bar = page.getByRole("progressbar", { name: "上传进度" });
    await expect(bar).toBeVisible();
    await expect(page.getByText("连接中断，连上后自动继续")).toBeVisible();
    await expectAccessible(page);
    await expect.poll(() => n_parts, { timeout: 30_000 }).toBeGreaterThanOrEqual(5);

    // The same file is chosen again: it does not begin anew.
    await page.unroute(`**${part}*`);
    await page.reload();
    const offsets: number[] = [];
    page.on("request", (request) => {
      if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
    });
    const begun = page.waitForResponse((it) => it.request().method() === "GET" && it.url().includes(part));
    await choose(page, file);
    await send();
    expect(Number((await begun).headers()["upload-offset"])).toBeGreaterThan(0);
    await expect(page.locator("#file-list")).toContainText("stops.csv", { timeout: 60_000 });
    expect(offsets[0]).toBeGreaterThan(0);
    await expect(page.getByText("stops.csv 已上传。")).toBeVisible();
    await expect(bar).toBeHidden();
  });

  test("an upload is paused and goes on", async ({ scripts }, info) => {
    test.skip(!scripts, "without scripts the form sends the file at once");
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(`**${part}*`, async (route) => {
      if (route.request().method() === "PATCH") await held;
      await route.continue().catch(() => {});
    });
    await choose(page, onDisk(info.outputDir, "pause.csv"));
    await page.getByRole("button", { name: "上传", exact: true }).click();
    await page.getByRole("button", { name: "暂停" }).click();
    await expect(page.getByText("已暂停。")).toBeVisible();
    release();
    await page.unroute(`**${part}*`);
    await page.getByRole("button", { name: "继续" }).click();
    await expect(page.locator("#file-list")).toContainText("pause.csv", { timeout: 60_000 });
  });

  test("what is written is saved by itself, and the button stays", async ({ scripts }) => {
    const summary = page.getByLabel("数据摘要");
    await summary.fill("还没有点保存的摘要。");
    if (!scripts) {
      await page.getByRole("button", { name: "保存", exact: true }).click();
      await expect(page.locator(".ks-note[role=status]")).toContainText("已保存");
      await expect(summary).toHaveValue("还没有点保存的摘要。");
      return;
    }
    await expect(page.getByText(/已自动保存，\d\d:\d\d。/)).toBeVisible({ timeout: 15_000 });
    await expect(page.getByRole("button", { name: "保存", exact: true })).toBeEnabled();
    await page.reload();
    await expect(summary).toHaveValue("还没有点保存的摘要。");

    // Without a connection nothing is lost, and it is saved as soon as there is one.
    await context.setOffline(true);
    await summary.fill("断网时写的摘要。");
    await expect(page.getByText("现在连接不上，还没有保存")).toBeVisible({ timeout: 15_000 });
    await expect(summary).toHaveValue("断网时写的摘要。");
    await context.setOffline(false);
    await expect(page.getByText(/已自动保存/)).toBeVisible({ timeout: 20_000 });

    // Somebody else saves it: nothing is overwritten before it was decided on.
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByLabel("数据摘要").fill("另一个窗口的摘要。");
    await other.getByRole("button", { name: "保存", exact: true }).click();
    await expect(other.getByRole("status").first()).toContainText("已保存");
    await other.close();
    await summary.fill("这个窗口的摘要。");
    await expect(page.getByText("有人同时保存了这份目录")).toBeVisible({ timeout: 20_000 });
    await expect(summary).toHaveValue("这个窗口的摘要。");
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await expect(page.getByRole("main")).toContainText("您填写的内容还没有保存");
    await expect(summary).toHaveValue("这个窗口的摘要。");
    await expectAccessible(page);

    // Both texts are there to choose from; what is replaced is found again, and can be put back.
    const part = page.getByRole("group", { name: "数据摘要" });
    await expect(part).toContainText("另一个窗口的摘要。");
    await part.getByRole("radio", { name: "您填写的" }).check();
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await expect(page.locator(".ks-note[role=status]")).toContainText("已保存");
    await expect(summary).toHaveValue("这个窗口的摘要。");
    await page.getByRole("link", { name: "以前保存的内容" }).click();
    await page.locator("main ul.divide-y a").first().click();
    await expect(page.getByRole("row", { name: "数据摘要" })).toContainText("另一个窗口的摘要。");
    await expectAccessible(page);
    await page.getByRole("button", { name: "恢复当时的内容" }).click();
    await expect(summary).toHaveValue("另一个窗口的摘要。");
  });
});
