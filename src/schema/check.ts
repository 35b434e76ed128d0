/** Checks manifests: every problem of every one, in one go. */
import { parseApiVersion } from "../group-version.js";
import type { JsonObject } from "../json.js";
import type { Manifest, Problem } from "../model.js";
import { bundledDefinition, bundledKind, type BundledKind } from "./bundled.js";
import { contentProblems, contentWarnings, sizeProblems } from "./content.js";
import { customTypes, unusedPatterns, wholeSchema, type CustomType } from "./crds.js";
import { objectMeta, type Dialect } from "./dialect.js";
import { duplicateProblems } from "./duplicates.js";
import { explain, problemAt } from "./explain.js";
import { identityProblems, metadataProblems, metadataWarnings } from "./metadata.js";
import { nameFault, segmentFault, subdomainFault } from "./names.js";
import { withDefaults, withoutNulls } from "./normalize.js";
import { loadPatterns } from "./patterns.js";
import { serverKind, type ServedKind } from "./served.js";
import { unknownKind } from "./unknown-kind.js";
import { createValidator, type Check, type Finding, type Validator } from "./validator.js";

export interface CheckOptions {
  /**
   * The server's own OpenAPI v3 document of a group-version ("apps/v1", "v1"); undefined when it serves none.
   * Absent when not connected. What it throws ends the check.
   */
  serverSchema?: (groupVersion: string) => Promise<JsonObject | undefined>;
  /** The namespace of the run, and whether the user gave it with `-n`. */
  namespace?: { name: string; explicit: boolean };
  /** kubectl's `--validate`: `warn` makes warnings of unknown fields and kinds, `ignore` checks no schema. */
  mode: "strict" | "warn" | "ignore";
}

export interface CheckResult {
  problems: Problem[];
  warnings: Problem[];
}

/** How an object is checked: by whose schema. */
type Judge =
  | { by: "set"; custom: CustomType }
  | { by: "bundle"; bundled: BundledKind }
  | { by: "server"; served: ServedKind }
  | { by: "nobody" };

interface Run {
  options: CheckOptions;
  custom: Map<string, CustomType>;
  validator: () => Promise<Validator>;
  checks: WeakMap<object, Check>;
  documents: Map<string, Promise<JsonObject | undefined>>;
  warnings: Problem[];
}

let validator: Promise<Validator> | undefined;

/**
 * Finds what is wrong with manifests, by the schemas of the CRDs among them, the bundled ones, and the server's
 * where it can be asked; and beyond schemas, names, labels, namespaces, duplicates, sizes.
 * Never throws for bad input: problems and warnings are returned, by manifest and then by place.
 */
export async function checkManifests(
  manifests: readonly Manifest[],
  options: CheckOptions,
): Promise<CheckResult> {
  const types = customTypes(manifests);
  if (types.length > 0) await loadPatterns();
  const run: Run = {
    options,
    custom: new Map(types.map((type) => [keyOf(type.type.group, type.type.version, type.type.kind), type])),
    validator: () => (validator ??= createValidator()),
    checks: new WeakMap(),
    documents: new Map(),
    warnings: options.mode === "ignore" ? [] : unusedPatterns(types),
  };
  const problems: Problem[] = [];
  const namespacedKinds = new Map<Manifest, boolean | undefined>();
  for (const manifest of manifests) {
    const judge = await judgeOf(manifest, run);
    namespacedKinds.set(manifest, scopeOf(judge));
    problems.push(...(await checkOne(manifest, judge, run)));
  }
  const duplicates = duplicateProblems(
    manifests,
    (manifest) => namespacedKinds.get(manifest),
    options.namespace?.name,
  );
  const order = new Map(manifests.map((manifest, index) => [manifest.ref, index]));
  return {
    problems: inOrder([...problems, ...duplicates], order),
    warnings: inOrder(run.warnings, order),
  };
}

function keyOf(group: string, version: string, kind: string): string {
  return `${group}/${version}/${kind}`;
}

