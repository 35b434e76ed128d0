import { defineConfig } from "vitest/config";
import SummaryReporter from "./test/summary-reporter.js";

// `npm test`: the unit tests, and the end-to-end suite against the sandbox. What it leaves to a real control plane, and
// why, is listed in test/e2e/control-plane/README.md.
export default defineConfig({
  test: {
    reporters: ["default", new SummaryReporter()],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "sandbox",
          include: ["test/e2e/*.test.ts"],
          globalSetup: "test/e2e/sandbox.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
