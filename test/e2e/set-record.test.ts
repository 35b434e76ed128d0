/** What the Lease of a set remembers: of a run in another manner, of one that ended halfway, of one of a part. */
import { describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { configMap, kapply } from "./kapply.js";
import type { RunResult } from "../cluster/run.js";

const cluster = testCluster();

const leasePath = (namespace: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kapply-web`;
const settingsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps/settings`;

const annotationsIn = async (namespace: string): Promise<Record<string, string>> =>
  (await cluster.get<{ metadata: { annotations: Record<string, string> } }>(leasePath(namespace))).metadata
    .annotations;

async function patch(path: string, body: object): Promise<void> {
  const headers = { "content-type": "application/merge-patch+json" };
  const answer = await cluster.request(path, { method: "PATCH", headers, body: JSON.stringify(body) });
  expect(answer.status, answer.body).toBe(200);
}

/** Applies settings as the set `web`. */
const apply = (namespace: string, input: string, ...flags: string[]): Promise<RunResult> =>
  kapply(cluster, ["apply", "-n", namespace, "-f", "-", "--set=web", ...flags], { input });

const settings = (version: string): string => configMap("settings", { version });

const service = (name: string, port: number): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { type: NodePort, ports: [{ port: 80, nodePort: ${port} }] }
`;

/** Settings that are applied, and two Services that want one port: each is valid alone, and the later one is refused. */
function halfBad(version: string): string {
  const port = 30000 + Math.floor(Math.random() * 2768);
  return [settings(version), service(`a-${version}`, port), service(`b-${version}`, port)].join("---\n");
}

test("who waits to take fields over does so, though another applied the same set and yielded them", async () => {
  const namespace = await cluster.freshNamespace("record");
  const theirs = ["apply", "-n", namespace, "-f", "-", "--field-manager=other"];
  expect(await kapply(cluster, theirs, { input: settings("theirs") })).toMatchObject({ status: 0 });
  expect(await apply(namespace, settings("ours"), "--lock", "--on-conflict=yield")).toMatchObject({
    status: 0,
  });
  const now = new Date().toISOString().replace("Z", "000Z");
  const spec = { holderIdentity: "another", leaseDurationSeconds: 60, acquireTime: now, renewTime: now };
  await patch(leasePath(namespace), { spec });

  const waiting = apply(namespace, settings("ours"), "--lock", "--force-conflicts", "-o", "ndjson");
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const annotations = { "kapply.dev/applied-at": now, "kapply.dev/applied-by": "another" };
  await patch(leasePath(namespace), { metadata: { annotations }, spec: { holderIdentity: "" } });
  const { status, stdout, stderr } = await waiting;
  expect(status, stderr).toBe(0);
  expect(stdout).toContain("another applies this set since ");
  expect(await cluster.get(settingsPath(namespace))).toMatchObject({ data: { version: "ours" } });
});

describe("after revision 9 of a set ended halfway", () => {
  /** Revision 7 is applied, and 9 in part. */
  async function halfApplied(): Promise<string> {
    const namespace = await cluster.freshNamespace("record");
    expect(await apply(namespace, settings("7"), "--revision=7")).toMatchObject({ status: 0 });
    const { status, stdout, stderr } = await apply(namespace, halfBad("9"), "--revision=9");
    expect(status, stdout + stderr).not.toBe(0);
    expect(await cluster.get(settingsPath(namespace))).toMatchObject({ data: { version: "9" } });
    return namespace;
  }

  /** 8 is skipped as what is older than 9, and 9 can be applied. */
  async function remembersNine(namespace: string): Promise<void> {
    const { status, stderr } = await apply(namespace, settings("8"), "--revision=8");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining("revision 8 is older than 9, which was begun") as string,
    });
    expect(await apply(namespace, settings("9"), "--revision=9")).toMatchObject({ status: 0 });
    const { [`kapply.dev/begun-revision`]: begun, "kapply.dev/revision": applied } =
      await annotationsIn(namespace);
    expect({ begun, applied }).toEqual({ begun: undefined, applied: "9" });
  }

  test.each([
    ["the set is applied without a revision", settings("plain"), ["--lock"], 0],
    ["a part of it is applied", settings("plain"), ["--lock", "-l", "!no-such"], 0],
    ["nothing of it is applied", settings("plain"), ["--lock", "-l", "no=such", "--allow-empty"], 0],
    ["a downgrade ends halfway too", halfBad("5"), ["--revision=5", "--allow-downgrade"], 1],
  ])("8 is not applied on top of it once %s", async (_, input, flags, failed) => {
    const namespace = await halfApplied();
    const { status, stderr } = await apply(namespace, input, ...flags);
    expect(Math.min(status, 1), stderr).toBe(failed);
    await remembersNine(namespace);
  });

  test("6 is applied after a downgrade to 5", async () => {
    const namespace = await halfApplied();
    const down = await apply(namespace, settings("5"), "--revision=5", "--allow-downgrade");
    expect(down, down.stderr).toMatchObject({ status: 0 });
    const up = await apply(namespace, settings("6"), "--revision=6");
    expect(up, up.stderr).toMatchObject({ status: 0 });
    expect(await cluster.get(settingsPath(namespace))).toMatchObject({ data: { version: "6" } });
  });
});

test("a part of a set is not recorded as what was applied of it", async () => {
  const namespace = await cluster.freshNamespace("record");
  expect(await apply(namespace, settings("7"), "--revision=7")).toMatchObject({ status: 0 });
  const before = await annotationsIn(namespace);
  expect(await apply(namespace, settings("8"), "--lock", "-l", "!no-such")).toMatchObject({ status: 0 });
  expect(await annotationsIn(namespace)).toMatchObject(before);
});

test("a set whose Lease changed hands as often as can be counted is applied", async () => {
  const namespace = await cluster.freshNamespace("record");
  expect(await apply(namespace, settings("1"), "--lock")).toMatchObject({ status: 0 });
  await patch(leasePath(namespace), { spec: { leaseTransitions: 2 ** 31 - 1 } });
  const again = await apply(namespace, settings("2"), "--lock");
  expect(again, again.stderr).toMatchObject({ status: 0 });
});

test.each([
  [["--set=bar", "--revision=v1.2.3"], '--revision: "v1.2.3" is neither a number nor a timestamp'],
  [["--set=Bar"], `--set: "Bar" can't be the name of a set`],
])("%j is refused with no server at all", async (flags, message) => {
  const args = ["apply", "-f", "-", "--dry-run=client", ...flags];
  const { status, stderr } = await kapply(cluster, args, { input: settings("1"), env: { KUBECONFIG: "" } });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) as string });
});
