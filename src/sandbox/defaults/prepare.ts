/**
 * What the strategies and admission plugins make of an object that is created or changed.
 *
 * Source: kubernetes pkg/registry/*\/*\/strategy.go (`PrepareForCreate`, `PrepareForUpdate`), plugin/pkg/admission;
 * apiextensions-apiserver and kube-aggregator pkg/registry.
 */
import { equalJson, getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { withValue } from "../../schema/index.js";
import type { DefaultsContext, Prepare } from "./context.js";
import { prepareJob } from "./jobs.js";
import { keepPod, preparePod } from "./pod-admission.js";
import { omit } from "./omit.js";
import { prepareService } from "./services.js";
import { definitionOf, zeroOf } from "./zero.js";

/** By definition: what is done to what is new, and to what is changed. */
const strategies: Readonly<Record<string, { create?: Prepare; update?: Prepare }>> = {
  "io.k8s.api.core.v1.Pod": { create: preparePod, update: keepPod },
  "io.k8s.api.core.v1.Service": { create: prepareService, update: prepareService },
  "io.k8s.api.core.v1.Namespace": {
    create: withFinalizers,
    update: (object, { live }) => keeping(object, live, ["spec", "finalizers"]),
  },
  "io.k8s.api.core.v1.ServiceAccount": both(withoutReferences),
  "io.k8s.api.core.v1.Node": { create: withTaint },
  "io.k8s.api.core.v1.PersistentVolume": {
    create: (object, { now }) =>
      withValue(withFinalizer(object, "pv-protection"), ["status", "lastPhaseTransitionTime"], now()),
  },
  "io.k8s.api.core.v1.PersistentVolumeClaim": {
    create: (object, context) =>
      withDefaultClass(withFinalizer(withDataSources(object, undefined), "pvc-protection"), context),
    update: (object, { live }) => withDataSources(object, live),
  },
  "io.k8s.api.storage.v1.VolumeAttributesClass": {
    create: (object) => withFinalizer(object, "vac-protection"),
  },
  "io.k8s.api.networking.v1.Ingress": { create: withIngressClass },
  "io.k8s.api.batch.v1.Job": { create: prepareJob },
  "io.k8s.api.apps.v1.DaemonSet": both(withTemplateGeneration),
  "io.k8s.api.certificates.v1.CertificateSigningRequest": {
    create: withRequester,
    update: (object, { live }) => keeping(object, live, ["spec"]),
  },
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService": { create: withAvailability },
  "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition":
    both(withStoredVersions),
};

function both(prepare: Prepare): { create: Prepare; update: Prepare } {
  return { create: prepare, update: prepare };
}

/** Nodes alone may be created with a status. */
const keepsStatus = new Set(["io.k8s.api.core.v1.Node"]);

/** Does what the strategy of a kind does. The status of a new object is the first that it has. */
export function prepared(definition: string, object: KubeObject, context: DefaultsContext): KubeObject {
  const strategy = Object.hasOwn(strategies, definition) ? strategies[definition] : undefined;
  if (!context.create) return strategy?.update?.(object, context) ?? object;
  const fresh = withFirstStatus(definition, object);
  return strategy?.create?.(fresh, context) ?? fresh;
}

const firstPhases: Readonly<Record<string, JsonObject>> = {
  "io.k8s.api.core.v1.Namespace": { phase: "Active" },
  "io.k8s.api.core.v1.PersistentVolume": { phase: "Pending" },
  "io.k8s.api.core.v1.PersistentVolumeClaim": { phase: "Pending" },
};

function withFirstStatus(definition: string, object: KubeObject): KubeObject {
  const of = definitionOf(definition, "status");
  if (of === undefined || (keepsStatus.has(definition) && object["status"] !== undefined)) return object;
  const phase = Object.hasOwn(firstPhases, definition) ? firstPhases[definition] : undefined;
  const status = phase === undefined ? zeroOf(of) : { ...zeroOf(of), ...phase };
  return { ...object, status };
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** What is at that path stays as it is live. */
function keeping(object: KubeObject, live: KubeObject | undefined, path: string[]): KubeObject {
  const value = getPath(live, path);
  return value === undefined || equalJson(value, getPath(object, path))
    ? object
    : withValue(object, path, value);
}

function withFinalizer(object: KubeObject, name: string): KubeObject {
  const finalizer = `kubernetes.io/${name}`;
  const given = list(getPath(object, ["metadata", "finalizers"]));
  return given.includes(finalizer)
    ? object
    : withValue(object, ["metadata", "finalizers"], [...given, finalizer]);
}

function withFinalizers(namespace: KubeObject): KubeObject {
  const given = list(getPath(namespace, ["spec", "finalizers"]));
  if (given.includes("kubernetes")) return namespace;
  return withValue(namespace, ["spec", "finalizers"], [...given, "kubernetes"]);
}

/** Of the secrets of a service account, only the names are kept. */
function withoutReferences(account: KubeObject): KubeObject {
  const { secrets } = account;
  if (!Array.isArray(secrets)) return account;
  const names = secrets.map((secret) => {
    const name = getKey(secret, "name");
    return name === undefined ? {} : { name };
  });
  return equalJson(names, secrets) ? account : { ...account, secrets: names };
}

/** plugin/pkg/admission/nodetaint: a new node is not ready. */
function withTaint(node: KubeObject): KubeObject {
  const key = "node.kubernetes.io/not-ready";
  const taints = list(getPath(node, ["spec", "taints"]));
  if (taints.some((taint) => getKey(taint, "key") === key && getKey(taint, "effect") === "NoSchedule"))
    return node;
  return withValue(node, ["spec", "taints"], [...taints, { key, effect: "NoSchedule" }]);
}

/** `dataSource` and `dataSourceRef` say the same; the older one may only name claims and snapshots. */
function withDataSources(claim: KubeObject, live: KubeObject | undefined): KubeObject {
  const { spec } = claim;
  if (!isObject(spec)) return claim;
  const { dataSource, dataSourceRef, ...rest } = spec;
  const isInUse = ["dataSource", "dataSourceRef"].some(
    (field) => getPath(live, ["spec", field]) !== undefined,
  );
  if (isObject(dataSourceRef)) {
    if (dataSource !== undefined || typeof dataSourceRef["namespace"] === "string") return claim;
    return { ...claim, spec: { ...spec, dataSource: dataSourceRef } };
  }
  if (!isObject(dataSource)) return claim;
  if (!isInUse && !isClaimOrSnapshot(dataSource)) return { ...claim, spec: rest };
  return { ...claim, spec: { ...spec, dataSourceRef: dataSource } };
}

function isClaimOrSnapshot({ apiGroup, kind }: JsonObject): boolean {
  if (kind === "PersistentVolumeClaim") return apiGroup === undefined || apiGroup === null || apiGroup === "";
  return kind === "VolumeSnapshot" && apiGroup === "snapshot.storage.k8s.io";
}

/** The newest of the default classes of a collection (plugin/pkg/admission/storage, network/defaultingressclass). */
function defaultClass(
  { holdings }: DefaultsContext,
  collection: string,
  annotation: string,
): Json | undefined {
  const marked = (holdings?.list(collection) ?? []).filter(
    (item) => getPath(item, ["metadata", "annotations", annotation]) === "true",
  );
  const made = (item: KubeObject): string =>
    JSON.stringify(getPath(item, ["metadata", "creationTimestamp"]) ?? "");
  const [newest] = marked.toSorted((a, b) => (made(a) < made(b) ? 1 : -1));
  return getPath(newest, ["metadata", "name"]);
}

function withDefaultClass(claim: KubeObject, context: DefaultsContext): KubeObject {
  const old = "volume.beta.kubernetes.io/storage-class";
  if (getPath(claim, ["spec", "storageClassName"]) !== undefined) return claim;
  if (getPath(claim, ["metadata", "annotations", old]) !== undefined) return claim;
  const annotation = "storageclass.kubernetes.io/is-default-class";
  const name = defaultClass(context, "storageclasses.storage.k8s.io", annotation);
  return name === undefined ? claim : withValue(claim, ["spec", "storageClassName"], name);
}

function withIngressClass(ingress: KubeObject, context: DefaultsContext): KubeObject {
  if (getPath(ingress, ["spec", "ingressClassName"]) !== undefined) return ingress;
  if (getPath(ingress, ["metadata", "annotations", "kubernetes.io/ingress.class"]) !== undefined)
    return ingress;
  const annotation = "ingressclass.kubernetes.io/is-default-class";
  const name = defaultClass(context, "ingressclasses.networking.k8s.io", annotation);
  return name === undefined ? ingress : withValue(ingress, ["spec", "ingressClassName"], name);
}

/** An older count of a DaemonSet's templates, which lives on as an annotation. */
function withTemplateGeneration(set: KubeObject, { create, live }: DefaultsContext): KubeObject {
  const at = ["metadata", "annotations", "deprecated.daemonset.template.generation"];
  const given = Number(getPath(create ? set : live, at) ?? 0);
  const template = ["spec", "template"];
  const isChanged = !create && !equalJson(getPath(live, template), getPath(set, template));
  const count = String(create ? Math.max(given, 1) : given + (isChanged ? 1 : 0));
  return getPath(set, at) === count ? set : withValue(set, at, count);
}

function withRequester(request: KubeObject, { user }: DefaultsContext): KubeObject {
  const { spec } = request;
  if (!isObject(spec)) return request;
  const asked = omit(spec, "username", "uid", "groups", "extra");
  if (user !== undefined) {
    asked["username"] = user.username;
    if (user.uid !== undefined && user.uid !== "") asked["uid"] = user.uid;
    if (user.groups.length > 0) asked["groups"] = [...user.groups];
    if (user.extra !== undefined && Object.keys(user.extra).length > 0)
      asked["extra"] = Object.fromEntries(
        Object.entries(user.extra).map(([key, values]) => [key, [...values]]),
      );
  }
  return { ...request, spec: asked };
}

function withAvailability(service: KubeObject, { now }: DefaultsContext): KubeObject {
  if (getPath(service, ["spec", "service"]) !== undefined) return service;
  const condition = {
    type: "Available",
    status: "True",
    lastTransitionTime: now(),
    reason: "Local",
    message: "Local APIServices are always available",
  };
  return withValue(service, ["status", "conditions"], [condition]);
}

/** The version that a CRD's objects are stored in is one of those that they were ever stored in. */
function withStoredVersions(crd: KubeObject, { create, live }: DefaultsContext): KubeObject {
  const stored = list(getPath(crd, ["spec", "versions"])).find(
    (version) => getKey(version, "storage") === true,
  );
  const name = getKey(stored, "name");
  const known = list(getPath(create ? crd : live, ["status", "storedVersions"]));
  if (name === undefined || known.includes(name)) return crd;
  return withValue(crd, ["status", "storedVersions"], [...known, name]);
}
