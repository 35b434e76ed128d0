/** Waiting for objects: what `apply --wait` and `kapply wait` share. Readiness meets the reads of a server here. */
import { typeName } from "../cluster/index.js";
import { KapplyError, toFailure } from "../errors.js";
import type { Emit, Failure, KubeObject, Outcome, Ref, ResourceType } from "../model.js";
import type { Server } from "../server.js";
import { bundledType } from "../schema/index.js";
import { getPath } from "../json.js";
import { mayTurn } from "./may-turn.js";
import {
  endpointSliceSelector,
  failureFromPods,
  asksReadiness,
  meets,
  needsSlices,
  openMemory,
  podQuery,
  podsBehind,
  readinessOf,
  reasonFromPods,
  sightingsOf,
  waitUntil,
} from "../wait/index.js";
import type { Goal, Member, Memory, Readiness, Related, Selector, Waited, WaitItem } from "../wait/index.js";

/** An object that is waited for, and what is to become of it. */
export interface Wanted {
  ref: Ref;
  type: ResourceType;
  goal: Goal;
  /** Whether it was asked for by its name: then it is depended on, and a Service is ready once somebody answers behind it. */
  isNamed: boolean;
  /** Whether it is no loss if it is gone: it was found by its labels, and others may have them. */
  mayGo?: boolean | undefined;
}

interface Item extends WaitItem {
  wanted: Wanted;
}

/**
 * Waits until what was applied is ready. Where something failed, nothing is waited for: it would not come. Outcomes come
 * back in their order, those that are not ready with the error that says why.
 */
export async function waitForOutcomes(outcomes: Outcome[], server: Server, emit: Emit): Promise<Outcome[]> {
  if (outcomes.some(({ error, action }) => error !== undefined || action === "not-attempted"))
    return outcomes;
  const wanted = new Map<Outcome, Wanted>();
  for (const outcome of outcomes) {
    const { ref, type } = outcome;
    if (type !== undefined) wanted.set(outcome, { ref, type, goal: { is: "ready" }, isNamed: false });
  }
  const ended = await waitForAll([...wanted.values()], server, { ...server, emit });
  const endOfOutcome = new Map([...wanted.keys()].map((outcome, at) => [outcome, ended[at]]));
  return outcomes.map((outcome) => {
    const end = endOfOutcome.get(outcome);
    if (end?.is === "failed") return { ...outcome, error: end.error };
    return end?.is === "left" ? { ...outcome, notReady: end.why } : outcome;
  });
}

export interface WaitWorld {
  emit: Emit;
  deadline?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Looks once at each object, and ends as if the time were over then. */
  once?: boolean | undefined;
  /** As of `WaitOptions`. */
  member?: Member | undefined;
}

const goneWords = "it is gone, and is not waited for any longer";

/** What became of an object that was waited for, and for how long it was. */
export type Ended = (
  | { is: "ready" }
  /** It went, and `mayGo`. */
  | { is: "gone" }
  | { is: "failed"; error: Failure }
  | { is: "left"; why: string }
) & {
  milliseconds: number;
};

/**
 * Waits until all are what they are to become, or one of them never will be. What is to be ready is followed until all
 * are ready together. What became of each comes in their order.
 */
export async function waitForAll(
  wanted: readonly Wanted[],
  server: Pick<Server, "waitReads">,
  { emit, deadline, signal, once, member }: WaitWorld,
): Promise<Ended[]> {
  const waited = await waitUntil(wanted.map(itemOf), server.waitReads, {
    deadline,
    signal,
    once,
    member,
    failFast: true,
    onWaiting: ({ wanted: { ref, type } }, why) => {
      emit({ event: "waiting", what: `${typeName(type)}/${ref.name}`, why, ref });
    },
    onEnded: ({ item: { wanted: one }, end }) => {
      const what = `${typeName(one.type)}/${one.ref.name}`;
      if (end.is === "gone") emit({ event: "waiting", what, why: goneWords, ref: one.ref });
    },
    onReady: ({ wanted: { ref } }, milliseconds) => emit({ event: "ready", ref, milliseconds }),
  });
  return waited.map(endOf);
}

