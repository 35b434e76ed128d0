/** What `kubectl apply` did on the client becomes ours as it becomes the real kubectl's when that goes to the server. */
import { expect, test } from "vitest";
import { getPath, isObject, parseJson, stringifyJson, type JsonObject } from "../../../src/json.js";
import { isClientSide } from "../../../src/merge/index.js";
import type { KubeObject } from "../../../src/model.js";
import { testControlPlane } from "../../cluster/kubectl.js";
import { moveToUs, patch, us } from "../moves.js";

const cluster = testControlPlane();

function deployment(labels: JsonObject, ...containers: JsonObject[]): KubeObject {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers } };
  const spec = { replicas: 0, selector: { matchLabels: { app: "web" } }, template };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", labels }, spec };
}
const env = ["A", "B"].map((name) => ({ name, value: "1" }));
const before = deployment(
  { tier: "web", team: "blue" },
  { name: "web", image: "web:1", env, args: ["x"], ports: [{ containerPort: 80 }] },
  { name: "side", image: "side:1" },
);
const after = deployment({ tier: "web" }, { name: "web", image: "web:2", env: env.slice(1) });

/** The labels, the spec and what the manager owns, of the object after a client-side apply and what comes then. */
async function migrated(manager: string, migrate: (namespace: string, path: string) => Promise<unknown>) {
  const namespace = await cluster.freshNamespace("takeover");
  const applied = await cluster.kubectl(["apply", "-n", namespace, "-f", "-"], stringifyJson(before));
  expect(applied.status).toBe(0);
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
  await migrate(namespace, path);
  const live = parseJson((await cluster.request(path)).body);
  const entries = getPath(live, ["metadata", "managedFields"]) as JsonObject[];
  const entry = entries.find((one) => one["manager"] === manager && one["operation"] === "Apply");
  const client = entries.filter((one) => one["manager"] === "kubectl-client-side-apply");
  const annotations = getPath(live, ["metadata", "annotations"]);
  return {
    labels: getPath(live, ["metadata", "labels"]),
    spec: getPath(live, ["spec"]),
    owned: entry?.["fieldsV1"],
    ownedByClient: client.map(({ fieldsV1 }) => getPath(fieldsV1, ["f:spec"])).filter(isObject),
    recorded: getPath(annotations, ["kubectl.kubernetes.io/last-applied-configuration"]) !== undefined,
  };
}

test("the same fields go, and the same are owned", async () => {
  const byKubectl = await migrated("kubectl", async (namespace) => {
    const args = ["apply", "--server-side", "-n", namespace, "-f", "-"];
    expect(await cluster.kubectl(args, stringifyJson(after))).toMatchObject({ status: 0 });
  });
  const byUs = await migrated(us, async (_, path) => {
    await moveToUs(cluster, path, isClientSide);
    const applied = await patch(cluster, `${path}?fieldManager=${us}`, "apply-patch+yaml", after);
    expect(applied.status).toBe(200);
  });
  expect(byUs).toEqual(byKubectl);
  expect(byUs).toMatchObject({ labels: { tier: "web" }, ownedByClient: [], recorded: true });
});
