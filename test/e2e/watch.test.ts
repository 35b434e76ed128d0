/** Waiting by list and watch, against real answers: what is told, what rights it needs, what it outlives. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { getObject, readSnapshot, watchObjects } from "../../src/cluster/index.js";
import type { Transport } from "../../src/cluster/index.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import { steadyNow } from "../../src/time.js";
import { readinessOf, waitUntil } from "../../src/wait/index.js";
import type { Readiness, WaitItem, WaitOptions, WaitReads } from "../../src/wait/index.js";
import { testCluster, type Cluster } from "../cluster/client.js";
import { startSandbox } from "../cluster/sandbox.js";
import { crd } from "./kapply.js";
import { transportTo } from "./transport.js";

const cluster = testCluster();
const leftovers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const leftover of leftovers.splice(0).reverse()) await leftover();
});

const core = (kind: string, plural: string): ResourceType => ({
  group: "",
  version: "v1",
  kind,
  plural,
  namespaced: true,
});
const pods = core("Pod", "pods");
const configMaps = core("ConfigMap", "configmaps");

interface Connected {
  transport: Transport;
  reads: WaitReads;
  /** What was asked, as `list pods`. */
  asked: string[];
}

/** A transport as the administrator, or whom the token says, and the reads that a wait is handed. */
async function connect(
  to: Pick<Cluster, "server" | "caPem" | "adminToken">,
  { token = to.adminToken, server = to.server, idleMs = 30_000 } = {},
): Promise<Connected> {
  const transport = await transportTo({ ...to, server }, { token, requestTimeoutMs: 3_000 });
  leftovers.push(() => transport.close());
  const asked: string[] = [];
  const timing = { seconds: 30, idleMs };
  return {
    transport,
    asked,
    reads: {
      get: (type, namespace, name) => {
        asked.push(`get ${type.plural}`);
        return getObject(transport, type, namespace, name);
      },
      list: (type, namespace, selection) => {
        asked.push(`list ${type.plural}`);
        return readSnapshot(transport, type, namespace, selection);
      },
      watch: (type, namespace, selection, from) => {
        asked.push(`watch ${type.plural}`);
        return watchObjects(transport, type, namespace, selection, { ...from, timing });
      },
    },
  };
}

/** A wait under way. */
function start(reads: WaitReads, items: WaitItem[], options: WaitOptions<WaitItem> = {}) {
  const said: string[] = [];
  const done = waitUntil(items, reads, {
    onWaiting: ({ name }, why) => said.push(`${name}: ${why}`),
    deadline: steadyNow() + 50_000,
    ...options,
  });
  return { said, ends: done.then((all) => all.map(({ end }) => end)) };
}

const ready = (object: KubeObject | undefined): Readiness =>
  object === undefined ? { is: "waiting", why: "it does not exist" } : readinessOf(object);
const exists = (object: KubeObject | undefined): Readiness =>
  object === undefined ? { is: "waiting", why: "it does not exist" } : { is: "ready" };
const gone = (object: KubeObject | undefined): Readiness =>
  object === undefined ? { is: "ready" } : { is: "waiting", why: "it still exists" };

const item = (type: ResourceType, namespace: string, name: string, meets = ready): WaitItem => ({
  type,
  namespace,
  name,
  meets,
});

async function createPod(to: Cluster, namespace: string, name: string): Promise<void> {
  const spec = { automountServiceAccountToken: false, containers: [{ name: "web", image: "web" }] };
  await to.create(`/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec,
  });
}

async function createConfigMap(to: Cluster, namespace: string, name: string): Promise<void> {
  await to.create(`/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
  });
}

/** Writes what a kubelet would. */
async function writeStatus(to: Cluster, at: string, status: object): Promise<void> {
  const { status: code, body } = await to.request(`${at}/status`, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ status }),
  });
  if (code !== 200) throw new Error(`${at}: ${code} ${body}`);
}

const running = {
  phase: "Running",
  conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }],
};

async function makeReady(to: Cluster, namespace: string, name: string): Promise<void> {
  await writeStatus(to, `/api/v1/namespaces/${namespace}/pods/${name}`, running);
}

