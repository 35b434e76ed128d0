/** The server's own schemas: OpenAPI v3, a document for each group and version (KEP-2896). */
import { parseApiVersion } from "../group-version.js";
import { KapplyError } from "../errors.js";
import { getKey, getPath, isObject } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import { groupVersionPath } from "./paths.js";
import type { Transport } from "./types.js";

const maxDocumentBytes = 32 * 1024 * 1024;

/**
 * A function that gets the OpenAPI v3 document of an apiVersion such as `apps/v1`, or undefined where the server
 * has none. The index is read once, and each document once, for as long as the function is kept.
 */
export function serverSchemas(
  transport: Transport,
): (groupVersion: string) => Promise<JsonObject | undefined> {
  let index: Promise<Json> | undefined;
  const documents = new Map<string, Promise<JsonObject | undefined>>();

  async function load(groupVersion: string): Promise<JsonObject | undefined> {
    index ??= get(transport, "/openapi/v3", "the index of the server's schemas");
    const { group, version } = parseApiVersion(groupVersion);
    const key = groupVersionPath(group, version).slice(1);
    const url = getPath(await index, ["paths", key, "serverRelativeURL"]);
    if (typeof url !== "string") return undefined;
    const document = await get(transport, documentPath(url, key), `the server's schemas of ${groupVersion}`);
    if (document === null) return undefined;
    if (!isObject(getKey(document, "components")) && !isObject(getKey(document, "paths")))
      throw new KapplyError(
        "server-error",
        `the server's schemas of ${groupVersion} are no OpenAPI document`,
      );
    return isObject(document) ? document : undefined;
  }

  return async (groupVersion) => {
    const known = documents.get(groupVersion) ?? load(groupVersion);
    documents.set(groupVersion, known);
    try {
      return await known;
    } catch (error) {
      documents.delete(groupVersion);
      index = undefined;
      throw error;
    }
  };
}

async function get(transport: Transport, path: string, what: string): Promise<Json> {
  const reply = await transport.request({
    method: "GET",
    path,
    what,
    maxBytes: maxDocumentBytes,
    alsoReturn: ["type-missing"],
  });
  return reply.status === 404 ? null : reply.body;
}

/**
 * The index gives a path of the server, with a hash in its query for caches: without it, since one that is out of date, as
 * when a CRD has changed since, is answered by a redirect. Anything but such a path is not followed.
 */
function documentPath(url: string, key: string): string {
  const [path = ""] = url.split("?");
  return path.startsWith("/openapi/v3/") ? path : `/openapi/v3/${key}`;
}
