/** Many copies at once, and copies that die: what replicas of one Deployment do to each other. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { actorOf, isWrite, type AuditEvent } from "../../cluster/audit.js";
import { testCluster } from "../../cluster/client.js";
import { startLendingProxy } from "../../cluster/lending-proxy.js";
import { binary, configMap, kapply } from "../kapply.js";

const cluster = testCluster();
/** For a longer storm: `KAPPLY_STORM_ROUNDS=200 npm run test:cluster -- storm`. */
const rounds = Number(process.env["KAPPLY_STORM_ROUNDS"] ?? "50");
const copies = 8;

const setOf = (size: number, value: string): string =>
  Array.from({ length: size }, (_, at) => configMap(`cm-${at}`, { value })).join("---\n");

async function valuesIn(namespace: string): Promise<Set<string>> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const { items } = await cluster.get<{ items: { metadata: { name: string }; data: { value: string } }[] }>(
    path,
  );
  return new Set(
    items.filter(({ metadata: { name } }) => name.startsWith("cm-")).map(({ data }) => data.value),
  );
}

/** Objects that one copy wrote more than once. */
function twice(written: readonly AuditEvent[]): string[] {
  const seen = new Set<string>();
  return written
    .map((event) => `${actorOf(event)} ${event.requestURI.replace(/\?.*/, "")}`)
    .filter((write) => seen.has(write) || !seen.add(write));
}

/** Who wrote, in turns: a name comes again where somebody wrote in between. */
function turnsOf(written: readonly AuditEvent[]): string[] {
  const inOrder = [...written].sort((a, b) =>
    a.requestReceivedTimestamp < b.requestReceivedTimestamp ? -1 : 1,
  );
  return inOrder.map(actorOf).filter((user, at, all) => user !== all[at - 1]);
}

describe(`${copies} copies started at once over one set of 100 objects, ${rounds} rounds`, () => {
  /** Flags of a copy, and what is live in the end. Rounds take turns at these. */
  const ways: {
    title: string;
    flags: (copy: number, round: number) => string[];
    lock: boolean;
    value: (copy: number, round: number) => string;
    last: (round: number) => string;
  }[] = [
    {
      title: "without a lock",
      lock: false,
      flags: () => [],
      value: (_, round) => `r${round}`,
      last: (round) => `r${round}`,
    },
    {
      title: "with a lock",
      lock: true,
      flags: () => ["--set=storm", "--lock"],
      value: (_, round) => `r${round}`,
      last: (round) => `r${round}`,
    },
    {
      title: "with equal revisions",
      lock: true,
      flags: (_, round) => ["--set=storm", `--revision=${round * 100}`],
      value: (_, round) => `r${round}`,
      last: (round) => `r${round}`,
    },
    {
      title: "with different revisions",
      lock: true,
      flags: (copy, round) => ["--set=storm", `--revision=${round * 100 + copy}`],
      value: (copy, round) => `r${round}c${copy}`,
      last: (round) => `r${round}c${copies - 1}`,
    },
  ];

  test(
    "every copy ends in 0, the newest is live, and under a lock no object is written twice",
    async () => {
      const namespace = await cluster.freshNamespace();
      for (let round = 1; round <= rounds; round++) {
        const way = ways[round % ways.length] as (typeof ways)[number];
        const users = Array.from({ length: copies }, (_, copy) => `storm-${namespace}-${round}-${copy}`);
        const runs = await Promise.all(
          users.map((user, copy) => {
            const asUser = [`--as=${user}`, "--as-group=system:masters"];
            const args = ["apply", "-n", namespace, "-f", "-", ...way.flags(copy, round), ...asUser];
            return kapply(cluster, args, { input: setOf(100, way.value(copy, round)) });
          }),
        );
        for (const { status, stderr } of runs)
          expect({ status, stderr }, `round ${round}, ${way.title}`).toEqual({
            status: 0,
            stderr: expect.not.stringContaining("error") as string,
          });
        expect(await valuesIn(namespace), `round ${round}, ${way.title}`).toEqual(new Set([way.last(round)]));
        if (!way.lock) continue;
        const written = (await cluster.readAudit())
          .filter((event) => users.includes(actorOf(event)) && isWrite(event))
          .filter(({ requestURI }) => requestURI.includes("/configmaps/") && !requestURI.includes("dryRun"));
        // Copies of one value are one apply; each newer value is another, and comes after all of the one before.
        expect(twice(written), `round ${round}, ${way.title}`).toEqual([]);
        const turns = turnsOf(written);
        const values = new Set(users.map((_, copy) => way.value(copy, round))).size;
        if (values === 1) expect(turns, `round ${round}, ${way.title}`).toHaveLength(1);
        const wrote = turns.map((user) => users.indexOf(user));
        expect(wrote, `round ${round}, ${way.title}`).toEqual([...new Set(wrote)].sort((a, b) => a - b));
      }
    },
    Math.max(600_000, rounds * 12_000),
  );
});

describe("a copy that is killed", () => {
  const size = 40;
  const args = (namespace: string, ...flags: string[]): string[] => [
    "apply",
    "-n",
    namespace,
    "-f",
    "-",
    "-o",
    "json",
    "--concurrency=1",
    ...flags,
  ];

  /** Runs kapply and kills it when its k-th request is on its way. */
  async function killedAfter(k: number, namespace: string, ...flags: string[]): Promise<void> {
    let sent = 0;
    const kill = (): void => {
      if (++sent === k) child.kill("SIGKILL");
    };
    const proxy = await startLendingProxy(cluster, undefined, kill);
    const child = spawn(
      process.execPath,
      [binary, ...args(namespace, `--proxy=${proxy.address}`, ...flags)],
      { env: { PATH: process.env["PATH"], HOME: cluster.dir }, stdio: ["pipe", "ignore", "ignore"] },
    );
    const ended = once(child, "close");
    child.stdin.end(setOf(size, `k${k}`));
    expect((await ended)[1]).toBe("SIGKILL");
    await proxy.stop();
  }

  test(`after its k-th request, for every k of a set of ${size}, always converges when it runs again`, async () => {
    for (let k = 1; k <= size; k++) {
      const namespace = `kill-${Date.now().toString(36)}-${k}`;
      await cluster.create("/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace },
      });
      await killedAfter(k, namespace);
      const again = await kapply(cluster, args(namespace), { input: setOf(size, `k${k}`) });
      expect(again, `k ${k}`).toMatchObject({ status: 0 });
      expect(await valuesIn(namespace)).toEqual(new Set([`k${k}`]));
    }
  }, 600_000);

  test("leaves a Lease that is taken over when its time is up", async () => {
    const namespace = await cluster.freshNamespace();
    const flags = ["--set=web", "--lock"];
    await killedAfter(5, namespace, ...flags);
    const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/kapply-web`;
    const held = await cluster.get<{ spec: { holderIdentity: string } }>(lease);
    expect(held.spec.holderIdentity).not.toBe("");
    const start = Date.now();
    const again = await kapply(cluster, args(namespace, ...flags), { input: setOf(size, "k5") });
    expect(again).toMatchObject({ status: 0 });
    expect(Date.now() - start).toBeGreaterThan(5_000);
    expect(await valuesIn(namespace)).toEqual(new Set(["k5"]));
    expect((await cluster.get<{ spec: { holderIdentity: string } }>(lease)).spec.holderIdentity).toBe("");
  }, 120_000);
});
