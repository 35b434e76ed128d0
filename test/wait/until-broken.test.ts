/** Waiting while connections break, versions are forgotten, kinds come and rights go. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { KubeObject } from "../../src/model.js";
import type { Readiness } from "../../src/wait/readiness.js";
import type { WaitReads } from "../../src/wait/types.js";
import { errors, fakeServer } from "./fake-server.js";
import type { FakeServer } from "./fake-server.js";
import { breaks, changesOf, hold, item, refusals, scriptOf, settle, start } from "./waits.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("nothing is lost", () => {
  test("between the list and the watch", async () => {
    const server = fakeServer();
    server.afterList = () => server.put("web", "ready");
    const { done } = start(server, [item("web")]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
  });

  test("between one watch and the next, without another list", async () => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done } = start(server, [item("web")]);
    await settle(45_000);
    server.put("other", "x");
    await settle();
    server.endWatches();
    server.put("web", "ready");
    await settle(1_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked).toEqual(["list web", "watch web from 2", "watch web from 3"]);
  });

  test.each([
    ["is gone", (server: FakeServer) => server.endWatches({ is: "gone" })],
    [
      "is behind what was told before",
      (server: FakeServer) => server.endWatches({ is: "bookmark", resourceVersion: "1" }),
    ],
    [
      "ended, and its past is forgotten",
      (server: FakeServer) => {
        server.put("other", "x");
        server.endWatches();
        server.put("other", "y");
        server.compact();
      },
    ],
  ])("when the watch %s: it is listed again, quietly", async (_, fault) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, said } = start(server, [item("web")]);
    await settle();
    fault(server);
    server.put("web", "ready");
    await settle(2_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked.filter((words) => words === "list web")).toHaveLength(2);
    expect(said).toEqual(["web: starting"]);
  });

  test("when the watch broke: another goes on from there, and tells what came and went meanwhile", async () => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, said } = start(server, [item("web")]);
    await settle();
    server.endWatches({ is: "broken", why: "reset" });
    server.put("web", "ready");
    server.remove("web");
    await settle(2_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked).toEqual(["list web", "watch web from 2", "watch web from 2"]);
    expect(said).toEqual(["web: starting"]);
  });

  test.each([
    ["breaks", (server: FakeServer) => server.endWatches({ is: "broken", why: "reset" })],
    ["ends", (server: FakeServer) => server.endWatches()],
  ])("when a watch that goes on after a break %s without a word: it is listed again", async (_, end) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done } = start(server, [item("web")]);
    await settle();
    server.endWatches({ is: "broken", why: "reset" });
    await settle(1_000);
    end(server);
    await settle(1_000);
    server.put("web", "ready");
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked).toEqual([
      "list web",
      "watch web from 2",
      "watch web from 2",
      "list web",
      "watch web from 2",
    ]);
  });

  test("when a server answers watches with nothing: it is listed again", async () => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done } = start(server, [item("web")]);
    await settle();
    server.endWatches();
    await settle(1_000);
    expect(server.asked.slice(0, 3)).toEqual(["list web", "watch web from 2", "list web"]);
    server.put("web", "ready");
    await settle(1_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
  });

  test("when a server that was restored from a backup never tells anything from the old version", async () => {
    const server = fakeServer();
    server.put("web", "starting");
    const { watch } = server.reads;
    let isRestored = false;
    server.reads.watch = async function* (type, namespace, selection, from) {
      const isOld = from.resourceVersion === "2";
      for await (const event of watch(type, namespace, selection, from))
        if (!(isRestored && isOld)) yield event;
    };
    const { done } = start(server, [item("web")]);
    await settle(20_000);
    isRestored = true;
    server.put("web", "ready");
    server.endWatches();
    await settle(20_000);
    server.endWatches();
    await settle(10_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
  });

  test("when a deletion happened while nobody watched", async () => {
    const server = fakeServer();
    server.put("web", "there");
    server.put("db", "there");
    const gone = (object: KubeObject | undefined): Readiness =>
      object === undefined ? { is: "ready" } : { is: "waiting", why: "it still exists" };
    const { ends } = start(server, [item("web", { meets: gone }), item("db", { meets: gone })]);
    await settle();
    server.remove("web");
    server.endWatches({ is: "broken", why: "reset" });
    server.compact();
    await settle(2_000);
    expect(ends).toEqual(["web ready"]);
  });

  test.each([
    ["unreachable", errors.unreachable, "can't reach the server"],
    ["failing", errors.serverError, "the server answered 500"],
  ])("while the server is %s for a time, and why is told", async (_, error, why) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, said } = start(server, [item("web")]);
    await settle();
    server.refuse = { list: error, watch: error };
    server.endWatches({ is: "broken", why: "reset" });
    await settle(60_000);
    server.refuse = {};
    await settle(10_000);
    server.put("web", "ready");
    await settle(10_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(said).toEqual(["web: starting", `web: ${why}`, "web: starting"]);
  });

  test.each([
    ["forbidden", errors.forbidden],
    ["unauthenticated", errors.unauthenticated],
  ])("while a server that has just started knows nobody's rights yet: %s", async (_, error) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, ends } = start(server, [item("web"), item("db")]);
    await settle(45_000);
    server.refuse = { list: error, watch: error, get: error };
    server.endWatches();
    await settle(20_000);
    server.refuse = {};
    await settle(6_000);
    server.put("web", "ready");
    server.put("db", "ready");
    await settle();
    expect(ends).toEqual(["web ready", "db ready"]);
    expect((await done).map(({ end }) => end.is)).toEqual(["ready", "ready"]);
    expect(server.asked).not.toContain("list web");
  });

  test("but rights that were taken away are gone", async () => {
    const server = fakeServer();
    const { ends } = start(server, [item("web")]);
    await settle(45_000);
    server.refuse = { list: errors.forbidden, watch: errors.forbidden, get: errors.forbidden };
    server.endWatches();
    await settle(90_000);
    expect(ends).toEqual(["web unreadable"]);
  });

  test("while a server that does not let anyone watch long is asked no more than it can bear", async () => {
    const server = fakeServer();
    const watch = server.reads.watch;
    const reads: WaitReads = {
      ...server.reads,
      async *watch(...asked) {
        yield* watch(...asked);
        await Promise.resolve();
      },
    };
    server.reads = reads;
    const { state } = start(server, [item("web")]);
    const ending = setInterval(() => server.endWatches(), 10);
    await settle(120_000);
    expect(server.asked.length).toBeLessThan(60);
    clearInterval(ending);
    server.put("web", "ready");
    await settle(10_000);
    expect(state.over).toBe(true);
  });
});

describe("a kind that is not served yet", () => {
  test("is waited for, and why is told", async () => {
    const server = fakeServer();
    server.refuse.list = errors.notServed;
    const { done, said } = start(server, [item("web")]);
    await settle(20_000);
    server.refuse = {};
    server.put("web", "ready");
    await settle(10_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(said).toEqual(["web: the server does not serve this kind"]);
  });

  test("has no objects: what is to be gone is gone", async () => {
    const server = fakeServer();
    server.refuse.list = errors.notServed;
    const gone = (object: KubeObject | undefined): Readiness =>
      object === undefined ? { is: "ready" } : { is: "waiting", why: "it still exists" };
    const { ends } = start(server, [item("web", { meets: gone })]);
    await settle();
    expect(ends).toEqual(["web ready"]);
  });
});

describe("where it is not permitted", () => {
  test("to watch, it lists again and again, less often while nothing changes", async () => {
    const server = fakeServer();
    server.refuse.watch = errors.forbidden;
    const { done } = start(server, [item("web"), item("db")]);
    await settle(60_000);
    const lists = server.asked.filter((words) => words === "list web,db");
    expect(lists.length).toBeGreaterThan(5);
    expect(lists.length).toBeLessThan(15);
    // Once, and once more after a while.
    expect(server.asked.filter((words) => words.startsWith("watch"))).toHaveLength(2);
    server.put("web", "ready");
    server.put("db", "ready");
    await settle(10_000);
    expect((await done).map(({ end }) => end.is)).toEqual(["ready", "ready"]);
  });

  test("at first, it watches once the permission has come", async () => {
    const server = fakeServer();
    server.refuse = { list: errors.forbidden, watch: errors.forbidden };
    const { ends } = start(server, [item("web")]);
    await settle(2_000);
    server.refuse = {};
    await settle(28_000);
    expect(server.watching()).toBe(1);
    const asked = server.asked.length;
    server.put("web", "ready");
    await settle();
    expect(ends).toEqual(["web ready"]);
    expect(server.asked.length).toBe(asked);
  });

  test("to list the collection, but each object alone, these are watched", async () => {
    const server = fakeServer();
    const unlessAlone = ({ by }: { by: string }) => (by === "name" ? undefined : errors.forbidden());
    server.refuse = { list: unlessAlone, watch: unlessAlone };
    const { ends } = start(server, [item("web"), item("db")]);
    await settle();
    expect(server.asked).toEqual([
      "list web,db",
      "list web",
      "list db",
      "watch web from 1",
      "watch db from 1",
    ]);
    server.put("web", "ready");
    await settle();
    expect(ends).toEqual(["web ready"]);
    expect(server.watching()).toBe(1);
  });

  test.each([
    ["forbidden", errors.forbidden],
    ["not a verb of the kind", errors.noSuchVerb],
  ])("to list at all (%s), each object is asked for", async (_, error) => {
    const server = fakeServer();
    server.refuse = { list: error, watch: error };
    const { done, said } = start(server, [item("web"), item("db")]);
    await settle(20_000);
    server.put("web", "ready");
    server.put("db", "failed");
    await settle(10_000);
    expect((await done).map(({ end }) => end.is)).toEqual(["ready", "failed"]);
    expect(said).toEqual(["web: it does not exist", "db: it does not exist"]);
    expect(server.asked.filter((words) => words.startsWith("get")).length).toBeLessThan(16);
  });

  test("to read at all, the item ends with the error", async () => {
    const server = fakeServer();
    server.refuse = { list: errors.forbidden, get: errors.forbidden };
    const { done } = start(server, [item("web")]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "unreadable", error: { code: "forbidden" } } }]);
  });

  test("what will not pass ends the item too", async () => {
    const server = fakeServer();
    server.refuse.list = errors.tls;
    const { done } = start(server, [item("web"), item("x", { namespace: "other" })], { failFast: true });
    await settle();
    expect((await done).map(({ end }) => end.is)).toEqual(["unreadable", "unreadable"]);
  });
});

test("whatever happens to server and connections, what becomes ready in the end is seen to be so", async () => {
  const names = ["a", "b", "c"];
  const script = scriptOf(fc.oneof(changesOf(names), breaks, refusals));
  await fc.assert(
    fc.asyncProperty(script, (steps) =>
      hold(
        names.map((name) => item(name)),
        steps,
        (server) => names.forEach((name) => server.put(name, "ready")),
      ),
    ),
    { numRuns: 150 },
  );
});
