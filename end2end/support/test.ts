import { test as base, expect, type Page, type Response } from "@playwright/test";

/** What a page may do wrong without being asked: any of it fails the test. */
export class Watch {
  readonly problems: string[] = [];
  private expected = new Set<number>();

  constructor(page: Page) {
    page.on("pageerror", (error) => {
      // The browser gives up a cross-fade when the reader is faster; the page shows at once.
      if (error.message.startsWith("Transition was ")) return;
      this.problems.push(`page error: ${error.message}`);
    });
    page.on("console", (message) => {
      // A refusal by the security policy arrives here too, with and without scripts.
      if (message.type() !== "error") return;
      const text = message.text();
      const status = /responded with a status of (\d+)/.exec(text)?.[1];
      if (status && this.expected.has(Number(status))) return;
      this.problems.push(`console: ${text} (${message.location().url})`);
    });
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // Leaving a page stops what it still loads; a download takes over its request.
      if (reason === "net::ERR_ABORTED") return;
      this.problems.push(`failed request: ${request.url()} ${reason}`);
    });
    page.on("response", (response: Response) => {
      const status = response.status();
      if (status >= 400 && !this.expected.has(status)) {
        this.problems.push(`status ${status}: ${response.url()}`);
      }
    });
  }

  /** From here on, answers with this status are what the test is about. */
  expectStatus(status: number) {
    this.expected.add(status);
  }
}

export const test = base.extend<{ watch: Watch; scripts: boolean }>({
  watch: [
    async ({ page }, use) => {
      const watch = new Watch(page);
      await use(watch);
      expect(watch.problems, "the page did something wrong by itself").toEqual([]);
    },
    { auto: true },
  ],
  scripts: async ({ javaScriptEnabled }, use) => {
    await use(javaScriptEnabled !== false);
  },
});

export { expect };
