/** Ends a test run with one line of its counts, for people and for scripts that read the last line. */
import type { TestCase, TestModule } from "vitest/node";
import type { Reporter } from "vitest/reporters";

/** Prints `N passed, N failed, N skipped` as the very last line. A file that could not run counts as one failure. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of testModules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) counts[outcome(test)] += 1;
      if (module.state() === "failed" && tests.every((test) => outcome(test) !== "failed"))
        counts.failed += 1;
    }
    counts.failed += unhandledErrors.length;
    const line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    // Last of all: the reporters beside this one are still to print their own summary.
    process.once("exit", () => process.stdout.write(`${line}\n`));
  }
}

// A test that never got to an end is not one that passed: the run was broken off.
function outcome(test: TestCase): "passed" | "failed" | "skipped" {
  const { state } = test.result();
  return state === "pending" ? "failed" : state;
}
