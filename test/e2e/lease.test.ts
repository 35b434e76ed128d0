/** One run at a time: a Lease that several processes want, with rights to nothing but this Lease. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { startHolder } from "../lease/holder.js";
import type { Holder, Task, Told } from "../lease/holder.js";
import { kapply } from "./kapply.js";
import { accountWith, rule } from "./roles.js";

const cluster = testCluster();
const name = "kapply-web";

/** A service account that may do this to the one Lease, and nothing else. */
const role = (verbs: string): string =>
  accountWith("applier", [rule("coordination.k8s.io", "leases", verbs, [name])]);

/** A namespace with that service account, and its token. */
async function place(verbs = "get, create, update"): Promise<{ namespace: string; token: string }> {
  const namespace = await cluster.freshNamespace("lease");
  expect(await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: role(verbs) })).toMatchObject({
    status: 0,
  });
  return { namespace, token: await cluster.tokenFor(namespace, "applier") };
}

const started: Holder[] = [];
afterEach(async () => {
  for (const { kill, ended } of started.splice(0)) {
    kill("SIGKILL");
    await ended;
  }
});
const start = (task: Partial<Task> & Pick<Task, "namespace" | "token" | "holder">): Holder => {
  const holder = startHolder(cluster, { name, hash: "same", workMs: 0, ...task });
  started.push(holder);
  return holder;
};

interface Lease {
  metadata: { annotations: Record<string, string>; uid: string };
  spec: { holderIdentity?: string; leaseTransitions: number };
}
const leases = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
const leaseIn = (namespace: string): Promise<Lease> => cluster.get(`${leases(namespace)}/${name}`);
const ends = ({ told }: Holder): Told["is"] | undefined => told.at(-1)?.is;

describe("with get, create and update on the one Lease", () => {
  let at = { namespace: "", token: "" };
  beforeAll(async () => {
    at = await place();
  });

  test("processes that race for it hold it one after the other", async () => {
    const holders = ["a", "b", "c"].map((holder) => start({ ...at, holder, hash: holder, workMs: 300 }));
    await Promise.all(holders.map(({ ended }) => ended));
    const spans = holders
      .map(({ told }) => ["held", "released"].map((is) => told.find((one) => one.is === is)?.at ?? NaN))
      .sort(([a = 0], [b = 0]) => a - b);
    spans.forEach(([held = NaN, released = NaN], turn) => {
      expect(released).toBeGreaterThanOrEqual(held + 300);
      expect(held).toBeGreaterThanOrEqual(spans[turn - 1]?.[1] ?? 0);
    });
    expect((await leaseIn(at.namespace)).spec).toMatchObject({ holderIdentity: "", leaseTransitions: 2 });
  });

  test("who waits for the same set finds it applied, and an older revision is not applied after it", async () => {
    const first = start({ ...at, holder: "first", revision: "9", workMs: 3000 });
    await first.until("held");
    const same = start({ ...at, holder: "same", revision: "9" });
    expect(await same.until("waiting")).toMatchObject({ holder: "first" });
    const older = start({ ...at, holder: "older", revision: "7", hash: "old" });
    expect(await older.until("skipped")).toMatchObject({
      why: "revision 7 is older than 9, which was begun",
    });
    expect(await same.until("skipped")).toMatchObject({
      why: "first applied the same set while this one waited",
    });
    const later = start({ ...at, holder: "later", revision: "7", hash: "old" });
    expect(await later.until("skipped")).toMatchObject({ why: "revision 7 is older than 9" });
    expect((await leaseIn(at.namespace)).metadata.annotations).toMatchObject({
      "kapply.dev/revision": "9",
      "kapply.dev/hash": "same",
      "kapply.dev/applied-by": "first",
    });
  });

  test("another Lease is refused, with the permission that is missing", async () => {
    const refused = await start({ ...at, holder: "a", name: "kapply-other" }).until("failed");
    expect(refused).toMatchObject({ code: "forbidden" });
    expect(refused).toMatchObject({
      message: expect.stringContaining("may not get leases.coordination") as string,
    });
  });
});

describe("when something goes wrong", () => {
  test("the Lease of a killed process is taken over after its time, and that of a living one is not", async () => {
    const at = await place();
    const first = start({ ...at, holder: "first", hash: "a", durationSeconds: 3, workMs: 60_000 });
    const { at: heldAt } = await first.until("held");
    const second = start({ ...at, holder: "second", hash: "b" });
    await second.until("waiting");
    // Longer than the Lease lasts: it is renewed meanwhile.
    await new Promise((resolve) => setTimeout(resolve, heldAt + 5000 - Date.now()));
    expect(ends(second)).toBe("waiting");
    const killed = Date.now();
    first.kill("SIGKILL");
    const taken = await second.until("held");
    expect(taken.at - killed).toBeGreaterThan(1500);
    expect(taken.at - killed).toBeLessThan(8000);
    await second.ended;
    expect((await leaseIn(at.namespace)).spec.leaseTransitions).toBe(1);
  });

  test("a process that stood still until another took over writes no more", async () => {
    const at = await place();
    const first = start({ ...at, holder: "first", hash: "a", durationSeconds: 2, workMs: 60_000 });
    await first.until("held");
    first.kill("SIGSTOP");
    const second = start({ ...at, holder: "second", hash: "b", workMs: 1500 });
    await second.until("held");
    first.kill("SIGCONT");
    expect(await first.until("lost")).toMatchObject({ why: expect.stringContaining("is lost") as string });
    await Promise.all([first.ended, second.ended]);
    expect(second.told.map(({ is }) => is)).toEqual(["waiting", "held", "released"]);
    expect((await leaseIn(at.namespace)).metadata.annotations).toMatchObject({
      "kapply.dev/applied-by": "second",
    });
  });

  test("a Lease that is deleted is lost, and not made again", async () => {
    const at = await place();
    const first = start({ ...at, holder: "first", durationSeconds: 3, workMs: 60_000 });
    await first.until("held");
    await cluster.delete(`${leases(at.namespace)}/${name}`);
    expect(await first.until("lost")).toMatchObject({ why: `the Lease ${name} is lost: it was deleted` });
    await first.ended;
    expect((await cluster.request(`${leases(at.namespace)}/${name}`)).status).toBe(404);
  });

  test("a Role without create says so, and is enough once the Lease is there", async () => {
    const at = await place("get, update");
    const refused = start({ ...at, holder: "a" });
    expect(await refused.until("failed")).toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("may not create leases.coordination") as string,
    });
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name }, spec: {} };
    await cluster.create(leases(at.namespace), lease);
    await start({ ...at, holder: "a" }).until("released");
  });

  test("a namespace that does not exist is told to be made before", async () => {
    const at = { namespace: "lease-of-nowhere", token: cluster.adminToken };
    expect(await start({ ...at, holder: "a" }).until("failed")).toMatchObject({
      code: "rejected",
      message: expect.stringContaining('namespace "lease-of-nowhere" does not exist') as string,
      hint: expect.stringContaining("create the namespace first") as string,
    });
  });
});
