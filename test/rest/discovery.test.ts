import { describe, expect, test } from "vitest";
import { discoverType, serverSchemas, serverVersion, waitForCrd } from "../../src/cluster/index.js";
import type { CrdWait } from "../../src/cluster/index.js";
import { errorOf, open, recorded, serve, startOfTime } from "./server.js";
import type { Answer, Seen, Turn } from "./server.js";

async function transportTo(turns: readonly Turn[] | ((seen: Seen) => Turn)) {
  const server = await serve(turns);
  return { server, ...(await open(server)) };
}

const apps: Answer = {
  body: {
    kind: "APIResourceList",
    groupVersion: "apps/v1",
    resources: [
      { name: "deployments/scale", kind: "Scale", group: "autoscaling", version: "v1", namespaced: true },
      { name: "deployments", kind: "Deployment", namespaced: true, verbs: ["get"] },
      { name: "things", kind: "Thing", namespaced: false },
    ],
  },
};

describe("finding a type", () => {
  test("takes one request for a group and version, however many ask", async () => {
    const { server, transport } = await transportTo([apps]);
    const [deployment, thing] = await Promise.all([
      discoverType(transport, "apps/v1", "Deployment"),
      discoverType(transport, "apps/v1", "Thing"),
    ]);
    expect(deployment).toEqual({
      group: "apps",
      version: "v1",
      kind: "Deployment",
      plural: "deployments",
      namespaced: true,
    });
    expect(thing).toMatchObject({ plural: "things", namespaced: false });
    expect(server.seen.map(({ path }) => path)).toEqual(["/apis/apps/v1"]);
  });

  test("asks the core group at its own path", async () => {
    const { server, transport } = await transportTo([
      { body: { resources: [{ name: "pods", kind: "Pod", namespaced: true }] } },
    ]);
    expect(await discoverType(transport, "v1", "Pod")).toMatchObject({ group: "", plural: "pods" });
    expect(server.seen[0]?.path).toBe("/api/v1");
  });

  test("does not take a subresource for a type", async () => {
    const { transport } = await transportTo([apps]);
    expect(await discoverType(transport, "apps/v1", "Scale")).toBeUndefined();
  });

  test("asks again for what was not there, and for what failed", async () => {
    const { transport } = await transportTo([
      recorded("discovery-missing"),
      { body: { resources: [] } },
      recorded("forbidden-raw"),
      apps,
    ]);
    expect(await discoverType(transport, "apps/v1", "Deployment")).toBeUndefined();
    expect(await discoverType(transport, "apps/v1", "Deployment")).toBeUndefined();
    expect((await errorOf(discoverType(transport, "apps/v1", "Deployment"))).code).toBe("forbidden");
    expect(await discoverType(transport, "apps/v1", "Deployment")).toBeDefined();
  });

  test.each(["", "a/b/c", "apps/"])("an apiVersion of %j is no request", async (apiVersion) => {
    const { server, transport } = await transportTo([apps]);
    expect(await discoverType(transport, apiVersion, "Deployment")).toBeUndefined();
    expect(server.seen).toHaveLength(0);
  });
});

test("the server's version", async () => {
  const { transport } = await transportTo([
    {
      body: { major: "1", minor: "36", gitVersion: "v1.36.3", platform: "linux/amd64", goVersion: "go1.26" },
    },
  ]);
  expect(await serverVersion(transport)).toEqual({
    gitVersion: "v1.36.3",
    major: "1",
    minor: "36",
    platform: "linux/amd64",
  });
});

describe("the server's schemas", () => {
  const index: Answer = {
    body: {
      paths: {
        "apis/apps/v1": { serverRelativeURL: "/openapi/v3/apis/apps/v1?hash=ABC" },
        "api/v1": { serverRelativeURL: "https://elsewhere/openapi/v3/api/v1" },
        "apis/bad/v1": { serverRelativeURL: "/openapi/v3/apis/bad/v1?hash=ABC" },
      },
    },
  };
  const document = { openapi: "3.0.0", components: { schemas: {} } };

  function answering({ path }: Seen): Turn {
    if (path === "/openapi/v3") return index;
    return { body: path.includes("bad") ? {} : document };
  }

  test("are read once each, the index once for all", async () => {
    const { server, transport } = await transportTo(answering);
    const schemas = serverSchemas(transport);
    expect(await schemas("apps/v1")).toEqual(document);
    expect(await schemas("apps/v1")).toEqual(document);
    expect(await schemas("nope/v1")).toBeUndefined();
    expect(server.seen.map(({ path }) => path)).toEqual(["/openapi/v3", "/openapi/v3/apis/apps/v1"]);
  });

  test("are never got from elsewhere", async () => {
    const { server, transport } = await transportTo(answering);
    expect(await serverSchemas(transport)("v1")).toEqual(document);
    expect(server.seen[1]?.path).toBe("/openapi/v3/api/v1");
  });

  test("that are none are an error", async () => {
    const { transport } = await transportTo(answering);
    const error = await errorOf(serverSchemas(transport)("bad/v1"));
    expect(error.message).toBe("the server's schemas of bad/v1 are no OpenAPI document");
  });

  test("are undefined where the server has no OpenAPI v3", async () => {
    const { transport } = await transportTo([recorded("discovery-missing")]);
    expect(await serverSchemas(transport)("apps/v1")).toBeUndefined();
  });

  test("are asked for again after a failure", async () => {
    const { transport } = await transportTo([recorded("forbidden-raw"), index, { body: document }]);
    const schemas = serverSchemas(transport);
    expect((await errorOf(schemas("apps/v1"))).code).toBe("forbidden");
    expect(await schemas("apps/v1")).toEqual(document);
  });
});

