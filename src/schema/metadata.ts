/** Names, namespaces, labels, annotations, and the fields of `metadata` that only a server sets. */
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import type { Manifest, Path, Problem } from "../model.js";
import { expectedType, found, quote } from "./describe.js";
import { problemAt } from "./explain.js";
import { looksUnrendered, templateAdvice } from "./unrendered.js";
import { keyFault, labelFault, labelValueFault } from "./names.js";

/** What is known of an object's kind, and of the run. */
export interface MetadataContext {
  /** Undefined where the scope of the kind is not known. */
  namespaced: boolean | undefined;
  /** Why a name is none for this kind. */
  nameFault: (name: string) => string | undefined;
  namespace?: { name: string; explicit: boolean } | undefined;
}

/** `TotalAnnotationSizeLimitB` of apimachinery pkg/api/validation: keys and values together. */
const mostAnnotationBytes = 256 * 1024;

/** What makes it unsafe or pointless to send an object at all: checked in every mode. */
export function identityProblems(manifest: Manifest, context: MetadataContext): Problem[] {
  const metadata = getKey(manifest.body, "metadata");
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    const message = `expected ${expectedType("object")}, found ${found(metadata)}`;
    return [problemAt(manifest, ["metadata"], "wrong-type", message)];
  }
  const fields = isObject(metadata) ? metadata : {};
  return [
    ...nameProblems(manifest, fields, context),
    ...namespaceProblems(manifest, fields.namespace, context),
    ...managedFieldsProblems(manifest, fields.managedFields),
  ];
}

function bad(manifest: Manifest, path: Path, message: string, hint?: string, value?: Json): Problem {
  return problemAt(manifest, path, "bad-metadata", message, looksUnrendered(value) ? templateAdvice : hint);
}

function notText(manifest: Manifest, path: Path, value: Json): Problem {
  const hint = typeof value === "object" ? undefined : `quote it: "${String(value)}"`;
  return problemAt(manifest, path, "wrong-type", `expected a string, found ${found(value)}`, hint);
}

function nameProblems(manifest: Manifest, metadata: JsonObject, { nameFault }: MetadataContext): Problem[] {
  const { name, generateName } = metadata;
  const path = ["metadata", "name"];
  if (name === undefined || name === null || name === "") {
    if (typeof generateName === "string" && generateName !== "") {
      const message = "an object with generateName has a new name each time, and can't be applied";
      return [bad(manifest, ["metadata", "generateName"], message, "give it a metadata.name")];
    }
    return [problemAt(manifest, path, "missing-field", 'required field "metadata.name" is missing')];
  }
  if (typeof name !== "string") return [notText(manifest, path, name)];
  const fault = nameFault(name);
  if (fault === undefined) return [];
  const plain = name.toLowerCase().replace(/[_\s]+/g, "-");
  const hint = plain !== name && nameFault(plain) === undefined ? `did you mean "${plain}"?` : undefined;
  return [bad(manifest, path, `the name ${quote(name)} ${fault}`, hint, name)];
}

function namespaceProblems(
  manifest: Manifest,
  namespace: Json | undefined,
  context: MetadataContext,
): Problem[] {
  if (namespace === undefined || namespace === null || namespace === "") return [];
  const path = ["metadata", "namespace"];
  if (typeof namespace !== "string") return [notText(manifest, path, namespace)];
  if (context.namespaced === false) {
    const message = `${manifest.ref.kind} is cluster-scoped and has no namespace, found ${quote(namespace)}`;
    return [bad(manifest, path, message, "remove metadata.namespace", namespace)];
  }
  const fault = labelFault(namespace);
  if (fault !== undefined)
    return [bad(manifest, path, `the namespace ${quote(namespace)} ${fault}`, undefined, namespace)];
  const run = context.namespace;
  if (run?.explicit !== true || run.name === namespace) return [];
  const message = `the namespace ${quote(namespace)} is not the ${quote(run.name)} that was given with -n`;
  return [bad(manifest, path, message, `pass -n ${namespace}, or leave -n or metadata.namespace out`)];
}

