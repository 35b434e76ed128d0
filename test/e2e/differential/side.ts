/** One of the two servers that are compared: requests over connections that are kept. */
import { Pool } from "undici";
import {
  getPath,
  isObject,
  parseJson,
  stringifyJson,
  type Json,
  type JsonObject,
} from "../../../src/json.js";
import type { ClusterDescription } from "../../cluster/client.js";
import { ownerUids } from "./values.js";

export interface Call {
  method: string;
  /** Below the namespace's or the cluster's root: `/api/v1/...`. */
  path: string;
  contentType?: string;
  body?: Json;
}

export interface Answer {
  status: number;
  warnings: string[];
  body: JsonObject;
}

export interface Side {
  name: string;
  namespace: string;
  send(call: Call): Promise<Answer>;
  close(): Promise<void>;
}

/** Opens connections to a server, and makes the namespace there. */
export async function openSide(name: string, cluster: ClusterDescription, namespace: string): Promise<Side> {
  const pool = new Pool(cluster.server, { connections: 16, connect: { ca: cluster.caPem } });
  const authorization = `Bearer ${cluster.adminToken}`;
  const owners = new Map<string, string>();
  const withOwners = (text: string): string =>
    [...owners].reduce((replaced, [uid, own]) => replaced.replaceAll(uid, own), text);
  const withoutOwners = (text: string): string =>
    [...owners].reduce((replaced, [uid, own]) => replaced.replaceAll(own, uid), text);
  const send: Side["send"] = async ({ method, path, contentType, body }) => {
    const headers: Record<string, string> = { authorization, "user-agent": "differential/1.0" };
    if (contentType !== undefined) headers["content-type"] = contentType;
    const text = body === undefined ? null : withOwners(stringifyJson(body));
    const response = await pool.request({ method, path, headers, body: text }).catch((error: unknown) => {
      throw new Error(`${name}: ${method} ${path} ${text ?? ""}: ${String(error)}`);
    });
    return {
      status: response.statusCode,
      warnings: [response.headers["warning"] ?? []].flat(),
      body: asObject(withoutOwners(await response.body.text())),
    };
  };
  const side: Side = { name, namespace, send, close: () => pool.destroy() };
  const create = async (path: string, kind: string, object: string): Promise<JsonObject> => {
    const body = { apiVersion: "v1", kind, metadata: { name: object } };
    return (await must(side, { method: "POST", path, contentType: "application/json", body })).body;
  };
  await create("/api/v1/namespaces", "Namespace", namespace);
  for (const uid of ownerUids) {
    const owner = await create(
      `/api/v1/namespaces/${namespace}/configmaps`,
      "ConfigMap",
      `owner-${uid[0] ?? ""}`,
    );
    owners.set(uid, stringifyJson(getPath(owner, ["metadata", "uid"])).slice(1, -1));
  }
  return side;
}

function asObject(text: string): JsonObject {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : { value };
  } catch {
    return { text };
  }
}

/** Sends what has to succeed. Throws an error with the answer when it does not. */
export async function must(side: Side, call: Call): Promise<Answer> {
  const answer = await side.send(call);
  if (answer.status >= 300)
    throw new Error(
      `${side.name}: ${call.method} ${call.path}: ${answer.status} ${stringifyJson(answer.body)}`,
    );
  return answer;
}

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Makes a CRD, and waits until its kinds take writes. */
export async function define(side: Side, definition: JsonObject): Promise<void> {
  const metadata = definition["metadata"] as { name: string };
  const path = `${definitions}/${metadata.name}?fieldManager=setup&force=true`;
  await must(side, { method: "PATCH", path, contentType: "application/apply-patch+yaml", body: definition });
  const { group, names, versions } = definition["spec"] as unknown as {
    group: string;
    names: { plural: string; kind: string };
    versions: { name: string }[];
  };
  const deadline = Date.now() + 30_000;
  for (const { name: version } of versions) {
    const apiVersion = `${group}/${version}`;
    const body = { apiVersion, kind: names.kind, metadata: { name: "probe" } };
    const probe = `/apis/${apiVersion}/namespaces/${side.namespace}/${names.plural}/probe?fieldManager=setup&dryRun=All`;
    const tried: Call = { method: "PATCH", path: probe, contentType: "application/apply-patch+yaml", body };
    // The API server makes its managers of fields anew a moment after it serves the kind.
    for (let answer = await side.send(tried); answer.status !== 201; answer = await side.send(tried)) {
      if (Date.now() > deadline)
        throw new Error(`${side.name}: ${apiVersion} takes no writes: ${stringifyJson(answer.body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
