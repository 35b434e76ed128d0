/** The paths of the REST API. No name, whatever it holds, can make a path that means something else. */
import { KapplyError } from "../errors.js";
import type { ResourceType } from "../model.js";

/**
 * The path of one object.
 * @throws KapplyError `input` when a name can't stand in a path, or a namespaced object has no namespace.
 */
export function objectPath(type: ResourceType, namespace: string | undefined, name: string): string {
  if (type.namespaced && namespace === undefined)
    throw new KapplyError(
      "input",
      `${type.kind} "${name}" has no namespace, and objects of this kind live in one`,
    );
  return `${collectionPath(type, namespace)}/${segment(name, "name")}`;
}

/**
 * The path of the objects of a kind: of one namespace, or of all where none is given.
 * @throws KapplyError `input` when a name can't stand in a path.
 */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const scope =
    type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace, "namespace")}` : "";
  return `${groupVersionPath(type.group, type.version)}${scope}/${segment(type.plural, "resource")}`;
}

/** The path of a group and version: `/api/v1`, `/apis/apps/v1`. Group "" is the core group. */
export function groupVersionPath(group: string, version: string): string {
  const of = segment(version, "version");
  return group === "" ? `/api/${of}` : `/apis/${segment(group, "group")}/${of}`;
}

/**
 * One segment of a path. The API server refuses `.`, `..`, `/` and `%` in any name
 * (k8s.io/apimachinery/pkg/api/validation/path); `?` and `#` are refused here too, since a proxy on the way may
 * decode them. The colons of RBAC names stay readable.
 */
function segment(value: string, what: string): string {
  if (
    value === "" ||
    value === "." ||
    value === ".." ||
    /[/%?#\\]/.test(value) ||
    /\p{Surrogate}/u.test(value)
  )
    throw new KapplyError("input", `the ${what} "${value}" can't be part of a request's path`, {
      hint: "names can't be empty, `.` or `..`, and hold none of / \\ % ? #",
    });
  return encodeURIComponent(value).replaceAll("%3A", ":");
}
