import type { Page } from "@playwright/test";

/** What every page has: skip link, masthead, footer. */
export class Frame {
  constructor(protected readonly page: Page) {}

  /** The one heading of first rank. */
  heading() {
    return this.page.getByRole("heading", { level: 1 });
  }

  skipLink() {
    return this.page.getByRole("link", { name: /跳到正文|Skip to content/ });
  }

  navigation() {
    return this.page.getByRole("navigation", { name: /^(主导航|Main)$/ });
  }

  menu() {
    return this.page.getByText(/^(菜单|Menu)$/);
  }

  otherLanguage(word: "English" | "中文") {
    return this.page.getByRole("banner").getByRole("link", { name: word }).first();
  }

  theme(word: "跟随系统" | "浅色" | "深色") {
    return this.page.getByRole("contentinfo").getByRole("button", { name: word });
  }

  /** Resolves once the islands of the page are awake; needs scripts. */
  async awake() {
    await this.page.waitForFunction(() => document.documentElement.dataset.islands === "awake");
  }
}
