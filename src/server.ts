/** A connected server: the only place where credentials meet the transport, and what the pipeline asks it for. */
import { chooseNamespace, createAuthorizer, findConnection } from "./auth/index.js";
import type { AuthEnvironment, AuthFlags } from "./auth/index.js";
import type { Writes } from "./apply/index.js";
import {
  applyObject,
  discoverType,
  getObject,
  isDryRunUnsupported,
  leaseType,
  listObjects,
  patchOwnership,
  putLease,
  readSnapshot,
  openTransport,
  serverSchemas,
  waitForCrd,
  watchObjects,
} from "./cluster/index.js";
import type { Sends, Transport } from "./cluster/index.js";
import type { JsonObject } from "./json.js";
import type { KapplyError } from "./errors.js";
import { apiVersionOf } from "./group-version.js";
import type { LeaseAccess, LeaseAt, LeaseRequests } from "./lease/index.js";
import { managedFieldsPatch } from "./merge/index.js";
import type { Connection, Emit, KubeObject, ResourceType } from "./model.js";
import type { Applied, Attempt, PlanReads, Target } from "./plan/index.js";
import { bundledType, semanticsOf } from "./schema/index.js";
import type { Semantics } from "./shape.js";
import { steadyNow } from "./time.js";
import type { WaitReads } from "./wait/index.js";

export type { Sends } from "./cluster/index.js";

/** How to talk to a server. */
export interface ServerOptions {
  auth: AuthFlags;
  environment: AuthEnvironment;
  requestTimeoutMs: number;
  /** When the run must be over, epoch milliseconds by `steadyNow`. */
  deadline?: number | undefined;
  /** As TransportOptions has it; undefined: ten seconds in a pod. */
  accessMs?: number | undefined;
  patient?: boolean | undefined;
  concurrency: number;
  fieldManager: string;
  /** The most that is sent. */
  sends: Sends;
  validate: "strict" | "warn" | "ignore";
  emit: Emit;
  userAgent: string;
  /** No new requests once aborted. */
  signal?: AbortSignal | undefined;
  /** Aborts requests under way. */
  hardSignal?: AbortSignal | undefined;
}

/** What the pipeline is handed: reads, dry runs and writes, each bound to one connection. */
export interface Server extends PlanReads, Writes {
  connection: Connection;
  transport: Transport;
  discover: (apiVersion: string, kind: string) => Promise<ResourceType | undefined>;
  schema: (groupVersion: string) => Promise<JsonObject | undefined>;
  /** Reads an object that is not applied: an owner, a controller. */
  lookUp: (
    type: ResourceType,
    namespace: string | undefined,
    name: string,
  ) => Promise<KubeObject | undefined>;
  /** What holding a Lease asks with: over connections of its own, so that no write is before it. */
  lease: (at: LeaseAt) => Promise<LeaseAccess>;
  /**
   * Lets no request leave once there is a reason, and ends what waits when the signal aborts; for reads too. Gives what
   * takes that back.
   */
  heed: (halted: () => KapplyError | undefined, signal: AbortSignal) => () => void;
  /** Where the pod is that we run in. */
  podNamespace: () => Promise<string>;
  /** What waiting reads with. */
  waitReads: WaitReads;
  /** When the run must be over, epoch milliseconds by `steadyNow`. */
  deadline: number | undefined;
  /** Aborted by the first signal. */
  signal: AbortSignal | undefined;
  /** Aborted by the second signal. */
  hardSignal: AbortSignal | undefined;
  requests: () => number;
  /** Requests that may have changed something. */
  writes: () => number;
  close: () => Promise<void>;
}

const fieldValidation = { strict: "Strict", warn: "Warn", ignore: "Ignore" } as const;

/** A pod may start before its RoleBinding is there. */
const inPodAccessMs = 10_000;

/** How long a 404 for a kind of this run, and a CRD's being served, is waited for. */
const servedWithinMs = 30_000;

