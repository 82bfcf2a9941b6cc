import type { Page } from "@playwright/test";

import { Frame } from "./frame";

/** The pages of the authority's administration. */
export class Authority extends Frame {
  constructor(page: Page) {
    super(page);
  }

  async open(part: string) {
    await this.page.goto(`/authority/${part}`);
  }

  async fill(values: Record<string, string>) {
    for (const [label, text] of Object.entries(values)) {
      await this.page.getByRole("main").getByLabel(label, { exact: true }).fill(text);
    }
  }

  async choose(values: Record<string, string>) {
    for (const [label, value] of Object.entries(values)) {
      await this.page.getByRole("main").getByRole("combobox", { name: label, exact: true }).selectOption(value);
    }
  }

  async press(name: string) {
    await this.page.getByRole("main").getByRole("button", { name, exact: true }).click();
  }
}
