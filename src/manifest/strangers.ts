/** Files that lie among manifests and are none: what they are is more help than what they lack. */
import { type Json, getKey } from "../json.js";

/** What a document is in place of a Kubernetes object, and what to do with it; undefined where it may be one. */
export function strangerAmong(value: Json): { message: string; hint: string } | undefined {
  const apiVersion = getKey(value, "apiVersion");
  if (typeof apiVersion === "string" && apiVersion.startsWith("kustomize.config.k8s.io/")) {
    return {
      message: "this is an input of kustomize, not an object of a cluster",
      hint: "render it: kubectl kustomize DIR | kapply apply -f -",
    };
  }
  if (["apiVersion", "kind", "metadata"].every((key) => getKey(value, key) === undefined)) {
    return {
      message: "this document has none of apiVersion, kind and metadata: it is no Kubernetes object",
      hint: "if it belongs to another tool, as Helm's values do, keep it out of what -f names",
    };
  }
  return undefined;
}
