import { expect, test } from "vitest";
import type { KapplyError } from "../../src/errors.js";
import { getPath, type JsonObject } from "../../src/json.js";
import { holdLease, parseRevision, recordedOn } from "../../src/lease/index.js";
import type { Held, HoldOptions, LeaseRequests, Skipped } from "../../src/lease/index.js";
import { both, copyIn, leaseServer, noTroubles, timeline } from "./world.js";
import type { Copy, LeaseServer, Timeline, Troubles } from "./world.js";

const at = { namespace: "shop", name: "kapply-web" };

interface Stage {
  time: Timeline;
  server: LeaseServer;
  /** A run that begins now. */
  start: (holder: string, options?: Partial<HoldOptions>, troubles?: Partial<Troubles>) => Run;
}

interface Run {
  copy: Copy;
  /** What it has come to: undefined while it waits. */
  result: () => Held | Skipped | undefined;
  /** @throws when it does not hold the Lease. */
  held: () => Held;
  error: () => KapplyError | undefined;
  waitedFor: string[];
}

function stage(): Stage {
  const time = timeline();
  const server = leaseServer();
  const start: Stage["start"] = (holder, options = {}, troubles = {}) => {
    const copy = copyIn(time, server, { ...noTroubles, ...troubles });
    const waitedFor: string[] = [];
    let result: Held | Skipped | undefined;
    let failed: KapplyError | undefined;
    holdLease(at, both(copy.requests), {
      holder,
      wanted: { hash: "same" },
      clock: copy.clock,
      random: () => 0.5,
      waiting: (held) => waitedFor.push(held.holder),
      ...options,
    }).then(
      (done) => (result = done),
      (error: unknown) => (failed = error as KapplyError),
    );
    return {
      copy,
      waitedFor,
      result: () => result,
      error: () => failed,
      held: () => {
        if (result?.is === "held") return result;
        throw new Error(`${holder} does not hold the Lease`);
      },
    };
  };
  return { time, server, start };
}

const spec = (server: LeaseServer): JsonObject => server.lease?.["spec"] as JsonObject;

test("a Lease that is free is taken with one read and one write, and given back with what was applied", async () => {
  const { time, server, start } = stage();
  const run = start("a", { wanted: { hash: "h", revision: parseRevision("7") } });
  await time.run(100);
  expect(run.copy.sent()).toBe(2);
  expect(spec(server)).toMatchObject({ holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 0 });
  expect(recordedOn(server.lease)).toMatchObject({ begun: { hash: "h", revision: "7" }, applied: undefined });
  const done = run.held().release("applied");
  await time.run(200);
  await done;
  expect(spec(server)).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1 });
  expect(recordedOn(server.lease)).toMatchObject({
    applied: { hash: "h", revision: "7" },
    appliedBy: "a",
    begun: undefined,
  });
  await time.run(60_000);
  expect(run.copy.sent()).toBe(3);
});

test("a Lease that is held is renewed for as long as it takes, and nobody else gets it", async () => {
  const { time, server, start } = stage();
  const a = start("a");
  await time.run(10);
  const b = start("b");
  await time.run(120_000);
  expect(a.held().isLost()).toBeUndefined();
  expect(b.result()).toBeUndefined();
  expect(b.waitedFor).toEqual(["a"]);
  expect(server.holder()).toBe("a");
  expect(a.copy.sent()).toBeLessThan(30);
});

test("who waited skips when the same set was applied meanwhile, and goes on when it failed", async () => {
  for (const [ending, expected] of [
    ["applied", "skipped"],
    ["failed", "held"],
    ["untouched", "held"],
  ] as const) {
    const { time, start } = stage();
    const a = start("a");
    await time.run(100);
    const b = start("b");
    await time.run(1000);
    void a.held().release(ending);
    await time.run(5000);
    expect(b.result()?.is, ending).toBe(expected);
  }
});

