/** From a manifest to what would be sent, and where: type resolved, namespace decided, body made ready. */
import { errorAbout } from "../errors.js";
import { apiVersionOf } from "../group-version.js";
import { cloneJson, getKey, getPath, isObject, setKey } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import type { KubeObject, Manifest, Path, Place, Problem, Ref, ResourceType } from "../model.js";

/** A manifest that knows its REST resource. */
export interface Target {
  manifest: Manifest;
  type: ResourceType;
  /** As in the manifest, with the namespace decided. */
  ref: Ref;
  /** The object as it is sent. */
  body: KubeObject;
}

/** Where types come from, first match wins: the CRDs of the set, the bundled table, the server. */
export interface TypeSources {
  ofSet: readonly ResourceType[];
  bundled: (apiVersion: string, kind: string) => ResourceType | undefined;
  /** One GET of the group-version; undefined where the server does not serve the kind. */
  discover: (apiVersion: string, kind: string) => Promise<ResourceType | undefined>;
}

/**
 * Resolves the type of each manifest without full discovery (design, decision 4), and makes its body ready.
 * `namespace` is that of the run, for namespaced objects that name none. Kinds that nobody knows come as problems.
 */
export async function resolveTargets(
  manifests: readonly Manifest[],
  sources: TypeSources,
  namespace: string,
): Promise<{ targets: Target[]; problems: Problem[] }> {
  const types = await Promise.all(manifests.map((manifest) => resolveType(manifest, sources)));
  const targets: Target[] = [];
  const problems: Problem[] = [];
  manifests.forEach((manifest, at) => {
    const type = types[at];
    if (type === undefined) problems.push(unknownKind(manifest));
    else if (!type.namespaced && manifest.ref.namespace !== undefined) problems.push(notNamespaced(manifest));
    else targets.push(makeTarget(manifest, type, namespace));
  });
  return { targets, problems: [...problems, ...sameTwice(targets)] };
}

async function resolveType(manifest: Manifest, sources: TypeSources): Promise<ResourceType | undefined> {
  const { ref } = manifest;
  const known = knownType(ref, sources);
  if (known !== undefined) return known;
  return sources.discover(ref.apiVersion, ref.kind).catch((error: unknown) => {
    throw errorAbout(manifest, error);
  });
}

/** The type of a manifest as far as it is known without a server. */
export function knownType(
  ref: Ref,
  { ofSet, bundled }: Pick<TypeSources, "ofSet" | "bundled">,
): ResourceType | undefined {
  return (
    ofSet.find((type) => type.kind === ref.kind && apiVersionOf(type) === ref.apiVersion) ??
    bundled(ref.apiVersion, ref.kind)
  );
}

/** Two manifests may turn out to be of one object only now that the namespace of the run is known. */
function sameTwice(targets: readonly Target[]): Problem[] {
  const seen = new Map<string, Manifest>();
  return targets.flatMap(({ type, ref, manifest }) => {
    const id = [type.group, type.plural, ref.namespace ?? "", ref.name].join("/");
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, manifest);
      return [];
    }
    const { source, line, column } = first.place;
    const message = `${ref.kind} ${ref.name} in namespace ${ref.namespace ?? ""} is there twice: first at ${source}:${line}:${column}`;
    return [
      { code: "duplicate-object", message, place: manifest.place, path: "", ref, hint: "keep one of them" },
    ];
  });
}

function unknownKind({ ref, place }: Manifest): Problem {
  return {
    code: "unknown-kind",
    message: `the server does not serve kind ${ref.kind} in ${ref.apiVersion}`,
    place,
    path: "kind",
    ref,
    hint: "check apiVersion and kind, or add the CustomResourceDefinition to the set",
  };
}

function notNamespaced(manifest: Manifest): Problem {
  const { ref } = manifest;
  return {
    code: "bad-metadata",
    message: `${ref.kind} is cluster-scoped, but the manifest gives it the namespace "${ref.namespace ?? ""}"`,
    place: manifest.placeOf(["metadata", "namespace"]),
    path: "metadata.namespace",
    ref,
    hint: "remove metadata.namespace",
  };
}

/** A target from its parts: namespace decided, body ready to be sent. */
function makeTarget(manifest: Manifest, type: ResourceType, namespace: string): Target {
  const ref = type.namespaced
    ? { ...manifest.ref, namespace: manifest.ref.namespace ?? namespace }
    : { ...manifest.ref, namespace: undefined };
  return { manifest, type, ref, body: readyBody(manifest.body, ref) };
}

/** The body as server-side apply wants it: in its namespace, without managedFields, a Secret's text in `data`. */
export function readyBody(body: KubeObject, ref: Ref): KubeObject {
  const metadata: JsonObject = {};
  for (const [key, value] of Object.entries(isObject(body["metadata"]) ? body["metadata"] : {})) {
    if (key !== "managedFields") setKey(metadata, key, value);
  }
  if (ref.namespace !== undefined) metadata["namespace"] = ref.namespace;
  const ready: KubeObject = { ...body, metadata };
  return ref.kind === "Secret" && ref.apiVersion === "v1" ? withoutStringData(ready) : ready;
}

/**
 * `stringData` is write-only: keys once applied through it are never removed by a later apply. The same values in
 * `data` are; where both name a key, stringData wins, as in the server (pkg/registry/core/secret).
 */
function withoutStringData(secret: KubeObject): KubeObject {
  const text = getKey(secret, "stringData");
  if (text === undefined) return secret;
  const data: JsonObject = {};
  const given = getKey(secret, "data");
  for (const [key, value] of Object.entries(isObject(given) ? given : {})) setKey(data, key, value);
  for (const [key, value] of Object.entries(isObject(text) ? text : {})) setKey(data, key, toBase64(value));
  const rest = cloneJson(secret);
  delete rest["stringData"];
  if (Object.keys(data).length > 0) rest["data"] = data;
  return rest;
}

/** Where the manifest says what stands at a path of the body: the `data` of a Secret may come from its `stringData`. */
export function placeInManifest({ manifest }: Target, path: Path): Place {
  const [top, ...rest] = path;
  const written = ["stringData", ...rest];
  const isText =
    manifest.ref.kind === "Secret" && top === "data" && getPath(manifest.body, written) !== undefined;
  return manifest.placeOf(isText ? written : path);
}

function toBase64(value: Json): Json {
  return typeof value === "string" ? Buffer.from(value, "utf8").toString("base64") : value;
}
