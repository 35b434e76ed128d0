/** Which definition a body is of. */
import { apiVersionOf } from "../../group-version.js";
import { getKey, isObject, type Json } from "../../json.js";
import { bundledRows } from "../../schema/index.js";

const options = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";

let known: ReadonlyMap<string, string> | undefined;

/** The definition of a kind that is served, that a subresource takes, or that goes with a request. */
export function definitionOf(apiVersion: string, kind: string): string | undefined {
  // Each group-version has its own, and all are the same.
  if (kind === "DeleteOptions") return options;
  known ??= new Map(entries());
  return known.get(`${apiVersion} ${kind}`);
}

function* entries(): Generator<[string, string]> {
  for (const [apiVersion, kind, row] of bundledRows()) {
    const definition = textAt(row, "definition");
    if (definition !== undefined) yield [`${apiVersion} ${kind}`, definition];
    const { subresources } = row;
    for (const subresource of Object.values(isObject(subresources) ? subresources : {})) {
      const [version, other] = [textAt(subresource, "version"), textAt(subresource, "definition")];
      const own =
        version === undefined
          ? apiVersion
          : apiVersionOf({ group: textAt(subresource, "group") ?? "", version });
      if (other !== undefined) yield [`${own} ${textAt(subresource, "kind") ?? ""}`, other];
    }
  }
}

function textAt(value: Json, key: string): string | undefined {
  const found = getKey(value, key);
  return typeof found === "string" ? found : undefined;
}
