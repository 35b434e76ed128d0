/** `--set` with `--lock` and `--revision`: what a run that is skipped does, and what `diff` says before. */
import { describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { sleep } from "../cluster/run.js";
import { configMap, kapply } from "./kapply.js";
import { podOfDeployment } from "./workload-pods.js";

const cluster = testCluster();

interface Lease {
  metadata: { annotations: Record<string, string> };
  spec: object;
}

const leasePath = (namespace: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kapply-web`;

async function patch(path: string, body: object): Promise<void> {
  const headers = { "content-type": "application/merge-patch+json" };
  const answer = await cluster.request(path, { method: "PATCH", headers, body: JSON.stringify(body) });
  expect(answer.status, answer.body).toBe(200);
}

/** Another copy holds the Lease from here on, until the function that is given back says what it did. */
async function heldByAnother(namespace: string): Promise<(annotations: object) => Promise<void>> {
  const now = new Date().toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: "another", leaseDurationSeconds: 60, acquireTime: now, renewTime: now };
  await patch(leasePath(namespace), { spec });
  return (annotations) =>
    patch(leasePath(namespace), { metadata: { annotations }, spec: { holderIdentity: "" } });
}

const pod = (name: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { automountServiceAccountToken: false, containers: [{ name: c, image: c }] }
`;

describe("a copy that waited for its turn, with --wait", () => {
  test("does not apply what the other applied, and waits until that is ready", async () => {
    const namespace = await cluster.freshNamespace("turn");
    const args = ["apply", "-n", namespace, "-f", "-", "--set=web", "--lock"];
    expect(await kapply(cluster, args, { input: pod("web") })).toMatchObject({ status: 0 });
    const release = await heldByAnother(namespace);

    const waiting = kapply(cluster, [...args, "--wait", "--timeout=60s"], { input: pod("web") });
    await sleep(2000);
    await release({
      "kapply.dev/applied-at": "2026-01-01T00:00:00.000000Z",
      "kapply.dev/applied-by": "another",
    });
    await sleep(3000);
    const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    await patch(`/api/v1/namespaces/${namespace}/pods/web/status`, { status: ready });
    const { status, stdout, stderr } = await waiting;
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: "pod/web skipped\n" });
    expect(stderr).toContain("another applies this set since ");
    expect(stderr).toContain("another applied the same set while this one waited");
    expect(stderr).toMatch(/^waiting for pod\/web: /m);
  });

  test("that is of an older revision waits for nothing", async () => {
    const namespace = await cluster.freshNamespace("turn");
    const apply = (revision: number, ...flags: string[]) =>
      kapply(
        cluster,
        ["apply", "-n", namespace, "-f", "-", "--set=web", `--revision=${revision}`, ...flags],
        { input: pod("web") },
      );
    expect(await apply(9)).toMatchObject({ status: 0 });
    const { status, stderr } = await apply(7, "--wait", "--timeout=60s");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining("skipped: revision 7 is older than 9") as string,
    });
    expect(stderr).not.toContain("waiting");
  });
});

test("--revision auto is that of the pod's own controller, wherever the set is applied", async () => {
  const [home, elsewhere] = [await cluster.freshNamespace("turn"), await cluster.freshNamespace("turn")];
  const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: app, image: app }] }
`;
  await kapply(cluster, ["apply", "-n", home, "-f", "-"], { input: deployment });
  const { name } = await podOfDeployment(cluster, home, "web", 1);
  const done = await kapply(cluster, ["apply", "-n", elsewhere, "-f", "-", "--set=web", "--revision=auto"], {
    input: configMap("settings", {}),
    env: { POD_NAME: name, POD_NAMESPACE: home },
  });
  expect(done, done.stderr).toMatchObject({ status: 0 });
  const { metadata } = await cluster.get<Lease>(leasePath(elsewhere));
  expect(metadata.annotations["kapply.dev/revision"]).toContain("deployment.apps/web");
});

test.each([
  [["--revision=5", "-l", "app=web"], "--revision is about a whole set, and -l selects a part of it"],
  [["--allow-downgrade"], "--allow-downgrade is about a revision, and there is no --revision"],
])("%j is refused", async (flags, message) => {
  const input = configMap("settings", {});
  const args = ["apply", "-n", "default", "-f", "-", "--set=web", ...flags];
  const { status, stderr } = await kapply(cluster, args, { input });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) as string });
});

describe("what would be done with a set", () => {
  const input = configMap("settings", { a: "1" });

  test("is shown by diff with its label, and nothing is left to show after", async () => {
    const namespace = await cluster.freshNamespace("turn");
    const run = (command: string) =>
      kapply(cluster, [command, "-n", namespace, "-f", "-", "--set=web", "--lock"], { input });
    expect(await run("diff")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("+    kapply.dev/set: web") as string,
    });
    expect((await cluster.request(leasePath(namespace))).status).toBe(404);
    expect(await run("apply")).toMatchObject({ status: 0 });
    expect(await run("diff")).toMatchObject({ status: 0, stdout: "" });
  });

  test("is nothing where something newer was applied, as diff and a dry run say", async () => {
    const namespace = await cluster.freshNamespace("turn");
    const run = (revision: number, ...words: string[]) =>
      kapply(cluster, [...words, "-n", namespace, "-f", "-", "--set=web", `--revision=${revision}`], {
        input,
      });
    expect(await run(9, "apply")).toMatchObject({ status: 0 });
    const before = await cluster.get<Lease>(leasePath(namespace));
    for (const words of [["diff"], ["apply", "--dry-run=server"]]) {
      const { status, stderr } = await run(7, ...words);
      expect({ status, stderr }).toEqual({
        status: 0,
        stderr: expect.stringContaining("skipped: revision 7 is older than 9") as string,
      });
      expect(await run(7, ...words, "--allow-downgrade")).toMatchObject({ status: 0 });
    }
    expect(await cluster.get<Lease>(leasePath(namespace))).toEqual(before);
  });

  test("is printed by --dry-run=client with its label; an owner can't be", async () => {
    const args = ["apply", "-f", "-", "--dry-run=client", "-o", "json", "--set=web"];
    const { stdout } = await kapply(cluster, args, { input });
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { labels: { "kapply.dev/set": "web" } } });
    expect(await kapply(cluster, [...args, "--owner=job/migrate"], { input })).toMatchObject({
      status: 2,
      stderr: "error: --owner needs a server, which knows the owner's uid\n  hint: use --dry-run=server\n",
    });
  });

  test("is refused where a manifest says that it is of another set", async () => {
    const namespace = await cluster.freshNamespace("turn");
    const labelled = input.replace("\ndata:", "\n  labels:\n    kapply.dev/set: db\ndata:");
    const args = ["apply", "-n", namespace, "-f", "-", "--set=web"];
    const { status, stderr } = await kapply(cluster, args, { input: labelled });
    expect(status).toBe(2);
    expect(stderr).toContain(
      '<stdin>:6:21: metadata.labels.kapply.dev/set: ConfigMap settings is labelled as of the set "db", and --set is "web"',
    );
    expect(await kapply(cluster, [...args.slice(0, -1), "--set=db"], { input: labelled })).toMatchObject({
      status: 0,
    });
  });
});
