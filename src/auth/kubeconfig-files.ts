/** Kubeconfig files: which ones, and their text (client-go: tools/clientcmd/loader.go). */
import { readFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { getKey, isObject, type JsonObject } from "../json.js";
import { readDocument } from "./document.js";
import type { AuthEnvironment, AuthFlags } from "./environment.js";
import { errorCode, unusable, whyFailed } from "./failures.js";
import { tildeHint } from "./files.js";
import { mergeKubeconfigs, type Kubeconfig, type KubeconfigFile } from "./kubeconfig-merge.js";

/** A kubeconfig, or why there is none. */
export type Found = { kubeconfig: Kubeconfig } | { kubeconfig: undefined; why: string };

/**
 * Reads `--kubeconfig`, else the files of KUBECONFIG, else `~/.kube/config`, and merges them.
 *
 * A missing file is skipped unless it is the one that `--kubeconfig` names; a broken one fails. The default file
 * counts as missing also when it may not be looked at, since nobody named it: a pod with HOME=/root that runs as
 * another user is no mistake (client-go fails there). Throws `credentials`.
 */
export async function loadKubeconfig(flags: AuthFlags, environment: AuthEnvironment): Promise<Found> {
  const { paths, kind } = locate(flags, environment);
  const read: KubeconfigFile[] = [];
  const skipped: string[] = [];
  for (const file of paths) {
    const path = resolve(environment.cwd, file);
    const answer = await readKubeconfig(file, path, kind);
    if ("why" in answer) skipped.push(answer.why);
    else read.push({ file, folder: dirname(path), root: await parseKubeconfig(answer.text, file) });
  }
  if (read.length > 0) return { kubeconfig: mergeKubeconfigs(read) };
  return { kubeconfig: undefined, why: whyNone(kind, skipped) };
}

type Kind = "flag" | "KUBECONFIG" | "default";

function locate(flags: AuthFlags, environment: AuthEnvironment): { paths: string[]; kind: Kind } {
  if (flags.kubeconfig !== undefined) return { paths: [flags.kubeconfig], kind: "flag" };
  const list = environment.env["KUBECONFIG"];
  if (list !== undefined && list !== "") {
    const paths = list.split(delimiter).filter((path) => path !== "");
    return { paths: [...new Set(paths)], kind: "KUBECONFIG" };
  }
  const { homedir } = environment;
  return { paths: homedir === "" ? [] : [join(homedir, ".kube", "config")], kind: "default" };
}

function whyNone(kind: Kind, skipped: string[]): string {
  if (kind === "KUBECONFIG") return `KUBECONFIG is set, but ${skipped.join(", and ") || "names no file"}`;
  return `KUBECONFIG is not set, and ${skipped[0] ?? "there is no home folder to hold a .kube/config"}`;
}

async function readKubeconfig(
  file: string,
  path: string,
  kind: Kind,
): Promise<{ text: string } | { why: string }> {
  try {
    return { text: await readFile(path, "utf8") };
  } catch (error) {
    const code = errorCode(error);
    const hint = tildeHint(file);
    if (kind === "default" && code === "EACCES")
      return { why: `${file} may not be read (permission denied)` };
    if (kind !== "flag" && (code === "ENOENT" || code === "ENOTDIR")) {
      return { why: `${file} does not exist${hint === undefined ? "" : ` (${hint})`}` };
    }
    throw unusable(`cannot read the kubeconfig ${file}: ${whyFailed(error)}`, hint, error);
  }
}

async function parseKubeconfig(text: string, file: string): Promise<JsonObject> {
  const value = await readDocument(text, file, `the kubeconfig ${file}`);
  if (value === undefined || value === null) return {};
  const right =
    isObject(value) &&
    (getKey(value, "kind") ?? "Config") === "Config" &&
    (getKey(value, "apiVersion") ?? "v1") === "v1";
  if (!right)
    throw unusable(`${file} is no kubeconfig`, "it must hold a mapping with apiVersion: v1 and kind: Config");
  return value;
}