describe("waiting", () => {
  test("sees Pods come, become ready, fail and go, by one list and one watch", async () => {
    const namespace = await cluster.freshNamespace("watch");
    const { reads, asked } = await connect(cluster);
    await createPod(cluster, namespace, "old");
    const { ends, said } = start(reads, [
      item(pods, namespace, "web"),
      item(pods, namespace, "job"),
      item(pods, namespace, "old", gone),
    ]);
    await expect.poll(() => said).toContain("old: it still exists");
    await createPod(cluster, namespace, "web");
    await createPod(cluster, namespace, "job");
    await makeReady(cluster, namespace, "web");
    await writeStatus(cluster, `/api/v1/namespaces/${namespace}/pods/job`, { phase: "Failed" });
    await cluster.request(`/api/v1/namespaces/${namespace}/pods/old?gracePeriodSeconds=0`, {
      method: "DELETE",
    });
    expect((await ends).map(({ is }) => is)).toEqual(["ready", "failed", "ready"]);
    expect(asked).toEqual(["list pods", "watch pods"]);
  });

  test("outlives a kind that is not there yet", async () => {
    const group = `watch-${randomBytes(4).toString("hex")}.example.com`;
    const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const namespace = await cluster.freshNamespace("watch");
    const things = { group, version: "v1", kind: "Thing", plural: "things", namespaced: true };
    const { reads } = await connect(cluster);
    const { ends, said } = start(reads, [item(things, namespace, "one", exists)]);
    await expect.poll(() => said[0]).toContain("does not serve this kind");
    await cluster.apply(`${crds}/things.${group}`, crd(group, "Thing", "{ type: object }"));
    leftovers.push(() => cluster.delete(`${crds}/things.${group}`));
    const objects = `/apis/${group}/v1/namespaces/${namespace}/things`;
    await expect.poll(async () => (await cluster.request(objects)).status, { timeout: 20_000 }).toBe(200);
    await cluster.create(objects, { apiVersion: `${group}/v1`, kind: "Thing", metadata: { name: "one" } });
    expect(await ends).toEqual([{ is: "ready" }]);
  });

  test("goes on from a version that the server has forgotten, or still knows", async () => {
    const namespace = await cluster.freshNamespace("watch");
    const { reads, asked } = await connect(cluster);
    const first = `/api/v1/namespaces/${namespace}/pods?watch=true&resourceVersion=1&timeoutSeconds=1`;
    const isForgotten = (await cluster.request(first)).body.includes('"code":410');
    let times = 0;
    const agedReads: WaitReads = {
      ...reads,
      list: async (...of) => ({
        ...(await reads.list(...of)),
        ...(times++ === 0 ? { resourceVersion: "1" } : {}),
      }),
    };
    const { ends, said } = start(agedReads, [item(pods, namespace, "web")]);
    await expect.poll(() => said).toHaveLength(1);
    await createPod(cluster, namespace, "web");
    await makeReady(cluster, namespace, "web");
    expect(await ends).toEqual([{ is: "ready" }]);
    // A control plane forgets its first changes sooner or later; the sandbox keeps the last 20,000.
    const lists = asked.filter((words) => words === "list pods");
    expect(lists).toHaveLength(isForgotten ? 2 : 1);
  });
});

describe("the rights that it needs", () => {
  /** A token that may do that with ConfigMaps. */
  async function tokenWith(namespace: string, verbs: string[], resourceNames?: string[]): Promise<string> {
    const token = await cluster.tokenFor(namespace, "waiter");
    const api = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: "wait" } };
    const rule = {
      apiGroups: [""],
      resources: ["configmaps"],
      verbs,
      ...(resourceNames ? { resourceNames } : {}),
    };
    await cluster.create(`${api}/roles`, { ...rbac, kind: "Role", rules: [rule] });
    await cluster.create(`${api}/rolebindings`, {
      ...rbac,
      kind: "RoleBinding",
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "wait" },
      subjects: [{ kind: "ServiceAccount", name: "waiter", namespace }],
    });
    const [verb = ""] = verbs;
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user: `system:serviceaccount:${namespace}:waiter`,
        resourceAttributes: { namespace, verb, resource: "configmaps", name: resourceNames?.[0] ?? "" },
      },
    };
    const isAllowed = async (): Promise<boolean> => {
      const reviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
      return (await cluster.create<{ status: { allowed: boolean } }>(reviews, review)).status.allowed;
    };
    await expect.poll(isAllowed).toBe(true);
    return token;
  }

  test.each([
    ["one object: list and watch of its name", ["list", "watch"], ["a"], ["a"], ["list", "watch"]],
    [
      "two objects: list and watch of their names, and each is watched alone",
      ["list", "watch"],
      ["a", "b"],
      ["a", "b"],
      ["list", "list", "list", "watch", "watch"],
    ],
    ["one object: get of its name alone, and it is asked for again", ["get"], ["a"], ["a"], ["list", "get"]],
    ["without watch: list, again and again", ["list"], undefined, ["a", "b"], ["list", "watch", "list"]],
  ])("for %s", async (_, verbs, resourceNames, names, first) => {
    const namespace = await cluster.freshNamespace("watch");
    const token = await tokenWith(namespace, verbs, resourceNames);
    const { reads, asked } = await connect(cluster, { token });
    const { ends, said } = start(
      reads,
      names.map((name) => item(configMaps, namespace, name, exists)),
    );
    await expect
      .poll(() => said.toSorted())
      .toEqual(names.map((name) => `${name}: it does not exist`).toSorted());
    for (const name of names) await createConfigMap(cluster, namespace, name);
    expect(await ends).toEqual(names.map(() => ({ is: "ready" })));
    expect(asked.slice(0, first.length)).toEqual(first.map((verb) => `${verb} configmaps`));
  });

  test("without any, it says which is missing, at once", async () => {
    const namespace = await cluster.freshNamespace("watch");
    const { reads } = await connect(cluster, { token: await cluster.tokenFor(namespace, "waiter") });
    const [end] = await start(reads, [item(configMaps, namespace, "a", exists)]).ends;
    expect(end).toMatchObject({ is: "unreadable", error: { code: "forbidden" } });
    expect(JSON.stringify(end)).toContain("get");
  });
});

