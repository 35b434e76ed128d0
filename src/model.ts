/**
 * The nouns. Every room speaks of these and of nothing else; this file imports only the shape of JSON.
 */
import type { Json, JsonObject } from "./json.js";

/** Where something stands in what the user gave us. Line and column count from 1. */
export interface Place {
  /** A file's path as the user would type it, `-` for standard input. */
  source: string;
  line: number;
  column: number;
}

/** Keys and indexes from the root of an object to a value in it. */
export type Path = readonly (string | number)[];

/** What names an object. `namespace` is undefined for a cluster-scoped object, and before it is decided. */
export interface Ref {
  apiVersion: string;
  kind: string;
  namespace?: string | undefined;
  name: string;
}

/** A Kubernetes object: plain JSON, with whatever `metadata` it came with. */
export type KubeObject = JsonObject;

/** A document that was read: what it names, what it says, and where each value of it stands. */
export interface Manifest {
  ref: Ref;
  body: KubeObject;
  place: Place;
  /** The place of the value at a path, or of its key; of the nearest parent that has one where it has none itself. */
  placeOf: (path: Path, part?: "value" | "key") => Place;
}

/** Something wrong with what the user gave us, found before anything is sent. */
export interface Problem {
  code: ProblemCode;
  /** What is wrong, with what was expected and what was found, in a sentence without a full stop. */
  message: string;
  place: Place;
  /** Where in the object, as `spec.template.spec.containers[0].image`; empty for the object itself. */
  path: string;
  ref?: Ref | undefined;
  /** The way out, when there is one to name. */
  hint?: string | undefined;
}

export type ProblemCode =
  | "source" // a file that can't be read
  | "empty" // no manifest at all: no error with --allow-empty
  | "too-large"
  | "syntax" // text that is not YAML or JSON
  | "not-an-object" // a document that is no Kubernetes object
  | "duplicate-key"
  | "duplicate-object"
  | "unknown-kind" // no schema knows this apiVersion and kind
  | "unknown-field"
  | "missing-field"
  | "wrong-type"
  | "bad-value"
  | "bad-metadata" // names, labels, annotations, namespaces, fields that only a server sets
  | "duplicate-item" // two items with the same keys in an associative list
  | "unset-variable" // a reference to a variable that has no value
  | "bad-schema"; // a CRD in the set whose schema can't be used

/** A kind as the REST API serves it. */
export interface ResourceType {
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
}

/** How to reach a server, as data: no sockets, nothing read again later but what `credential` says. */
export interface Connection {
  /** Base URL without a trailing slash, path prefix included: `https://10.0.0.1:443`, `http://127.0.0.1:8001`. */
  server: string;
  /** A unix socket to use in place of the URL's host (`kubectl proxy --unix-socket`). */
  socketPath?: string | undefined;
  tls: Tls;
  /** An HTTP(S) proxy to go through (`proxy-url`, `HTTPS_PROXY`). */
  proxyUrl?: string | undefined;
  credential: Credential;
  impersonate?: Impersonation | undefined;
  namespace: string;
  /** How the server was found: `in-pod service account`, `kubeconfig /home/me/.kube/config, context dev`. */
  foundBy: string;
  /** Where the namespace comes from: `-n`, `context dev`, `POD_NAMESPACE`, ... */
  namespaceFrom: string;
  /** Whether the server is `kubectl proxy`, which adds credentials of its own. */
  viaKubectlProxy: boolean;
}

export interface Tls {
  /** PEM bundle to trust, and where it comes from (a path, or `certificate-authority-data of cluster dev`). */
  ca?: { pem: string; from: string } | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  serverName?: string | undefined;
  insecureSkipVerify: boolean;
}

export type Credential =
  | { kind: "none" }
  | { kind: "token"; token: string; from: string }
  | { kind: "token-file"; path: string }
  | { kind: "basic"; username: string; password: string }
  | { kind: "certificate"; from: string }
  | { kind: "exec"; spec: ExecSpec };

/** An exec credential plugin of a kubeconfig (client.authentication.k8s.io). */
export interface ExecSpec {
  apiVersion: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  installHint?: string | undefined;
  interactiveMode: "Never" | "IfAvailable" | "Always";
  /** The cluster to pass in KUBERNETES_EXEC_INFO when the plugin asks for it. */
  cluster?: JsonObject | undefined;
  /** Where it stands: `user dev of /home/me/.kube/config`. */
  from: string;
}

export interface Impersonation {
  user: string;
  uid?: string | undefined;
  groups: string[];
  extra: Record<string, string[]>;
}

/** What a request carries to say who it is from: never printed. */
export interface Identity {
  /** The value of the Authorization header. */
  authorization?: string | undefined;
  /** A client certificate that a credential plugin gave. */
  certificate?: { cert: string; key: string } | undefined;
}

/** Keeps an identity fresh: tokens rotate, plugins' answers expire. */
export interface Authorizer {
  identity(): Promise<Identity>;
  /**
   * Reads again after a 401. True when the identity is now another one, so that sending again makes sense.
   * `refused` is the identity that the request carried: when another one is already held, nothing is read again.
   */
  renew(refused?: Identity): Promise<boolean>;
}

/** A failure as the API server puts it: the parts of a `Status` that we use. */
export interface ServerStatus {
  /** HTTP status. */
  code: number;
  /** `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, ...; empty when the answer was no `Status`. */
  reason: string;
  message: string;
  causes: StatusCause[];
  retryAfterSeconds?: number | undefined;
  /** Details name the kind and name that the failure is about; a 404 without a name is an unserved type. */
  group?: string | undefined;
  kind?: string | undefined;
  name?: string | undefined;
}

