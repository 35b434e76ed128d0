/** Waiting for items that others are read for: endpoints, Pods. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ResourceType } from "../../src/model.js";
import { steadyNow } from "../../src/time.js";
import type { Selector } from "../../src/wait/selector.js";
import type { WaitItem } from "../../src/wait/types.js";
import { configMaps, errors, fakeServer } from "./fake-server.js";
import type { FakeServer } from "./fake-server.js";
import { breaks, changesOf, hold, item, scriptOf, settle, start, stateOf } from "./waits.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("what is related to an item", () => {
  const slices: ResourceType = { ...configMaps, kind: "EndpointSlice", plural: "endpointslices" };
  const serviceIs = (name: string): Selector => [{ is: "in", key: "service", values: [name] }];
  const service = (needed = true): WaitItem =>
    item("db", {
      related: (object) =>
        object === undefined ? [] : [{ type: slices, selector: serviceIs("db"), needed }],
      meets: (object, [found]) => {
        if (object === undefined) return { is: "waiting", why: "it does not exist" };
        if (found === undefined) return { is: "waiting", why: "not read" };
        return found.length === 0 ? { is: "waiting", why: "no endpoints" } : { is: "ready" };
      },
    });

  test("is watched while the item is waited for, and judged with it", async () => {
    const server = fakeServer();
    const { done, said } = start(server, [service()]);
    await settle(2_000);
    expect(server.asked).not.toContain("list service=db");
    server.put("db", "there");
    await settle(2_000);
    server.put("slice-1", "x", { service: "db" });
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" }, object: { data: { state: "there" } } }]);
    expect(said).toEqual(["db: it does not exist", "db: no endpoints"]);
    expect(server.watching()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is followed once for items that need the same", async () => {
    const server = fakeServer();
    server.put("db", "there");
    const { ends } = start(server, [service(), service()]);
    await settle();
    server.put("slice-1", "x", { service: "db" });
    await settle();
    expect(ends).toEqual(["db ready", "db ready"]);
    expect(server.asked.filter((words) => words === "list service=db")).toHaveLength(1);
  });

  test.each([
    [true, "unreadable"],
    [false, undefined],
  ])("ends the item where it may not be read and is needed: %s", async (needed, end) => {
    const server = fakeServer();
    server.put("db", "there");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.forbidden() : undefined);
    const { ends } = start(server, [service(needed)]);
    await settle(5_000);
    expect(ends).toEqual(end === undefined ? [] : [`db ${end}`]);
  });

  test("may fail for a time, and nobody is misled", async () => {
    const server = fakeServer();
    server.put("db", "there");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.notServed() : undefined);
    const { done, said } = start(server, [service()]);
    await settle(3_000);
    server.refuse = {};
    await settle(10_000);
    server.put("slice-1", "x", { service: "db" });
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(said).toEqual(["db: the server does not serve this kind", "db: no endpoints"]);
  });
});

describe("what is related to an item that has failed", () => {
  const logs: ResourceType = { ...configMaps, kind: "Log", plural: "logs" };
  const failing = item("db", {
    related: () => [{ type: logs, selector: [{ is: "in", key: "log", values: ["db"] }], needed: false }],
    meets: (object, [found]) => {
      const readiness = stateOf(object);
      const why = (found ?? []).map(({ data }) => (data as { state: string }).state).join();
      return readiness.is === "failed" && why !== "" ? { is: "failed", why } : readiness;
    },
  });

  test("is read before it ends, and tells why", async () => {
    const server = fakeServer();
    server.put("log-1", "exit code 3", { log: "db" });
    server.put("db", "failed");
    const { done } = start(server, [failing], { failFast: true });
    await settle();
    expect(await done).toMatchObject([{ end: { is: "failed", why: "exit code 3" }, milliseconds: 0 }]);
  });

  test("may not be readable, and it ends at once", async () => {
    const server = fakeServer();
    server.put("db", "failed");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.forbidden() : undefined);
    const { done } = start(server, [failing]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "failed", why: "failed" }, milliseconds: 0 }]);
  });

  test("is not waited for long, nor beyond the deadline", async () => {
    const server = fakeServer();
    server.put("db", "failed");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.unreachable() : undefined);
    const { done } = start(server, [failing]);
    const late = start(server, [failing], { deadline: steadyNow() + 500 });
    await settle(2_000);
    expect(await done).toMatchObject([{ end: { is: "failed", why: "failed" }, milliseconds: 2_000 }]);
    expect(await late.done).toMatchObject([{ end: { is: "failed", why: "failed" }, milliseconds: 500 }]);
  });
});

const pods: ResourceType = { ...configMaps, kind: "Pod", plural: "pods" };

/** An item that is ready once it has two Pods. */
const workload = (name: string): WaitItem =>
  item(name, {
    related: (object) =>
      object === undefined
        ? []
        : [{ type: pods, selector: [{ is: "in", key: "app", values: [name] }], needed: false }],
    meets: (object, [found]) => {
      if (object === undefined) return { is: "waiting", why: "it does not exist" };
      if (found === undefined) return { is: "waiting", why: "its Pods were not read" };
      const pods = found.map(({ metadata }) => (metadata as { name: string }).name).toSorted();
      return pods.length === 2 ? { is: "ready" } : { is: "waiting", why: `Pods: ${pods.join()}` };
    },
  });

