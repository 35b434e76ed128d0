/** What is waited for, what that is read with, and how it ends. */
import type { KapplyError } from "../errors.js";
import type { KubeObject, ResourceType } from "../model.js";
import type { Readiness } from "./readiness.js";
import type { Selector } from "./selector.js";

/** An object, and what is to become of it. */
export interface WaitItem {
  type: ResourceType;
  /** Undefined for a cluster-scoped object. */
  namespace: string | undefined;
  name: string;
  /** What else the verdict needs of the item's namespace, asked while the item is waited for. */
  related?: ((object: KubeObject | undefined) => readonly Related[]) | undefined;
  /**
   * How far it is. `object` is undefined where there is none; `related` is what was found for each of the item's
   * `related`, undefined where it is not read yet or can't be. Called after each change, and each second for what
   * depends on the time.
   */
  meets: (
    object: KubeObject | undefined,
    related: readonly (readonly KubeObject[] | undefined)[],
  ) => Readiness;
  /**
   * Whether what is ready may come to be otherwise: then it is followed until all items are ready together. Without,
   * ready is the end of it.
   */
  mayTurn?: ((object: KubeObject | undefined) => boolean) | undefined;
  /** Whether it ends once there is no such object: there were others as good. */
  mayGo?: boolean | undefined;
}

/** Objects of another kind: the EndpointSlices of a Service, the Pods of a Deployment. */
export interface Related {
  type: ResourceType;
  selector: Selector;
  /** Whether the item can't be waited for without them, so that it ends where they can't be read. */
  needed: boolean;
}

/** Some objects of a collection; all of it for the label selector `""`. `name` asks for fewer rights than `names` does. */
export type Selection =
  | { by: "name"; name: string }
  | { by: "names"; names: ReadonlySet<string> }
  /** All where the selector is empty. */
  | { by: "labels"; selector: string };

/** What happened in a collection. After `gone` or `broken` nothing comes any more. */
export type WatchEvent =
  | { is: "added" | "modified" | "deleted"; object: KubeObject; resourceVersion: string }
  | { is: "bookmark"; resourceVersion: string }
  | { is: "gone" }
  | { is: "broken"; why: string };

/** The reads that waiting is handed. They throw `KapplyError`, after retries of their own. */
export interface WaitReads {
  get: (type: ResourceType, namespace: string | undefined, name: string) => Promise<KubeObject | undefined>;
  /** What is selected as it is now, and the version that a watch goes on from. */
  list: (
    type: ResourceType,
    namespace: string | undefined,
    selection: Selection,
  ) => Promise<{ objects: readonly KubeObject[]; resourceVersion: string }>;
  /** The changes since a version, until the server ends it (nothing is wrong then) or the signal aborts. */
  watch: (
    type: ResourceType,
    namespace: string | undefined,
    selection: Selection,
    from: { resourceVersion: string; signal: AbortSignal },
  ) => AsyncIterable<WatchEvent>;
}

/** How waiting for an item ended. */
export type WaitEnd =
  | { is: "ready" }
  /** There is none, and there may be none. */
  | { is: "gone" }
  /** It will not come good by waiting. */
  | { is: "failed"; why: string }
  /** It can't be read. */
  | { is: "unreadable"; error: KapplyError }
  /** It was still waited for, and why it was not ready by then. */
  | { is: "unfinished"; why: string; because: Because };

/** Why an item is not waited for any longer. */
export type Because = "deadline" | "interrupted" | "another-failed";

export interface Waited<I extends WaitItem> {
  item: I;
  end: WaitEnd;
  /** As it was seen last. */
  object: KubeObject | undefined;
  milliseconds: number;
}
