import { defineConfig, devices } from "@playwright/test";

// `.ci/end2end` starts the portal and sets both.
const baseURL = process.env.KAISHU_URL ?? "http://127.0.0.1:3000";
const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";

export default defineConfig({
  testDir: "tests",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  // Generous: a machine that is busy with something else makes no test fail.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [[process.stdout.isTTY ? "line" : "dot"], ["./support/closing-line.ts"]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL,
    channel: undefined,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "scripts-on" },
    { name: "scripts-off", use: { javaScriptEnabled: false }, grepInvert: /@scripts/ },
  ],
});
