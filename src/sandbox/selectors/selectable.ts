/**
 * Which fields can be selected by, and how they are read.
 *
 * Source: kubernetes pkg/apis (`AddFieldLabelConversionFunc` in each group's conversion.go), pkg/registry
 * (`ToSelectableFields`); apimachinery pkg/runtime/conversion.go (`DefaultMetaV1FieldSelectorConversion`);
 * apiextensions-apiserver pkg/apiserver/conversion/converter.go, pkg/registry/customresource/strategy.go.
 */
import { apiVersionOf } from "../../group-version.js";
import { getKey, getPath, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import type { Kind } from "../model.js";
import { goText } from "../patches/index.js";
import { badRequest } from "../status.js";
import { compileJsonPath } from "./json-path.js";

/** The text that a field is compared by. */
type Read = (object: KubeObject) => string;

interface Fields {
  /** Paths, or where the name is no path or a zero value is not empty, how it is read. */
  fields: Readonly<Record<string, Read>>;
  refusal?: (label: string) => string;
}

const at =
  (path: string, zero = ""): Read =>
  (object) => {
    const value = getPath(object, path.split("."));
    return value === undefined || value === null ? zero : goText(value);
  };

const paths = (...names: string[]): Record<string, Read> =>
  Object.fromEntries(names.map((name) => [name, at(name)]));

const named = paths("metadata.name");
const placed = paths("metadata.name", "metadata.namespace");
const reference = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

const signed: Fields = { fields: { ...named, ...paths("spec.signerName") } };

/** By `apiVersion kind`; kinds that are not here have their name and namespace, whether or not they have one. */
const table: Readonly<Record<string, Fields>> = {
  "v1 Pod": {
    fields: {
      ...placed,
      ...paths("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName"),
      ...paths("status.phase", "status.nominatedNodeName"),
      "spec.host": at("spec.nodeName"),
      "spec.hostNetwork": at("spec.hostNetwork", "false"),
      "status.podIP": at("status.podIPs.0.ip"),
      "status.podIPs": () => "",
    },
  },
  "v1 Node": { fields: { ...named, "spec.unschedulable": at("spec.unschedulable", "false") } },
  "v1 ReplicationController": { fields: { ...placed, "status.replicas": at("status.replicas", "0") } },
  "v1 Namespace": { fields: { ...named, ...paths("status.phase") } },
  "v1 Secret": { fields: { ...placed, ...paths("type") } },
  "v1 Service": { fields: { ...placed, ...paths("spec.clusterIP", "spec.type") } },
  "v1 Event": {
    fields: {
      ...placed,
      ...paths("reason", "reportingComponent", "type", ...reference.map((name) => `involvedObject.${name}`)),
      source: (object) => at("source.component")(object) || at("reportingComponent")(object),
    },
  },
  "events.k8s.io/v1 Event": {
    fields: {
      ...placed,
      ...paths("reason", "reportingController", "type", ...reference.map((name) => `regarding.${name}`)),
    },
  },
  "batch/v1 Job": {
    fields: { ...placed, "status.successful": at("status.succeeded", "0") },
    refusal: (label) => `field label ${JSON.stringify(label)} not supported for Job`,
  },
  "certificates.k8s.io/v1 CertificateSigningRequest": signed,
  "resource.k8s.io/v1 ResourceSlice": {
    fields: { ...named, ...paths("spec.nodeName", "spec.driver") },
    refusal: (label) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${label}`,
  },
};

const others: Fields = {
  fields: placed,
  refusal: (label) =>
    `${JSON.stringify(label)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
};

/** How a field of objects of a kind is read. Throws a 400 `StatusError` for one that can't be selected by. */
export function selectableField(kind: Pick<Kind, "type" | "source">, label: string): Read {
  const { fields, refusal = (name: string) => `field label not supported: ${name}` } = fieldsOf(kind);
  const read = Object.hasOwn(fields, label) ? fields[label] : undefined;
  if (read === undefined) throw badRequest(refusal(label));
  return read;
}

function fieldsOf({ type, source }: Pick<Kind, "type" | "source">): Fields {
  if (source.from === "crd") return customFields(type.namespaced, source.version);
  return table[`${apiVersionOf(type)} ${type.kind}`] ?? others;
}

function customFields(namespaced: boolean, version: JsonObject): Fields {
  const declared = getKey(version, "selectableFields");
  const fields = (Array.isArray(declared) ? declared : []).flatMap((field): [string, Read][] => {
    const path = getKey(field, "jsonPath");
    return typeof path === "string" ? [[path.replace(/^\./, ""), customField(path)]] : [];
  });
  return { fields: { ...(namespaced ? placed : named), ...Object.fromEntries(fields) } };
}

function customField(path: string): Read {
  const find = compileJsonPath(path);
  return (object) => {
    const [value = null] = find?.(object) ?? [];
    return value === null ? "" : goText(value);
  };
}
