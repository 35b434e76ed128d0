/**
 * The Lease of a manifest set, as a value: who holds it, what was applied under it, and what it becomes when it is taken,
 * renewed and released.
 *
 * The spec is used as client-go uses it (tools/leaderelection/resourcelock/leaselock.go), so that others can read it.
 * What was applied stands in annotations:
 *
 *     kapply.dev/revision, kapply.dev/hash           the newest revision that was applied, and the hash of its set
 *     kapply.dev/applied-at, kapply.dev/applied-by   when, and by whom
 *     kapply.dev/begun-revision                      the newest revision that was begun since, and is not finished
 *     kapply.dev/begun-hash                          the hash of what was begun last, until the whole set is applied
 */
import { KapplyError } from "../errors.js";
import { cloneJson, getPath, isObject } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import { compareRevisions, readRevision, revisionText } from "./revision.js";
import type { Revision } from "./revision.js";

/** Where a Lease is. */
export interface LeaseAt {
  namespace: string;
  name: string;
}

/** What a run is about to apply. */
export interface Wanted {
  /** `hashOf` what is applied. */
  hash: string;
  revision?: Revision | undefined;
  /** A part of the set alone: it is recorded that it was begun, and of the set as a whole nothing changes. */
  part?: boolean | undefined;
}

/** What the Lease says of the set. Revisions are texts that somebody may have edited: `readRevision` reads them. */
export interface Recorded {
  applied?: Mark | undefined;
  appliedAt?: string | undefined;
  appliedBy?: string | undefined;
  /**
   * What was begun: the cluster may hold some of it. The revision is of the newest run that has not ended well; where
   * there is no hash, a set without revision was applied over it.
   */
  begun?: Mark | undefined;
}

export interface Mark {
  hash?: string | undefined;
  revision?: string | undefined;
}

/** Who holds a Lease, in the holder's own words. */
export interface Holding {
  holder: string;
  /** When the holder took it, by the holder's clock: for messages alone. */
  since: string;
  durationMs: number;
}

/** How holding ended: all was applied; some may have been; nothing was sent. */
export type Ending = "applied" | "failed" | "untouched";

const key = {
  revision: "kapply.dev/revision",
  hash: "kapply.dev/hash",
  appliedAt: "kapply.dev/applied-at",
  appliedBy: "kapply.dev/applied-by",
  begunRevision: "kapply.dev/begun-revision",
  begunHash: "kapply.dev/begun-hash",
} as const;

/** `leaseTransitions` is an int32: one more than this, and the server can't read the Lease that is sent. */
const mostTransitions = 2 ** 31 - 1;

const defaultDurationMs = 15_000;

/**
 * The name of the Lease of a set: `kapply-NAME`, which no other tool's Lease is likely to have, and which a Role can
 * name.
 * @throws KapplyError `usage` for a name that can't be part of an object's name and a label's value.
 */
export function leaseName(set: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(set)) return `kapply-${set}`;
  throw new KapplyError("usage", `--set: "${set}" can't be the name of a set`, {
    hint: "use at most 63 lower-case letters, digits and dashes, with a letter or digit at both ends",
  });
}

/** What a Lease says of the set; nothing where there is none. */
export function recordedOn(lease: KubeObject | undefined): Recorded {
  const at = (name: string): string | undefined => textAt(lease, ["metadata", "annotations", name]);
  return {
    applied: markOf(at(key.hash), at(key.revision)),
    appliedAt: at(key.appliedAt),
    appliedBy: at(key.appliedBy),
    begun: markOf(at(key.begunHash), at(key.begunRevision)),
  };
}

function markOf(hash: string | undefined, revision: string | undefined): Mark | undefined {
  return hash === undefined && revision === undefined ? undefined : { hash, revision };
}

/** Who holds the Lease; undefined when nobody does. */
export function holdingOf(lease: KubeObject | undefined): Holding | undefined {
  const holder = textAt(lease, ["spec", "holderIdentity"]);
  if (holder === undefined || holder === "") return undefined;
  const seconds = getPath(lease, ["spec", "leaseDurationSeconds"]);
  return {
    holder,
    since: textAt(lease, ["spec", "acquireTime"]) ?? "an unknown time",
    durationMs: typeof seconds === "number" && seconds > 0 ? seconds * 1000 : defaultDurationMs,
  };
}

/** What is another value after each write of the Lease, whoever wrote it; "" where there is none. */
export function versionOf(lease: KubeObject | undefined): string {
  const [uid, version] = [textAt(lease, ["metadata", "uid"]), textAt(lease, ["metadata", "resourceVersion"])];
  return lease === undefined ? "" : `${uid ?? ""}/${version ?? ""}`;
}