describe("waiting for a CRD", () => {
  const name = "gadgets.example.com";

  function crd(established: boolean, versions = [{ name: "v1", served: true }]): Answer {
    return {
      body: {
        kind: "CustomResourceDefinition",
        metadata: { name },
        spec: { group: "example.com", names: { plural: "gadgets", kind: "Gadget" }, versions },
        status: { conditions: [{ type: "Established", status: established ? "True" : "False" }] },
      },
    };
  }
  const served: Answer = { body: { resources: [{ name: "gadgets", kind: "Gadget", namespaced: true }] } };

  async function waiting(
    turns: readonly Turn[] | ((seen: Seen) => Turn),
    { crdName = name, signal }: { crdName?: string; signal?: AbortSignal } = {},
  ) {
    const opened = await transportTo(turns);
    let time = startOfTime;
    const waits: number[] = [];
    const wait: CrdWait = {
      until: startOfTime + 30_000,
      signal,
      emit: (event) => opened.events.push(event),
      now: () => time,
      sleep: (milliseconds) => {
        waits.push(milliseconds);
        time += milliseconds;
        return Promise.resolve();
      },
    };
    return { ...opened, waits, done: waitForCrd(opened.transport, crdName, wait) };
  }

  test("ends when it is established and its kind is served", async () => {
    const { done, server, waits, events } = await waiting([
      recorded("object-missing"),
      crd(false),
      crd(true),
      recorded("discovery-missing"),
      crd(true),
      { body: { resources: [] } },
      crd(true),
      served,
    ]);
    await done;
    expect(waits).toEqual([50, 100, 200, 400]);
    expect(server.seen).toHaveLength(8);
    expect(events.map((event) => event.event === "waiting" && event.why)).toEqual([
      "it does not exist",
      "it is not established",
      "example.com/v1 does not serve gadgets yet",
    ]);
  });

  test("looks at every version that it serves and at no other", async () => {
    const { done, server } = await waiting([
      crd(true, [
        { name: "v1", served: true },
        { name: "v1alpha1", served: false },
        { name: "v2", served: true },
      ]),
      served,
      served,
    ]);
    await done;
    expect(server.seen.map(({ path }) => path).slice(1)).toEqual([
      "/apis/example.com/v1",
      "/apis/example.com/v2",
    ]);
  });

  test("fails at once when its names are taken", async () => {
    const { done, server } = await waiting([recorded("crd-clash")], { crdName: "gizmos.example.com" });
    const error = await errorOf(done);
    expect(error.code).toBe("rejected");
    expect(error.message).toBe(
      `customresourcedefinition.apiextensions.k8s.io/gizmos.example.com: the server does not accept its names: "GadgetList" is already in use (ListKindConflict)`,
    );
    expect(server.seen).toHaveLength(1);
  });

  test("fails at once when it is being deleted", async () => {
    const { done } = await waiting([
      {
        body: {
          kind: "CustomResourceDefinition",
          metadata: { name, deletionTimestamp: "2026-01-01T00:00:00Z" },
        },
      },
    ]);
    expect((await errorOf(done)).message).toContain("it is being deleted");
  });

  test("ends in time, and says what was missing", async () => {
    const { done, waits } = await waiting(() => crd(false));
    const error = await errorOf(done);
    expect(error.code).toBe("not-ready");
    expect(error.message).toContain("not ready in time: it is not established");
    expect(waits.at(-1)).toBe(1000);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(30_000);
  });

  test("can be interrupted", async () => {
    const stop = new AbortController();
    stop.abort();
    const { done } = await waiting(() => crd(false), { signal: stop.signal });
    expect((await errorOf(done)).code).toBe("interrupted");
  });
});
