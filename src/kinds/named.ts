/** Kinds by the words that people use for them: built-in ones at once, others as the server serves them. */
import type { Transport } from "../cluster/index.js";
import { KapplyError } from "../errors.js";
import { parseApiVersion } from "../group-version.js";
import type { ResourceType } from "../model.js";
import { bundledRows } from "../schema/index.js";
import { servedKinds } from "./served-kinds.js";
import { findKind, kindRow, mayBeOf, mayComeToBe, questionsFor } from "../wait/index.js";
import type { KindRow } from "../wait/index.js";

/** What became of looking for a kind. */
export type LookedUp =
  | { is: "found"; type: KindRow }
  /** `silent`: groups and versions that may have it, and do not tell. */
  | { is: "missing"; silent: string[] };

/**
 * The kind that a word such as `deploy`, `svc` or `certificates.cert-manager.io` means.
 * @throws KapplyError `usage` for a word that means several kinds.
 */
export async function lookUpKind(word: string, transport: () => Promise<Transport>): Promise<LookedUp> {
  const builtIn = findKind(word, builtInRows());
  if (builtIn !== undefined) return { is: "found", type: builtIn };
  const silent = new Set<string>();
  for (const question of questionsFor(word)) {
    const served = await servedKinds(question, await transport());
    const type = findKind(word, served.rows);
    if (type !== undefined) return { is: "found", type };
    for (const one of served.silent) if (mayBeOf(word, parseApiVersion(one).group)) silent.add(one);
  }
  return { is: "missing", silent: [...silent] };
}

/** The same. Throws `usage` for a word that means no kind that the server serves, too. */
export async function findNamedKind(word: string, transport: () => Promise<Transport>): Promise<KindRow> {
  const found = await lookUpKind(word, transport);
  if (found.is === "found") return found.type;
  throw noSuchKind(word, found.silent);
}

/** The error of a word that means nothing here; `hint` is what is to be said beyond how kinds are named. */
export function noSuchKind(word: string, silent: readonly string[], hint?: string): KapplyError {
  const unknown =
    silent.length === 0 ? "" : `, unless it is one of ${silent.join(", ")}, which does not answer`;
  return new KapplyError("usage", `the server has no kind that is called "${word}"${unknown}`, {
    hint: `name it as kubectl does: deployment, svc, certificates.cert-manager.io${hint === undefined ? "" : `; ${hint}`}`,
  });
}

/**
 * What a word says of a kind that nobody serves, as `gizmos.shop.example` and `gizmos.v1.shop.example` do: the word stands
 * for the kind, and the version is empty where it is not said. Undefined for a word without its whole group, or of a
 * built-in kind.
 */
export function unservedKind(word: string): ResourceType | undefined {
  if (!mayComeToBe(word) || findKind(word, builtInRows()) !== undefined) return undefined;
  const [kind = "", second = "", ...rest] = word.split(".");
  const isVersioned = /^v\d/.test(second);
  const group = (isVersioned ? rest : [second, ...rest]).join(".");
  return { group, version: isVersioned ? second : "", kind, plural: kind.toLowerCase(), namespaced: false };
}

function builtInRows(): KindRow[] {
  return bundledRows().flatMap(([apiVersion, kind, row]) => {
    if (row["stored"] !== true) return [];
    const { group, version } = parseApiVersion(apiVersion);
    return kindRow(group, version, kind, row) ?? [];
  });
}
