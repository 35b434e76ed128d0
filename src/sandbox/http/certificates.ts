/**
 * A certificate authority and a serving certificate that it signs: EC P-256, X.509 version 3.
 *
 * Source: RFC 5280; RFC 5480 and 5758 for the algorithms; the names are those that clients in a cluster use.
 */
import { Buffer } from "node:buffer";
import { X509Certificate, createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { addressBytes, bits, boolean, der, integer, octets, oid, sequence, set, time, utf8 } from "./der.js";

/** All PEM. */
export interface Certificates {
  /** The authority's certificate: what clients trust. */
  ca: string;
  caKey: string;
  /** The serving certificate and its key (PKCS #8). */
  certificate: string;
  key: string;
}

export interface CertificateOptions {
  /** What the server is reached at besides localhost: IP addresses, and names too. */
  addresses: readonly string[];
  /** An authority of an earlier start. It is kept while it is valid for another day and its key fits it. */
  authority?: { ca: string; caKey: string } | undefined;
  /** Milliseconds since 1970. */
  now?: number | undefined;
}

const day = 24 * 60 * 60 * 1000;
const authorityName = "kapply-sandbox-ca";

const names = [
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
];
const loopback = ["127.0.0.1", "::1"];

/** Makes them, valid for a year from yesterday, so that a clock that runs behind sees nothing from the future. */
export function makeCertificates(options: CertificateOptions): Promise<Certificates> {
  const now = options.now ?? Date.now();
  const authority = keptAuthority(options.authority, now) ?? newAuthority(now);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = write({
    subject: "kube-apiserver",
    publicKey,
    signer: authority.key,
    signerId: keyId(createPublicKey(authority.key)),
    now,
    extensions: [
      extension("2.5.29.19", true, sequence()), // basicConstraints: no authority
      extension("2.5.29.15", true, bits(Buffer.from([0x80]), 7)), // keyUsage: digitalSignature
      extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"))), // extKeyUsage: serverAuth
      extension("2.5.29.17", false, sequence(...alternativeNames(options.addresses))),
    ],
  });
  return Promise.resolve({
    ca: authority.pem,
    caKey: pemOf(authority.key),
    certificate,
    key: pemOf(privateKey),
  });
}

interface Authority {
  pem: string;
  key: KeyObject;
}

function newAuthority(now: number): Authority {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = keyId(publicKey);
  const pem = write({
    subject: authorityName,
    publicKey,
    signer: privateKey,
    signerId: id,
    now,
    extensions: [
      extension("2.5.29.19", true, sequence(boolean(true))), // basicConstraints: an authority
      extension("2.5.29.15", true, bits(Buffer.from([0x86]), 1)), // keyUsage: digitalSignature, certSign, crlSign
      extension("2.5.29.14", false, octets(id)), // subjectKeyIdentifier
    ],
  });
  return { pem, key: privateKey };
}

/** What was kept, where it can still be used: else a new one is made, and clients have to be told. */
function keptAuthority(kept: CertificateOptions["authority"], now: number): Authority | undefined {
  if (kept === undefined) return undefined;
  try {
    const certificate = new X509Certificate(kept.ca);
    const key = createPrivateKey(kept.caKey);
    const ours =
      certificate.subject === `CN=${authorityName}` &&
      certificate.checkPrivateKey(key) &&
      key.asymmetricKeyDetails?.namedCurve === "prime256v1";
    return ours && Date.parse(certificate.validTo) > now + day ? { pem: kept.ca, key } : undefined;
  } catch {
    return undefined;
  }
}

interface Content {
  subject: string;
  publicKey: KeyObject;
  signer: KeyObject;
  signerId: Buffer;
  now: number;
  extensions: Buffer[];
}

/** A signed certificate as PEM (RFC 5280, 4.1). The issuer is always the authority. */
function write({ subject, publicKey, signer, signerId, now, extensions }: Content): string {
  const algorithm = sequence(oid("1.2.840.10045.4.3.2")); // ecdsa-with-SHA256
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(serial()),
    algorithm,
    commonName(authorityName),
    sequence(time(new Date(now - day)), time(new Date(now + 364 * day))),
    commonName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions, extension("2.5.29.35", false, sequence(der(0x80, signerId))))),
  );
  const signed = sequence(content, algorithm, bits(sign("sha256", content, signer)));
  const lines = signed.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

// Positive and of 16 bytes: no two authorities of one name have the same, which browsers would refuse.
function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(oid("2.5.4.3"), utf8(name))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

function alternativeNames(addresses: readonly string[]): Buffer[] {
  const plain = addresses.map((address) => address.replace(/^\[|\]$|%.*$/g, ""));
  const all = new Set([...names, ...loopback, ...plain.filter((address) => address !== "")]);
  return [...all].map((name) =>
    isAddress(name) ? der(0x87, addressBytes(name)) : der(0x82, Buffer.from(name, "latin1")),
  );
}

// net.isIP compiles a regular expression for 7 ms before it first says that a name is no IPv6 address.
function isAddress(name: string): boolean {
  return name.includes(":") || /^\d+(\.\d+){3}$/.test(name);
}

/** SHA-1 of the key's bits (RFC 5280, 4.2.1.2, method 1): the last 65 bytes of a P-256 key are an uncompressed point. */
function keyId(key: KeyObject): Buffer {
  const point = key.export({ type: "spki", format: "der" }).subarray(-65);
  return createHash("sha1").update(point).digest();
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