function endOf({ item: { wanted }, end, milliseconds }: Waited<Item>): Ended {
  const notReady = (message: string, hint?: string): Ended => {
    const error = toFailure(new KapplyError("not-ready", message, { hint }));
    return { is: "failed", error, milliseconds };
  };
  switch (end.is) {
    case "ready":
    case "gone":
      return { ...end, milliseconds };
    case "failed":
      return notReady(`it will not become ${wordOf(wanted.goal)} by waiting: ${end.why}`);
    case "unreadable":
      return { is: "failed", error: toFailure(end.error), milliseconds };
    case "unfinished":
      if (end.because !== "deadline")
        return { is: "left", why: `not ${wordOf(wanted.goal)} yet: ${end.why}`, milliseconds };
      return notReady(
        `it is not ${wordOf(wanted.goal)} in time: ${end.why}`,
        "give it more time with --timeout",
      );
  }
}

function wordOf(goal: Goal): string {
  switch (goal.is) {
    case "ready":
      return "ready";
    case "create":
      return "there";
    case "delete":
      return "gone";
    case "condition":
      return `what --for=condition=${goal.name} asks for`;
    case "jsonpath":
      return `what --for=jsonpath=${goal.path} asks for`;
  }
}

function itemOf(wanted: Wanted): Item {
  const { type, ref, goal, isNamed, mayGo } = wanted;
  const memory = openMemory();
  let wasThere = false;
  return {
    wanted,
    type,
    namespace: ref.namespace,
    name: ref.name,
    mayGo,
    mayTurn: (object) => (isNamed && needsSlices(goal, type)) || mayTurn(object, goal, type),
    related: (object) => relatedTo(object, wanted),
    meets(object, related) {
      const verdict = judge(object, related, wanted, memory);
      if (object !== undefined) wasThere = true;
      else if (wasThere && verdict.is === "waiting")
        return { is: "waiting", why: "it was deleted during the wait" };
      // What is being deleted is soon gone: that it ends badly does not matter then.
      const isGoing = mayGo === true && getPath(object, ["metadata", "deletionTimestamp"]) !== undefined;
      return isGoing && verdict.is === "failed" ? { is: "waiting", why: "it is being deleted" } : verdict;
    },
  };
}

const slices = (): ResourceType | undefined => bundledType("discovery.k8s.io/v1", "EndpointSlice");
const pods = (): ResourceType | undefined => bundledType("v1", "Pod");
const replicaSets = (): ResourceType | undefined => bundledType("apps/v1", "ReplicaSet");

function relatedTo(object: KubeObject | undefined, { goal, type, ref, isNamed }: Wanted): Related[] {
  const of = (found: ResourceType | undefined, selector: Selector, needed: boolean): Related[] =>
    found === undefined ? [] : [{ type: found, selector, needed }];
  if (isNamed && needsSlices(goal, type)) return of(slices(), endpointSliceSelector(ref.name), true);
  if (object === undefined || goal.is === "create" || goal.is === "delete") return [];
  // Of any other condition or value that does not come the object itself says why, until it never will.
  if (!asksReadiness(goal, object) && meets(goal, object).is !== "failed") return [];
  const query = podQuery(object);
  if (query === undefined) return [];
  const { selector } = query;
  return [...of(pods(), selector, false), ...(query.replicaSets ? of(replicaSets(), selector, false) : [])];
}

/** The verdict on the object itself; of a workload that is not ready, its Pods say why, and whether it ever will be. */
function judge(
  object: KubeObject | undefined,
  [first, second]: readonly (readonly KubeObject[] | undefined)[],
  { goal, isNamed, type }: Wanted,
  memory: Memory,
): Readiness {
  if (goal.is === "delete" && memory.isAnother(object)) return { is: "ready" };
  if (isNamed && needsSlices(goal, type)) return meets(goal, object, undefined, first);
  if (object === undefined) return meets(goal, object);
  const behind = first === undefined ? [] : podsBehind(object, first, second);
  const seenFor = memory.see([object, ...behind].flatMap(sightingsOf));
  // Of a set, an object is as far as it can be by itself: who answers behind a Service may not be of the set.
  const isOwn = !isNamed && goal.is === "ready";
  const verdict = isOwn ? readinessOf(object, seenFor) : meets(goal, object, seenFor);
  if (verdict.is === "ready") return verdict;
  const never = verdict.is === "waiting" ? failureFromPods(behind, seenFor) : undefined;
  if (never !== undefined) return { is: "failed", why: never };
  const reason = reasonFromPods(behind, seenFor);
  return reason === undefined ? verdict : { ...verdict, why: `${verdict.why}; ${reason}` };
}