/** Finds the server and opens a transport to it. No request is sent yet. Throws `credentials`. */
export async function connectServer(options: ServerOptions): Promise<Server> {
  const connection = await findConnection(options.auth, options.environment);
  const authorizer = createAuthorizer(connection, options.environment);
  const accessMs = options.accessMs ?? (connection.foundBy.startsWith("in-pod") ? inPodAccessMs : 0);
  const stopping = new AbortController();
  const signal = AbortSignal.any([
    stopping.signal,
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  let halted: () => KapplyError | undefined = () => undefined;
  const shared = { ...options, accessMs, connection, authorizer };
  const transport = await openTransport({ ...shared, signal, halted: () => halted() });
  const beside: Transport[] = [];
  const leaseOver = async (
    { namespace, name }: LeaseAt,
    how: Partial<Outlasting>,
  ): Promise<LeaseRequests> => {
    const own = await openTransport({ ...shared, ...forLeases, ...how });
    beside.push(own);
    return {
      get: () => getObject(own, leaseType, namespace, name),
      put: (lease) => putLease(own, lease, { fieldManager: options.fieldManager }),
    };
  };
  options.emit({ event: "connected", server: connection.server, foundBy: connection.foundBy });
  const until = (): number => Math.min(steadyNow() + servedWithinMs, options.deadline ?? Infinity);
  const schema = serverSchemas(transport);
  const send = (
    { type }: Target,
    { body, force }: Attempt,
    dryRun: boolean,
    count: () => void,
    typePending: boolean,
  ): Promise<Applied> =>
    applyObject(transport, type, body, {
      fieldManager: options.fieldManager,
      force,
      fieldValidation: fieldValidation[options.validate],
      dryRun,
      hasOtherWay: dryRun && options.sends === "dry-runs",
      count,
      ...(typePending ? { retryNotFoundUntil: until() } : {}),
    });
  return {
    connection,
    transport,
    discover: (apiVersion, kind) => discoverType(transport, apiVersion, kind),
    schema,
    semantics: semanticsFrom(schema),
    get: (type, namespace, name, count) => getObject(transport, type, namespace, name, { count }),
    lookUp: (type, namespace, name) => getObject(transport, type, namespace, name, { isAside: true }),
    list: (type, namespace, asked) => listObjects(transport, type, namespace, asked),
    dryRun: (target, attempt, count) =>
      send(target, attempt, true, count, false).catch(undefinedWhereUnsupported),
    apply: (target, attempt, count, typePending) => send(target, attempt, false, count, typePending),
    moveOwnership: ({ type }, moved, count) =>
      patchOwnership(transport, type, moved, managedFieldsPatch(moved, moved), {
        fieldManager: options.fieldManager,
        dryRun: false,
        count,
      }).then(({ is }) => is === "patched"),
    waitForCrd: (name) =>
      waitForCrd(transport, name, { until: until(), signal: options.signal, emit: options.emit }),
    lease: async (at) => ({
      taking: await leaseOver(at, {}),
      keeping: await leaseOver(at, outlasting(options)),
    }),
    heed: (why, lost) => {
      const stop = (): void => stopping.abort();
      halted = why;
      lost.addEventListener("abort", stop);
      return () => {
        halted = () => undefined;
        lost.removeEventListener("abort", stop);
      };
    },
    podNamespace: async () => {
      const { namespace, namespaceFrom } = await chooseNamespace({}, undefined, options.environment);
      return namespaceFrom === "default" ? connection.namespace : namespace;
    },
    waitReads: {
      get: (type, namespace, name) => getObject(transport, type, namespace, name, { isAside: true }),
      list: (type, namespace, selection) => readSnapshot(transport, type, namespace, selection),
      watch: (type, namespace, selection, from) => watchObjects(transport, type, namespace, selection, from),
    },
    deadline: options.deadline,
    signal,
    hardSignal: options.hardSignal,
    requests: () => transport.requests,
    writes: () => transport.writes,
    close: async () => {
      await Promise.all([transport, ...beside].map((own) => own.close()));
    },
  };
}

/** A Lease is renewed while requests wait their turn. */
const forLeases = { concurrency: 2, requestTimeoutMs: 5000 };

type Outlasting = Pick<ServerOptions, "signal" | "hardSignal" | "deadline">;

/** A Lease that is held is renewed and given back after a signal too, and a little after the deadline. */
function outlasting({ deadline }: ServerOptions): Outlasting {
  return {
    signal: undefined,
    hardSignal: undefined,
    deadline: deadline === undefined ? undefined : deadline + 10_000,
  };
}

/** Built-in kinds are known; how others merge, the server's schemas tell. Where it won't say, nobody knows. */
function semanticsFrom(
  schema: (groupVersion: string) => Promise<JsonObject | undefined>,
): (type: ResourceType) => Promise<Semantics | undefined> {
  const known = new Map<string, Promise<Semantics | undefined>>();
  const find = async (type: ResourceType): Promise<Semantics | undefined> => {
    const apiVersion = apiVersionOf(type);
    if (bundledType(apiVersion, type.kind) !== undefined) return semanticsOf(type);
    const document = await schema(apiVersion).catch(() => undefined);
    return document === undefined ? undefined : semanticsOf(type, document);
  };
  return (type) => {
    const key = `${apiVersionOf(type)} ${type.kind}`;
    const found = known.get(key) ?? find(type);
    known.set(key, found);
    return found;
  };
}

function undefinedWhereUnsupported(error: unknown): undefined {
  if (!isDryRunUnsupported(error)) throw error;
}