test("who finds the same set applied from before it came applies all the same: it may have changed since", async () => {
  const { time, start } = stage();
  const a = start("a");
  await time.run(100);
  void a.held().release("applied");
  await time.run(1000);
  const b = start("b");
  await time.run(2000);
  expect(b.result()?.is).toBe("held");
});

test("who waited for another set applies its own", async () => {
  const { time, start } = stage();
  const a = start("a", { wanted: { hash: "other" } });
  await time.run(100);
  const b = start("b");
  await time.run(1000);
  void a.held().release("applied");
  await time.run(5000);
  expect(b.result()?.is).toBe("held");
});

test("a newer revision of the same set is applied by who waited, so that it is recorded", async () => {
  const { time, start } = stage();
  const a = start("a", { wanted: { hash: "same", revision: parseRevision("7") } });
  await time.run(100);
  const newer = start("b", { wanted: { hash: "same", revision: parseRevision("8") } });
  const equal = start("c", { wanted: { hash: "same", revision: parseRevision("7") } });
  await time.run(1000);
  void a.held().release("applied");
  await time.run(10_000);
  expect(newer.result()?.is).toBe("held");
  expect(equal.result()).toMatchObject({ is: "skipped" });
});

test("an older revision skips at once, though the newer one is only begun; unless it is allowed", async () => {
  const { time, start } = stage();
  start("new", { wanted: { hash: "n", revision: parseRevision("9") } });
  await time.run(100);
  const old = { hash: "o", revision: parseRevision("7") };
  const skips = start("old", { wanted: old });
  const waits = start("forced", { wanted: old, allowDowngrade: true });
  await time.run(200);
  expect(skips.result()).toEqual({
    is: "skipped",
    because: "older",
    why: "revision 7 is older than 9, which was begun",
  });
  expect(waits.result()).toBeUndefined();
  expect(waits.waitedFor).toEqual(["new"]);
});

test("the Lease of one that was killed is taken over after its time, by our clock, whatever its own says", async () => {
  for (const wallOff of [-1e9, 0, 1e9]) {
    const { time, server, start } = stage();
    start("a", {}, { diesAt: 2000, wallOff });
    await time.run(10_000);
    const b = start("b");
    await time.run(24_900);
    expect(b.result()).toBeUndefined();
    await time.run(26_000);
    expect(b.result()?.is).toBe("held");
    expect(spec(server)).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
  }
});

test("a Lease whose renewals fail may be written under for two thirds of its time, from when one was sent", async () => {
  const { time, start } = stage();
  let broken = false;
  const a = start("a", {}, { fate: () => (broken ? "never-arrives" : "answered") });
  await time.run(100);
  broken = true;
  await time.run(9999);
  expect(a.held().isLost()).toBeUndefined();
  expect(a.held().signal.aborted).toBe(false);
  await time.run(10_010);
  const why = "the Lease kapply-web is lost: it could not be renewed for 10 s; no answer";
  expect(a.held().isLost()).toBe(why);
  expect(a.held().signal).toMatchObject({ aborted: true, reason: why });
});

test("a process that stood still knows so before any timer tells it", async () => {
  const { time, start } = stage();
  const a = start("a", {}, { stall: { from: 1000, until: 30_000 } });
  await time.run(29_999);
  expect(a.held().signal.aborted).toBe(false);
  expect(a.held().isLost()).toContain("could not be renewed");
  expect(a.held().signal.aborted).toBe(true);
});

test("an answer that takes longer than the Lease may be written under does not count", async () => {
  const { time, start } = stage();
  const delays = [5, 5, 5, 12_000];
  const a = start("a", {}, { delay: () => delays.shift() ?? 5 });
  await time.run(12_020);
  expect(a.result()).toBeUndefined();
  await time.run(13_000);
  expect(a.held().isLost()).toBeUndefined();
});

