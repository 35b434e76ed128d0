/** What kapply tells of what it would do, and of who owns what: by reads alone, by dry runs, and when it applies. */
import { describe, expect, test } from "vitest";
import { actorOf } from "../cluster/audit.js";
import { testCluster } from "../cluster/client.js";
import type { RunResult } from "../cluster/run.js";
import { configMap, crd, kapply } from "./kapply.js";

const cluster = testCluster();

interface Entry {
  name: string;
  action: string;
  preview?: string;
  reason?: string;
  changes: { path: string; before?: unknown; after?: unknown; origin?: { by: string } }[];
  yielded?: { path: string; live?: unknown; wanted?: unknown; owner: object }[];
  takenOver?: { manager: string }[];
  error?: { code: string; hint?: string; causes: { path?: string; source?: string; contest?: object }[] };
}
const entriesOf = ({ stdout }: RunResult): Entry[] => (JSON.parse(stdout) as { results: Entry[] }).results;

const web = (replicas: number | undefined, image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
${replicas === undefined ? "" : `  replicas: ${replicas}`}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: "${image}", resources: { limits: { cpu: 1000m } } }
`;

/** What `kubectl scale` does. */
async function scale(namespace: string, replicas: number): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web/scale?fieldManager=scaler`;
  const { status } = await cluster.request(path, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ spec: { replicas } }),
  });
  expect(status).toBe(200);
}

const configMapPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps/settings`;

/** A write of another manager's, as an editor makes it. */
async function merge(namespace: string, data: object, manager: string): Promise<void> {
  const { status } = await cluster.request(`${configMapPath(namespace)}?fieldManager=${manager}`, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ data }),
  });
  expect(status).toBe(200);
}

describe("diff without permission to write", () => {
  /** A user who may read everything, and nothing else. */
  async function reader(namespace: string): Promise<string[]> {
    const name = `reader-${namespace}`;
    await cluster.apply(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name },
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list"] }],
    });
    await cluster.apply(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }],
    });
    return [`--as=${name}`, "--as-group=system:authenticated"];
  }
  const set = (edited: boolean): string =>
    [
      web(3, edited ? "nginx:2" : "nginx:1"),
      configMap("settings", edited ? { a: "2" } : { a: "1", old: "x" }),
      ...(edited ? [configMap("new", { b: "1" })] : []),
    ].join("---\n");

  test("shows what the server would show, and says that it is a prediction and why", async () => {
    const namespace = await cluster.freshNamespace();
    const asReader = await reader(namespace);
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: set(false) });
    const diff = (...flags: string[]): Promise<RunResult> =>
      kapply(cluster, ["diff", "-n", namespace, "-f", "-", ...flags], { input: set(true) });

    const byServer = await diff();
    const byReader = await diff(...asReader);
    const readOnly = await diff("--read-only");
    expect([byServer.status, byReader.status, readOnly.status]).toEqual([1, 1, 1]);
    expect(byReader.stdout).toContain("(predicted: patch is not permitted)");
    expect(readOnly.stdout).toContain("(predicted: --read-only)");
    const plain = ({ stdout }: RunResult): string => stdout.replaceAll(/ \(predicted: .*\)$/gm, "");
    expect(plain(byReader)).toBe(byServer.stdout);
    expect(plain(readOnly)).toBe(byServer.stdout);
    const rejected = await kapply(cluster, ["apply", "-n", namespace, "-f", "-", ...asReader], {
      input: set(true),
    });
    expect(rejected.status).toBe(3);
  });

  test("sends nothing but reads, and without --read-only nothing but reads and dry runs", async () => {
    const namespace = await cluster.freshNamespace();
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: set(false) });
    const sentBy = async (...args: string[]): Promise<string[]> => {
      const user = `asker-${Math.random().toString(36).slice(2)}`;
      const asUser = [`--as=${user}`, "--as-group=system:masters"];
      await kapply(cluster, [...args, "-n", namespace, "-f", "-", ...asUser], { input: set(true) });
      const events = (await cluster.readAudit()).filter((event) => actorOf(event) === user);
      return events.map(({ verb, requestURI }) => (requestURI.includes("dryRun=All") ? `dry ${verb}` : verb));
    };
    expect(new Set(await sentBy("diff", "--read-only"))).toEqual(new Set(["get"]));
    expect(new Set(await sentBy("diff"))).toEqual(new Set(["get", "dry patch"]));
    expect(new Set(await sentBy("apply", "--dry-run=server"))).toEqual(new Set(["get", "dry patch"]));
  });

  test("knows custom resources too, by the schemas that the server publishes", async () => {
    const namespace = await cluster.freshNamespace();
    const group = `${namespace}.example`;
    const schema =
      "{ type: object, properties: { size: { type: integer, default: 1 }, ports: { type: array, " +
      "x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [port], items: { type: object, required: [port], " +
      "properties: { port: { type: integer }, name: { type: string } } } } } }";
    await kapply(cluster, ["apply", "-f", "-"], { input: crd(group, "Widget", schema) });
    // A CRD is served before its schema is published.
    await expect
      .poll(async () => (await cluster.request(`/openapi/v3/apis/${group}/v1`)).body, { timeout: 20_000 })
      .toContain('"Widget"');
    const widget = (spec: string): string =>
      `apiVersion: ${group}/v1\nkind: Widget\nmetadata: { name: w }\nspec: ${spec}\n`;
    const args = ["-n", namespace, "-f", "-"];
    const input = widget("{ ports: [{ port: 80 }, { port: 443, name: tls }] }");
    expect(await kapply(cluster, ["apply", ...args], { input })).toMatchObject({ status: 0 });
    expect(await kapply(cluster, ["diff", "--read-only", ...args], { input })).toMatchObject({ status: 0 });

    const next = widget("{ size: 2, ports: [{ port: 443, name: tls }] }");
    const readOnly = await kapply(cluster, ["diff", "--read-only", "-o", "json", ...args], { input: next });
    const [predicted] = entriesOf(readOnly);
    const [asked] = entriesOf(await kapply(cluster, ["diff", "-o", "json", ...args], { input: next }));
    expect(predicted).toMatchObject({
      action: "configured",
      preview: "predicted",
      changes: [
        { path: "spec.ports[port=80]", before: { port: 80 } },
        { path: "spec.size", before: 1, after: 2 },
      ],
    });
    expect(predicted?.changes).toEqual(asked?.changes);
  });
});

describe("fields that others own", () => {
  test("fail with owner, values, place and ways out; nothing is written", async () => {
    const namespace = await cluster.freshNamespace();
    const args = ["apply", "-n", namespace, "-f", "-"];
    await kapply(cluster, args, { input: web(3, "nginx") });
    await scale(namespace, 5);
    const failed = await kapply(cluster, [...args, "-o", "json"], { input: web(3, "nginx") });
    expect(failed.status).toBe(4);
    expect(entriesOf(failed)[0]?.error).toMatchObject({
      code: "conflict",
      causes: [
        {
          path: "spec.replicas",
          source: "<stdin>:6:13",
          contest: {
            owner: { manager: "scaler", operation: "Update", subresource: "scale" },
            live: 5,
            wanted: 3,
          },
        },
      ],
    });
    expect(failed.stderr).toContain('spec.replicas: owned by "scaler" (Update of scale');
    expect(failed.stderr).toContain("live 5, manifest 3");
    for (const way of ["drop the field", "--force-conflicts", "--on-conflict=yield", "give it up"])
      expect(failed.stderr).toContain(way);
  });

  test("are left to them with --on-conflict=yield, and then nothing is left to do", async () => {
    const namespace = await cluster.freshNamespace();
    const args = ["apply", "-n", namespace, "-f", "-", "--on-conflict=yield", "-o", "json"];
    await kapply(cluster, args, { input: web(3, "nginx:1") });
    await scale(namespace, 5);
    const configured = await kapply(cluster, args, { input: web(3, "nginx:2") });
    expect(configured.status).toBe(0);
    expect(entriesOf(configured)[0]).toMatchObject({
      action: "configured",
      changes: [{ path: "spec.template.spec.containers[name=web].image" }],
      yielded: [{ path: "spec.replicas", live: 5, wanted: 3, owner: { manager: "scaler" } }],
    });
    const again = await kapply(cluster, args, { input: web(3, "nginx:2") });
    expect(entriesOf(again)[0]).toMatchObject({
      action: "unchanged",
      yielded: [{ path: "spec.replicas" }],
    });
    const told = await kapply(cluster, args.slice(0, -2), { input: web(3, "nginx:2") });
    expect(told.stdout).toBe("deployment.apps/web unchanged\n");
    expect(told.stderr).toContain('left to "scaler"');
    const live = await cluster.get<{ spec: object }>(`/apis/apps/v1/namespaces/${namespace}/deployments/web`);
    expect(live.spec).toMatchObject({ replicas: 5 });
  });

  test("are taken with --force-conflicts, which says whose they were", async () => {
    const namespace = await cluster.freshNamespace();
    const args = ["-n", namespace, "-f", "-", "--force-conflicts"];
    const input = configMap("settings", { a: "1" });
    await kapply(cluster, ["apply", ...args], { input });
    await merge(namespace, { a: "other" }, "editor");
    const diff = await kapply(cluster, ["diff", ...args], { input });
    expect(diff.stdout).toContain('set by "editor"');
    const applied = await kapply(cluster, ["apply", ...args], { input });
    expect(applied.status).toBe(0);
    expect(applied.stderr).toContain('overwrote data.a, set by "editor"');
  });

  test("--force-conflicts beside --on-conflict=yield is a contradiction", async () => {
    const { status, stderr } = await kapply(
      cluster,
      ["apply", "-f", "-", "--force-conflicts", "--on-conflict=yield"],
      { input: configMap("settings", {}) },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("contradict each other");
  });
});

describe("who changed what", () => {
  test("the manifest, somebody else, or both", async () => {
    const namespace = await cluster.freshNamespace();
    const args = ["-n", namespace, "-f", "-", "--force-conflicts"];
    await kapply(cluster, ["apply", ...args], { input: configMap("settings", { a: "1", b: "1" }) });
    const diff = async (data: Record<string, string>): Promise<string> =>
      (await kapply(cluster, ["diff", ...args], { input: configMap("settings", data) })).stdout;
    expect(await diff({ a: "2", b: "1" })).toContain("# the manifest changed\n");
    await merge(namespace, { b: "other" }, "editor");
    expect(await diff({ a: "1", b: "1" })).toMatch(/# set by "editor" .*: data\.b\n/);
    const both = await diff({ a: "2", b: "1" });
    expect(both).toMatch(/# the manifest changed: data\.a\n/);
    expect(both).toMatch(/# set by "editor" .*: data\.b\n/);
  });
});

describe("objects that others applied", () => {
  /** As `kubectl apply` on the client leaves an object. */
  async function clientSide(namespace: string, data: Record<string, string>): Promise<void> {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace }, data };
    const record = { "kubectl.kubernetes.io/last-applied-configuration": `${JSON.stringify(object)}\n` };
    await cluster.create(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { ...object, metadata: { ...object.metadata, annotations: record } },
      "kubectl-client-side-apply",
    );
  }
  const dataOf = async (namespace: string): Promise<unknown> =>
    (await cluster.get<{ data: unknown }>(configMapPath(namespace))).data;

  test("by kubectl on the client become ours: what the manifest dropped goes", async () => {
    const namespace = await cluster.freshNamespace();
    await clientSide(namespace, { a: "1", old: "x" });
    const args = ["-n", namespace, "-f", "-"];
    const input = configMap("settings", { a: "1" });
    const [entry] = entriesOf(await kapply(cluster, ["diff", ...args, "-o", "json"], { input }));
    expect(entry).toMatchObject({
      action: "configured",
      preview: "predicted",
      changes: [{ path: "data.old", before: "x" }],
      takenOver: [{ manager: "kubectl-client-side-apply" }],
    });
    const applied = await kapply(cluster, ["apply", ...args], { input });
    expect(applied.stdout).toBe("configmap/settings configured\n");
    expect(applied.stderr).toContain('took over the fields of "kubectl-client-side-apply"');
    expect(await dataOf(namespace)).toEqual({ a: "1" });
    expect((await kapply(cluster, ["apply", ...args], { input })).stdout).toBe(
      "configmap/settings unchanged\n",
    );
  });

  test("are ownership only in the diff where no value changes", async () => {
    const namespace = await cluster.freshNamespace();
    await clientSide(namespace, { a: "1" });
    const diff = await kapply(cluster, ["diff", "-n", namespace, "-f", "-"], {
      input: configMap("settings", { a: "1" }),
    });
    expect(diff.status).toBe(1);
    expect(diff.stdout).toContain('# fields of "kubectl-client-side-apply"');
    expect(diff.stdout).not.toMatch(/^[-+] /m);
  });

  test("by a manager that --take-over-from names become ours, others stay", async () => {
    const namespace = await cluster.freshNamespace();
    const object = (data: object) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace },
      data,
    });
    await cluster.apply(configMapPath(namespace), object({ a: "1", old: "x" }), "argocd");
    await cluster.apply(configMapPath(namespace), object({ theirs: "y" }), "other");
    const args = ["apply", "-n", namespace, "-f", "-"];
    const input = configMap("settings", { a: "1" });
    await kapply(cluster, args, { input });
    expect(await dataOf(namespace)).toEqual({ a: "1", old: "x", theirs: "y" });
    const taken = await kapply(cluster, [...args, "--take-over-from=argocd,helm"], { input });
    expect(taken.stderr).toContain('took over the fields of "argocd"');
    expect(await dataOf(namespace)).toEqual({ a: "1", theirs: "y" });
  });
});
