/** Waits under way over a fake server, on fake time. */
import fc from "fast-check";
import { expect, vi } from "vitest";
import { getPath } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import type { Readiness } from "../../src/wait/readiness.js";
import type { WaitItem } from "../../src/wait/types.js";
import { waitUntil } from "../../src/wait/until.js";
import type { WaitOptions } from "../../src/wait/until.js";
import { configMaps, errors, fakeServer } from "./fake-server.js";
import type { FakeServer } from "./fake-server.js";

/** `ready`, `failed WHY`, or anything else to wait for. */
export function stateOf(object: KubeObject | undefined): Readiness {
  if (object === undefined) return { is: "waiting", why: "it does not exist" };
  const state = getPath(object, ["data", "state"]);
  if (typeof state !== "string") return { is: "failed", why: "it has no state" };
  if (state === "ready") return { is: "ready" };
  return state.startsWith("failed") ? { is: "failed", why: state } : { is: "waiting", why: state };
}

export function item(name: string, others: Partial<WaitItem> = {}): WaitItem {
  return { type: configMaps, namespace: "shop", name, meets: stateOf, ...others };
}

/** A wait under way: what it told so far, and how it ended. */
export function start(server: FakeServer, items: WaitItem[], options: WaitOptions<WaitItem> = {}) {
  const said: string[] = [];
  const ends: string[] = [];
  const state: { over: boolean; error?: unknown } = { over: false };
  const done = waitUntil(items, server.reads, {
    onWaiting: ({ name }, why) => said.push(`${name}: ${why}`),
    onEnded: ({ item: { name }, end }) => ends.push(`${name} ${end.is}`),
    random: () => 1,
    ...options,
  });
  done.then(
    () => (state.over = true),
    (error: unknown) => (state.error = error),
  );
  return { said, ends, state, done };
}

/** Lets what is under way go on, without time passing to speak of. */
export async function settle(milliseconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

export type Step = (server: FakeServer) => void;

export const breaks = fc.constantFrom<Step>(
  (server) => server.endWatches(),
  (server) => server.endWatches({ is: "gone" }),
  (server) => server.endWatches({ is: "broken", why: "reset" }),
  (server) => server.compact(),
  (server) => (server.refuse = { list: errors.unreachable, watch: errors.serverError }),
  (server) => (server.refuse = { list: errors.notServed }),
  (server) => (server.refuse = {}),
);
export const refusals = fc.constantFrom<Step>(
  (server) => (server.refuse = { watch: errors.forbidden }),
  (server) => (server.refuse = { list: errors.forbidden, watch: errors.forbidden }),
);
export const changesOf = (names: string[], labelsOf?: (name: string) => Record<string, string>) =>
  fc.tuple(fc.constantFrom(...names), fc.constantFrom("x", "y", "gone")).map(([name, state]): Step => {
    return (server) => (state === "gone" ? server.remove(name) : server.put(name, state, labelsOf?.(name)));
  });
export const scriptOf = (step: fc.Arbitrary<Step>) =>
  fc.array(fc.tuple(step, fc.integer({ min: 0, max: 12_000 })), { maxLength: 25 });

/** Acts as a script says, then mends all and has `last` happen: every item is to be seen to be ready then. */
export async function hold(items: WaitItem[], script: [Step, number][], last: Step): Promise<void> {
  const server = fakeServer();
  const { done, state } = start(server, items);
  for (const [act, milliseconds] of script) {
    act(server);
    await settle(milliseconds);
  }
  expect(state.over).toBe(false);
  server.refuse = {};
  last(server);
  await settle(30_000);
  expect(state.over).toBe(true);
  expect((await done).map(({ end }) => end.is)).toEqual(items.map(() => "ready"));
  expect(server.watching()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
}
