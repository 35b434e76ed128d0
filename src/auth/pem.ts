/** Certificates, keys and base64, checked where they are read: a TLS handshake only says that something is wrong. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { unusable } from "./failures.js";

/**
 * The text behind base64 as Go reads it: standard alphabet, padded, line breaks ignored.
 * Throws `credentials` without echoing the data.
 */
export function decodeBase64(data: string, what: string): string {
  const compact = data.replace(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    throw unusable(
      `${what} is not valid base64`,
      data.includes("-----BEGIN")
        ? "it is PEM text itself: encode it with `base64 -w0`, or name a file in the field without -data"
        : "copy it again as one whole piece",
    );
  }
  return Buffer.from(compact, "base64").toString("utf8");
}

/** A bundle of certificates to trust. Throws `credentials` when it holds none that can be read. */
export function checkAuthority(pem: string, what: string): string {
  if (parseCertificate(pem) === undefined) {
    throw unusable(
      `${what} holds no certificate that can be read`,
      "it must be one or more PEM blocks that start with -----BEGIN CERTIFICATE-----",
    );
  }
  return pem;
}

/**
 * A client certificate and its key. Throws `credentials` when one can't be read or they do not belong together.
 * Calls `notify` when the certificate is out of date: the server decides by its own clock.
 */
export function checkKeyPair(
  pair: { cert: string; key: string },
  what: { cert: string; key: string },
  now: number,
  notify?: (message: string) => void,
): void {
  const certificate = parseCertificate(pair.cert);
  if (certificate === undefined) throw unusable(`${what.cert} holds no certificate that can be read`);
  let key;
  try {
    key = createPrivateKey(pair.key);
  } catch (error) {
    throw unusable(
      `${what.key} holds no private key that can be read`,
      "it must be an unencrypted PEM private key",
      // The error of node:crypto says what OpenSSL could not do, never what the key is.
      error,
    );
  }
  if (!certificate.checkPrivateKey(key)) {
    throw unusable(`${what.key} is not the key of ${what.cert}`, "take both from the same login or export");
  }
  if (Date.parse(certificate.validTo) < now) {
    notify?.(`${what.cert} ended on ${certificate.validTo}: the server will hardly accept it`);
  }
}

function parseCertificate(pem: string): X509Certificate | undefined {
  const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem);
  if (block === null) return undefined;
  try {
    return new X509Certificate(block[0]);
  } catch {
    return undefined;
  }
}
