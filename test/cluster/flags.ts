/** The command lines of the three components. */
import path from "node:path";
import type { ClusterDescription } from "./client.js";
import type { Files } from "./files.js";

export function etcdFlags(dir: string, port: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${path.join(dir, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync", // the data need not outlive a crash of the machine
    "--log-level=warn",
  ];
}

export function apiServerFlags(at: ClusterDescription, files: Files, etcdPort: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${at.port}`,
    `--tls-cert-file=${files.servingCertificate}`,
    `--tls-private-key-file=${files.servingKey}`,
    `--client-ca-file=${files.ca}`,
    `--token-auth-file=${files.tokens}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    "--service-cluster-ip-range=10.0.0.0/16",
    "--endpoint-reconciler-type=none", // a loopback address can't be an endpoint
    "--allow-privileged=true",
    `--audit-policy-file=${files.auditPolicy}`,
    `--audit-log-path=${at.auditLog}`,
    "--audit-log-format=json",
    "--audit-log-mode=blocking",
    "--audit-log-maxsize=0", // never rotated: readers want all of it
  ];
}

export function controllerManagerFlags(
  at: ClusterDescription,
  files: Files,
  controllers: readonly string[],
): string[] {
  return [
    `--controllers=${controllers.join(",")}`,
    `--kubeconfig=${at.kubeconfig}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.ca}`,
    "--use-service-account-credentials=true",
    "--leader-elect=false",
    // Each controller gets a service account at first; the default of 20 requests a second makes that the long part.
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--secure-port=0",
  ];
}