describe("what is related to many items", () => {
  const names = ["a", "b", "c", "d", "e"];
  const listed = (server: FakeServer): string[] => server.asked.filter((words) => words.startsWith("list"));

  test("is followed by one list and one watch of all, each object for whom it concerns", async () => {
    const server = fakeServer();
    for (const name of names) server.put(name, "there");
    server.put("pod-a", "x", { app: "a" });
    server.put("pod-z", "x", { app: "z" });
    const { said, ends } = start(server, names.map(workload));
    await settle(1_000);
    expect(listed(server)).toEqual(["list a,b,c,d,e", "list all"]);
    expect(server.watching()).toBe(2);
    expect(said.slice(-5)).toEqual(["a: Pods: pod-a", "b: Pods: ", "c: Pods: ", "d: Pods: ", "e: Pods: "]);
    server.put("pod-b", "x", { app: "b" });
    server.put("pod-other", "x", { app: "a" });
    server.put("pod-z", "x", { app: "b" });
    await settle(1_000);
    expect(ends).toEqual(["a ready", "b ready"]);
    server.put("pod-b", "x", { app: "c" });
    server.put("pod-z", "x", { app: "c" });
    await settle(1_000);
    server.remove("pod-other");
    expect(ends).toEqual(["a ready", "b ready", "c ready"]);
    expect(listed(server)).toHaveLength(2);
  });

  test("is followed one by one while they are few, and by one when they have become many", async () => {
    const server = fakeServer();
    for (const name of names.slice(0, 3)) server.put(name, "there");
    const { ends, said } = start(server, names.map(workload));
    await settle();
    expect(listed(server).slice(1)).toEqual(["list app=a", "list app=b", "list app=c"]);
    server.put("d", "there");
    server.put("e", "there");
    await settle(1_000);
    expect(listed(server).slice(4)).toEqual(["list all", "list app=e"]);
    expect(server.watching()).toBe(3);
    for (const name of names) {
      server.put(`${name}-1`, "x", { app: name });
      server.put(`${name}-2`, "x", { app: name });
    }
    await settle();
    expect(ends).toHaveLength(5);
    expect(said).not.toContain("a: its Pods were not read");
    expect(server.watching()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is followed one by one where the whole may not be read", async () => {
    const server = fakeServer();
    server.refuse.list = (selection) =>
      selection.by === "labels" && selection.selector === "" ? errors.forbidden() : undefined;
    for (const name of names) server.put(name, "there");
    const { ends } = start(server, names.map(workload));
    await settle();
    expect(listed(server).slice(1)).toEqual(["list all", ...names.map((name) => `list app=${name}`)]);
    server.put("a-1", "x", { app: "a" });
    server.put("a-2", "x", { app: "a" });
    await settle();
    expect(ends).toEqual(["a ready"]);
  });
});

test("whatever happens to server and connections, what is related to many items is known in the end", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const script = scriptOf(
    fc.oneof(
      changesOf(names),
      changesOf(["a-1", "b-1", "c-1"], (name) => ({ app: name.charAt(0) })),
      breaks,
    ),
  );
  await fc.assert(
    fc.asyncProperty(script, (steps) =>
      hold(names.map(workload), steps, (server) => {
        for (const name of names) {
          server.put(name, "there");
          for (const each of ["1", "2"]) server.put(`${name}-${each}`, "x", { app: name });
        }
      }),
    ),
    { numRuns: 150 },
  );
});