export interface StatusCause {
  reason: string;
  field: string;
  message: string;
}

/** One field that differs. `before` is absent for what is new, `after` for what goes. */
export interface Difference {
  path: string;
  before?: Json;
  after?: Json;
  origin?: Origin | undefined;
}

/** Why a field differs, as far as managed fields tell. */
export type Origin =
  /** Nobody changed it since we last applied: what changed is what the manifest says of it. */
  | { by: "manifest" }
  /** Others set it, and not we: what the object says was changed since, or has been theirs all along. */
  | { by: "others"; owners: FieldOwner[] }
  /**
   * It can't be told: a field that somebody removed, or items that somebody moved, leave no trace, so they may as well be
   * new in the manifest; or it is a side effect of defaults and admission.
   */
  | { by: "unknown" };

/** Whom the differences of an object come from, as far as it is known of any; "none" where no value differs. */
export type Drift = "manifest" | "others" | "both" | "unknown" | "none";

/** Who owns a field: an entry of `metadata.managedFields`. */
export interface FieldOwner {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  /** `status`, `scale`; undefined for the resource itself. */
  subresource?: string | undefined;
  /** When the manager last changed what it owns: RFC 3339. */
  since?: string | undefined;
}

/** A field that the manifest sets, and that somebody else owns with another value. */
export interface Contest {
  /** As in a `Difference`: `spec.template.spec.containers[name=web].image`. */
  path: string;
  owner: FieldOwner;
  live?: Json | undefined;
  wanted?: Json | undefined;
  /** Where the manifest sets it. */
  place: Place;
}

/** What applying a manifest would do, found without writing. */
export type Change =
  /** `after` is the server's preview, absent where the server could not be asked yet (`preview` says why). */
  | ({ action: "create"; after?: KubeObject | undefined } & Foreseen)
  | ({ action: "configure"; before: KubeObject; after: KubeObject } & Foreseen & Configuring)
  | ({ action: "unchanged" } & Pick<Configuring, "yielded">)
  /** It exists, and what would become of it can't be told: never "unchanged". */
  | { action: "unknown"; why: string };

/** Who says what would become of an object, and of a prediction why we had to. */
export interface Foreseen {
  preview: Preview;
  why?: string | undefined;
}

/** What changes, and what of it is about who owns what. */
export interface Configuring {
  differences: Difference[];
  drift: Drift;
  /** Fields that are left to their owners (`--on-conflict=yield`). */
  yielded: Contest[];
  /** Managers whose fields become ours: those of `kubectl apply` on the client, and of `--take-over-from`. */
  takenOver: FieldOwner[];
}

export type Preview =
  | "server" // the server's dry run
  | "predicted" // merged by us: the server was not asked (`--read-only`), or we may not ask it
  | "not-asked" // an apply that creates: the write itself is the question
  | "namespace-pending" // its namespace is created by this run
  | "type-pending"; // its CRD is created by this run

/** What became of an object, or would. */
export type Action =
  | "created"
  | "configured"
  | "unchanged"
  | "deleted"
  | "skipped"
  | "failed"
  | "unknown" // a write whose answer was lost
  | "not-attempted";

/** The end of the story for one manifest. */
export interface Outcome {
  ref: Ref;
  type?: ResourceType | undefined;
  place: Place;
  action: Action;
  differences: Difference[];
  before?: KubeObject | undefined;
  after?: KubeObject | undefined;
  preview?: Preview | undefined;
  drift?: Drift | undefined;
  yielded?: Contest[] | undefined;
  takenOver?: FieldOwner[] | undefined;
  error?: Failure | undefined;
  /** Why it was skipped or not attempted, or why what is shown of it is a prediction. */
  reason?: string | undefined;
  /** Why it was not ready yet when waiting was given up, though nothing was wrong with it. */
  notReady?: string | undefined;
  warnings: string[];
  requests: number;
  milliseconds: number;
}

/** An error as data, for results and reports. */
export interface Failure {
  code: string;
  message: string;
  hint?: string | undefined;
  causes: FailureCause[];
  exitStatus: number;
}

export interface FailureCause {
  message: string;
  path?: string | undefined;
  place?: Place | undefined;
  /** Of a conflict: who owns the field, and the values. */
  contest?: Contest | undefined;
}

/** What happens while it happens: progress, ndjson and talk on stderr are views of these. */
export type Event =
  | { event: "started"; command: string; manifests: number }
  | { event: "connected"; server: string; foundBy: string }
  | { event: "planning"; objects: number }
  | { event: "planned"; ref: Ref; action: Action; outcome?: Outcome | undefined }
  | { event: "applying"; objects: number }
  | { event: "waiting"; what: string; why: string; ref?: Ref | undefined }
  | { event: "ready"; ref: Ref; milliseconds: number }
  | {
      event: "retrying";
      what: string;
      why: string;
      attempt: number;
      seconds: number;
      ref?: Ref | undefined;
    }
  | { event: "warning"; message: string; ref?: Ref | undefined }
  | { event: "outcome"; outcome: Outcome }
  | { event: "finished"; result: Result };

/** The whole of a run. */
export interface Result {
  command: string;
  server?: string | undefined;
  fieldManager: string;
  summary: Record<Action, number>;
  outcomes: Outcome[];
  /** Why nothing was done, where that is the result. */
  reason?: string | undefined;
  exitStatus: number;
  milliseconds: number;
  requests: number;
}

/** Where events go. */
export type Emit = (event: Event) => void;
