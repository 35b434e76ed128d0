/** What a run is asked to do, and what it is given of the world. */
import type { ReadOptions } from "./manifest/index.js";
import type { Emit, Manifest, Problem } from "./model.js";
import type { OnConflict, PreviewBy } from "./plan/index.js";
import type { Signal } from "./result.js";
import type { Server } from "./server.js";

/** What a run is to do. */
export interface Job {
  command: string;
  /** Where to stop: `validate`, `diff`, `apply`. */
  until: "validated" | "planned" | "applied";
  sources: ReadOptions;
  selector?: string | undefined;
  allowEmpty: boolean;
  namespace?: string | undefined;
  validate: "strict" | "warn" | "ignore";
  fieldManager: string;
  /** What becomes of fields that others own and that the manifest sets otherwise. */
  onConflict: OnConflict;
  /** Managers whose fields become ours. */
  takeOverFrom: readonly string[];
  /** Who says what would become of objects that change. */
  preview: PreviewBy;
  /** The set that the manifests are. */
  set?: SetOptions | undefined;
  /** Who owns the objects: `self`, or KIND/NAME. */
  owner?: string | undefined;
  /** The environment, for who we are in a pod. */
  env: Readonly<Record<string, string | undefined>>;
  /** Whether to wait, after applying, until every object is ready. */
  wait: boolean;
  concurrency: number;
}

/** What `--set` and its flags ask for. */
export interface SetOptions {
  name: string;
  /** One run at a time, by the set's Lease. */
  lock: boolean;
  /** A number, a timestamp, or `auto`: that of this pod's controller. */
  revision?: string | undefined;
  allowDowngrade: boolean;
}

/** What a run is given of the world. */
export interface World {
  /** Connects to the server: called once by a run, and not by one that stops early. Closing it is the caller's. */
  server: () => Promise<Server>;
  emit: Emit;
  /** Manifests as they were read, before anything is said of them. */
  seen: (manifests: readonly Manifest[]) => void;
  warn: (warnings: readonly Problem[]) => void;
  /** The signal that asked us to stop, if any. */
  interrupted: () => Signal | undefined;
}
