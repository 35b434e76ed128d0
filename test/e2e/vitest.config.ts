import path from "node:path";
import { defineConfig } from "vitest/config";
import SummaryReporter from "../summary-reporter.js";

// The suite that needs a real control plane: `npm run test:cluster` starts one and comes here.
export default defineConfig({
  test: {
    root: path.resolve(import.meta.dirname, "../.."),
    include: ["test/e2e/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    reporters: ["default", new SummaryReporter()],
  },
});
