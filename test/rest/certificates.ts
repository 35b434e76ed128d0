/** Certificates for tests of TLS, made anew for each run. */
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";

export interface Pair {
  cert: string;
  key: string;
}

export interface Authority {
  pem: string;
  /** A certificate for a server on 127.0.0.1, or for what `options` say. */
  issue(options?: { dnsName?: string; expired?: boolean; client?: boolean }): Promise<Pair>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 60 * 60 * 1000;
let serial = 1;

export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: String(++serial).padStart(2, "0"),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 10 * day),
    notAfter: new Date(Date.now() + 10 * day),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    pem: ca.toString("pem"),
    async issue({ dnsName, expired = false, client = false } = {}) {
      const own = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: String(++serial).padStart(2, "0"),
        subject: client ? "O=devs,CN=bob" : "CN=server",
        issuer: ca.subject,
        notBefore: new Date(Date.now() - 5 * day),
        notAfter: new Date(Date.now() + (expired ? -day : 5 * day)),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            dnsName === undefined ? { type: "ip", value: "127.0.0.1" } : { type: "dns", value: dnsName },
          ]),
        ],
      });
      const key = await webcrypto.subtle.exportKey("pkcs8", own.privateKey);
      return { cert: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
    },
  };
}
