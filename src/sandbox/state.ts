/** Everything that a sandbox holds in one file, so that it can go on after a restart. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { KapplyError } from "../errors.js";
import { isObject, parseJson, stringifyJson, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Store } from "./store.js";

/** What is kept. */
export interface State {
  version: number;
  /** By collection. */
  objects: Record<string, readonly KubeObject[]>;
  /** The administrator's token, and the keys: kubeconfigs and tokens that were handed out stay valid. */
  token: string;
  authority: { ca: string; caKey: string };
  signingKey: string;
}

/**
 * Reads a state; undefined where there is no such file yet.
 * @throws KapplyError `usage` for a file that can't be read as one.
 */
export function readState(path: string): State | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(path, error instanceof Error ? error.message : String(error));
  }
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    throw unusable(path, "it is not JSON");
  }
  if (!isState(value)) throw unusable(path, "it was not written by kapply sandbox");
  return value as unknown as State;
}

function unusable(path: string, why: string): KapplyError {
  return new KapplyError("usage", `the state file ${path} can't be used: ${why}`, {
    hint: "name another file, or remove it to start with nothing",
  });
}

function isState(value: Json): value is JsonObject {
  if (!isObject(value)) return false;
  const { version, objects, token, authority, signingKey } = value;
  return (
    typeof version === "number" &&
    isObject(objects) &&
    Object.values(objects).every((list) => Array.isArray(list) && list.every(isObject)) &&
    typeof token === "string" &&
    isObject(authority) &&
    typeof authority["ca"] === "string" &&
    typeof authority["caKey"] === "string" &&
    typeof signingKey === "string"
  );
}

/**
 * Writes a state beside the file and puts it in its place at once: whoever looks sees the old one or the new one.
 * @throws KapplyError `usage` for a file that can't be written.
 */
export function writeState(path: string, state: State): void {
  const fresh = `${path}.new`;
  try {
    writeFileSync(fresh, `${stringifyJson(state)}\n`, { mode: 0o600, flush: true });
    renameSync(fresh, path);
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error));
  }
}

/** How long after a change the state is written. */
const writeAfterMs = 250;

/**
 * Writes the state now, and a moment after each change, until it is stopped: then once more.
 * @throws KapplyError `usage` for a file that can't be written.
 */
export function keepState(
  path: string,
  store: Store,
  keys: Pick<State, "token" | "authority" | "signingKey">,
): { stop: () => void } {
  let written = -1;
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    timer = undefined;
    const version = store.version();
    if (version === written) return;
    const collections = store.collections().map((name) => [name, store.list(name)] as const);
    const objects = Object.fromEntries(collections.filter(([, list]) => list.length > 0));
    writeState(path, { version, objects, ...keys });
    written = version;
  };
  write();
  const stopListening = store.subscribe(() => {
    timer ??= setTimeout(write, writeAfterMs);
  });
  return {
    stop: () => {
      stopListening();
      clearTimeout(timer);
      write();
    },
  };
}