/** By manifest, then by place; of problems that say the same of the same value, the first. */
function inOrder(problems: Problem[], order: Map<Problem["ref"], number>): Problem[] {
  const seen = new Set<string>();
  return problems
    .map((problem) => ({ problem, at: order.get(problem.ref) ?? 0 }))
    .sort(
      (a, b) =>
        a.at - b.at ||
        a.problem.place.line - b.problem.place.line ||
        a.problem.place.column - b.problem.place.column,
    )
    .filter(({ problem, at }) => {
      const key = JSON.stringify([
        at,
        problem.code,
        problem.path,
        problem.code === "wrong-type" ? "" : problem.message,
      ]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .map(({ problem }) => problem);
}

async function judgeOf({ ref }: Manifest, run: Run): Promise<Judge> {
  const { group, version } = parseApiVersion(ref.apiVersion);
  const custom = run.custom.get(keyOf(group, version, ref.kind));
  if (custom?.served) return { by: "set", custom };
  const bundled = bundledKind(ref.apiVersion, ref.kind);
  if (bundled !== undefined) return { by: "bundle", bundled };
  const served = run.options.mode === "ignore" ? undefined : await askServer(ref.apiVersion, ref.kind, run);
  return served === undefined ? { by: "nobody" } : { by: "server", served };
}

async function askServer(apiVersion: string, kind: string, run: Run): Promise<ServedKind | undefined> {
  const ask = run.options.serverSchema;
  if (ask === undefined) return undefined;
  const document = run.documents.get(apiVersion) ?? ask(apiVersion);
  run.documents.set(apiVersion, document);
  await loadPatterns();
  return serverKind(await document, apiVersion, kind);
}

function scopeOf(judge: Judge): boolean | undefined {
  if (judge.by === "set") return judge.custom.type.namespaced;
  if (judge.by === "bundle") return judge.bundled.type.namespaced;
  return judge.by === "server" ? judge.served.namespaced : undefined;
}

function nameRule(judge: Judge): (name: string) => string | undefined {
  if (judge.by === "set") return subdomainFault;
  if (judge.by !== "bundle") return segmentFault;
  const { group, kind } = judge.bundled.type;
  return (name) => nameFault(group, kind, name);
}

async function checkOne(manifest: Manifest, judge: Judge, run: Run): Promise<Problem[]> {
  const { mode, namespace } = run.options;
  const context = { namespaced: scopeOf(judge), nameFault: nameRule(judge), namespace };
  const always = [...identityProblems(manifest, context), ...sizeProblems(manifest)];
  if (mode === "ignore") return always;
  run.warnings.push(...metadataWarnings(manifest));
  const found = [...(await schemaProblems(manifest, judge, run)), ...metadataProblems(manifest)];
  if (judge.by === "bundle") {
    found.push(...contentProblems(manifest));
    run.warnings.push(...contentWarnings(manifest));
  }
  if (mode === "strict") return [...always, ...found];
  const mild = (problem: Problem): boolean =>
    problem.code === "unknown-field" || problem.code === "unknown-kind";
  run.warnings.push(...found.filter(mild));
  return [...always, ...found.filter((problem) => !mild(problem))];
}

async function schemaProblems(manifest: Manifest, judge: Judge, run: Run): Promise<Problem[]> {
  switch (judge.by) {
    case "set":
      return checkCustom(manifest, judge.custom, run);
    case "bundle":
      return checkBundled(manifest, judge.bundled, run);
    case "server":
      return checkServed(manifest, judge.served, run);
    case "nobody":
      return [unknownKind(manifest, [...run.custom.values()], run.options.serverSchema !== undefined)];
  }
}

const bundledDialect: Dialect = { definition: bundledDefinition, structural: false };
/** CRDs know one definition that is not their own. */
const structuralDialect: Dialect = {
  definition: (name) => (name === objectMeta ? bundledDefinition(name) : undefined),
  structural: true,
};

async function checkCustom(manifest: Manifest, custom: CustomType, run: Run): Promise<Problem[]> {
  if (custom.schema === undefined) return [];
  let check = run.checks.get(custom);
  if (check === undefined) {
    check = (await run.validator()).check("", wholeSchema(custom.schema), structuralDialect);
    run.checks.set(custom, check);
  }
  try {
    return explain(customStatus(check(withDefaults(manifest.body, custom.schema))), manifest);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the schema of ${custom.type.kind} can't be used: ${reason}`;
    return [problemAt(custom.crd, custom.schemaPath, "bad-schema", message)];
  }
}

async function checkBundled(manifest: Manifest, bundled: BundledKind, run: Run): Promise<Problem[]> {
  if (!bundled.stored) return [notStored(manifest)];
  const definition = bundledDefinition(bundled.definition);
  if (definition === undefined) return [];
  let check = run.checks.get(definition);
  if (check === undefined) {
    check = (await run.validator()).check(bundled.definition, definition, bundledDialect);
    run.checks.set(definition, check);
  }
  const findings = lenient(check(withoutNulls(manifest.body)));
  if (findings.length === 0) return [];
  // A newer server may know more.
  const served = await askServer(manifest.ref.apiVersion, manifest.ref.kind, run);
  return served === undefined ? explain(findings, manifest) : checkServed(manifest, served, run);
}

function notStored(manifest: Manifest): Problem {
  const { kind } = manifest.ref;
  const message = `a ${kind} is a question to the server, which answers and keeps nothing: it can't be applied`;
  return problemAt(manifest, ["kind"], "unknown-kind", message);
}

async function checkServed(manifest: Manifest, served: ServedKind, run: Run): Promise<Problem[]> {
  let check = run.checks.get(served.schema);
  if (check === undefined) {
    check = (await run.validator()).check(served.name, served.schema, served.dialect);
    run.checks.set(served.schema, check);
  }
  try {
    const view = served.custom ? withDefaults(manifest.body, served.schema) : withoutNulls(manifest.body);
    return explain((served.custom ? customStatus : lenient)(check(view)), manifest);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the server's schema of ${manifest.ref.kind} can't be used, and the object was not checked: ${reason}`;
    run.warnings.push(problemAt(manifest, [], "bad-schema", message));
    return [];
  }
}

/** Status is not stored from a manifest: it need not be whole. */
function lenient(findings: Finding[]): Finding[] {
  return findings.filter(({ keyword, path }) => keyword !== "required" || path[0] !== "status");
}

/** With a status subresource, the status of a custom resource goes before its values are checked. */
function customStatus(findings: Finding[]): Finding[] {
  return findings.filter(({ keyword, path }) => keyword === "unknownField" || path[0] !== "status");
}
