/**
 * Discovery of the built-in kinds and of the CRDs of `fixtures/crds.json`. What the fixtures hold was recorded from
 * kube-apiserver 1.36.3; descriptions and the parts for protobuf are left out.
 */
import { readFileSync } from "node:fs";
import { parseJson, type Json, type JsonObject } from "../../../src/json.js";
import type { KubeObject } from "../../../src/model.js";
import { createDiscovery } from "../../../src/sandbox/discovery/index.js";
import { createKinds } from "../../../src/sandbox/kinds.js";
import type { Answer, Kinds } from "../../../src/sandbox/model.js";

export function fixture(name: string): Json {
  return parseJson(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));
}

export const recordedCrds = fixture("crds") as KubeObject[];

export interface Server {
  kinds: Kinds;
  ask: (path: string, headers?: Record<string, string>, method?: string) => Whole | undefined;
  get: (path: string, headers?: Record<string, string>) => Whole;
  /** The body of a 200, as JSON. */
  read: (path: string, accept?: string) => JsonObject;
  /** Holds other CRDs from now on. */
  hold: (crds: readonly KubeObject[]) => void;
}

export interface Whole {
  status: number;
  body: string;
  contentType: string | undefined;
  headers: Record<string, string | string[]>;
}

export function server(crds: readonly KubeObject[] = recordedCrds): Server {
  let held = crds;
  let revision = 1;
  const kinds = createKinds(
    () => held,
    () => revision,
  );
  const discovery = createDiscovery(kinds);
  const ask: Server["ask"] = (path, headers = {}, method = "GET") => {
    const url = new URL(path, "https://192.0.2.2:33951");
    const { signal } = new AbortController();
    const answer = discovery.answer({ method, url, headers, body: new Uint8Array(), signal });
    return answer === undefined ? undefined : whole(answer);
  };
  const get: Server["get"] = (path, headers) => {
    const answer = ask(path, headers);
    if (answer === undefined) throw new Error(`${path} is no path of discovery`);
    return answer;
  };
  return {
    kinds,
    ask,
    get,
    read: (path, accept = "application/json") => {
      const { status, body } = get(path, { accept });
      if (status !== 200) throw new Error(`${path}: ${String(status)} ${body}`);
      return parseJson(body) as JsonObject;
    },
    hold: (next) => {
      held = next;
      revision++;
    },
  };
}

function whole(answer: Answer): Whole {
  if ("stream" in answer) throw new Error("discovery streams nothing");
  const body = "json" in answer ? JSON.stringify(answer.json) : answer.text;
  return { status: answer.status, body, contentType: answer.contentType, headers: answer.headers ?? {} };
}

/** An established CRD of one version. */
export function crd(group: string, plural: string, kind: string, version: JsonObject = {}): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: "v1", served: true, storage: true, schema: {}, ...version }],
    },
    status: { conditions: [{ type: "Established", status: "True" }] },
  };
}
