/** The main job, as a new user would do it: apply, apply again, edit, diff, apply. */
import { describe, expect, test } from "vitest";
import { actorOf } from "../cluster/audit.js";
import { testCluster } from "../cluster/client.js";
import { configMap, crd, folder, kapply } from "./kapply.js";

const cluster = testCluster();
const deployment = (replicas: number, image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: ${image}
          ports: [{ containerPort: 80 }]
`;

describe("apply, diff, apply", () => {
  test("creates, then finds everything unchanged, shows exactly an edit, makes it, and is at rest again", async () => {
    const namespace = await cluster.freshNamespace();
    const before = folder(cluster, {
      "web.yaml": deployment(2, "nginx:1"),
      "settings.yaml": configMap("settings", { a: "1" }),
    });
    const after = folder(cluster, {
      "web.yaml": deployment(2, "nginx:2"),
      "settings.yaml": configMap("settings", { a: "1" }),
    });

    const created = await kapply(cluster, ["apply", "-n", namespace, "-f", before]);
    expect(created.stdout).toBe("configmap/settings created\ndeployment.apps/web created\n");
    expect(created.status).toBe(0);

    const again = await kapply(cluster, ["apply", "-n", namespace, "-f", before]);
    expect(again.stdout).toBe("configmap/settings unchanged\ndeployment.apps/web unchanged\n");
    expect(again.status).toBe(0);
    expect(await kapply(cluster, ["diff", "-n", namespace, "-f", before])).toMatchObject({
      status: 0,
      stdout: "",
    });

    const diff = await kapply(cluster, ["diff", "-n", namespace, "-f", after]);
    const edits = diff.stdout.split("\n").filter((line) => /^[-+] /.test(line));
    expect(edits).toEqual(
      ["-        - image: nginx:1", "+        - image: nginx:2"].map(
        (line) => expect.stringContaining(line.slice(9)) as string,
      ),
    );
    expect(diff.status).toBe(1);

    const applied = await kapply(cluster, ["apply", "-n", namespace, "-f", after]);
    expect(applied.stdout).toBe("configmap/settings unchanged\ndeployment.apps/web configured\n");
    expect(await kapply(cluster, ["diff", "-n", namespace, "-f", after])).toMatchObject({
      status: 0,
      stdout: "",
    });
  });

  test("a field that the manifest no longer has is removed from the object", async () => {
    const namespace = await cluster.freshNamespace();
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], {
      input: configMap("settings", { a: "1", b: "2" }),
    });
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], {
      input: configMap("settings", { a: "1" }),
    });
    const live = await cluster.get<{ data: unknown }>(`/api/v1/namespaces/${namespace}/configmaps/settings`);
    expect(live.data).toEqual({ a: "1" });
  });

  test("an object of kubectl with the same values differs in ownership alone, and is ours after an apply", async () => {
    const namespace = await cluster.freshNamespace();
    const input = configMap("settings", { a: "1" });
    await cluster.apply(`/api/v1/namespaces/${namespace}/configmaps/settings`, input, "kubectl");
    const before = await kapply(cluster, ["diff", "-n", namespace, "-f", "-"], { input });
    expect(before.status).toBe(1);
    expect(before.stdout).toContain("kapply would come to own fields");
    const applied = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    expect(applied).toMatchObject({ status: 0, stdout: "configmap/settings configured\n" });
    expect(await kapply(cluster, ["diff", "-n", namespace, "-f", "-"], { input })).toMatchObject({
      status: 0,
      stdout: "",
    });
  });

  test("a Secret's stringData key that the manifest no longer has is removed too", async () => {
    const namespace = await cluster.freshNamespace();
    const secret = (keys: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {${keys}}\n`;
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: secret("a: x, b: y") });
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: secret("a: x") });
    const live = await cluster.get<{ data: unknown }>(`/api/v1/namespaces/${namespace}/secrets/s`);
    expect(live.data).toEqual({ a: "eA==" });
  });

  test("integers beyond 2^53 arrive as they were written", async () => {
    const namespace = await cluster.freshNamespace();
    const group = `${namespace}.example`;
    const set = `${crd(group, "Big", "{ type: object, properties: { count: { type: integer, format: int64 } } }")}---
apiVersion: ${group}/v1
kind: Big
metadata: { name: one }
spec: { count: 9223372036854775807 }
`;
    const applied = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: set });
    expect(applied).toMatchObject({ status: 0 });
    const live = await cluster.request(`/apis/${group}/v1/namespaces/${namespace}/bigs/one`);
    expect(live.body).toContain('"count":9223372036854775807');
    expect(await kapply(cluster, ["diff", "-n", namespace, "-f", "-"], { input: set })).toMatchObject({
      status: 0,
      stdout: "",
    });
  });
});

