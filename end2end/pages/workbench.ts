import type { Page } from "@playwright/test";

import { Frame } from "./frame";

/** The pages of those who publish and review. */
export class Workbench extends Frame {
  constructor(page: Page) {
    super(page);
  }

  async begin(title: string) {
    await this.page.goto("/workbench");
    await this.page.getByRole("link", { name: "新建目录" }).click();
    await this.page.getByLabel("名称").fill(title);
    await this.page.getByRole("button", { name: "开始编制" }).click();
  }

  async upload(name: string, text: string) {
    await this.page.getByLabel("添加文件").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
    await this.page.getByRole("button", { name: "上传" }).click();
    // With scripts it goes on while the page stays; what is saved meanwhile would meet it.
    await this.page.getByRole("button", { name: "移除" }).first().waitFor();
  }

  /** Fills what any of the regulations asks for. */
  async fillAll() {
    const page = this.page;
    const lines: Record<string, string> = {
      数据来源: "系统产生",
      来源系统: "公交调度系统",
      业务事项: "公交站点管理",
      管理职责: "公交站点管理",
      采集部门: "市交通局",
      核准部门: "市交通局",
      分类: "A01",
      共享范围: "全部单位",
    };
    await page.getByLabel("数据摘要").fill("全市公交站点的名称和编号。");
    for (const [label, text] of Object.entries(lines)) await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByLabel("数据领域").selectOption({ index: 1 });
    await page.getByLabel("更新频率").selectOption("monthly");
    await page.getByLabel("开放授权协议").selectOption({ index: 1 });
    await page.getByLabel("安全级别").selectOption("1");
    await page.getByLabel("使用要求").fill("注明来源。");
    await page.getByLabel("图表", { exact: true }).check();
    await page.getByRole("group", { name: "数据获取方式" }).getByLabel("履行职责中产生").check();
    await page.getByRole("group", { name: "开放类型" }).getByLabel("无条件开放").check();
    await page.getByRole("group", { name: "共享类型" }).getByLabel("无条件共享").check();
    await page.getByRole("group", { name: "共享方式" }).getByLabel("文件交换").check();
    await page.locator('input[name="processing"][value="none"]').check();
  }

  async press(name: string) {
    await this.page.getByRole("main").getByRole("button", { name, exact: true }).click();
  }

  /** Opens the case that waits at the top of the desk. */
  async openCase(title: string) {
    await this.page.goto("/workbench");
    await this.page.getByRole("main").getByRole("link", { name: title }).click();
  }

  /** Answers every question of the step as somebody who finds nothing. */
  async answerAll(): Promise<void> {
    for (const radio of await this.page.locator('input[type="radio"][name^="check."][value="no"]').all()) {
      await radio.check();
    }
    for (const box of await this.page.locator('input[name="duplicate"][value="none"], input[name="mosaic"]').all()) {
      await box.check();
    }
  }
}
