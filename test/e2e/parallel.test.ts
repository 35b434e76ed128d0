/** Many runs at once. */
import { expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { configMap, kapply } from "./kapply.js";

const cluster = testCluster();

test("the same set applied by eight processes at once: all succeed", async () => {
  const namespace = await cluster.freshNamespace();
  const input = Array.from({ length: 50 }, (_, at) => configMap(`cm-${at}`, { a: "1" })).join("---\n");
  const args = ["apply", "-n", namespace, "-f", "-", "-o", "json"];
  const runs = await Promise.all(Array.from({ length: 8 }, () => kapply(cluster, args, { input })));
  expect(runs.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
    runs.map(() => ({ status: 0, stderr: "" })),
  );
  const created = runs.map(
    ({ stdout }) => (JSON.parse(stdout) as { summary: { created: number } }).summary.created,
  );
  expect(created.reduce((sum, count) => sum + count, 0)).toBe(50);
});
