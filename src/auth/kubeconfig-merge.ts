/** The one configuration that several kubeconfigs make together (client-go: tools/clientcmd/loader.go, `Load`). */
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import { unusable } from "./failures.js";
import { wrongType, type Entry, type EntryKind } from "./kubeconfig-entry.js";

/** A kubeconfig as it was read. */
export interface KubeconfigFile {
  /** As the user would type it. */
  file: string;
  folder: string;
  root: JsonObject;
}

/** What all files say together. */
export interface Kubeconfig {
  files: string[];
  currentContext: string | undefined;
  clusters: Map<string, Listed>;
  users: Map<string, Listed>;
  contexts: Map<string, Listed>;
}

/** A named entry whose fields nobody asked for yet. */
interface Listed extends Omit<Entry, "fields"> {
  value: Json | undefined;
  /** Whether its file has another of the same name. */
  ambiguous: boolean;
}

/**
 * Merges kubeconfigs: the first file wins for each entry as a whole, and for the current context.
 * Throws `credentials` for lists that are none; what is wrong inside an entry is left to `lookUp` and its fields.
 */
export function mergeKubeconfigs(read: readonly KubeconfigFile[]): Kubeconfig {
  const kubeconfig: Kubeconfig = {
    files: read.map(({ file }) => file),
    currentContext: undefined,
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
  };
  for (const file of read) {
    kubeconfig.currentContext ??= currentContext(file);
    for (const kind of ["cluster", "user", "context"] as const) {
      const entries = kubeconfig[`${kind}s`];
      for (const entry of listEntries(file, kind)) {
        const first = entries.get(entry.name);
        if (first === undefined) entries.set(entry.name, entry);
        else if (first.file === entry.file) first.ambiguous = true;
      }
    }
  }
  return kubeconfig;
}

/**
 * The entry of that name. `wantedBy` says who asks: `--user`, `context dev of /home/me/.kube/config`.
 * Throws `credentials` when there is none (naming those there are), several in one file, or no mapping.
 */
export function lookUp(kubeconfig: Kubeconfig, kind: EntryKind, name: string, wantedBy: string): Entry {
  const entries = kubeconfig[`${kind}s`];
  const listed = entries.get(name);
  if (listed === undefined) {
    const others = [...entries.keys()];
    throw unusable(
      `${wantedBy} asks for ${kind} ${name}, which is not in ${kubeconfig.files.join(", ")}`,
      others.length === 0
        ? `there is no ${kind} in it at all`
        : `the ${kind}s there are: ${others.join(", ")}`,
    );
  }
  if (listed.ambiguous) {
    throw unusable(`${listed.file} has more than one ${kind} of the name ${name}`, "keep one of them");
  }
  const { file, folder, value } = listed;
  const entry: Entry = { kind, name, file, folder, fields: isObject(value) ? value : {} };
  if (value !== undefined && value !== null && !isObject(value))
    throw wrongType(entry, kind, "a mapping", value);
  return entry;
}

function currentContext({ root, file }: KubeconfigFile): string | undefined {
  const name = getKey(root, "current-context");
  if (name === undefined || name === null || name === "") return undefined;
  if (typeof name === "string") return name;
  throw unusable(`current-context of ${file} must be text`, "put it in quotes");
}

function listEntries({ root, file, folder }: KubeconfigFile, kind: EntryKind): Listed[] {
  const list = getKey(root, `${kind}s`);
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    throw unusable(`${kind}s of ${file} must be a list`, `each item has a name and a ${kind}`);
  }
  return list.flatMap((item) => {
    // What has no name can't be asked for, so it troubles nobody.
    const name = getKey(item, "name");
    if (typeof name !== "string" || name === "") return [];
    return [{ kind, name, file, folder, value: getKey(item, kind), ambiguous: false }];
  });
}
