/** The kinds that a server serves, as its discovery tells: in one request where it can, group by group where it is old. */
import type { Request, Transport } from "../cluster/index.js";
import { parseApiVersion } from "../group-version.js";
import { getKey, getPath, isObject } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import { mapParallel } from "../parallel.js";
import { kindRow } from "../wait/index.js";
import type { KindQuestion, KindRow } from "../wait/index.js";

/** What discovery told. */
export interface Served {
  rows: KindRow[];
  /** Groups and versions of which it could not tell: an aggregated API server that does not answer. */
  silent: string[];
}

/**
 * What the server answers to a question. Of an aggregated API that is down it says so, without trying for long: hardly
 * ever is it the one that is asked for.
 */
export async function servedKinds(question: KindQuestion, transport: Transport): Promise<Served> {
  switch (question.ask) {
    case "version":
      return ofVersion(transport, `${question.group}/${question.version}`);
    case "group": {
      const { body } = await ask(transport, `/apis/${encodeURIComponent(question.group)}`, {});
      return ofVersions(transport, versionsOf(body));
    }
    case "all": {
      const { body } = await ask(transport, "/apis", { accept: aggregated });
      // A server older than 1.26, or a proxy before it, may answer with groups alone.
      const versions = listOf(body, "groups").flatMap(versionsOf);
      return versions.length > 0 ? ofVersions(transport, versions) : ofDocument(body);
    }
  }
}

/** kubernetes.io/docs/reference/using-api/api-concepts: aggregated discovery. */
const aggregated =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/** Of an `APIGroupDiscoveryList`. What an aggregated API said before it went silent is told still, and is stale. */
function ofDocument(document: Json): Served {
  const served = listOf(document, "items").flatMap((item) => {
    const group = getPath(item, ["metadata", "name"]);
    return typeof group === "string" ? listOf(item, "versions").map((entry) => ofEntry(group, entry)) : [];
  });
  return merged(served);
}

function ofEntry(group: string, entry: Json): Served {
  const version = getKey(entry, "version");
  if (typeof version !== "string") return nothing;
  const rows = listOf(entry, "resources").flatMap((resource) => {
    const kind = getPath(resource, ["responseKind", "kind"]);
    if (typeof kind !== "string") return [];
    const named: JsonObject = {
      name: getKey(resource, "resource") ?? null,
      singularName: getKey(resource, "singularResource") ?? null,
      shortNames: getKey(resource, "shortNames") ?? null,
      namespaced: getKey(resource, "scope") === "Namespaced",
    };
    return kindRow(group, version, kind, named) ?? [];
  });
  return { rows, silent: getKey(entry, "freshness") === "Stale" ? [`${group}/${version}`] : [] };
}

async function ofVersions(transport: Transport, versions: readonly string[]): Promise<Served> {
  return merged(await mapParallel(versions, 8, (one) => ofVersion(transport, one)));
}

async function ofVersion(transport: Transport, apiVersion: string): Promise<Served> {
  const path = `/apis/${apiVersion.split("/").map(encodeURIComponent).join("/")}`;
  const reply = await ask(transport, path, {
    alsoReturn: [...notThere, "unavailable", "gateway", "server-error"],
  });
  if (reply.status >= 500) return { rows: [], silent: [apiVersion] };
  const { group, version } = parseApiVersion(apiVersion);
  const rows = listOf(reply.body, "resources").flatMap((row) => {
    const kind = getKey(row, "kind");
    return isObject(row) && typeof kind === "string" ? (kindRow(group, version, kind, row) ?? []) : [];
  });
  return { rows, silent: [] };
}

const nothing: Served = { rows: [], silent: [] };

function merged(served: readonly Served[]): Served {
  return { rows: served.flatMap(({ rows }) => rows), silent: served.flatMap(({ silent }) => silent) };
}

function versionsOf(group: Json): string[] {
  return listOf(group, "versions")
    .map((version) => getKey(version, "groupVersion"))
    .filter((version) => typeof version === "string");
}

function listOf(value: Json, key: string): Json[] {
  const list = getKey(value, key);
  return Array.isArray(list) ? list : [];
}

const notThere = ["type-missing", "foreign-404"] as const;

function ask(transport: Transport, path: string, more: Partial<Request>): ReturnType<Transport["request"]> {
  return transport.request({
    method: "GET",
    path,
    what: "what the server serves",
    alsoReturn: notThere,
    ...more,
  });
}
