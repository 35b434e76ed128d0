/** Whole reports, word for word, in golden/*.txt. `npx vitest run test/report -u` writes them anew: read them then. */
import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { ReporterOptions } from "../../src/report/index.js";
import * as story from "./stories.js";
import { record, stable, streamsOf } from "./fixtures.js";

async function golden(name: string, options: Partial<ReporterOptions>, tell: story.Story): Promise<void> {
  const recorded = await record(options);
  await tell(recorded.reporter);
  await expect(stable(streamsOf(recorded))).toMatchFileSnapshot(`golden/${name}.txt`);
}

describe("apply", () => {
  test("a line per object, and a summary", () => golden("apply", {}, story.applied));
  test("several namespaces are named", () => golden("apply-namespaces", {}, story.twoNamespaces));
  test("failures are explained at the end", () => golden("apply-failures", {}, story.failed));
  test("what an interruption left out is counted", () => golden("apply-interrupted", {}, story.interrupted));
  test("retries and warnings are collapsed", () => golden("apply-retries", {}, story.troubled));
  test("conflicts name each field, who owns it, and the ways out once", () =>
    golden("apply-conflicts", {}, story.conflicts));
  test("-o json has the conflicts as data", () =>
    golden("apply-conflicts-json", { output: "json" }, story.conflicts));
  test("what was left to others, taken over and overwritten is told", () =>
    golden("apply-owned", {}, story.owned));
  test("-o name", () => golden("apply-name", { output: "name" }, story.failed));
  test("-o json", () => golden("apply-json", { output: "json" }, story.failed));
  test("-o yaml", () => golden("apply-yaml", { output: "yaml" }, story.failed));
  test("-o ndjson", () => golden("apply-ndjson", { output: "ndjson" }, story.failed));
  test("a server dry run has each diff under its line", () =>
    golden("apply-dry-run-server", { dryRun: "server", diff: true }, story.differs));
  test("a client dry run names what would be sent", () =>
    golden("apply-dry-run-client", { dryRun: "client" }, story.unsent));
});

describe("diff", () => {
  const options = { command: "diff", diff: true };
  test("unified YAML per object that differs", () => golden("diff", options, story.differs));
  test("in colour", () =>
    golden("diff-color", { ...options, color: { stdout: true, stderr: true } }, story.differs));
  test("predictions, drift and ownership are comments", () => golden("diff-owned", options, story.owned));
  test("comments are faint", () =>
    golden("diff-owned-color", { ...options, color: { stdout: true, stderr: true } }, story.owned));
  test("-o json has origins, previews, what is yielded and taken over", () =>
    golden("diff-owned-json", { ...options, output: "json" }, story.owned));
  test("base64 of text and embedded files are lines", () => golden("diff-embeds", options, story.embeds));
  test("-o json has the differences", () =>
    golden("diff-json", { ...options, output: "json" }, story.differs));
  test("-o name has what differs", () => golden("diff-name", { ...options, output: "name" }, story.differs));
  test("nothing to say", () => golden("diff-nothing", options, story.nothingDiffers));
});

describe("input problems", () => {
  test("each with its place and hint, and a count", () => golden("problems", {}, story.brokenInput));
  test("-o json has them in the same document", () =>
    golden("problems-json", { output: "json" }, story.brokenInput));
  test("-o ndjson has a line for each", () =>
    golden("problems-ndjson", { output: "ndjson" }, story.brokenInput));
  test("validate that finds nothing says so", () => golden("validate", { command: "validate" }, story.valid));
  test("validate that finds something", () =>
    golden("validate-problems", { command: "validate" }, story.brokenInput));
});

describe("a run without a result", () => {
  const refused = new KapplyError("tls", "https://10.0.0.1:443 presents a certificate of an unknown CA", {
    causes: [{ message: "unable to verify the first certificate" }],
    hint: "the CA comes from /var/run/secrets/kubernetes.io/serviceaccount/ca.crt\nis it the one of this cluster?",
  });
  test("says why, and the way out", () => golden("fail", {}, (reporter) => reporter.fail(refused)));
  test("-o json", () => golden("fail-json", { output: "json" }, (reporter) => reporter.fail(refused)));
  test("-o ndjson", () => golden("fail-ndjson", { output: "ndjson" }, (reporter) => reporter.fail(refused)));
});
