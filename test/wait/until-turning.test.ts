/** Waiting for items that are ready and may turn: until all are ready together. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { KubeObject } from "../../src/model.js";
import { steadyNow } from "../../src/time.js";
import { openTogether } from "../../src/wait/together.js";
import type { WaitItem } from "../../src/wait/types.js";
import { errors, fakeServer } from "./fake-server.js";
import { changesOf, item, scriptOf, settle, start, stateOf } from "./waits.js";
import type { Step } from "./waits.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const turning = (name: string, others: Partial<WaitItem> = {}): WaitItem =>
  item(name, { mayTurn: () => true, ...others });

/** `web` is ready, `db` is not, and each may turn. */
async function readyAndPending(options: Parameters<typeof start>[2] = {}) {
  const server = fakeServer();
  server.put("web", "ready");
  server.put("db", "starting");
  const told: string[] = [];
  const wait = start(server, [turning("web"), turning("db")], {
    onReady: ({ name }, milliseconds) => told.push(`${name} ${milliseconds}`),
    ...options,
  });
  await settle(1_000);
  return { server, told, ...wait };
}

describe("an item that is ready and may turn", () => {
  test("is ready at once where it is all there is, with no watch", async () => {
    const server = fakeServer();
    server.put("web", "ready");
    const { done } = start(server, [turning("web")]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked).toEqual(["list web"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is waited for again when it is gone, until all are ready together, by one list and one watch", async () => {
    const { server, told, said, ends, state, done } = await readyAndPending();
    expect(told).toEqual(["web 0"]);
    expect(ends).toEqual([]);
    server.remove("web");
    server.put("db", "ready");
    await settle(5_000);
    expect(state.over).toBe(false);
    expect(said).toEqual(["db: starting", "web: it does not exist"]);
    server.put("web", "ready");
    await settle();
    expect((await done).map(({ end, milliseconds }) => [end.is, milliseconds])).toEqual([
      ["ready", 6_000],
      ["ready", 1_000],
    ]);
    expect(told).toEqual(["web 0", "db 1000", "web 6000"]);
    expect(server.asked).toEqual(["list web,db", "watch web,db from 3"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is not ready together with what is read in the same list, where it is gone by that", async () => {
    const server = fakeServer();
    server.put("db", "starting");
    server.put("web", "ready");
    const { state, said } = start(server, [turning("db"), turning("web")]);
    await settle();
    server.endWatches({ is: "gone" });
    server.put("db", "ready");
    server.remove("web");
    await settle(10_000);
    expect(server.asked.filter((words) => words.startsWith("list"))).toHaveLength(2);
    expect(state.over).toBe(false);
    expect(said).toEqual(["db: starting", "web: it does not exist"]);
  });

  test("is waited for again when it falls back, and told so once more", async () => {
    const { server, said, state } = await readyAndPending();
    server.put("web", "0 of 1");
    await settle(2_000);
    server.put("web", "ready");
    await settle(2_000);
    server.put("web", "0 of 1");
    server.put("db", "ready");
    await settle(2_000);
    expect(state.over).toBe(false);
    expect(said).toEqual(["db: starting", "web: 0 of 1", "web: 0 of 1"]);
  });

  test("may fail after that", async () => {
    const { server, done } = await readyAndPending({ failFast: true });
    server.put("web", "failed for good");
    await settle();
    expect((await done).map(({ end }) => end.is)).toEqual(["failed", "unfinished"]);
  });

  test("is final once it can't turn any more", async () => {
    const server = fakeServer();
    server.put("job", "ready");
    const mayTurn = (object: KubeObject | undefined) => object === undefined;
    const { ends, state } = start(server, [turning("job", { mayTurn }), turning("db")]);
    await settle();
    expect(ends).toEqual(["job ready"]);
    server.remove("job");
    server.put("db", "ready");
    await settle();
    expect(state.over).toBe(true);
  });

  test("is ready when the time is over, as it was seen last, though a request says that it is over", async () => {
    const { server, done } = await readyAndPending({ deadline: steadyNow() + 10_000 });
    server.refuse.list = errors.timeout;
    server.endWatches({ is: "gone" });
    await settle(10_000);
    expect((await done).map(({ end }) => end.is)).toEqual(["ready", "unfinished"]);
  });

  test("is not known to be ready while it can't be read", async () => {
    const server = fakeServer();
    server.put("web", "ready");
    const { state, said } = start(server, [turning("web"), turning("db", { namespace: "other" })]);
    await settle(1_000);
    server.refuse.list = (selection) =>
      selection.by === "name" && selection.name === "db" ? undefined : errors.unreachable();
    server.endWatches({ is: "gone" });
    await settle(1_000);
    server.put("db", "ready");
    await settle(5_000);
    expect(state.over).toBe(false);
    expect(said).toContain("web: can't reach the server");
    server.refuse = {};
    await settle(10_000);
    expect(state.over).toBe(true);
  });

  test("keeps the end of another wait open, where they are over together", async () => {
    const server = fakeServer();
    server.put("web", "ready");
    const newMember = openTogether();
    const [one, other] = [newMember(), newMember()];
    const first = start(server, [turning("web")], { member: one });
    const second = start(server, [turning("db")], { member: other });
    await settle(1_000);
    server.remove("web");
    server.put("db", "ready");
    await settle(1_000);
    expect([first.state.over, second.state.over]).toEqual([false, false]);
    server.put("web", "ready");
    await settle();
    expect([first.state.over, second.state.over]).toEqual([true, true]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("need not wait for a wait that is over otherwise", async () => {
    const server = fakeServer();
    server.put("web", "ready");
    const newMember = openTogether();
    const [one, other] = [newMember(), newMember()];
    const { state } = start(server, [turning("web")], { member: one });
    await settle(1_000);
    expect(state.over).toBe(false);
    other.leave();
    await settle();
    expect(state.over).toBe(true);
  });
});

test("an item that may go ends as gone, before it is ready or after", async () => {
  const server = fakeServer();
  for (const name of ["a", "b"]) server.put(name, name === "a" ? "ready" : "starting");
  const { ends, state } = start(
    server,
    ["a", "b", "c"].map((name) => turning(name, { mayGo: true })),
  );
  await settle(1_000);
  expect(ends).toEqual(["c gone"]);
  server.remove("a");
  server.remove("b");
  await settle();
  expect(ends).toEqual(["c gone", "a gone", "b gone"]);
  expect(state.over).toBe(true);
});

test("whatever items do, the wait is over when all are ready, and not before", async () => {
  const names = ["a", "b", "c"];
  const readies = fc.constantFrom(...names).map(
    (name): Step =>
      (server) =>
        server.put(name, "ready"),
  );
  await fc.assert(
    fc.asyncProperty(scriptOf(fc.oneof(changesOf(names), readies, readies)), async (script) => {
      const server = fakeServer();
      const { state, ends } = start(
        server,
        names.map((name) => turning(name)),
      );
      await settle();
      for (const [act, milliseconds] of script) {
        act(server);
        await settle(milliseconds);
        const live = await server.reads.list(item("a").type, "shop", { by: "labels", selector: "" });
        const states = live.objects.map((object) => stateOf(object).is);
        expect(state.over).toBe(states.length === 3 && states.every((is) => is === "ready"));
        if (state.over) break;
        expect(ends).toEqual([]);
      }
      if (!state.over) for (const name of names) server.put(name, "ready");
      await settle();
      expect(state.over).toBe(true);
    }),
    { numRuns: 150 },
  );
});
