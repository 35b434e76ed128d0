/**
 * What a path and a method ask for.
 *
 * Source: k8s.io/apiserver pkg/endpoints/request/requestinfo.go.
 */
import type { Ask, HttpCall, Verb } from "./model.js";

const namespaceSubresources = new Set(["status", "finalize"]);

/** A request for a resource where the path is one of `/api/V/...` or `/apis/G/V/...`; else one for the path itself. */
export function askOf({ method, url }: Pick<HttpCall, "method" | "url">): Ask {
  const path: Ask = { is: "path", verb: method.toLowerCase(), path: url.pathname };
  // Decoded first and split then: that is how Go's URL.Path is read.
  const segments = decoded(url.pathname).split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  const [root, ...rest] = segments;
  const group = root === "apis" ? rest.shift() : root === "api" ? "" : undefined;
  const version = rest.shift();
  if (group === undefined || version === undefined || rest.length === 0) return path;
  const place = placeOf(rest);
  if (place === undefined) return path;
  const verb = verbOf(method, place.name, url.searchParams);
  const name = place.name === "" ? namedBySelector(verb, url.searchParams) : place.name;
  return { is: "resource", group, version, ...place, name, verb };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** `namespaces/NS/RESOURCE/NAME/SUBRESOURCE`, and without a namespace; a Namespace itself is in itself. */
function placeOf(
  segments: string[],
): { namespace: string; resource: string; name: string; subresource: string } | undefined {
  const [first = "", second = "", third = ""] = segments;
  if (first === "namespaces" && segments.length > 2 && !namespaceSubresources.has(third)) {
    const [, namespace = "", resource = "", name = "", ...sub] = segments;
    return { namespace, resource, name, subresource: sub.join("/") };
  }
  const [resource = "", name = "", ...sub] = segments;
  if (resource === "") return undefined;
  const namespace = first === "namespaces" ? second : "";
  return { namespace, resource, name, subresource: sub.join("/") };
}

function verbOf(method: string, name: string, query: URLSearchParams): Verb {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === "" ? "deletecollection" : "delete";
    default:
      if (name !== "") return "get";
      return isWatch(query) ? "watch" : "list";
  }
}

/** `watch`, `watch=1`, `watch=true`: whatever is not false. */
function isWatch(query: URLSearchParams): boolean {
  const watch = query.get("watch");
  return watch !== null && !["false", "0"].includes(watch.toLowerCase());
}

/** A collection that is narrowed to one name counts as a request for that name: Roles may allow no more. */
function namedBySelector(verb: Verb, query: URLSearchParams): string {
  if (!["list", "watch", "deletecollection"].includes(verb)) return "";
  const match = /(?:^|,)metadata\.name==?([^,=!\\]+)(?:,|$)/.exec(query.get("fieldSelector") ?? "");
  return match?.[1] ?? "";
}
