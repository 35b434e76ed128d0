/** Patches of all kinds, and ownership moved as an applier moves it. */
import { expect } from "vitest";
import { getPath, isObject, parseJson, stringifyJson, type Json } from "../../src/json.js";
import { managedFieldsPatch, takeOver, type Owner } from "../../src/merge/index.js";
import type { KubeObject } from "../../src/model.js";
import type { Cluster } from "../cluster/client.js";

export const us = "kapply";

/** Sends a patch of a type, as `merge-patch+json`, and gives what the server answers. */
export async function patch(cluster: Cluster, path: string, type: string, body: Json) {
  const headers = { "content-type": `application/${type}` };
  const reply = await cluster.request(path, { method: "PATCH", headers, body: stringifyJson(body) });
  return { status: reply.status, body: parseJson(reply.body) as KubeObject };
}

/** Moves fields to us, again where somebody else (a controller) writes in between. Nothing else changes. */
export async function moveToUs(
  cluster: Cluster,
  path: string,
  from: (owner: Owner) => boolean,
): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    const found = await cluster.get<KubeObject>(path);
    const moved = takeOver(found, us, from);
    if (moved === undefined) throw new Error(`nothing to take over: ${stringifyJson(found)}`);
    const operations = managedFieldsPatch(found, moved.object);
    const reply = await patch(cluster, `${path}?fieldManager=${us}`, "json-patch+json", operations);
    if (reply.status === 409) continue;
    expect(reply.status).toBe(200);
    expect(sansVersion(reply.body)).toEqual(sansVersion(moved.object));
    return;
  }
  throw new Error("somebody else wrote each time");
}

function sansVersion(object: KubeObject): KubeObject {
  const metadata = getPath(object, ["metadata"]);
  return isObject(metadata) ? { ...object, metadata: { ...metadata, resourceVersion: "" } } : object;
}
