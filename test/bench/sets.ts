/** The sets of objects that the peers apply. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

/** A Namespace and the objects in it, in that order. */
export interface ObjectSet {
  namespace: string;
  objects: KubernetesObject[];
  /** A file of their YAML. */
  file: string;
}

/** So many objects of a namespace. */
export type Maker = (namespace: string, count: number) => KubernetesObject[];

/** Writes a set to a folder. */
export function makeSet(dir: string, namespace: string, count: number, make: Maker): ObjectSet {
  const owner = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  const objects = [owner, ...make(namespace, count)];
  const file = path.join(dir, `${namespace}.yaml`);
  writeFileSync(
    file,
    objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join("---\n"),
  );
  return { namespace, objects, file };
}

export const configMaps: Maker = (namespace, count) =>
  Array.from({ length: count }, (_, at) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `cm-${at}`, namespace, labels: { app: "bench", index: String(at) } },
    data: { key: `value-${at}`, "config.yaml": `a: ${at}\nb: [1, 2, 3]\n` },
  }));

/** Five kinds in equal parts, as applications have them. The Deployments run no pods. */
export const fiveKinds: Maker = (namespace, count) =>
  Array.from({ length: Math.ceil(count / 5) }, (_, at) => application(namespace, at))
    .flat()
    .slice(0, count);

function application(namespace: string, at: number): KubernetesObject[] {
  const metadata = { name: `app-${at}`, namespace };
  const labels = { app: `app-${at}` };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...metadata, labels },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { serviceAccountName: metadata.name, containers: [container(at)] },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { clusterIP: "None", selector: labels, ports: [{ port: 80, targetPort: "http" }] },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { key: `value-${at}` } },
    { apiVersion: "v1", kind: "Secret", metadata, stringData: { password: `hunter${at}` } },
  ];
}

function container(at: number): object {
  return {
    name: "web",
    image: `nginx:1.${at % 30}`,
    ports: [{ containerPort: 8080, name: "http" }],
    env: [{ name: "INDEX", value: String(at) }],
    resources: { requests: { cpu: "100m", memory: "128Mi" } },
    readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
  };
}
