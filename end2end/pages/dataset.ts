import type { APIResponse } from "@playwright/test";

import { Frame } from "./frame";

/** `/datasets/{code}`. */
export class DatasetPage extends Frame {
  /** The first download of an original file. */
  download() {
    return this.page.getByRole("main").locator('a[href*="/original"]').first();
  }

  main() {
    return this.page.getByRole("main");
  }
}

/** `/verify/{receipt}`. */
export class VerifyPage extends Frame {
  main() {
    return this.page.getByRole("main");
  }
}

/** The path of the receipt that came with a download: a header links to `/verify/…`. */
export function receiptPath(response: APIResponse): string | undefined {
  for (const { value } of response.headersArray()) {
    const path = /\/verify\/[A-Z0-9-]+/.exec(value)?.[0];
    if (path) return path;
  }
  return undefined;
}
