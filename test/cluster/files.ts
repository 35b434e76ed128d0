/** The files that the components of a control plane read, and its description for those who use it. */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { auditPolicy } from "./audit.js";
import type { Certificates } from "./certificates.js";
import type { ClusterDescription } from "./client.js";

/** Paths, but for `caPem` and `adminToken`. */
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
  const write = (name: string, text: string): string => writeFile(dir, name, text);
  const adminToken = randomBytes(16).toString("hex");
  return {
    ca: write("ca.crt", certificates.ca),
    caPem: certificates.ca,
    servingCertificate: write("serving.crt", certificates.serving.certificate),
    servingKey: write("serving.key", certificates.serving.key),
    admin: {
      "client-certificate": write("admin.crt", certificates.admin.certificate),
      "client-key": write("admin.key", certificates.admin.key),
    },
    users: writeUsers(dir, certificates),
    adminToken,
    tokens: write("tokens.csv", `${adminToken},token-admin,token-admin,"system:masters"\n`),
    serviceAccountKey: write("service-account.key", certificates.serviceAccount.privateKey),
    serviceAccountPublicKey: write("service-account.pub", certificates.serviceAccount.publicKey),
    auditPolicy: write("audit-policy.json", JSON.stringify(auditPolicy)),
  };
}

/** Writes the client certificates of the users beside the administrator. */
export function writeUsers(dir: string, certificates: Certificates): ClusterDescription["users"] {
  const users: ClusterDescription["users"] = {};
  for (const [name, pair] of Object.entries(certificates.users)) {
    users[name] = {
      certificateFile: writeFile(dir, `${name}.crt`, pair.certificate),
      keyFile: writeFile(dir, `${name}.key`, pair.key),
    };
  }
  return users;
}

/** Writes a file that its owner alone can read, and gives its path. */
export function writeFile(dir: string, name: string, text: string): string {
  const file = path.join(dir, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** What the API server that will listen on that port is to its users. */
export function describe(dir: string, files: Files, port: number): ClusterDescription {
  return {
    target: "control-plane",
    server: `https://127.0.0.1:${port}`,
    host: "127.0.0.1",
    port,
    caFile: files.ca,
    caPem: files.caPem,
    kubeconfig: path.join(dir, "admin.kubeconfig"),
    adminToken: files.adminToken,
    users: files.users,
    dir,
    auditLog: path.join(dir, "audit.log"),
  };
}
