/** The `exec` part of a kubeconfig's user: a credential plugin (client-go: tools/clientcmd/api/v1/types.go `ExecConfig`). */
import { resolve, sep } from "node:path";
import { getKey, isObject, type JsonObject } from "../json.js";
import type { ExecSpec } from "../model.js";
import { unusable } from "./failures.js";
import { flagField, nameOf, textField, textsField, wrongType, type Entry } from "./kubeconfig-entry.js";

/** What a plugin may be told of the cluster (pkg/apis/clientauthentication/v1 `Cluster`), made only when it asks. */
export type ExecCluster = () => JsonObject;

export const execGroup = "client.authentication.k8s.io";

/** Reads an `exec` mapping. Throws `credentials` for what client-go's `validateAuthInfo` refuses. */
export function execSpec(entry: Entry, exec: JsonObject, cluster: ExecCluster): ExecSpec {
  const from = nameOf(entry);
  const command = textField(entry, "command", exec);
  if (command === undefined) throw unusable(`exec of ${from} names no command`);
  return {
    apiVersion: execVersion(entry, exec),
    // A command without a slash is looked up in PATH; another is relative to the kubeconfig.
    command: command.includes(sep) ? resolve(entry.folder, command) : command,
    args: textsField(entry, "args", exec),
    env: environmentOf(entry, exec),
    installHint: textField(entry, "installHint", exec),
    interactiveMode: interactiveMode(entry, exec),
    cluster: flagField(entry, "provideClusterInfo", exec) ? cluster() : undefined,
    from,
  };
}

function execVersion(entry: Entry, exec: JsonObject): string {
  const version = textField(entry, "apiVersion", exec);
  if (version === `${execGroup}/v1` || version === `${execGroup}/v1beta1`) return version;
  throw unusable(
    version === undefined
      ? `exec of ${nameOf(entry)} has no apiVersion`
      : `exec of ${nameOf(entry)} has an apiVersion that is not supported: ${version}`,
    `${execGroup}/v1 and v1beta1 are; a newer plugin, or its own command that writes the kubeconfig, sets them`,
  );
}

function interactiveMode(entry: Entry, exec: JsonObject): ExecSpec["interactiveMode"] {
  const mode = textField(entry, "interactiveMode", exec);
  // v1beta1 has a default (tools/clientcmd/api/v1/defaults.go), v1 has none.
  if (mode === undefined && getKey(exec, "apiVersion") === `${execGroup}/v1beta1`) return "IfAvailable";
  if (mode === "Never" || mode === "IfAvailable" || mode === "Always") return mode;
  throw unusable(
    mode === undefined
      ? `exec of ${nameOf(entry)} has no interactiveMode`
      : `exec of ${nameOf(entry)} has an interactiveMode that does not exist: ${mode}`,
    "it is Never, IfAvailable or Always",
  );
}

function environmentOf(entry: Entry, exec: JsonObject): Record<string, string> {
  const list = getKey(exec, "env") ?? [];
  if (!Array.isArray(list)) throw wrongType(entry, "exec.env", "a list of names and values", list);
  const pairs = list.map((item): [string, string] => {
    if (!isObject(item)) throw wrongType(entry, "exec.env", "a list of names and values", item);
    const name = textField(entry, "name", item);
    if (name === undefined) throw unusable(`exec.env of ${nameOf(entry)} has an item without a name`);
    return [name, textField(entry, "value", item) ?? ""];
  });
  return Object.fromEntries(pairs);
}
