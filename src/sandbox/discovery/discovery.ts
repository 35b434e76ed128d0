/** Answers the requests that ask what is served: discovery, OpenAPI, version, health. */
import { createHash } from "node:crypto";
import { stringifyJson, type JsonObject } from "../../json.js";
import { emitYaml } from "../../yaml/index.js";
import type { Answer, HttpCall, Kinds } from "../model.js";
import { methodNotAllowed, noSuchResource, notAcceptable } from "../status.js";
import { acceptedTypes, negotiate, type Accepted, type Target } from "./accept.js";
import { health, pageNotFound, servedPaths, versionFacts } from "./facts.js";
import { servedGroups } from "./groups.js";
import { aggregated, coreVersions, groupDocument, groupList, resourceList } from "./lists.js";
import { createOpenApi } from "./openapi.js";

export interface Discovery {
  /** Undefined where the path is none of discovery. */
  answer: (call: HttpCall) => Answer | undefined;
}

/**
 * Discovery of the kinds. Documents are made when they are first asked for, and again when the kinds changed.
 *
 * Which methods a path takes is as in the real server: go-restful's routes (`/api`, the built-in group-versions,
 * `/version`) take GET alone, all else takes any. Refusals are answers here, never thrown.
 */
export function createDiscovery(kinds: Kinds): Discovery {
  const openApi = createOpenApi(kinds);
  const aggregates = new Map<string, Aggregate>();
  const aggregate = (of: "core" | "groups"): Aggregate => {
    const known = aggregates.get(of);
    const at = kinds.revision();
    if (known?.at === at) return known;
    const made = { at, ...withEtag(aggregated(kinds.all(), of)) };
    aggregates.set(of, made);
    return made;
  };

  const answer = (call: HttpCall): Answer | undefined => {
    const path = call.url.pathname;
    const segments = path.slice(1).split("/");
    if (segments.at(-1) === "") segments.pop();
    const [first, second, third] = segments;
    switch (first) {
      case undefined:
        return { status: 200, json: servedPaths(kinds.all()) };
      case "api":
        if (segments.length > 2) return undefined;
        return second === undefined ? core(call) : versionOf(call, kinds, "", second);
      case "apis":
        if (segments.length > 3) return undefined;
        if (second === undefined) return groups(call);
        return third === undefined ? group(call, kinds, second) : versionOf(call, kinds, second, third);
      case "version":
        if (segments.length > 1) return undefined;
        return getOnly(call) ?? written(versionFacts(), negotiate(call.headers["accept"]));
      case "openapi":
        return openApi.answer(call);
      default:
        return health(path, call.url.searchParams);
    }
  };

  function core(call: HttpCall): Answer {
    const refused = getOnly(call);
    if (refused !== undefined) return refused;
    const accepted = negotiate(call.headers["accept"], isAggregate);
    if (accepted?.target !== undefined) return aggregateAnswer(call, accepted, aggregate("core"));
    return written(coreVersions(kinds.all(), call.url.host), accepted);
  }

  // Clients of `/apis/` are told no aggregate: the real server has it at `/apis` alone.
  function groups(call: HttpCall): Answer {
    const allows = call.url.pathname.endsWith("/") ? () => false : isAggregate;
    const accepted = negotiate(call.headers["accept"], allows);
    if (accepted?.target !== undefined) return aggregateAnswer(call, accepted, aggregate("groups"));
    return written(groupList(kinds.all()), accepted);
  }

  return { answer };
}

interface Aggregate {
  at: number;
  json: JsonObject;
  text: string;
  etag: string;
}

function withEtag(json: JsonObject): { json: JsonObject; text: string; etag: string } {
  const text = stringifyJson(json);
  return { json, text, etag: `"${createHash("sha512").update(text).digest("hex").toUpperCase()}"` };
}

const isAggregate = ({ kind, group, version }: Target): boolean =>
  kind === "APIGroupDiscoveryList" && group === "apidiscovery.k8s.io" && version === "v2";

/** Source: k8s.io/apiserver pkg/endpoints/discovery/aggregated/etag.go. */
function aggregateAnswer(call: HttpCall, { form }: Accepted, { json, text, etag }: Aggregate): Answer {
  const headers = { ETag: etag, Vary: "Accept", "Cache-Control": "public" };
  const contentType = `application/${form};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`;
  // Clients write the headers of a 304 over those that they have kept: it must not say another type.
  if (call.headers["if-none-match"] === etag) return { status: 304, text: "", contentType, headers };
  return { status: 200, text: form === "json" ? text : emitYaml(json), contentType, headers };
}

function group(call: HttpCall, kinds: Kinds, name: string): Answer {
  const found = servedGroups(kinds.all(), "service").find((candidate) => candidate.name === name);
  if (found === undefined || name === "") return pageNotFound();
  return written(groupDocument(found), negotiate(call.headers["accept"]));
}

function versionOf(call: HttpCall, kinds: Kinds, name: string, version: string): Answer {
  const found = servedGroups(kinds.all(), "service").find((candidate) => candidate.name === name);
  const served = found?.versions.find((candidate) => candidate.version === version);
  const builtIn = found?.versions.some(({ kinds }) => kinds.some(({ source }) => source.from === "bundle"));
  if (served === undefined) return builtIn ? refusal(noSuchResource()) : pageNotFound();
  const refused = builtIn ? getOnly(call) : undefined;
  return refused ?? written(resourceList(name, served), negotiate(call.headers["accept"]));
}

function getOnly({ method }: HttpCall): Answer | undefined {
  if (method === "GET") return undefined;
  return refusal(methodNotAllowed("the server does not allow this method on the requested resource"));
}

function refusal({ status }: { status: JsonObject }): Answer {
  return { status: Number(status["code"]), json: status };
}

function written(json: JsonObject, accepted: Accepted | undefined): Answer {
  if (accepted === undefined) return refusal(notAcceptable(acceptedTypes));
  if (accepted.form === "json") return { status: 200, json };
  return { status: 200, text: emitYaml(json), contentType: "application/yaml" };
}
