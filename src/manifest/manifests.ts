/** Placed documents to manifests: lists taken apart, and what makes an object one that can be applied. */
import { type Json, getKey, isObject } from "../json.js";
import type { KubeObject, Manifest, Path, Place, Problem, ProblemCode } from "../model.js";
import type { YamlDocument } from "../yaml/index.js";
import { strangerAmong } from "./strangers.js";

/** A value of a document that should be an object, with its places. */
interface Candidate {
  value: Json;
  place: Place;
  placeOf: Manifest["placeOf"];
  /** Where it stands in its document: empty, or `items[2]`. */
  at: string;
}

/**
 * The manifests of documents, in their order. An object with a kind that ends in `List` and a list `items` is taken
 * apart, as kubectl does, lists in lists too; its own metadata says nothing about its items. All that keeps a
 * document from being a Kubernetes object with a name is a problem.
 */
export function manifestsOf(documents: readonly YamlDocument[]): {
  manifests: Manifest[];
  problems: Problem[];
} {
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  for (const document of documents) {
    for (const candidate of flatten({ ...document, at: "" })) {
      const found = check(candidate);
      if (Array.isArray(found)) problems.push(...found);
      else manifests.push(found);
    }
  }
  return { manifests, problems };
}

function flatten(candidate: Candidate): Candidate[] {
  const { value } = candidate;
  const kind = getKey(value, "kind");
  const items = getKey(value, "items");
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) return [candidate];
  return items.flatMap((item, index) => flatten(itemOf(candidate, item, index, kind)));
}

function itemOf(list: Candidate, item: Json, index: number, listKind: string): Candidate {
  const prefix: Path = ["items", index];
  return {
    value: typed(item, list.value, listKind),
    place: list.placeOf(prefix),
    placeOf: (path, part) => list.placeOf([...prefix, ...path], part),
    at: `${list.at === "" ? "" : `${list.at}.`}items[${index}]`,
  };
}

/** Items of a typed list (`ConfigMapList`) may leave out what its kind says already, as servers' answers do. */
function typed(item: Json, list: Json, listKind: string): Json {
  if (!isObject(item) || listKind === "List") return item;
  if (getKey(item, "kind") !== undefined || getKey(item, "apiVersion") !== undefined) return item;
  const apiVersion = getKey(list, "apiVersion");
  return apiVersion === undefined ? item : { apiVersion, kind: listKind.slice(0, -"List".length), ...item };
}

function check(candidate: Candidate): Manifest | Problem[] {
  const { value } = candidate;
  if (!isObject(value)) return [notAnObject(candidate)];
  const stranger = strangerAmong(value);
  if (stranger !== undefined)
    return [problem(candidate, "not-an-object", [], "", stranger.message, stranger.hint)];
  const metadata = getKey(value, "metadata");
  const problems = [
    textProblem(candidate, "apiVersion"),
    textProblem(candidate, "kind"),
    ...metadataProblems(candidate, metadata),
  ];
  const found = problems.filter((problem) => problem !== undefined);
  return found.length > 0 ? found : manifestOf(candidate, value);
}

function manifestOf({ place, placeOf }: Candidate, body: KubeObject): Manifest {
  const metadata = getKey(body, "metadata");
  const namespace = text(getKey(metadata, "namespace"));
  const ref = {
    apiVersion: text(getKey(body, "apiVersion")),
    kind: text(getKey(body, "kind")),
    name: text(getKey(metadata, "name")),
    ...(namespace === "" ? {} : { namespace }),
  };
  return { ref, body, place, placeOf };
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** What is wrong with metadata; other rooms judge names and namespaces. */
function metadataProblems(candidate: Candidate, metadata: Json | undefined): (Problem | undefined)[] {
  if (metadata === undefined || metadata === null) {
    return [
      problem(
        candidate,
        "missing-field",
        [],
        "metadata",
        `${what(candidate)} has no metadata`,
        "add metadata with a name",
      ),
    ];
  }
  if (!isObject(metadata)) {
    return [
      problem(
        candidate,
        "wrong-type",
        ["metadata"],
        "metadata",
        `metadata is ${typeName(metadata)}, where a mapping is expected`,
      ),
    ];
  }
  return [nameProblem(candidate, metadata), namespaceProblem(candidate, metadata)];
}

function nameProblem(candidate: Candidate, metadata: KubeObject): Problem | undefined {
  const name = getKey(metadata, "name");
  if (isEmpty(name) && !isEmpty(getKey(metadata, "generateName"))) {
    const message = `${what(candidate)} has metadata.generateName and no name: server-side apply needs to know which object it is about`;
    return problem(
      candidate,
      "missing-field",
      ["metadata", "generateName"],
      "metadata.name",
      message,
      "give it a name of its own, or create it by `kubectl create`",
    );
  }
  return textProblem(candidate, "metadata", "name");
}

function namespaceProblem(candidate: Candidate, metadata: KubeObject): Problem | undefined {
  return isEmpty(getKey(metadata, "namespace")) ? undefined : textProblem(candidate, "metadata", "namespace");
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "";
}

/** A problem where the field at a path is absent, empty or no text. */
function textProblem(candidate: Candidate, ...path: string[]): Problem | undefined {
  const field = path.join(".");
  let value: Json | undefined = candidate.value;
  for (const key of path) value = getKey(value, key);
  if (isEmpty(value)) {
    const message = `${what(candidate)} has no ${field}`;
    return problem(
      candidate,
      "missing-field",
      value === undefined ? path.slice(0, -1) : path,
      field,
      message,
      hints[field],
    );
  }
  if (typeof value === "string") return undefined;
  const message = `${field} is ${typeName(value)}, where text is expected`;
  return problem(
    candidate,
    "wrong-type",
    path,
    field,
    message,
    isScalar(value) ? "put it in quotes" : undefined,
  );
}

const hints: Readonly<Record<string, string>> = {
  apiVersion: "add a line such as apiVersion: v1",
  kind: "add a line such as kind: ConfigMap",
  "metadata.name": "add a name under metadata",
};

function isScalar(value: Json | undefined): boolean {
  return typeof value !== "object" && value !== undefined;
}

/** What a candidate is called in a message, as far as it can be told. */
function what({ value }: Candidate): string {
  const kind = getKey(value, "kind");
  const name = getKey(getKey(value, "metadata"), "name");
  if (typeof kind !== "string" || kind === "") return "the object";
  return typeof name === "string" && name !== "" ? `the ${kind} ${JSON.stringify(name)}` : `the ${kind}`;
}

function notAnObject(candidate: Candidate): Problem {
  const { value, at } = candidate;
  const what = at === "" ? "this document" : at;
  const hint = Array.isArray(value)
    ? "put a line `---` between objects, or wrap them in a List"
    : "a Kubernetes object is a mapping with apiVersion, kind and metadata";
  return problem(
    candidate,
    "not-an-object",
    [],
    "",
    `${what} is ${typeName(value)}, not a Kubernetes object`,
    hint,
  );
}

function problem(
  candidate: Candidate,
  code: ProblemCode,
  place: Path,
  path: string,
  message: string,
  hint?: string,
): Problem {
  const full = candidate.at === "" ? path : path === "" ? candidate.at : `${candidate.at}.${path}`;
  return {
    code,
    message,
    place: place.length === 0 ? candidate.place : candidate.placeOf(place),
    path: full,
    hint,
  };
}

function typeName(value: Json | undefined): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return "a text";
  return typeof value === "boolean" ? "a boolean" : "a number";
}
