/** What is served by group and version, in the order of the real server. */
import { apiVersionOf } from "../../group-version.js";
import type { Kind } from "../model.js";

export interface ServedVersion {
  version: string;
  kinds: readonly Kind[];
}

export interface ServedGroup {
  name: string;
  /** The preferred one first. */
  versions: readonly ServedVersion[];
}

/**
 * How groups are ranked, the higher first. Groups of CRDs have `customPriority`.
 *
 * Source: kubernetes cmd/kube-apiserver/app/aggregator.go, pkg/controlplane/apiserver/aggregator.go.
 */
const priorities: Record<string, number> = {
  "apiregistration.k8s.io": 20_000,
  "": 18_000,
  apps: 17_800,
  "events.k8s.io": 17_750,
  "authentication.k8s.io": 17_700,
  "authorization.k8s.io": 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  "certificates.k8s.io": 17_300,
  "networking.k8s.io": 17_200,
  policy: 17_100,
  "rbac.authorization.k8s.io": 17_000,
  "storage.k8s.io": 16_800,
  "apiextensions.k8s.io": 16_700,
  "admissionregistration.k8s.io": 16_700,
  "scheduling.k8s.io": 16_600,
  "coordination.k8s.io": 16_500,
  "node.k8s.io": 16_300,
  "discovery.k8s.io": 16_200,
  "resource.k8s.io": 16_200,
  "flowcontrol.apiserver.k8s.io": 16_100,
};
const customPriority = 1000;

function priorityOf(group: string): number {
  return Object.hasOwn(priorities, group) ? (priorities[group] ?? customPriority) : customPriority;
}

/**
 * The groups that are served, the core group among them, by rank. Groups of one rank are ordered by the name of their
 * first `APIService` (`v1.example.com`) for `/apis`, and by their own name for aggregated discovery.
 *
 * Source: kube-aggregator pkg/apis/apiregistration/v1/helper, k8s.io/apiserver
 * pkg/endpoints/discovery/aggregated/handler.go.
 */
export function servedGroups(kinds: readonly Kind[], tie: "service" | "name"): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, Kind[]>>();
  for (const kind of kinds) {
    const { group, version } = kind.type;
    const versions = groups.get(group) ?? new Map<string, Kind[]>();
    groups.set(group, versions);
    versions.set(version, [...(versions.get(version) ?? []), kind]);
  }
  const tieOf = ({ name, versions }: ServedGroup): string =>
    tie === "name" ? name : (versions.map(({ version }) => `${version}.${name}`).sort()[0] ?? name);
  return [...groups]
    .map(([name, versions]) => ({ name, versions: inOrder(versions) }))
    .sort((a, b) => priorityOf(b.name) - priorityOf(a.name) || compareText(tieOf(a), tieOf(b)));
}

function inOrder(versions: ReadonlyMap<string, readonly Kind[]>): readonly ServedVersion[] {
  return [...versions]
    .map(([version, kinds]) => ({ version, kinds }))
    .sort((a, b) => compareVersions(a.version, b.version));
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Sorts versions as Kubernetes prefers them: `v10, v2, v1, v11beta2, v3beta1, v12alpha1, foo1, foo10`.
 *
 * Source: apimachinery pkg/version/helpers.go.
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [rankOf(a), rankOf(b)];
  if (x === undefined || y === undefined)
    return x === undefined && y === undefined ? compareText(a, b) : x === undefined ? 1 : -1;
  return y.stage - x.stage || y.major - x.major || y.minor - x.minor;
}

function rankOf(version: string): { stage: number; major: number; minor: number } | undefined {
  const [, major, stage = "", minor = "0"] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return undefined;
  return { stage: ["alpha", "beta", ""].indexOf(stage), major: Number(major), minor: Number(minor) };
}

/** `/api/v1`, `/apis/apps/v1`. */
export function groupVersionPath(group: string, version: string): string {
  return `${group === "" ? "/api" : "/apis"}/${apiVersionOf({ group, version })}`;
}