function managedFieldsProblems(manifest: Manifest, managedFields: Json | undefined): Problem[] {
  if (managedFields === undefined || managedFields === null) return [];
  const message = "managedFields must be absent: the server keeps them";
  return [
    bad(
      manifest,
      ["metadata", "managedFields"],
      message,
      "remove metadata.managedFields (kubectl get hides them)",
    ),
  ];
}

/** The syntax of labels, annotations and finalizers. */
export function metadataProblems(manifest: Manifest): Problem[] {
  const metadata = getKey(manifest.body, "metadata");
  return [
    ...labelProblems(manifest, ["metadata", "labels"], getKey(metadata, "labels")),
    ...annotationProblems(manifest, ["metadata", "annotations"], getKey(metadata, "annotations")),
    ...finalizerProblems(manifest, getKey(metadata, "finalizers")),
  ];
}

/** Keys and values of labels that stand at a path. */
export function labelProblems(manifest: Manifest, path: Path, labels: Json | undefined): Problem[] {
  if (!isObject(labels)) return [];
  return Object.entries(labels).flatMap(([key, value]) => {
    const problems: Problem[] = [];
    const at = [...path, key];
    const fault = keyFault(key);
    if (fault !== undefined)
      problems.push(bad(manifest, at, `the label key ${quote(key)}: ${fault}`, undefined, key));
    const valueFault = typeof value === "string" ? labelValueFault(value) : undefined;
    if (typeof value === "string" && valueFault !== undefined)
      problems.push(bad(manifest, at, `the label value ${quote(value)} ${valueFault}`, undefined, value));
    return problems;
  });
}

/** Keys of annotations, and the size of all. */
export function annotationProblems(manifest: Manifest, path: Path, annotations: Json | undefined): Problem[] {
  if (!isObject(annotations)) return [];
  let bytes = 0;
  const problems = Object.entries(annotations).flatMap(([key, value]) => {
    bytes += Buffer.byteLength(key) + (typeof value === "string" ? Buffer.byteLength(value) : 0);
    const fault = keyFault(key.toLowerCase());
    return fault === undefined
      ? []
      : [bad(manifest, [...path, key], `the annotation key ${quote(key)}: ${fault}`)];
  });
  if (bytes > mostAnnotationBytes) {
    const message = `annotations may have ${mostAnnotationBytes} bytes in all, and have ${bytes}`;
    problems.push(problemAt(manifest, path, "too-large", message));
  }
  return problems;
}

function finalizerProblems(manifest: Manifest, finalizers: Json | undefined): Problem[] {
  if (!Array.isArray(finalizers)) return [];
  return finalizers.flatMap((finalizer, index) => {
    if (typeof finalizer !== "string") return [];
    const fault = keyFault(finalizer);
    if (fault === undefined) return [];
    return [bad(manifest, ["metadata", "finalizers", index], `the finalizer ${quote(finalizer)}: ${fault}`)];
  });
}

const serverOnly = [
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "selfLink",
];

/** Fields that an exported object has, and a manifest should not. */
export function metadataWarnings(manifest: Manifest): Problem[] {
  const metadata = getKey(manifest.body, "metadata");
  const given = (name: string): boolean => {
    const value = getKey(metadata, name);
    return value !== undefined && value !== null && value !== "";
  };
  const at = (name: string, message: string): Problem => bad(manifest, ["metadata", name], message);
  const warnings = ["uid", "resourceVersion"].filter(given).map((name) => {
    const what = name === "uid" ? "that very object" : "that version of the object";
    return at(
      name,
      `metadata.${name} pins the manifest to ${what}: it fails on any other; remove it unless that is meant`,
    );
  });
  const ignored = serverOnly.filter(given);
  const [first] = ignored;
  if (first !== undefined)
    warnings.push(at(first, `only the server sets metadata.${ignored.join(", ")}: remove it`));
  return warnings;
}
