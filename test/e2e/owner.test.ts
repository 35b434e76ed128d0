/** `--owner`: what was applied belongs to an object, and goes with it. */
import { describe, expect, test } from "vitest";
import { actorOf, isWrite } from "../cluster/audit.js";
import { testCluster } from "../cluster/client.js";
import { runInPod } from "../cluster/service-account.js";
import { binary, configMap, kapply } from "./kapply.js";
import { roleOf, rule } from "./roles.js";
import { podOfDeployment } from "./workload-pods.js";

const cluster = testCluster();

interface Live {
  metadata: { uid: string; ownerReferences?: object[] };
}

const deployment = (name: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: app, image: app }] }
`;

async function withDeployment(): Promise<{ namespace: string; uid: string }> {
  const namespace = await cluster.freshNamespace("owner");
  const done = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: deployment("web") });
  expect(done, done.stderr).toMatchObject({ status: 0 });
  const { metadata } = await cluster.get<Live>(`/apis/apps/v1/namespaces/${namespace}/deployments/web`);
  return { namespace, uid: metadata.uid };
}

const referenceTo = (uid: string): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  name: "web",
  uid,
});

async function ownersOf(namespace: string, name: string): Promise<object[] | undefined> {
  const { metadata } = await cluster.get<Live>(`/api/v1/namespaces/${namespace}/configmaps/${name}`);
  return metadata.ownerReferences;
}

describe("--owner KIND/NAME", () => {
  test("that another manager has set otherwise: the way out is the flag, and no field of the manifest", async () => {
    const { namespace, uid } = await withDeployment();
    const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
    const ownerReferences = [{ ...referenceTo(uid), controller: true }];
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", ownerReferences } };
    await cluster.apply(path, JSON.stringify(object), "other");
    const input = configMap("settings", { a: "1" });
    const flags = ["apply", "-n", namespace, "-f", "-"];
    const owned = await kapply(cluster, [...flags, "--owner=deploy/web"], { input });
    expect(owned.status).toBe(4);
    expect(owned.stderr).toContain("metadata.ownerReferences");
    expect(owned.stderr).toContain("leave --owner out, which sets the field, or");
    const labelled = { ...object, metadata: { name: "settings", labels: { "kapply.dev/set": "one" } } };
    await cluster.apply(path, JSON.stringify(labelled), "other");
    const inSet = await kapply(cluster, [...flags, "--set=two"], { input });
    expect(inSet.status).toBe(4);
    expect(inSet.stderr).toContain("leave --set out, which sets the field, or");
    expect(await kapply(cluster, flags, { input })).toMatchObject({ status: 0 });
  });

  test("is found by any of its names, and found again without a change", async () => {
    const { namespace, uid } = await withDeployment();
    const input = configMap("settings", { a: "1" });
    for (const [owner, action] of [
      ["deployment/web", "created"],
      ["deploy/web", "unchanged"],
      ["deployments.apps/web", "unchanged"],
    ] as const)
      expect(
        await kapply(cluster, ["apply", "-n", namespace, "-f", "-", `--owner=${owner}`], { input }),
      ).toMatchObject({ status: 0, stdout: `configmap/settings ${action}\n` });
    expect(await ownersOf(namespace, "settings")).toEqual([referenceTo(uid)]);
  });

  test("is shown by diff, and taken away by an apply without it", async () => {
    const { namespace, uid } = await withDeployment();
    const input = configMap("settings", { a: "1" });
    const run = (command: string, ...flags: string[]) =>
      kapply(cluster, [command, "-n", namespace, "-f", "-", ...flags], { input });
    await run("apply");
    const diff = await run("diff", "--owner=deployment/web");
    expect(diff).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(new RegExp(`^\\+    uid: "?${uid}`, "m")) as string,
    });
    await run("apply", "--owner=deployment/web");
    expect(await run("apply")).toMatchObject({ status: 0, stdout: "configmap/settings configured\n" });
    expect(await ownersOf(namespace, "settings")).toBeUndefined();
  });

  test.each([
    ["deployment/none", 2, /--owner=deployment\/none: there is no such object in namespace owner-/],
    ["namespace/default", 2, /--owner: Namespace default is cluster-scoped/],
    ["deployment", 2, /--owner/],
  ])("%s is refused, and nothing is sent", async (owner, expected, message) => {
    const { namespace } = await withDeployment();
    const user = `owner-${namespace}`;
    const { status, stderr } = await kapply(
      cluster,
      ["apply", "-n", namespace, "-f", "-", `--owner=${owner}`, `--as=${user}`, "--as-group=system:masters"],
      { input: configMap("settings", { a: "1" }) },
    );
    expect({ status, stderr }).toEqual({
      status: expected,
      stderr: expect.stringMatching(message) as string,
    });
    const writes = (await cluster.readAudit()).filter((event) => actorOf(event) === user && isWrite(event));
    expect(writes).toEqual([]);
  });

  test("cluster-scoped objects and those of other namespaces are refused with their places", async () => {
    const { namespace } = await withDeployment();
    // A namespace of the run that no flag gives: with -n, another one in a manifest is refused before.
    const KUBECONFIG = cluster.kubeconfigFor({ token: cluster.adminToken }, namespace);
    const input = [
      configMap("settings", { a: "1" }),
      `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace}-b }\n`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: far, namespace: default }\n`,
    ].join("---\n");
    const args = ["apply", "-f", "-", "--owner=deployment/web"];
    const { status, stderr } = await kapply(cluster, args, { input, env: { KUBECONFIG } });
    expect(status).toBe(2);
    expect(stderr).toContain(
      `<stdin>:8:1: Namespace ${namespace}-b is cluster-scoped, and can't be owned by `,
    );
    expect(stderr).toContain(
      "<stdin>:14:35: metadata.namespace: ConfigMap far is in namespace default, and ",
    );
    const { status: found } = await cluster.request(`/api/v1/namespaces/${namespace}/configmaps/settings`);
    expect(found).toBe(404);
  });
});

test("--owner self is the Deployment of the pod that it runs in", async () => {
  const { namespace, uid } = await withDeployment();
  const role = roleOf("setup", [
    rule("", "configmaps", "get, create, patch", ["settings"]),
    rule("", "pods", "get"),
    rule("apps", "replicasets", "get"),
    rule("apps", "deployments", "get", ["web"]),
  ]);
  await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: role });
  const { name } = await podOfDeployment(cluster, namespace, "web", 1);
  const done = await runInPod(cluster, {
    namespace,
    serviceAccount: "setup",
    command: process.execPath,
    args: [binary, "apply", "-f", "-", "--owner=self"],
    env: { POD_NAME: name },
    input: configMap("settings", { a: "1" }),
  });
  expect(done, done.stderr).toMatchObject({ status: 0, stdout: "configmap/settings created\n" });
  expect(await ownersOf(namespace, "settings")).toEqual([referenceTo(uid)]);
});
