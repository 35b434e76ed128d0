/** Kinds by the words that people use for them: built-in ones at once, others as the server serves them. */
import type { Transport } from "./cluster/index.js";
import { KapplyError } from "./errors.js";
import { parseApiVersion } from "./group-version.js";
import { getKey, getPath, isObject } from "./json.js";
import type { Json } from "./json.js";
import { mapParallel } from "./parallel.js";
import { bundledRows } from "./schema/index.js";
import { findKind, kindRow, questionsFor } from "./wait/index.js";
import type { KindQuestion, KindRow } from "./wait/index.js";

/**
 * The kind that a word such as `deploy`, `svc` or `certificates.cert-manager.io` means.
 * @throws KapplyError `usage` for a word that means several kinds, or none that the server serves.
 */
export async function findNamedKind(word: string, transport: () => Promise<Transport>): Promise<KindRow> {
  const builtIn = findKind(word, builtInRows());
  if (builtIn !== undefined) return builtIn;
  for (const question of questionsFor(word)) {
    const found = findKind(word, await rowsOf(question, await transport()));
    if (found !== undefined) return found;
  }
  throw new KapplyError("usage", `the server has no kind that is called "${word}"`, {
    hint: "name it as kubectl does: deployment, svc, certificates.cert-manager.io",
  });
}

function builtInRows(): KindRow[] {
  return bundledRows().flatMap(([apiVersion, kind, row]) => {
    if (row["stored"] !== true) return [];
    const { group, version } = parseApiVersion(apiVersion);
    return kindRow(group, version, kind, row) ?? [];
  });
}

async function rowsOf(question: KindQuestion, transport: Transport): Promise<KindRow[]> {
  switch (question.ask) {
    case "version":
      return versionRows(transport, `${question.group}/${question.version}`);
    case "group": {
      const group = await ask(transport, `/apis/${encodeURIComponent(question.group)}`);
      return (await mapParallel(versionsOf(group), 4, (one) => versionRows(transport, one))).flat();
    }
    case "all": {
      const groups = getKey(await ask(transport, "/apis"), "groups");
      const preferred = (Array.isArray(groups) ? groups : []).map((group) =>
        getPath(group, ["preferredVersion", "groupVersion"]),
      );
      const versions = preferred.filter((version) => typeof version === "string");
      return (await mapParallel(versions, 8, (one) => versionRows(transport, one))).flat();
    }
  }
}

function versionsOf(group: Json | undefined): string[] {
  const versions = getKey(group, "versions");
  return (Array.isArray(versions) ? versions : [])
    .map((version) => getKey(version, "groupVersion"))
    .filter((version) => typeof version === "string");
}

async function versionRows(transport: Transport, apiVersion: string): Promise<KindRow[]> {
  const path = `/apis/${apiVersion.split("/").map(encodeURIComponent).join("/")}`;
  const resources = getKey(await ask(transport, path), "resources");
  const { group, version } = parseApiVersion(apiVersion);
  return (Array.isArray(resources) ? resources : []).flatMap((row) => {
    const kind = getKey(row, "kind");
    return isObject(row) && typeof kind === "string" ? (kindRow(group, version, kind, row) ?? []) : [];
  });
}

/** What is served there; null for nothing. */
async function ask(transport: Transport, path: string): Promise<Json> {
  const reply = await transport.request({
    method: "GET",
    path,
    what: "what the server serves",
    alsoReturn: ["type-missing", "foreign-404"],
  });
  return reply.status === 404 ? null : reply.body;
}
