/** A pod of a Deployment: that which the controllers make, or where none run, one like it. */
import { expect } from "vitest";
import type { Cluster } from "../cluster/client.js";
import type { PodSpec } from "./pods.js";

export interface WorkloadPod {
  name: string;
  spec: PodSpec;
}

interface Owned {
  metadata: {
    name: string;
    uid: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    ownerReferences?: { uid: string }[];
  };
}
interface Deployment extends Owned {
  spec: { selector: object; template: { metadata: { labels: Record<string, string> }; spec: PodSpec } };
}

const revisionKey = "deployment.kubernetes.io/revision";

/** Waits for a pod of that revision of a Deployment, whose controllers run or are stood in for by this. */
export async function podOfDeployment(
  cluster: Cluster,
  namespace: string,
  name: string,
  revision: number,
): Promise<WorkloadPod> {
  if (cluster.target === "sandbox") return standIn(cluster, namespace, name, revision);
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const deployment = await cluster.get<Deployment>(`${apps}/deployments/${name}`);
  const find = async (): Promise<(Owned & { spec: PodSpec }) | undefined> => {
    const sets = await cluster.get<{ items: Owned[] }>(`${apps}/replicasets`);
    const set = sets.items.find(
      (one) => isOwnedBy(one, deployment) && one.metadata.annotations?.[revisionKey] === String(revision),
    );
    if (set === undefined) return undefined;
    const pods = await cluster.get<{ items: (Owned & { spec: PodSpec })[] }>(
      `/api/v1/namespaces/${namespace}/pods`,
    );
    return pods.items.find((one) => isOwnedBy(one, set));
  };
  let pod: (Owned & { spec: PodSpec }) | undefined;
  await expect.poll(async () => (pod = await find()), { timeout: 60_000 }).toBeDefined();
  return { name: pod?.metadata.name ?? "", spec: (pod as unknown as { spec: PodSpec }).spec };
}

function isOwnedBy({ metadata }: Owned, owner: Owned): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true;
}

/** What the deployment and replicaset controllers make (pkg/controller/deployment/sync.go), as far as it is looked at. */
async function standIn(
  cluster: Cluster,
  namespace: string,
  name: string,
  revision: number,
): Promise<WorkloadPod> {
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const deployment = await cluster.get<Deployment>(`${apps}/deployments/${name}`);
  const controlledBy = (kind: string, { metadata }: Owned): object => ({
    ownerReferences: [
      { apiVersion: "apps/v1", kind, name: metadata.name, uid: metadata.uid, controller: true },
    ],
  });
  const { selector, template } = deployment.spec;
  const labels = { ...template.metadata.labels, "pod-template-hash": `hash${revision}` };
  const set = await cluster.create<Owned>(`${apps}/replicasets`, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-hash${revision}`,
      labels,
      annotations: { [revisionKey]: String(revision) },
      ...controlledBy("Deployment", deployment),
    },
    spec: { selector, template: { ...template, metadata: { labels } } },
  });
  const pod = await cluster.create<Owned & { spec: PodSpec }>(`/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${set.metadata.name}-pod`, labels, ...controlledBy("ReplicaSet", set) },
    spec: template.spec,
  });
  return { name: pod.metadata.name, spec: pod.spec };
}
