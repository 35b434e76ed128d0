/** The keys and certificates of one throw-away control plane: nothing here outlives it. */
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";

interface KeyPair {
  certificate: string;
  key: string;
}

/** Everything PEM. */
export interface Certificates {
  ca: string;
  serving: KeyPair;
  /** Client certificate of `kubernetes-admin`, in the group `system:masters`. */
  admin: KeyPair;
  /** Client certificates of other users, by name. They are in no group and may do nothing at first. */
  users: Record<string, KeyPair>;
  /** Signs service-account tokens; the API server checks them with its public half. */
  serviceAccount: { privateKey: string; publicKey: string };
}

const names = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];
const addresses = ["127.0.0.1", "::1", "10.0.0.1"];

const ec = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Makes all of them anew, valid from yesterday for a year. */
export async function makeCertificates(userNames: readonly string[]): Promise<Certificates> {
  const caKeys = await generate();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: serial(),
    name: "CN=kapply test CA",
    keys: caKeys,
    signingAlgorithm: ec,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });

  const issue = async (subject: x509.JsonName, purpose: x509.Extension[]): Promise<KeyPair> => {
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(),
      serialNumber: serial(),
      subject,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: ec,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
        ...purpose,
      ],
    });
    return { certificate: certificate.toString("pem"), key: await privatePem(keys) };
  };

  const client = () => [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])];
  const users: Record<string, KeyPair> = {};
  for (const name of userNames) users[name] = await issue([{ CN: [name] }], client());
  const signing = await generate();
  return {
    ca: ca.toString("pem"),
    serving: await issue(
      [{ CN: ["kube-apiserver"] }],
      [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          ...names.map((value) => ({ type: "dns" as const, value })),
          ...addresses.map((value) => ({ type: "ip" as const, value })),
        ]),
      ],
    ),
    admin: await issue([{ O: ["system:masters"] }, { CN: ["kubernetes-admin"] }], client()),
    users,
    serviceAccount: { privateKey: await privatePem(signing), publicKey: await publicPem(signing) },
  };
}

function generate(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ec, true, ["sign", "verify"]);
}

// Yesterday, so that a clock that runs behind does not see a certificate from the future.
function validity(): { notBefore: Date; notAfter: Date } {
  const day = 24 * 60 * 60 * 1000;
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 365 * day) };
}

// Positive and of 16 bytes at most, as RFC 5280 (4.1.2.2) wants.
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function privatePem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
}

async function publicPem({ publicKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("spki", publicKey), "PUBLIC KEY");
}
