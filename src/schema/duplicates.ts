/** The same object twice in a set. */
import { parseApiVersion } from "../group-version.js";
import type { Manifest, Place, Problem } from "../model.js";
import { problemAt } from "./explain.js";

/**
 * A problem for every object that the set has before. The version does not matter: `autoscaling/v1` and
 * `autoscaling/v2` are two views of one object.
 */
export function duplicateProblems(
  manifests: readonly Manifest[],
  namespaced: (manifest: Manifest) => boolean | undefined,
  defaultNamespace: string | undefined,
): Problem[] {
  const seen = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const { apiVersion, kind, name } = manifest.ref;
    if (name === "") return [];
    const own = manifest.ref.namespace === "" ? undefined : manifest.ref.namespace;
    const namespace = namespaced(manifest) === false ? "" : (own ?? defaultNamespace ?? "default");
    const key = JSON.stringify([parseApiVersion(apiVersion).group, kind, namespace, name]);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, manifest);
      return [];
    }
    const object = namespace === "" ? `${kind} ${name}` : `${kind} ${name} in namespace ${namespace}`;
    const message = `${object} is in the set twice, first at ${placeText(first.place)}`;
    return [problemAt(manifest, [], "duplicate-object", message, "remove one of them")];
  });
}

function placeText({ source, line, column }: Place): string {
  return `${source}:${line}:${column}`;
}
