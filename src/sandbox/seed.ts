/** Objects that are there from the start: manifests, and what `kubectl get -o yaml` printed. */
import { KapplyError } from "../errors.js";
import { getKey, type JsonObject } from "../json.js";
import type { Manifest, Problem } from "../model.js";
import { createDecoded } from "./verbs/create.js";
import { crdCollection } from "./kinds.js";
import type { HttpCall, Kind, User } from "./model.js";
import { liveOf, metaText, type Request, type World, type WriteOptions } from "./verbs/request.js";
import { decode, metadataOf, withMetadata } from "./verbs/settle.js";
import { StatusError } from "./status.js";
import { hasStatus } from "./verbs/traits.js";
import { changeDecoded } from "./verbs/update.js";

const administrator: User = {
  username: "kubernetes-admin",
  groups: ["system:masters", "system:authenticated"],
};
const options: WriteOptions = { dryRun: false, validation: "Strict", manager: "kapply-sandbox", force: true };
const nowhere: HttpCall = {
  method: "POST",
  url: new URL("http://sandbox/"),
  headers: {},
  body: new Uint8Array(),
  signal: new AbortController().signal,
};

/**
 * Makes an object of each manifest, Namespaces and CRDs first, as a request would; namespaces that are missing too.
 * A status is kept. `settle` does what goes on between requests.
 * @throws KapplyError `input` with every manifest that can't be.
 */
export function seed(world: World, manifests: readonly Manifest[], settle: () => void): void {
  const problems: Problem[] = [];
  for (const isFirst of [true, false]) {
    for (const manifest of manifests.filter((one) => comesFirst(one) === isFirst)) {
      try {
        seedOne(world, manifest, settle);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        const { place, ref } = manifest;
        problems.push({ code: "bad-value", message: error.message, place, path: "", ref });
      }
    }
    settle();
  }
  if (problems.length > 0) throw new KapplyError("input", "the sandbox can't be seeded", { problems });
}

function comesFirst({ ref }: Manifest): boolean {
  return ref.kind === "Namespace" || ref.kind === "CustomResourceDefinition";
}

function seedOne(world: World, { ref, body }: Manifest, settle: () => void): void {
  const kind = world.kinds.byKind(ref.apiVersion, ref.kind);
  if (kind?.stored !== true) {
    const message = `the sandbox has no kind ${ref.kind} of ${ref.apiVersion}: seed its CustomResourceDefinition too`;
    throw new StatusError(404, message, {});
  }
  const namespace = kind.type.namespaced ? (ref.namespace ?? "default") : "";
  if (namespace !== "" && world.store.get("namespaces", "", namespace) === undefined) {
    store(world, namespaceKind(world), "", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
    settle();
  }
  store(world, kind, namespace, body);
}

function namespaceKind(world: World): Kind {
  const kind = world.kinds.byKind("v1", "Namespace");
  if (kind === undefined) throw new Error("the bundled kinds hold no Namespace");
  return kind;
}

/** Stores one object through the same steps as a request. */
export function store(world: World, kind: Kind, namespace: string, body: JsonObject): void {
  const { resourceVersion, uid, managedFields, creationTimestamp, ...metadata } = metadataOf(body);
  const { group, version, plural } = kind.type;
  const name = metaText(body, "name");
  const place = { group, version, resource: plural, subresource: "", namespace, name };
  const ask = { is: "resource", verb: "create", ...place } as const;
  const request: Request = {
    world,
    call: nowhere,
    user: administrator,
    ask,
    kind,
    warnings: [],
    emptied: [],
    hasNullBytes: false,
  };
  const object = decode(request, withMetadata(body, metadata), options);
  const live = liveOf(request);
  const stored =
    live === undefined
      ? createDecoded(request, object, options)
      : changeDecoded(request, live, object, options);
  const status = getKey(object, "status");
  if (status === undefined || !hasStatus(kind) || kind.collection === crdCollection) return;
  changeDecoded(
    { ...request, ask: { ...ask, subresource: "status" } },
    stored,
    { ...stored, status },
    options,
  );
}