describe("a connection", () => {
  /** A way to the server that can be cut, closed to new connections, or left without a word. */
  async function startRelay() {
    const open = new Set<net.Socket>();
    let mode: "open" | "closed" = "open";
    const relay = net.createServer((client) => {
      if (mode === "closed") {
        client.resetAndDestroy();
        return;
      }
      const server = net.connect({ host: cluster.host, port: cluster.port });
      for (const socket of [client, server]) {
        open.add(socket);
        socket.on("close", () => open.delete(socket)).on("error", () => socket.destroy());
      }
      client.pipe(server).pipe(client);
    });
    relay.listen(0, "127.0.0.1");
    await once(relay, "listening");
    const cut = (): void => open.forEach((socket) => socket.resetAndDestroy());
    leftovers.push(async () => {
      cut();
      await new Promise((resolve) => relay.close(resolve));
    });
    return {
      server: `https://127.0.0.1:${(relay.address() as net.AddressInfo).port}`,
      cut,
      close: () => (mode = "closed"),
      open: () => (mode = "open"),
      /** What is open now stays so, and nothing comes through it any more. */
      silence: () => open.forEach((socket) => socket.unpipe().pause()),
    };
  }
  type Relay = Awaited<ReturnType<typeof startRelay>>;

  test.each<[string, (relay: Relay) => void]>([
    ["that is cut", (relay) => relay.cut()],
    ["that goes silent", (relay) => relay.silence()],
    [
      "to a server that is away for a time",
      (relay) => {
        relay.close();
        relay.cut();
        setTimeout(() => relay.open(), 1_500);
      },
    ],
  ])("%s costs nothing that happened meanwhile", async (_, fault) => {
    const namespace = await cluster.freshNamespace("watch");
    const relay = await startRelay();
    const { reads, asked } = await connect(cluster, { server: relay.server, idleMs: 1_500 });
    await createPod(cluster, namespace, "web");
    const { ends, said } = start(reads, [item(pods, namespace, "web"), item(pods, namespace, "db")]);
    await expect.poll(() => asked).toContain("watch pods");
    // The watch may not be open yet: cut off then, it is no broken watch.
    await new Promise((resolve) => setTimeout(resolve, 300));
    fault(relay);
    await makeReady(cluster, namespace, "web");
    await createPod(cluster, namespace, "db");
    await makeReady(cluster, namespace, "db");
    expect(await ends).toEqual([{ is: "ready" }, { is: "ready" }]);
    expect(asked.filter((words) => words === "list pods")).toHaveLength(1);
    expect(asked.filter((words) => words === "watch pods").length).toBeGreaterThan(1);
    expect(said.some((words) => words.includes("broke"))).toBe(false);
  });
});

describe("a server that misbehaves on purpose", () => {
  test.each([
    "reset,verb=watch,first=2",
    "truncate,verb=watch,first=2",
    "410,verb=watch,first=2",
    "429,retry-after=1,verb=watch,first=1",
    "503,verb=watch|list,first=3",
    "502,body=html,verb=list,first=1",
    "500,verb=watch,first=1",
    "slow=700ms,verb=watch",
  ])("%s: the wait ends well", async (fault) => {
    const sandbox = await startSandbox(["--fault", fault]);
    leftovers.push(() => sandbox.stop());
    const { reads } = await connect(sandbox);
    const { ends, said } = start(reads, [item(pods, "default", "web"), item(pods, "default", "db")]);
    await expect.poll(() => said.length, { timeout: 10_000 }).toBeGreaterThan(0);
    for (const name of ["web", "db"]) {
      await createPod(sandbox, "default", name);
      await makeReady(sandbox, "default", name);
    }
    expect(await ends).toEqual([{ is: "ready" }, { is: "ready" }]);
  });

  test("a server that is killed and started again: nothing is lost", async () => {
    const state = path.join(cluster.dir, `state-${randomBytes(4).toString("hex")}.json`);
    const first = await startSandbox(["--state", state]);
    leftovers.push(() => first.stop());
    const { reads } = await connect(first);
    const { ends, said } = start(reads, [item(pods, "default", "web")]);
    await expect.poll(() => said).toHaveLength(1);
    process.kill(first.pid, "SIGKILL");
    const second = await startSandbox(["--state", state, "--listen", `127.0.0.1:${first.port}`]);
    leftovers.push(() => second.stop());
    await createPod(second, "default", "web");
    await makeReady(second, "default", "web");
    expect(await ends).toEqual([{ is: "ready" }]);
  });
});