describe("requests", () => {
  /** What a run asks of the server, told by a user of its own in the audit log. */
  async function requestsOf(input: string, namespace: string): Promise<string[]> {
    const user = `asker-${Math.random().toString(36).slice(2)}`;
    const args = ["apply", "-n", namespace, "-f", "-", `--as=${user}`, "--as-group=system:masters"];
    expect(await kapply(cluster, args, { input })).toMatchObject({ status: 0 });
    const events = (await cluster.readAudit()).filter((event) => actorOf(event) === user);
    return events.map(({ verb, requestURI }) => `${verb} ${requestURI.replace(/\?.*/, "")}`).sort();
  }

  test("built-in kinds need no discovery: a read and a write for each, and only a read once it is there", async () => {
    const namespace = await cluster.freshNamespace();
    const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
    const input = configMap("settings", { a: "1" });
    expect(await requestsOf(input, namespace)).toEqual([`get ${path}`, `patch ${path}`]);
    expect(await requestsOf(input, namespace)).toEqual([`get ${path}`]);
  });
  test("what is unchanged costs a list for each kind and namespace, however many objects there are", async () => {
    const namespace = await cluster.freshNamespace();
    const input = Array.from({ length: 30 }, (_, at) => configMap(`cm-${at}`, { a: "1" })).join("---\n");
    await requestsOf(input, namespace);
    expect(await requestsOf(input, namespace)).toEqual([`list /api/v1/namespaces/${namespace}/configmaps`]);
  });
});

describe("what is only about to exist", () => {
  const set = (namespace: string): string => `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
${crd(`${namespace}.example`, "Gadget", "{ type: object, required: [size], properties: { size: { type: integer } } }")}---
apiVersion: ${namespace}.example/v1
kind: Gadget
metadata: { name: g, namespace: ${namespace} }
spec: { size: 3 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: c, namespace: ${namespace} }
data: { a: b }
---
apiVersion: v1
kind: Pod
metadata: { name: p, namespace: ${namespace} }
spec: { containers: [{ name: c, image: busybox }] }
`;

  test("a namespace and its contents, a CRD and its custom resources: in diff and in one apply", async () => {
    const namespace = `pending-${Date.now()}`;
    const diff = await kapply(cluster, ["diff", "-f", "-", "-o", "json"], { input: set(namespace) });
    expect(diff.stderr).toBe("");
    expect(diff.status).toBe(1);
    const result = JSON.parse(diff.stdout) as { results: { kind: string; action: string }[] };
    expect(result.results.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      "Namespace created",
      "CustomResourceDefinition created",
      "Gadget created",
      "ConfigMap created",
      "Pod created",
    ]);
    expect(await kapply(cluster, ["diff", "-f", "-"], { input: set(namespace) })).toMatchObject({
      status: 1,
    });

    const applied = await kapply(cluster, ["apply", "-f", "-"], { input: set(namespace) });
    expect(applied).toMatchObject({ status: 0 });
    expect(await kapply(cluster, ["diff", "-f", "-"], { input: set(namespace) })).toMatchObject({
      status: 0,
      stdout: "",
    });
  });

  test("a custom resource is checked against the CRD of its own set, before anything is sent", async () => {
    const namespace = `wrong-${Date.now()}`;
    const input = set(namespace).replace("size: 3", "size: big");
    const refused = await kapply(cluster, ["apply", "-f", "-"], { input });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/<stdin>:22:15: spec\.size: /);
    expect((await cluster.request(`/api/v1/namespaces/${namespace}`)).status).toBe(404);
  });
});

describe("dry runs", () => {
  test("--dry-run=server shows what would change and writes nothing", async () => {
    const namespace = await cluster.freshNamespace();
    const input = configMap("settings", { a: "1" });
    const dry = await kapply(cluster, ["apply", "-n", namespace, "-f", "-", "--dry-run=server"], { input });
    expect(dry.status).toBe(0);
    expect(dry.stdout).toContain("configmap/settings created (server dry run)");
    expect((await cluster.request(`/api/v1/namespaces/${namespace}/configmaps/settings`)).status).toBe(404);
  });
  test("--dry-run=client prints the objects as they would be sent, with no server at all", async () => {
    const input = configMap("settings", { mode: "0644" });
    const env = { KUBECONFIG: "/nowhere" };
    const dry = await kapply(cluster, ["apply", "-n", "shop", "-f", "-", "--dry-run=client", "-o", "json"], {
      input,
      env,
    });
    expect(JSON.parse(dry.stdout)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: "shop" },
      data: { mode: "0644" },
    });
    expect(dry.status).toBe(0);
  });
});
