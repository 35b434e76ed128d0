/** The sandbox as a whole: what it holds, who looks after it, and the door to it. */
import { randomBytes, randomUUID } from "node:crypto";
import { isObject, getPath } from "../json.js";
import type { KubeObject, Manifest } from "../model.js";
import { bootstrapObjects, createAccess, createSigningKey } from "./access/index.js";
import { createDiscovery } from "./discovery/index.js";
import { createHandler } from "./handler.js";
import { listen, makeCertificates, type Fault, type Handle, type LogLine } from "./http/index.js";
import { createKinds, crdCollection } from "./kinds.js";
import { lookAfter } from "./life/lifecycle.js";
import type { Kinds } from "./model.js";
import type { World } from "./verbs/request.js";
import { seed, store as storeObject } from "./seed.js";
import { loadPatterns } from "../schema/index.js";
import { metadataOf, withMetadata } from "./verbs/settle.js";
import { keepState, readState } from "./state.js";
import { createStore, keyOf, type Store } from "./store.js";
import { timeText } from "./texts.js";

export interface SandboxOptions {
  host: string;
  /** 0 for any that is free. */
  port: number;
  tls: boolean;
  /** PEM of an authority whose client certificates are users. */
  clientCa?: string | undefined;
  /** The administrator's token; a random one when left out. */
  token?: string | undefined;
  /** A file to start from and to keep everything in. */
  state?: string | undefined;
  faults?: readonly Fault[] | undefined;
  log?: ((line: LogLine) => void) | undefined;
}

export interface Sandbox {
  host: string;
  port: number;
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** The authority's certificate, PEM; over plain HTTP nothing shows it. */
  ca: string;
  token: string;
  /** Makes objects of manifests. Rejects with a KapplyError `input` for those that can't be. */
  seed: (manifests: readonly Manifest[]) => Promise<void>;
  /** A token of a service account, which is made where it is missing; valid for a year. */
  tokenOf: (namespace: string, name: string) => string;
  /** Ends all connections, and writes the state. */
  close: () => Promise<void>;
}

/**
 * Starts a sandbox.
 * @throws KapplyError `usage` where the address can't be had or the state can't be read.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const state = options.state === undefined ? undefined : readState(options.state);
  const token = options.token ?? state?.token ?? randomBytes(16).toString("hex");
  const signingKey = state?.signingKey ?? createSigningKey();
  const certificates = await makeCertificates({ addresses: [options.host], authority: state?.authority });
  const { ca, caKey } = certificates;

  const store = createStore(state?.version, state?.objects);
  const kinds = createKinds(() => store.list(crdCollection), crdRevision(store));
  const access = createAccess({ holdings: store, adminToken: token, signingKey });
  const world: World = { store, kinds, access, now: Date.now };
  const settle = lookAfter(world, ca);
  if (state === undefined) bootstrapObjects().forEach((object) => storeBootstrap(store, kinds, object));
  settle();

  const keeping =
    options.state === undefined
      ? undefined
      : keepState(options.state, store, { token, signingKey, authority: { ca, caKey } });

  const handle = createHandler(world, createDiscovery(kinds));
  const listener = await listen({
    host: options.host,
    port: options.port,
    tls: options.tls
      ? { ...certificates, ...(options.clientCa === undefined ? {} : { clientCa: options.clientCa }) }
      : undefined,
    handle: options.tls ? handle : asAdministrator(handle),
    faults: options.faults,
    log: options.log,
  });
  const host = listener.host.includes(":") ? `[${listener.host}]` : listener.host;
  return {
    host: listener.host,
    port: listener.port,
    url: `${options.tls ? "https" : "http"}://${host}:${listener.port}`,
    ca,
    token,
    seed: async (manifests) => {
      await loadPatterns();
      seed(world, manifests, settle);
    },
    tokenOf: (namespace, name) => tokenOf(world, namespace, name, settle),
    close: async () => {
      await listener.close();
      settle();
      keeping?.stop();
    },
  };
}

/** Plain HTTP carries no credentials: who is on this machine and sends none may do all, as with kubectl proxy. */
function asAdministrator(handle: Handle): Handle {
  const certificate = { username: "kubernetes-admin", groups: ["system:masters"] };
  return (call, note) =>
    handle(call.headers["authorization"] === undefined ? { ...call, certificate } : call, note);
}

/** Counts the changes of CRDs. */
function crdRevision(store: Store): () => number {
  let revision = 0;
  store.subscribe(({ collection }) => {
    if (collection === crdCollection) revision += 1;
  });
  return () => revision;
}

/** What a fresh cluster holds is there before any rule that it might break. */
function storeBootstrap(store: Store, kinds: Kinds, object: KubeObject): void {
  const { apiVersion, kind } = object;
  const isNamed = typeof apiVersion === "string" && typeof kind === "string";
  const served = isNamed ? kinds.byKind(apiVersion, kind) : undefined;
  if (served === undefined) throw new Error(`a bootstrap object is of an unknown kind: ${keyOf(object)}`);
  const identity = { uid: randomUUID(), creationTimestamp: timeText(Date.now()) };
  store.put(served.collection, withMetadata(object, { ...metadataOf(object), ...identity }));
}

const yearSeconds = 365 * 24 * 3600;

function tokenOf(world: World, namespace: string, name: string, settle: () => void): string {
  const kindOf = (kind: string) => world.kinds.byKind("v1", kind);
  const make = (kind: string, place: string, object: string): void => {
    const served = kindOf(kind);
    if (served === undefined || world.store.get(served.collection, place, object) !== undefined) return;
    storeObject(world, served, place, { apiVersion: "v1", kind, metadata: { name: object } });
    settle();
  };
  make("Namespace", "", namespace);
  make("ServiceAccount", namespace, name);
  const account = world.store.get("serviceaccounts", namespace, name);
  if (!isObject(account)) throw new Error(`no service account ${namespace}/${name}`);
  const answer = world.access.requestToken(account, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { expirationSeconds: yearSeconds },
  });
  const token = getPath(answer, ["status", "token"]);
  return typeof token === "string" ? token : "";
}