test("the time of a renewal is that of its sending, however late the answer", async () => {
  const { time, start } = stage();
  let slow = 5;
  let broken = false;
  const a = start("a", {}, { delay: () => slow, fate: () => (broken ? "never-arrives" : "answered") });
  await time.run(100);
  // The renewal after 4.5 s is stored after 2 s and answered after 4 s; none after it arrives.
  slow = 2000;
  await time.run(6000);
  broken = true;
  await time.run(14_400);
  expect(a.held().isLost()).toBeUndefined();
  await time.run(14_700);
  expect(a.held().isLost()).toBeDefined();
});

test("writes whose answers are lost are found again: when taking, renewing and giving back", async () => {
  const { time, server, start } = stage();
  let turn = 0;
  const a = start("a", {}, { fate: () => (turn++ === 1 ? "answered" : "answer-lost") });
  await time.run(60_000);
  expect(a.held().isLost()).toBeUndefined();
  const done = a.held().release("applied");
  await time.run(61_000);
  await done;
  expect(server.holder()).toBe("");
  expect(recordedOn(server.lease).applied).toEqual({ hash: "same" });
});

test.each([
  [100, ""],
  [2000, "a"],
])(
  "a second signal leaves a moment to give it back: by requests of %i ms the holder is %j",
  async (ms, holder) => {
    const { time, server, start } = stage();
    const hard = new AbortController();
    let sent = 0;
    const a = start("a", { hardSignal: hard.signal }, { delay: () => (sent++ < 4 ? 5 : ms) });
    await time.run(100);
    const done = a
      .held()
      .release("applied")
      .catch((error: unknown) => error);
    await time.run(110);
    hard.abort();
    await time.run(600);
    expect(server.holder()).toBe(holder);
    const ended = await Promise.race([done, Promise.resolve("still giving it back")]);
    expect(ended).not.toBe("still giving it back");
  },
);

test("what was begun before stands again where nothing was sent, also after a lost answer", async () => {
  const { time, server, start } = stage();
  const first = start("a", { wanted: { hash: "n", revision: parseRevision("9") } });
  await time.run(100);
  void first.held().release("failed");
  await time.run(200);
  let turn = 0;
  const second = start(
    "b",
    { wanted: { hash: "o", revision: parseRevision("10") } },
    { fate: () => (turn++ === 0 ? "answer-lost" : "answered") },
  );
  await time.run(1000);
  void second.held().release("untouched");
  await time.run(2000);
  expect(recordedOn(server.lease)).toMatchObject({ begun: { hash: "n", revision: "9" } });
});

test("a Lease that was deleted, or that somebody else was given, is lost at the next renewal", async () => {
  const ways: [(server: LeaseServer) => void, string][] = [
    [(server) => server.remove(), "it was deleted"],
    [(server) => give(server, "somebody"), "somebody holds it now"],
    [(server) => give(server, ""), "nobody holds it now"],
  ];
  for (const [spoil, why] of ways) {
    const { time, server, start } = stage();
    const a = start("a");
    await time.run(100);
    spoil(server);
    const left = JSON.stringify(server.lease);
    await time.run(5200);
    expect(a.held().isLost()).toBe(`the Lease kapply-web is lost: ${why}`);
    await a.held().release("applied");
    expect(JSON.stringify(server.lease)).toBe(left);
  }
});

function give(server: LeaseServer, holder: string): void {
  server.put({ ...server.lease, spec: { ...spec(server), holderIdentity: holder } });
}

test("what others wrote on the Lease stays, and does not cost it", async () => {
  const { time, server, start } = stage();
  const a = start("a");
  await time.run(100);
  const metadata = server.lease?.["metadata"] as JsonObject;
  server.put({ ...server.lease, metadata: { ...metadata, labels: { team: "shop" } } });
  await time.run(30_000);
  expect(a.held().isLost()).toBeUndefined();
  void a.held().release("applied");
  await time.run(30_100);
  expect(getPath(server.lease, ["metadata", "labels"])).toEqual({ team: "shop" });
  expect(server.holder()).toBe("");
});

