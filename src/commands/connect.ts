/** From flags to a server: connected at the first call, closed at the end. */
import type { AuthEnvironment, AuthFlags } from "../auth/index.js";
import type { Job } from "../job.js";
import type { Emit } from "../model.js";
import type { Sends, Server } from "../server.js";
import { steadyNow } from "../time.js";
import type { Context } from "./context.js";
import { count, duration, timeout } from "./parse.js";
import type { Values } from "./parse.js";

/** How many requests are under way at a time, unless --concurrency says otherwise. */
export const defaultConcurrency = 16;

const defaultTimeoutMs = 5 * 60_000;
const defaultRequestTimeoutMs = 30_000;
const noLimitMs = 24 * 3_600_000;

export interface ServerSettings extends Partial<Pick<Job, "fieldManager" | "validate">> {
  /** The most that is sent: without it, nothing but reads leaves. */
  sends?: Sends;
  /** To look once and not to wait, `--timeout=0` of `wait`: the run has the time of one request. */
  once?: boolean;
}

/** A server for as long as `use` runs: whatever becomes of it, connections are closed. */
export async function withServer<T>(
  values: Values,
  context: Context,
  emit: Emit,
  settings: ServerSettings,
  use: (server: () => Promise<Server>) => Promise<T>,
): Promise<T> {
  const once = settings.once === true;
  const requestTimeoutMs = duration(values, "request-timeout", defaultRequestTimeoutMs) ?? noLimitMs;
  const withinMs = once ? requestTimeoutMs : timeLimit(values) || Infinity;
  let connected: Promise<Server> | undefined;
  const connect = async (): Promise<Server> => {
    // What never connects (validate, input that is wrong) loads nothing of the network.
    const { connectServer } = await import("../server.js");
    return connectServer({
      auth: authFlags(values),
      environment: environmentOf(context, (message) => emit({ event: "warning", message })),
      requestTimeoutMs,
      deadline: withinMs === Infinity ? undefined : steadyNow() + withinMs,
      accessMs:
        values.text("wait-for-access") === undefined
          ? undefined
          : (duration(values, "wait-for-access", 0) ?? 0),
      patient: !context.stderrIsTerminal && !once,
      concurrency: count(values, "concurrency", defaultConcurrency),
      fieldManager: settings.fieldManager ?? "kapply",
      sends: settings.sends ?? "reads",
      validate: settings.validate ?? "strict",
      emit,
      userAgent: `kapply/${context.version}`,
      signal: context.soft,
      hardSignal: context.hard,
    });
  };
  const server = (): Promise<Server> => (connected ??= connect());
  try {
    return await use(server);
  } finally {
    const opened = await connected?.catch(() => undefined);
    await opened?.close();
  }
}

/** How long a run may take by `--timeout`: milliseconds, or Infinity; 0 as it was given. */
export function timeLimit(values: Values): number {
  return timeout(values, defaultTimeoutMs);
}

/**
 * The namespace that a run would have, as flags, kubeconfig or pod say, without a word to any server; undefined where
 * no server can be found, which is no error for what needs none.
 */
export async function likelyNamespace(values: Values, context: Context): Promise<string | undefined> {
  const { findConnection } = await import("../auth/index.js");
  const silent = environmentOf(context, () => undefined);
  const found = await findConnection(authFlags(values), silent).catch(() => undefined);
  return found?.namespace ?? values.text("namespace");
}

function environmentOf(context: Context, notify: (message: string) => void): AuthEnvironment {
  const { env, homedir, cwd, stdinIsTerminal } = context;
  // A pod's files stand elsewhere where nobody may write to /var/run: in the sandbox, in tests of scripts.
  const serviceAccountDir = env["KAPPLY_SERVICE_ACCOUNT_DIR"] || undefined;
  return { env, homedir, cwd, stdinIsTerminal, notify, serviceAccountDir };
}

function authFlags(values: Values): AuthFlags {
  const proxy = values.text("proxy");
  return {
    kubeconfig: values.text("kubeconfig"),
    context: values.text("context"),
    cluster: values.text("cluster"),
    user: values.text("user"),
    server: values.text("server"),
    token: values.text("token"),
    certificateAuthority: values.text("certificate-authority"),
    clientCertificate: values.text("client-certificate"),
    clientKey: values.text("client-key"),
    insecureSkipTlsVerify: values.on("insecure-skip-tls-verify"),
    tlsServerName: values.text("tls-server-name"),
    username: values.text("username"),
    password: values.text("password"),
    as: values.text("as"),
    asUid: values.text("as-uid"),
    asGroup: values.list("as-group"),
    asUserExtra: values.list("as-user-extra"),
    namespace: values.text("namespace"),
    proxy,
  };
}
