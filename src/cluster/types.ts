/** What the rest of kapply sees of the connection to an API server. */
import type { KapplyError } from "../errors.js";
import type { Json } from "../json.js";
import type { Authorizer, Connection, Emit, Ref } from "../model.js";
import type { Fault } from "./faults.js";
import type { RefusalKind } from "./refusals.js";

/** What a run may send: reads; also what changes nothing whatever its method is (dry runs, reviews); anything. */
export type Sends = "reads" | "dry-runs" | "writes";

export interface TransportOptions {
  connection: Connection;
  authorizer: Authorizer;
  /** The time that one attempt may take, from connecting to the last byte of the body; 0 for no limit. */
  requestTimeoutMs: number;
  /** When the whole run must be over (`--timeout`), in milliseconds by `steadyNow`. */
  deadline?: number | undefined;
  /** Once aborted no further request is sent; those in flight finish. */
  signal?: AbortSignal | undefined;
  /** Once aborted requests in flight are given up too. */
  hardSignal?: AbortSignal | undefined;
  /** Why nothing may leave any more: asked right before each request does. */
  halted?: (() => KapplyError | undefined) | undefined;
  /** How many requests are in flight at once, and how many connections are opened at most. */
  concurrency: number;
  /** Anything beyond is a defect of ours, and is not sent. */
  sends: Sends;
  /** How long from now a 403 may mean that a RoleBinding is not there yet; 0 or nothing: it is final. */
  accessMs?: number | undefined;
  /** Nobody watches: wait for a server that can't be reached until the deadline, not for ten attempts. */
  patient?: boolean | undefined;
  emit: Emit;
  userAgent: string;
  /** For tests: the clock, in milliseconds; `steadyNow` without it. */
  now?: (() => number) | undefined;
  /** For tests: waits, and returns early when the signal aborts. */
  sleep?: Sleep | undefined;
  /** For tests: a number from 0 up to 1, for jitter. */
  random?: (() => number) | undefined;
}

export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** A connection to one API server: retries, credentials, limits and typed errors included. */
export interface Transport {
  /** Resolves to a reply of status 2xx, or of a kind of `alsoReturn`; rejects with a `KapplyError` otherwise. */
  request(request: Request): Promise<Reply>;
  /**
   * Opens an answer that has no end of its own. Until it is open this is a request like any other, retries and turn
   * included; from then on it takes no turn from others, has a connection of its own, and ends with the signals
   * rather than with the deadline. Rejects as `request` does.
   */
  stream(request: StreamRequest): Promise<Stream | Reply>;
  /** Closes every connection at once. */
  close(): Promise<void>;
  /** Attempts sent so far. */
  readonly requests: number;
  /** Those of them that may have changed something. */
  readonly writes: number;
}

export interface Request {
  method: "GET" | "PATCH" | "POST" | "PUT" | "DELETE";
  /** From the server's root, with the query: `/api/v1/namespaces?limit=500`. */
  path: string;
  body?: Json | string | undefined;
  contentType?: string | undefined;
  accept?: string | undefined;
  /** What it is about, for messages: `deployment.apps/web in namespace shop`. */
  what: string;
  /** The object that it is about, where it is about one. */
  ref?: Ref | undefined;
  /** It is about no object that is applied: reading it is all that is needed. */
  isAside?: boolean | undefined;
  /** Called for each attempt that is sent. */
  count?: (() => void) | undefined;
  /** The largest answer to take, in bytes; 64 MiB without it. */
  maxBytes?: number | undefined;
  /**
   * Until then (milliseconds by `steadyNow`) what the same run brings into being may not be there yet: a kind
   * that is not served (404), or the `default` service account of a new namespace, is asked for again.
   */
  retryNotFoundUntil?: number | undefined;
  /** Where a 403 is no failure, as the same can be had by other requests: it is told at once. */
  hasOtherWay?: boolean | undefined;
  /** Less time than other attempts get, in milliseconds. */
  timeoutMs?: number | undefined;
  /** The object names a resourceVersion or uid, so that a 409 about it will not pass by trying again. */
  pinned?: boolean | undefined;
  /** Changes nothing whatever its method is (a dry run, a review): safe to send twice, nothing lost when unanswered. */
  harmless?: boolean | undefined;
  /** Take the answer's text as it is, JSON or not. */
  raw?: boolean | undefined;
  /** Kinds of refusal to hand back as a reply, where they would be an error. */
  alsoReturn?: readonly RefusalKind[] | undefined;
}

export interface Reply {
  status: number;
  /** The parsed body; null where it is empty, or not JSON in a reply of `raw` or `alsoReturn`. */
  body: Json;
  text: string;
  /** The texts of the `Warning: 299` headers. */
  warnings: string[];
  headers: Record<string, string>;
}

/** A GET whose answer is read line by line as it comes. `maxBytes` is for one line. */
export interface StreamRequest extends Request {
  method: "GET";
  /** The longest silence, in milliseconds: whoever says nothing for longer is taken for dead. */
  idleMs: number;
  /** Gives it up, open or not. */
  signal?: AbortSignal | undefined;
}

export interface Stream {
  status: number;
  warnings: string[];
  /** Ends with what broke it, or with undefined where the server ended it. Whoever stops reading closes it. */
  lines: Parts<string>;
}

/** The parts of an answer as they come, and at the end what broke it. */
export type Parts<T> = AsyncGenerator<T, Fault | undefined, undefined>;
