/** What the real garbage collector makes of `--owner`. */
import { expect, test } from "vitest";
import { testCluster } from "../../cluster/client.js";
import { configMap, kapply } from "../kapply.js";

const cluster = testCluster();

test("what was applied with an owner goes when that is deleted, and the rest stays", async () => {
  const namespace = await cluster.freshNamespace("owner");
  const apply = (input: string, ...flags: string[]) =>
    kapply(cluster, ["apply", "-n", namespace, "-f", "-", ...flags], { input });
  const job = `
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: c }] } } }
`;
  await apply(job);
  await apply(configMap("stays", { a: "1" }));
  expect(await apply(configMap("goes", { a: "1" }), "--owner=job/migrate")).toMatchObject({ status: 0 });
  const statusOf = async (name: string): Promise<number> =>
    (await cluster.request(`/api/v1/namespaces/${namespace}/configmaps/${name}`)).status;
  expect(await statusOf("goes")).toBe(200);

  await cluster.delete(`/apis/batch/v1/namespaces/${namespace}/jobs/migrate?propagationPolicy=Background`);
  await expect.poll(() => statusOf("goes"), { timeout: 60_000 }).toBe(404);
  expect(await statusOf("stays")).toBe(200);
});