/** When the holder last renewed, in its own words. */
export function renewTimeOf(lease: KubeObject): string | undefined {
  return textAt(lease, ["spec", "renewTime"]);
}

/** The Lease as it is sent to take it: the one that was read, which is replaced only as it was, or a new one. */
export function takenLease(
  live: KubeObject | undefined,
  { namespace, name }: LeaseAt,
  by: { holder: string; now: number; durationSeconds: number; wanted: Wanted },
): KubeObject {
  const former = holdingOf(live)?.holder;
  const transitions = getPath(live, ["spec", "leaseTransitions"]);
  const count = typeof transitions === "number" ? transitions : 0;
  const base = live ?? {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace, name, labels: { "app.kubernetes.io/managed-by": "kapply" } },
  };
  const spec = {
    holderIdentity: by.holder,
    leaseDurationSeconds: by.durationSeconds,
    acquireTime: microTime(by.now),
    renewTime: microTime(by.now),
    leaseTransitions:
      live === undefined || former === by.holder ? count : Math.min(count + 1, mostTransitions),
  };
  return changed(base, spec, begunAnnotations(by.wanted, recordedOn(live)));
}

function begunAnnotations({ hash, revision }: Wanted, { begun }: Recorded): Annotations {
  const isNewest = revision !== undefined && !hidesBegun(revision, begun?.revision);
  return { [key.begunHash]: hash, ...(isNewest ? { [key.begunRevision]: revisionText(revision) } : {}) };
}

/**
 * Whether a newer revision that was begun, or one that can't be compared, would be forgotten: a downgrade that ends
 * halfway leaves some of both.
 */
function hidesBegun(revision: Revision, begun: string | undefined): boolean {
  if (begun === undefined) return false;
  const other = readRevision(begun);
  const order = other && compareRevisions(revision, other);
  return order === undefined || order < 0;
}

/** A held Lease with a new time. */
export function renewedLease(lease: KubeObject, now: number): KubeObject {
  return changed(lease, { renewTime: microTime(now) }, {});
}

/**
 * A held Lease without a holder. What was applied is recorded. After a failure it stays recorded that it was begun, so
 * that nothing older is applied on top of half of it; where nothing was sent, what was begun `before` stands again.
 */
export function releasedLease(
  lease: KubeObject,
  now: number,
  done: { ending: Ending; wanted: Wanted; before: Recorded },
): KubeObject {
  const at = microTime(now);
  // The duration is client-go's, for those who look at it alone.
  const spec = { holderIdentity: "", leaseDurationSeconds: 1, acquireTime: at, renewTime: at };
  return changed(lease, spec, endAnnotations(lease, at, done));
}

function endAnnotations(
  lease: KubeObject,
  at: string,
  { ending, wanted, before }: { ending: Ending; wanted: Wanted; before: Recorded },
): Annotations {
  switch (ending) {
    case "failed":
      return {};
    case "untouched":
      return { [key.begunHash]: before.begun?.hash, [key.begunRevision]: before.begun?.revision };
    case "applied":
      // Who waits for the whole set must not take it for applied: that something was begun after it stays on record.
      if (wanted.part === true) return {};
      return {
        [key.hash]: wanted.hash,
        [key.appliedAt]: at,
        [key.appliedBy]: holdingOf(lease)?.holder,
        [key.begunHash]: undefined,
        // Who gives no revision applies without one: what is known of the newest one, applied or begun, stays.
        ...(wanted.revision === undefined
          ? {}
          : { [key.revision]: revisionText(wanted.revision), [key.begunRevision]: undefined }),
      };
  }
}

/** Undefined takes an annotation away. */
type Annotations = Record<string, string | undefined>;

function changed(lease: KubeObject, spec: JsonObject, annotations: Annotations): KubeObject {
  const next = cloneJson(lease);
  const metadata = objectAt(next["metadata"]);
  const kept = objectAt(metadata["annotations"]);
  for (const [name, value] of Object.entries(annotations)) {
    if (value !== undefined) kept[name] = value;
    else if (Object.hasOwn(kept, name)) Reflect.deleteProperty(kept, name);
  }
  return {
    ...next,
    metadata: { ...metadata, annotations: kept },
    spec: { ...objectAt(next["spec"]), ...spec },
  };
}

function objectAt(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A time as a Lease holds it: k8s.io/apimachinery `MicroTime`. */
function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}

function textAt(object: KubeObject | undefined, path: readonly string[]): string | undefined {
  const value = getPath(object, path);
  return typeof value === "string" ? value : undefined;
}