test("giving back gives up after 5 seconds, and says so", async () => {
  const { time, start } = stage();
  let broken = false;
  const a = start("a", {}, { fate: () => (broken ? "never-arrives" : "answered") });
  await time.run(100);
  broken = true;
  const done = a.held().release("applied");
  const refused = expect(done).rejects.toThrow("no answer");
  await time.run(5600);
  await refused;
});

test("waiting ends at the deadline and by the signal, and names the holder", async () => {
  const { time, start } = stage();
  start("a");
  await time.run(100);
  const stop = new AbortController();
  const late = start("b", { deadline: 1000 + 3000 });
  const interrupted = start("c", { signal: stop.signal });
  await time.run(4000);
  expect(late.error()).toMatchObject({ code: "timeout" });
  expect(late.error()?.message).toContain("which a holds");
  expect(interrupted.error()).toBeUndefined();
  stop.abort();
  await time.run(4100);
  expect(interrupted.error()).toMatchObject({ code: "interrupted" });
});

test.each(["a signal", "two signals", "the deadline"])(
  "what a write took whose answer was lost is given back when %s ends the run",
  async (end) => {
    const { time, server, start } = stage();
    const [soft, hard] = [new AbortController(), new AbortController()];
    const deadline = end === "the deadline" ? 1000 + 40 : undefined;
    const stops = { signal: soft.signal, hardSignal: hard.signal, deadline };
    let turn = 0;
    const a = start("a", stops, { fate: () => (turn++ === 0 ? "answer-lost" : "answered") });
    await time.run(40);
    expect(server.holder()).toBe("a");
    if (end !== "the deadline") soft.abort();
    if (end === "two signals") hard.abort();
    await time.run(150);
    expect(a.error()).toMatchObject({ code: end === "the deadline" ? "timeout" : "interrupted" });
    expect(server.holder()).toBe("");
    expect(recordedOn(server.lease)).toMatchObject({ applied: undefined, begun: undefined });
  },
);

test("a run that took nothing gives nothing back: what it may not send any more is not sent", async () => {
  const { time, server, start } = stage();
  start("a");
  await time.run(100);
  const stop = new AbortController();
  const b = start("b", { signal: stop.signal });
  await time.run(1000);
  const sent = b.copy.sent();
  stop.abort();
  await time.run(1100);
  expect(b.error()).toMatchObject({ code: "interrupted" });
  expect(b.copy.sent()).toBe(sent);
  expect(server.holder()).toBe("a");
});

test("it is taken by the requests that end with the run, and kept and given back by those that outlast it", async () => {
  const time = timeline();
  const server = leaseServer();
  const copies = { taking: copyIn(time, server, noTroubles), keeping: copyIn(time, server, noTroubles) };
  const { taking, keeping } = copies;
  const options = { holder: "a", wanted: { hash: "h" }, clock: taking.clock, random: () => 0.5 };
  const holding = holdLease(at, { taking: taking.requests, keeping: keeping.requests }, options);
  await time.run(100);
  const held = await holding;
  expect([taking.sent(), keeping.sent()]).toEqual([2, 0]);
  await time.run(5000);
  expect([taking.sent(), keeping.sent()]).toEqual([2, 1]);
  if (held.is === "held") void held.release("applied");
  await time.run(5100);
  expect([taking.sent(), keeping.sent()]).toEqual([2, 2]);
  expect(server.holder()).toBe("");
});

test("what the server refuses is thrown, and a server that never answers a write is not asked for ever", async () => {
  const { time, start } = stage();
  const lost = start("a", {}, { fate: () => "never-arrives" });
  await time.run(60_000);
  expect(lost.error()).toMatchObject({ code: "unreachable" });
  const refusing: LeaseRequests = {
    get: () => Promise.resolve(undefined),
    put: () => Promise.reject(new Error("forbidden")),
  };
  await expect(holdLease(at, both(refusing), { holder: "a", wanted: { hash: "h" } })).rejects.toThrow(
    "forbidden",
  );
});
