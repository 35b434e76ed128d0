/** The files that the components of a control plane read, and its description for those who use it. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Assets } from "./assets.js";
import { auditPolicy } from "./audit.js";
import type { Certificates } from "./certificates.js";
import type { ClusterDescription } from "./client.js";

/** Paths, but for `caPem`, `adminToken` and the tokens in `users`. */
export interface Files {
  ca: string;
  caPem: string;
  servingCertificate: string;
  servingKey: string;
  /** The user entry of the administrator's kubeconfig. */
  admin: { "client-certificate": string; "client-key": string };
  users: ClusterDescription["users"];
  adminToken: string;
  tokens: string;
  serviceAccountKey: string;
  serviceAccountPublicKey: string;
  auditPolicy: string;
}

/** Writes them, readable by their owner alone. */
export function writeFiles(dir: string, certificates: Certificates): Files {
  const write = (name: string, text: string): string => {
    const file = path.join(dir, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const users: ClusterDescription["users"] = {};
  for (const [name, pair] of Object.entries(certificates.users)) {
    users[name] = {
      token: randomBytes(16).toString("hex"),
      certificateFile: write(`${name}.crt`, pair.certificate),
      keyFile: write(`${name}.key`, pair.key),
    };
  }
  const adminToken = randomBytes(16).toString("hex");
  const tokens = [
    `${adminToken},token-admin,token-admin,"system:masters"`,
    ...Object.entries(users).map(([name, { token }]) => `${token},${name},${name}`),
  ];
  return {
    ca: write("ca.crt", certificates.ca),
    caPem: certificates.ca,
    servingCertificate: write("serving.crt", certificates.serving.certificate),
    servingKey: write("serving.key", certificates.serving.key),
    admin: {
      "client-certificate": write("admin.crt", certificates.admin.certificate),
      "client-key": write("admin.key", certificates.admin.key),
    },
    users,
    adminToken,
    tokens: write("tokens.csv", `${tokens.join("\n")}\n`),
    serviceAccountKey: write("service-account.key", certificates.serviceAccount.privateKey),
    serviceAccountPublicKey: write("service-account.pub", certificates.serviceAccount.publicKey),
    auditPolicy: write("audit-policy.json", JSON.stringify(auditPolicy)),
  };
}

/** What the API server that will listen on that port is to its users. */
export function describe(dir: string, files: Files, assets: Assets, port: number): ClusterDescription {
  return {
    server: `https://127.0.0.1:${port}`,
    host: "127.0.0.1",
    port,
    caFile: files.ca,
    caPem: files.caPem,
    kubeconfig: path.join(dir, "admin.kubeconfig"),
    kubectlPath: assets.kubectl,
    adminToken: files.adminToken,
    users: files.users,
    dir,
    auditLog: path.join(dir, "audit.log"),
  };
}
