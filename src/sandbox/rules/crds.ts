/**
 * CustomResourceDefinitions.
 *
 * Source: apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go.
 */
import { equalJson, getKey, getPath, type Json } from "../../json.js";
import { schemaRules } from "./crd-schema.js";
import { dns1035Label, dnsSubdomain, type Format } from "./formats.js";
import {
  at,
  forbidden,
  invalid,
  isGiven,
  isThere,
  items,
  needed,
  required,
  text,
  type Spot,
} from "./spot.js";

export function crdRules(crd: Spot, live?: Json): void {
  const spec = at(crd, "spec");
  const [name, group, plural] = [at(crd, "metadata", "name"), at(spec, "group"), at(spec, "names", "plural")];
  if (live === undefined && text(name) !== `${text(plural)}.${text(group)}`)
    invalid(name, 'must be spec.names.plural+"."+spec.group');
  if (text(group) === "") required(group);
  else if (dnsSubdomain(text(group)).length > 0) joined(group, dnsSubdomain);
  else if (!text(group).includes(".")) invalid(group, "should be a domain with at least one dot");
  needed(at(spec, "scope"), ["Cluster", "Namespaced"]);
  if (at(spec, "preserveUnknownFields").value === true)
    invalid(
      at(spec, "preserveUnknownFields"),
      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead",
    );
  versionRules(spec);
  nameRules(at(spec, "names"));
  conversionRules(at(spec, "conversion"));
  storedRules(crd);
  approvalRules(crd);
}

/** All faults of a format as one. */
function joined(spot: Spot, format: Format, before = "", value: string = text(spot)): void {
  const faults = format(value);
  if (faults.length > 0) invalid(spot, before + faults.join(","), text(spot));
}

/** What all versions say alike stands in one place by the server's reckoning: of one version, always. */
function isShared(versions: Spot, field: string): boolean {
  const [first, ...others] = items(versions).map((version) => at(version, field));
  return (
    first !== undefined && isGiven(first) && others.every((other) => equalJson(other.value, first.value))
  );
}

function versionRules(spec: Spot): void {
  const versions = at(spec, "versions");
  const list = items(versions);
  for (const [index, version] of list.entries()) {
    const schema = at(version, "schema", "openAPIV3Schema");
    if (!isThere(schema)) required(schema);
    joined(at(version, "name"), dns1035Label);
    if (index === 0 && dns1035Label(text(at(version, "name"))).length > 0)
      joined({ ...at(version, "name"), path: "spec.version" }, dns1035Label);
    warningRules(version);
  }
  eachOnce(versions, "schema", "validation", (spot) => {
    const schema = at(spot, "openAPIV3Schema");
    if (isThere(schema)) schemaRules(schema);
  });
  eachOnce(versions, "subresources", "subresources", scaleRules);
  eachOnce(versions, "additionalPrinterColumns", "additionalPrinterColumns", columnRules);
  const names = list.map((version) => text(at(version, "name")));
  if (new Set(names).size < names.length) invalid(versions, "must contain unique version names");
  if (list.filter((version) => at(version, "storage").value === true).length !== 1)
    invalid(versions, "must have exactly one version marked as storage version");
}

/** Judges a field of every version, or once where all have the same. */
function eachOnce(versions: Spot, field: string, shared: string, judge: (spot: Spot) => void): void {
  const spots = items(versions).map((version) => at(version, field));
  const [first] = spots;
  if (first !== undefined && isShared(versions, field)) judge({ ...first, path: `spec.${shared}` });
  else for (const spot of spots.filter(isThere)) judge(spot);
}

function warningRules(version: Spot): void {
  const warning = at(version, "deprecationWarning");
  if (!isThere(warning)) return;
  if (at(version, "deprecated").value !== true) {
    invalid(warning, "can only be set for deprecated versions");
    return;
  }
  if (text(warning) === "") invalid(warning, "must not be an empty string");
  if (text(warning).length > 256) invalid(warning, "must be <= 256 characters long");
}

function scaleRules(subresources: Spot): void {
  const scale = at(subresources, "scale");
  if (!isThere(scale)) return;
  for (const [field, under] of [
    ["specReplicasPath", ".spec"],
    ["statusReplicasPath", ".status"],
  ] as const) {
    const path = at(scale, field);
    if (text(path) === "") required(path);
    else if (!text(path).startsWith(".")) invalid(path, "must be a simple json path starting with .");
    else if (!text(path).startsWith(`${under}.`)) invalid(path, `should be a json path under ${under}`);
  }
}

const columnTypes = ["boolean", "date", "integer", "number", "string"];

