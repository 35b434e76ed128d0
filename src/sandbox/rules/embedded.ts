/**
 * Resources within custom resources (`x-kubernetes-embedded-resource`): what is wrong with their metadata, and with
 * what they say they are.
 *
 * Source: apiextensions-apiserver pkg/apiserver/schema/objectmeta/validation.go (`validateEmbeddedResource`).
 */
import type { JsonObject } from "../../json.js";
import type { Cause } from "../../schema/index.js";
import { dns1035Label, dnsLabel, pathSegment } from "./formats.js";
import { nestedMetadataRules } from "./metadata.js";
import { at, format, invalid, isThere, text, type Spot } from "./spot.js";

/** Faults of a resource at a path. That it says what it is at all is the business of its schema. */
export function embeddedProblems(path: string, value: JsonObject): Cause[] {
  const resource: Spot = { value, path, found: [] };
  const apiVersion = at(resource, "apiVersion");
  if (text(apiVersion).split("/").length > 2)
    invalid(apiVersion, `unexpected GroupVersion string: ${text(apiVersion)}`);
  const kind = at(resource, "kind");
  const faults = text(kind) === "" ? [] : dns1035Label(text(kind).toLowerCase());
  if (faults.length > 0)
    invalid(kind, `may have mixed case, but should otherwise match: ${faults.join(",")}`);
  const metadata = at(resource, "metadata");
  if (isThere(metadata)) {
    nestedMetadataRules(metadata, pathSegment);
    const namespace = at(metadata, "namespace");
    if (text(namespace) !== "") format(namespace, dnsLabel);
  }
  return resource.found;
}
