/** The CRDs of a set: the types that they define, and the schemas of those. */
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import type { Manifest, Path, Problem, ResourceType } from "../model.js";
import { pathText, quote } from "./describe.js";
import { objectMeta } from "./dialect.js";
import { problemAt } from "./explain.js";
import { patternFault } from "./patterns.js";

/** A version of a custom resource, as a CRD of the set defines it. */
export interface CustomType {
  type: ResourceType;
  served: boolean;
  /** Its structural schema; undefined where the CRD has none that can be read. */
  schema: JsonObject | undefined;
  /** The CRD, and where the schema stands in it. */
  crd: Manifest;
  schemaPath: Path;
}

/** Every version of every CRD (apiextensions.k8s.io/v1) among the manifests. */
export function customTypes(manifests: readonly Manifest[]): CustomType[] {
  return manifests.flatMap((crd) => {
    if (crd.ref.kind !== "CustomResourceDefinition" || crd.ref.apiVersion !== "apiextensions.k8s.io/v1")
      return [];
    const spec = getKey(crd.body, "spec");
    const group = text(getKey(spec, "group"));
    const kind = text(getKey(getKey(spec, "names"), "kind"));
    const plural = text(getKey(getKey(spec, "names"), "plural"));
    const versions = getKey(spec, "versions");
    if (group === "" || kind === "" || plural === "" || !Array.isArray(versions)) return [];
    const namespaced = getKey(spec, "scope") !== "Cluster";
    return versions.map((entry, index): CustomType => {
      const schema = getKey(getKey(entry, "schema"), "openAPIV3Schema");
      return {
        type: { group, version: text(getKey(entry, "name")), kind, plural, namespaced },
        served: getKey(entry, "served") === true,
        schema: isObject(schema) ? schema : undefined,
        crd,
        schemaPath: ["spec", "versions", index, "schema", "openAPIV3Schema"],
      };
    });
  });
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The types of the CRDs in the set, one for every served version. */
export function typesOfCrds(manifests: readonly Manifest[]): ResourceType[] {
  return customTypes(manifests)
    .filter(({ served }) => served)
    .map(({ type }) => type);
}

/** The schema of a whole custom resource: with what every object has and CRDs leave out. */
export function wholeSchema(schema: JsonObject): JsonObject {
  const given = isObject(schema.properties) ? schema.properties : {};
  const string: JsonObject = { type: "string" };
  const properties = { ...given, apiVersion: string, kind: string, metadata: { $ref: objectMeta } };
  return { ...schema, type: "object", properties };
}

/** What the server asks of a CRD beyond its schema: its name, and a schema for each version. */
export function crdProblems(crd: Manifest): Problem[] {
  const { name } = crd.ref;
  const spec = getKey(crd.body, "spec");
  const expected = `${text(getKey(getKey(spec, "names"), "plural"))}.${text(getKey(spec, "group"))}`;
  const problems: Problem[] = [];
  if (name !== "" && name !== expected && !expected.startsWith(".") && !expected.endsWith(".")) {
    const message = `the name of a CustomResourceDefinition must be its plural and group, ${quote(expected)}`;
    problems.push(problemAt(crd, ["metadata", "name"], "bad-metadata", message));
  }
  const versions = getKey(spec, "versions");
  for (const [index, version] of Array.isArray(versions) ? versions.entries() : []) {
    const schema = getKey(getKey(version, "schema"), "openAPIV3Schema");
    if (!isObject(version) || (schema !== undefined && schema !== null)) continue;
    const path = ["spec", "versions", index, "schema", "openAPIV3Schema"];
    problems.push(
      problemAt(crd, path, "missing-field", "each version of a CustomResourceDefinition needs a schema"),
    );
  }
  return problems;
}

/** Notices of what a CRD's schemas hold that is not checked: patterns that are not understood. */
export function unusedPatterns(types: readonly CustomType[]): Problem[] {
  return types.flatMap(({ crd, schema, schemaPath }) => {
    const notices: Problem[] = [];
    walk(schema, schemaPath, (pattern, path) => {
      const fault = patternFault(pattern);
      if (fault === undefined) return;
      const message = `the pattern ${quote(pattern)} at ${pathText(path)} of ${crd.ref.name} is not checked: ${fault}`;
      notices.push(problemAt(crd, path, "bad-schema", message));
    });
    return notices;
  });
}

const deepest = 500;

function walk(schema: Json | undefined, path: Path, visit: (pattern: string, path: Path) => void): void {
  if (path.length > deepest) return;
  if (Array.isArray(schema)) schema.forEach((item, index) => walk(item, [...path, index], visit));
  if (!isObject(schema)) return;
  if (typeof schema.pattern === "string") visit(schema.pattern, [...path, "pattern"]);
  for (const keyword of ["items", "additionalProperties", "not", "allOf", "anyOf", "oneOf"])
    if (schema[keyword] !== undefined) walk(schema[keyword], [...path, keyword], visit);
  if (!isObject(schema.properties)) return;
  for (const [name, value] of Object.entries(schema.properties))
    walk(value, [...path, "properties", name], visit);
}
