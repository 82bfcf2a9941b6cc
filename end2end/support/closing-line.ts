import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** How many of the slowest walks are named. */
const N_NAMED = 8;

/** Closes the run with the slowest walks and one plain line, which continuous integration counts. */
export default class ClosingLine implements Reporter {
  private outcomes = new Map<string, { test: TestCase; result: TestResult }>();

  onTestEnd(test: TestCase, result: TestResult) {
    this.outcomes.set(test.id, { test, result });
  }

  onEnd(_result: FullResult) {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const { test } of this.outcomes.values()) {
      const outcome = test.outcome();
      if (outcome === "skipped") count.skipped += 1;
      else if (outcome === "unexpected") count.failed += 1;
      else count.passed += 1;
    }
    const slowest = [...this.outcomes.values()].sort((one, other) => other.result.duration - one.result.duration);
    for (const { test, result } of slowest.slice(0, N_NAMED)) {
      console.log(`    ${Math.round(result.duration / 1000)} s: ${test.titlePath().slice(1).join(" › ")}`);
    }
    console.log(`browser: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
