/**
 * A world to hold a Lease in, in which time passes only when nothing else is left to happen: a server that keeps one Lease
 * as the API server does, and copies whose clocks, requests and lives go wrong.
 */
import { cloneJson, getPath } from "../../src/json.js";
import { KapplyError } from "../../src/errors.js";
import type { Clock } from "../../src/lease/clock.js";
import type { LeaseAccess, LeasePut, LeaseRequests } from "../../src/lease/index.js";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";

/** Milliseconds, as the world knows them. */
export interface Timeline {
  now: () => number;
  at: (time: number, what: () => void) => void;
  /** Lets everything happen, until nothing is left to happen or that time is reached. */
  run: (until: number) => Promise<void>;
}

export function timeline(): Timeline {
  let now = 0;
  let order = 0;
  const due: { time: number; order: number; what: () => void }[] = [];
  return {
    now: () => now,
    at: (time, what) => {
      due.push({ time: Math.max(time, now), order: order++, what });
    },
    run: async (until) => {
      for (;;) {
        // What promises there are settle first.
        await new Promise((resolve) => setImmediate(resolve));
        due.sort((a, b) => a.time - b.time || a.order - b.order);
        if (due[0] === undefined || due[0].time > until) break;
        now = due[0].time;
        due.shift()?.what();
      }
      now = Math.max(now, until === Infinity ? now : until);
    },
  };
}

/** The Lease that a server keeps. */
export interface LeaseServer {
  lease: KubeObject | undefined;
  holder: () => string;
  put: (lease: KubeObject) => LeasePut;
  /** As `kubectl delete` does. */
  remove: () => void;
}

export function leaseServer(): LeaseServer {
  let version = 0;
  let made = 0;
  const server: LeaseServer = {
    lease: undefined,
    holder: () => (getPath(server.lease, ["spec", "holderIdentity"]) as string | undefined) ?? "",
    put: (sent) => {
      const [uid, resourceVersion] = ["uid", "resourceVersion"].map((key) =>
        getPath(sent, ["metadata", key]),
      );
      const live = server.lease?.["metadata"] as JsonObject | undefined;
      if (uid !== undefined && uid !== live?.["uid"]) return { is: "stale" };
      // A PUT of what is not there makes it, whatever version it names.
      if (live !== undefined && resourceVersion !== live["resourceVersion"]) return { is: "stale" };
      const metadata = { ...(sent["metadata"] as JsonObject), resourceVersion: String(++version) };
      server.lease = cloneJson({ ...sent, metadata: { ...metadata, uid: live?.["uid"] ?? `uid-${++made}` } });
      return { is: "written", lease: cloneJson(server.lease) };
    },
    remove: () => {
      server.lease = undefined;
    },
  };
  return server;
}

/** How a copy's world goes wrong. */
export interface Troubles {
  /** How fast its clock runs: 1 is right. */
  rate: number;
  /** By how much its wall clock is wrong. */
  wallOff: number;
  /** When it is killed. */
  diesAt: number;
  /** When it stands still, and until when: whatever comes to it meanwhile comes then. */
  stall: { from: number; until: number };
  /** How long a request takes on its way, and its answer. */
  delay: () => number;
  /** What becomes of a PUT. */
  fate: () => "answered" | "never-arrives" | "answer-lost" | "arrives-late";
}

export const noTroubles: Troubles = {
  rate: 1,
  wallOff: 0,
  diesAt: Infinity,
  stall: { from: Infinity, until: Infinity },
  delay: () => 5,
  fate: () => "answered",
};

export interface Copy {
  clock: Clock;
  requests: LeaseRequests;
  /** How many requests it has sent. */
  sent: () => number;
  /** Passes that much time of the world; never comes back when the copy dies before. */
  pass: (milliseconds: number) => Promise<void>;
}

/** Requests that begin and end alike. */
export function both(requests: LeaseRequests): LeaseAccess {
  return { taking: requests, keeping: requests };
}

/** A copy's clock and requests. */
export function copyIn(time: Timeline, server: LeaseServer, troubles: Troubles): Copy {
  const { rate, wallOff, diesAt, stall, delay, fate } = troubles;
  let sent = 0;
  /** Comes to the copy at that time, unless it stands still or is dead. */
  const arrive = (at: number, what: () => void): void => {
    const then = at >= stall.from && at < stall.until ? stall.until : at;
    time.at(then, () => {
      if (time.now() < diesAt) what();
    });
  };
  const pass = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => arrive(time.now() + milliseconds, resolve));
  const clock: Clock = {
    now: () => 1000 + time.now() * rate,
    wall: () => 1.8e12 + wallOff + time.now() * rate,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          signal?.removeEventListener("abort", done);
          resolve();
        };
        if (signal?.aborted) done();
        signal?.addEventListener("abort", done);
        // As a timer, which takes a millisecond at least.
        arrive(time.now() + Math.max(1, Math.ceil(milliseconds / rate)), done);
      }),
  };
  const requests: LeaseRequests = {
    get: () =>
      new Promise((resolve) => {
        sent++;
        time.at(time.now() + delay(), () => {
          const seen = server.lease && cloneJson(server.lease);
          arrive(time.now() + delay(), () => resolve(seen));
        });
      }),
    put: (lease) =>
      new Promise((resolve, reject) => {
        sent++;
        const becomes = fate();
        const body = cloneJson(lease);
        const lost = new KapplyError("unreachable", "no answer", { answerLost: true });
        if (becomes !== "answered") arrive(time.now() + 10 * delay(), () => reject(lost));
        if (becomes === "never-arrives") return;
        time.at(time.now() + delay() * (becomes === "arrives-late" ? 40 : 1), () => {
          const result = server.put(body);
          if (becomes === "answered") arrive(time.now() + delay(), () => resolve(result));
        });
      }),
  };
  return { clock, requests, sent: () => sent, pass };
}
