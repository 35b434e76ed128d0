/** What a test does with a control plane: its own, or the one that `npm run test:cluster` started for all. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import { readAuditLog, type AuditEvent } from "./audit.js";
import { run, sleep, type RunOptions, type RunResult } from "./run.js";

/** A user beside the administrator: may do nothing until a binding lets it. */
interface ClusterUser {
  token: string;
  certificateFile: string;
  keyFile: string;
}

/** A running control plane as plain data: this is what the file named by `KAPPLY_TEST_CLUSTER` holds. */
export interface ClusterDescription {
  /** `https://127.0.0.1:PORT` */
  server: string;
  host: string;
  port: number;
  caFile: string;
  caPem: string;
  /** Kubeconfig of the administrator (client certificate, group `system:masters`). */
  kubeconfig: string;
  /** Path of the kubectl of the same build. */
  kubectlPath: string;
  /** A bearer token with the rights of the administrator. */
  adminToken: string;
  /** `alice` and `bob`. */
  users: Record<string, ClusterUser>;
  /** The folder that holds everything of this control plane, and goes with it. */
  dir: string;
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
  headers?: Record<string, string>;
  body?: string;
}

/** A control plane with what tests ask of it. */
export interface Cluster extends ClusterDescription {
  /** Runs the real kubectl as the administrator, with `input` on its stdin. */
  kubectl(
    args: readonly string[],
    input?: string,
    options?: Pick<RunOptions, "cwd" | "env">,
  ): Promise<RunResult>;
  /** The same with `-o json`, parsed; throws an error with kubectl's stderr when it fails. */
  kubectlJson<T = unknown>(args: readonly string[], input?: string): Promise<T>;
  /** One HTTPS request to the API server, not followed, not retried. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** A namespace of a new name, ready for pods (its `default` service account is there). */
  freshNamespace(prefix?: string): Promise<string>;
  /** A real token of a service account, which is created when missing. */
  tokenFor(namespace: string, serviceAccount: string): Promise<string>;
  /** Writes a kubeconfig for a token, or for one of `users` by client certificate; returns its path. */
  kubeconfigFor(who: { token: string } | { user: string }, namespace?: string): string;
  /** Every request that was answered so far, oldest first. */
  readAudit(): Promise<AuditEvent[]>;
}

/** The control plane that `npm run test:cluster` (or `main.ts run -- COMMAND`) started. */
export function testCluster(): Cluster {
  const file = process.env["KAPPLY_TEST_CLUSTER"];
  if (!file) throw new Error("No control plane: KAPPLY_TEST_CLUSTER is not set. Run `npm run test:cluster`.");
  return clusterOf(JSON.parse(readFileSync(file, "utf8")) as ClusterDescription);
}

/** The methods on top of the data. */
export function clusterOf(description: ClusterDescription): Cluster {
  const kubectl: Cluster["kubectl"] = (args, input = "", options = {}) =>
    run(description.kubectlPath, args, {
      ...options,
      input,
      env: { ...kubectlEnv(description), ...options.env },
    });

  const must = async (args: readonly string[], input?: string): Promise<string> => {
    const { status, stdout, stderr } = await kubectl(args, input);
    if (status !== 0) throw new Error(`kubectl ${args.join(" ")} ended with status ${status}:\n${stderr}`);
    return stdout;
  };

  const ensureServiceAccount = async (namespace: string, name: string): Promise<void> => {
    const { status, body } = await request(description, `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name } }),
    });
    // 409: it is there already.
    if (status !== 201 && status !== 409)
      throw new Error(`can't create the service account ${namespace}/${name}: ${body}`);
  };

  return {
    ...description,
    kubectl,
    kubectlJson: async <T>(args: readonly string[], input?: string) =>
      JSON.parse(await must([...args, "-o", "json"], input)) as T,
    request: (path, options) => request(description, path, options),
    freshNamespace: async (prefix = "test") => {
      const name = `${prefix}-${randomBytes(4).toString("hex")}`;
      await must(["create", "namespace", name]);
      await untilServiceAccount(description, name, "default");
      return name;
    },
    tokenFor: async (namespace, serviceAccount) => {
      await ensureServiceAccount(namespace, serviceAccount);
      return (await must(["create", "token", serviceAccount, "-n", namespace])).trim();
    },
    kubeconfigFor: (who, namespace) => {
      const file = `${description.dir}/kubeconfig-${randomBytes(4).toString("hex")}`;
      const user = "token" in who ? { token: who.token } : certificateUser(description, who.user);
      writeFileSync(file, kubeconfigText(description, user, namespace), { mode: 0o600 });
      return file;
    },
    readAudit: () => readAuditLog(description.auditLog),
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

/** kubectl sees nothing of the person's own set-up, and leaves its caches in the control plane's folder. */
export function kubectlEnv(at: Pick<ClusterDescription, "kubeconfig" | "dir">): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: at.dir, TMPDIR: at.dir, KUBECONFIG: at.kubeconfig };
}

function certificateUser(at: ClusterDescription, name: string): object {
  const user = at.users[name];
  if (user === undefined)
    throw new Error(`no test user ${name}; there are ${Object.keys(at.users).join(", ")}`);
  return { "client-certificate": user.certificateFile, "client-key": user.keyFile };
}

/** One request over a connection of its own. Throws when no answer came. */
export function request(
  at: Pick<ClusterDescription, "host" | "port" | "caPem" | "adminToken">,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  const { method = "GET", token = at.adminToken, body } = options;
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...options.headers };
  return new Promise((resolve, reject) => {
    const { host, port, caPem: ca } = at;
    const sent = https.request({ host, port, path, method, ca, headers, agent: false }, (response) => {
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
