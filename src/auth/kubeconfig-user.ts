/** The user entry of a kubeconfig. */
import { getKey } from "../json.js";
import type { Credential } from "../model.js";
import type { AuthEnvironment } from "./environment.js";
import { unusable } from "./failures.js";
import { checkToken, readToken } from "./files.js";
import { execSpec, type ExecCluster } from "./kubeconfig-exec.js";
import {
  fieldName,
  nameOf,
  objectField,
  pathField,
  pemField,
  textField,
  type Entry,
  type Pem,
} from "./kubeconfig-entry.js";
import { checkKeyPair } from "./pem.js";
import { nobody, type User } from "./user.js";

const credentialFields = [
  "token",
  "tokenFile",
  "username",
  "password",
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "exec",
  "auth-provider",
];

/** Whether an entry holds any credential, good or bad. */
export function hasCredentials(entry: Entry): boolean {
  return credentialFields.some((field) => {
    const value = getKey(entry.fields, field);
    return value !== undefined && value !== null && value !== "";
  });
}

/**
 * The user that an entry describes. Of several credentials a token, then basic, then a certificate decides; a token or
 * basic goes together with a certificate, and a plugin runs only when there is nothing else
 * (client-go: tools/clientcmd/validation.go, plugin/pkg/client/auth/exec/exec.go `UpdateTransportConfig`).
 * `cluster` is what a plugin may be told of the cluster. Throws `credentials`.
 */
export async function userOfEntry(
  entry: Entry,
  cluster: ExecCluster,
  environment: AuthEnvironment,
): Promise<User> {
  refuseAuthProvider(entry);
  const pair = await keyPair(entry, environment);
  const bearer = await token(entry, environment);
  const basic = basicAuth(entry);
  if (bearer !== undefined && basic !== undefined) {
    throw unusable(`${nameOf(entry)} has both a token and a user name with password`, "keep one of the two");
  }
  const credential = bearer ?? basic;
  if (credential !== undefined) return { credential, cert: pair?.cert.pem, key: pair?.key.pem };
  if (pair !== undefined) {
    return {
      credential: { kind: "certificate", from: pair.cert.from },
      cert: pair.cert.pem,
      key: pair.key.pem,
    };
  }
  const exec = objectField(entry, "exec");
  if (exec === undefined) return nobody;
  return { credential: { kind: "exec", spec: execSpec(entry, exec, cluster) } };
}

/** A token file wins over a token where it can be read (client-go: transport/round_trippers.go). */
async function token(entry: Entry, environment: AuthEnvironment): Promise<Credential | undefined> {
  const text = textField(entry, "token");
  const path = pathField(entry, "tokenFile");
  const from = fieldName(entry, "token");
  if (path !== undefined) {
    try {
      await readToken(path, fieldName(entry, "tokenFile"), "log in again, or correct the path");
      return { kind: "token-file", path };
    } catch (error) {
      if (text === undefined) throw error;
      environment.notify?.(
        `${fieldName(entry, "tokenFile")} can't be used, its token is used instead: ${path}`,
      );
    }
  }
  return text === undefined ? undefined : { kind: "token", token: checkToken(text, from), from };
}

function basicAuth(entry: Entry): Credential | undefined {
  const username = textField(entry, "username");
  const password = textField(entry, "password");
  if (username === undefined && password === undefined) return undefined;
  return { kind: "basic", username: username ?? "", password: password ?? "" };
}

async function keyPair(
  entry: Entry,
  environment: AuthEnvironment,
): Promise<{ cert: Pem; key: Pem } | undefined> {
  const cert = await pemField(entry, "client-certificate");
  const key = await pemField(entry, "client-key");
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const [has, lacks] =
      cert === undefined ? ["client-key", "client-certificate"] : ["client-certificate", "client-key"];
    throw unusable(`${nameOf(entry)} has a ${has} without a ${lacks}`, `add ${lacks} or ${lacks}-data`);
  }
  const what = { cert: cert.from, key: key.from };
  checkKeyPair({ cert: cert.pem, key: key.pem }, what, (environment.now ?? Date.now)(), environment.notify);
  return { cert, key };
}

const plugins: Readonly<Record<string, string>> = {
  gcp: "gke-gcloud-auth-plugin",
  azure: "kubelogin (`kubelogin convert-kubeconfig`)",
  oidc: "kubelogin (`kubectl oidc-login`)",
};

function refuseAuthProvider(entry: Entry): void {
  const provider = objectField(entry, "auth-provider");
  if (provider === undefined) return;
  const name = getKey(provider, "name");
  const plugin = typeof name === "string" && Object.hasOwn(plugins, name) ? plugins[name] : undefined;
  throw unusable(
    `${fieldName(entry, "auth-provider")} can't be used: credential plugins (exec) have taken its place`,
    `write the user anew with ${plugin ?? "an exec plugin of your provider"}`,
  );
}