function columnRules(columns: Spot): void {
  for (const column of items(columns)) {
    const [name, type] = [at(column, "name"), at(column, "type")];
    if (text(name) === "") required(name);
    const ways = `must be one of ${columnTypes.join(",")}`;
    if (text(type) === "") required(type, ways);
    else if (!columnTypes.includes(text(type))) invalid(type, ways);
    const path = { ...at(column, "jsonPath"), path: `${column.path}.JSONPath` };
    if (text(path) === "") required(path);
    else if (!text(path).startsWith(".")) invalid(path, "must be a simple json path starting with .");
  }
}

function nameRules(names: Spot): void {
  for (const field of ["plural", "singular", "kind", "listKind"])
    if (text(at(names, field)) === "") required(at(names, field));
  for (const field of ["plural", "singular"])
    if (text(at(names, field)) !== "") joined(at(names, field), dns1035Label);
  for (const field of ["kind", "listKind"]) {
    const spot = at(names, field);
    if (text(spot) === "") continue;
    joined(spot, dns1035Label, "may have mixed case, but should otherwise match: ", text(spot).toLowerCase());
  }
  const [kind, listKind] = [at(names, "kind"), at(names, "listKind")];
  if (text(kind) !== "" && text(kind) === text(listKind))
    invalid(listKind, "kind and listKind may not be the same");
  for (const list of ["shortNames", "categories"])
    for (const item of items(at(names, list))) joined(item, dns1035Label);
}

function conversionRules(conversion: Spot): void {
  if (!isThere(conversion)) return;
  needed(at(conversion, "strategy"), ["None", "Webhook"]);
  // The server knows the parts of `webhook` by older names.
  const client = {
    ...at(conversion, "webhook", "clientConfig"),
    path: "spec.conversion.webhookClientConfig",
  };
  const versions = {
    ...at(conversion, "webhook", "conversionReviewVersions"),
    path: "spec.conversion.conversionReviewVersions",
  };
  if (text(at(conversion, "strategy")) !== "Webhook") {
    for (const spot of [client, versions])
      if (isGiven(spot)) forbidden(spot, "should not be set when strategy is not set to Webhook");
    return;
  }
  if (!isThere(client)) required(client, "required when strategy is set to Webhook");
  else if (isThere(at(client, "url")) === isThere(at(client, "service")))
    required(client, "exactly one of url or service is required");
  const given = items(versions).map(text);
  if (given.length === 0) required(versions);
  else if (!given.some((version) => version === "v1" || version === "v1beta1"))
    invalid(versions, "must include at least one of v1, v1beta1");
}

/** Versions that objects may still be stored in have to stay. */
function storedRules(crd: Spot): void {
  const stored = at(crd, "status", "storedVersions");
  if (!isGiven(stored)) {
    invalid(stored, "must have at least one stored version", null);
    return;
  }
  const versions = items(at(crd, "spec", "versions"));
  const names = versions.map((version) => text(at(version, "name")));
  const known = items(stored).map(text);
  for (const version of versions.filter((version) => at(version, "storage").value === true)) {
    const name = text(at(version, "name"));
    if (!known.includes(name)) invalid(stored, `must have the storage version ${name}`);
  }
  for (const version of items(stored)) {
    const name = text(version);
    if (names.includes(name)) continue;
    invalid(
      version,
      `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
    );
  }
}

const approval = "api-approved.kubernetes.io";

function approvalRules(crd: Spot): void {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(text(at(crd, "spec", "group")))) return;
  const given = getPath(crd.value, ["metadata", "annotations", approval]);
  if (typeof given === "string" && given !== "") return;
  const spot = { ...crd, value: given, path: `metadata.annotations[${approval}]` };
  required(
    spot,
    `protected groups must have approval annotation "${approval}", see https://github.com/kubernetes/enhancements/pull/1111`,
  );
}

/** What may not change of a CRD. */
export function crdUpdateRules(crd: Spot, live: Json): void {
  const [spec, before] = [at(crd, "spec"), getKey(live, "spec")];
  const conditions = getPath(live, ["status", "conditions"]);
  const isEstablished = (Array.isArray(conditions) ? conditions : []).some(
    (condition) => getKey(condition, "type") === "Established" && getKey(condition, "status") === "True",
  );
  const fixed = isEstablished
    ? [["scope"], ["names", "kind"], ["group"], ["names", "plural"]]
    : [["group"], ["names", "plural"]];
  for (const path of fixed) {
    const spot = at(spec, ...path);
    if (!equalJson(spot.value, getPath(before, path))) invalid(spot, "field is immutable");
  }
}
