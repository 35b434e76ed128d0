/** Some objects of a collection, chosen by the server where it can choose. */
import { getPath } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { collectionPath } from "./paths.js";

/** `name` asks for less than `names` of one: it is permitted by a rule with that name in its `resourceNames`. */
export type Selection =
  | { by: "name"; name: string }
  | { by: "names"; names: ReadonlySet<string> }
  /** All where the selector is empty. */
  | { by: "labels"; selector: string };

/**
 * The path of a list or watch of what is selected; of the whole collection where the server can't select.
 * A field selector for one name makes the request one about that name: k8s.io/apiserver pkg/endpoints/request/requestinfo.go.
 * @throws KapplyError `input` when the namespace can't stand in a path.
 */
export function selectionPath(
  type: ResourceType,
  namespace: string | undefined,
  selection: Selection,
  query: Readonly<Record<string, string>> = {},
): string {
  const parameters = new URLSearchParams(query);
  if (selection.by === "name") parameters.set("fieldSelector", `metadata.name=${escaped(selection.name)}`);
  if (selection.by === "labels" && selection.selector !== "")
    parameters.set("labelSelector", selection.selector);
  const text = parameters.toString();
  return collectionPath(type, namespace) + (text === "" ? "" : `?${text}`);
}

/** Source: k8s.io/apimachinery/pkg/fields/selector.go. */
function escaped(value: string): string {
  return value.replace(/[\\,=]/g, "\\$&");
}

/** Whether an object of what `selectionPath` gives is selected. */
export function isSelected(object: KubeObject, selection: Selection): boolean {
  if (selection.by === "labels") return true;
  const name = getPath(object, ["metadata", "name"]);
  if (typeof name !== "string") return false;
  return selection.by === "name" ? name === selection.name : selection.names.has(name);
}

/** The selection in words that follow a kind: ` "web"`, ` of app=web`. */
export function selectionWords(selection: Selection): string {
  switch (selection.by) {
    case "name":
      return ` "${selection.name}"`;
    case "names":
      return "";
    case "labels":
      return selection.selector === "" ? "" : ` of ${selection.selector}`;
  }
}
