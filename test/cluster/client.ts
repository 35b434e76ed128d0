/**
 * What a test does with a server, over HTTPS alone, so that it does not matter which: a real control plane
 * (`npm run test:cluster`) or the sandbox (`npm test`). Tests that need the real kubectl: see kubectl.ts.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import { readAuditLog, type AuditEvent } from "./audit.js";
import { sleep } from "./run.js";

/** A user beside the administrator: may do nothing until a binding lets it. */
interface ClusterUser {
  certificateFile: string;
  keyFile: string;
}

/** A running server as plain data: this is what the file named by `KAPPLY_TEST_CLUSTER` holds. */
export interface ClusterDescription {
  target: "control-plane" | "sandbox";
  /** `https://127.0.0.1:PORT` */
  server: string;
  host: string;
  port: number;
  caFile: string;
  caPem: string;
  /** Kubeconfig of the administrator (group `system:masters`). */
  kubeconfig: string;
  /** A bearer token with the rights of the administrator. */
  adminToken: string;
  /** `alice` and `bob`. */
  users: Record<string, ClusterUser>;
  /** The folder that holds everything of this server, and goes with it. */
  dir: string;
  /** The file that each request is written down in: `readAudit` reads it. */
  auditLog: string;
}

export interface Response {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

export interface RequestOptions {
  method?: string;
  /** Bearer token; the administrator's when left out, none when empty. */
  token?: string;
  /** One of `users`: sends its client certificate, and no token. */
  user?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A server with what tests ask of it. */
export interface Cluster extends ClusterDescription {
  /** One HTTPS request to the API server, not followed, not retried. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** What is at that path, parsed. This and the next three throw what the server says when it refuses. */
  get<T = unknown>(path: string): Promise<T>;
  /** Server-side apply of an object, or of its YAML, at its path; conflicts are forced. */
  apply<T = unknown>(path: string, object: object | string, fieldManager?: string): Promise<T>;
  /** Creates an object in the collection at that path. */
  create<T = unknown>(path: string, object: object, fieldManager?: string): Promise<T>;
  delete<T = unknown>(path: string): Promise<T>;
  /** A namespace of a new name, ready for pods (its `default` service account is there). */
  freshNamespace(prefix?: string): Promise<string>;
  /** A real token of a service account, which is created when missing. */
  tokenFor(namespace: string, serviceAccount: string): Promise<string>;
  /** Writes a kubeconfig for a token, or for one of `users` by client certificate; returns its path. */
  kubeconfigFor(who: { token: string } | { user: string }, namespace?: string): string;
  /** Every request that was answered so far, oldest first. */
  readAudit(): Promise<AuditEvent[]>;
}

/** The server that the suite runs against: the one that `npm test` or `npm run test:cluster` started. */
export function testCluster(): Cluster {
  return clusterOf(testDescription());
}

/** Its description, as it was written for this process. Throws an error when there is none. */
export function testDescription(): ClusterDescription {
  const file = process.env["KAPPLY_TEST_CLUSTER"];
  if (!file)
    throw new Error("No server: KAPPLY_TEST_CLUSTER is not set. Run `npm test` or `npm run test:cluster`.");
  return JSON.parse(readFileSync(file, "utf8")) as ClusterDescription;
}

/** The methods on top of the data. */
export function clusterOf(description: ClusterDescription): Cluster {
  const ask: Cluster["request"] = (path, options) => request(description, path, options);
  const must = async <T>(path: string, options: RequestOptions = {}): Promise<T> => {
    const { status, body } = await ask(path, options);
    if (status >= 300) throw new Error(`${options.method ?? "GET"} ${path}: ${status} ${body}`);
    return JSON.parse(body) as T;
  };
  const send = <T>(method: string, path: string, contentType: string, body: object | string): Promise<T> =>
    must<T>(path, {
      method,
      headers: { "content-type": contentType },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const create: Cluster["create"] = (path, object, fieldManager = "test") =>
    send("POST", `${path}?fieldManager=${fieldManager}`, "application/json", object);

  return {
    ...description,
    request: ask,
    get: (path) => must(path),
    apply: (path, object, fieldManager = "test") =>
      send(
        "PATCH",
        `${path}?force=true&fieldManager=${fieldManager}`,
        "application/apply-patch+yaml",
        object,
      ),
    create,
    delete: (path) => must(path, { method: "DELETE" }),
    freshNamespace: async (prefix = "test") => {
      const name = `${prefix}-${randomBytes(4).toString("hex")}`;
      await create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
      await untilServiceAccount(description, name, "default");
      return name;
    },
    tokenFor: async (namespace, name) => {
      const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
      if ((await ask(`${accounts}/${name}`)).status === 404)
        await create(accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
      const asked = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
      const { status } = await create<{ status: { token: string } }>(`${accounts}/${name}/token`, asked);
      return status.token;
    },
    kubeconfigFor: (who, namespace) => {
      const file = `${description.dir}/kubeconfig-${randomBytes(4).toString("hex")}`;
      const user = "token" in who ? { token: who.token } : certificateUser(description, who.user);
      writeFileSync(file, kubeconfigText(description, user, namespace), { mode: 0o600 });
      return file;
    },
    readAudit: async () => {
      const read = (): Promise<AuditEvent[]> => readAuditLog(description.target, description.auditLog);
      if (description.target === "control-plane") return read();
      // The sandbox writes a line once the answer is out: what came before this request stands before it.
      const path = `/version?mark=${randomBytes(8).toString("hex")}`;
      await ask(path);
      for (let tries = 0; tries < 100; tries++) {
        const events = await read();
        const at = events.findIndex(({ requestURI }) => requestURI === path);
        if (at !== -1) return events.slice(0, at).filter(({ requestURI }) => !requestURI.includes("?mark="));
        await sleep(20);
      }
      throw new Error(`the sandbox logs no requests in ${description.auditLog}`);
    },
  };
}

/** Waits for what the service-account controller does a moment after a namespace is created. */
export async function untilServiceAccount(
  at: ClusterDescription,
  namespace: string,
  name: string,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
  while ((await request(at, path)).status !== 200) {
    if (Date.now() > deadline) throw new Error(`no service account ${namespace}/${name} after 30 s`);
    await sleep(50);
  }
}

/** A kubeconfig of one context; JSON, which is YAML too. */
export function kubeconfigText(
  at: Pick<ClusterDescription, "server" | "caFile">,
  user: object,
  namespace?: string,
): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: at.server, "certificate-authority": at.caFile } }],
    users: [{ name: "user", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "user", ...(namespace && { namespace }) } }],
    "current-context": "test",
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function certificateUser(at: ClusterDescription, name: string): object {
  const { certificateFile, keyFile } = userOf(at, name);
  return { "client-certificate": certificateFile, "client-key": keyFile };
}

function userOf({ users }: Pick<ClusterDescription, "users">, name: string): ClusterUser {
  const user = users[name];
  if (user === undefined) throw new Error(`no test user ${name}; there are ${Object.keys(users).join(", ")}`);
  return user;
}

/** One request over a connection of its own. Throws when no answer came. */
export function request(
  at: Pick<ClusterDescription, "host" | "port" | "caPem" | "adminToken" | "users">,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  const { method = "GET", user, token = user === undefined ? at.adminToken : "", body } = options;
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...options.headers };
  const { host, port, caPem: ca } = at;
  const identity = user === undefined ? {} : pairOf(userOf(at, user));
  return new Promise((resolve, reject) => {
    const to = { host, port, path, method, ca, headers, agent: false, ...identity };
    const sent = https.request(to, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function pairOf({ certificateFile, keyFile }: ClusterUser): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
}
