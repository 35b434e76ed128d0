/**
 * The key that signs service account tokens, as JSON web signatures with ES256.
 *
 * Source: RFC 7515, RFC 7518; kubernetes pkg/serviceaccount/jwt.go, openidmetadata.go.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import type { JsonObject } from "../../json.js";

export interface Keys {
  sign: (claims: JsonObject) => string;
  /** Whether the last part of a token signs the others. `header` is the first, decoded. */
  check: (token: string, header: JsonObject) => "good" | "bad" | "unknown key";
  /** The public key as a JSON web key (RFC 7517). */
  publicKey: () => JsonObject;
}

/** A new private key, as PEM (PKCS 8). */
export function createSigningKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Reads a private key (P-256, PEM), or makes one when it is first needed. Throws for another key, or none. */
export function createKeys(pem?: string): Keys {
  let made: { privateKey: KeyObject; publicKey: KeyObject; id: string } | undefined;
  const keys = (): NonNullable<typeof made> => {
    if (made !== undefined) return made;
    const privateKey = createPrivateKey(pem ?? createSigningKey());
    if (privateKey.asymmetricKeyDetails?.namedCurve !== "prime256v1")
      throw new Error("the key that signs tokens must be an elliptic curve key on P-256");
    const publicKey = createPublicKey(privateKey);
    const der = publicKey.export({ type: "spki", format: "der" });
    return (made = { privateKey, publicKey, id: createHash("sha256").update(der).digest("base64url") });
  };
  if (pem !== undefined) keys();
  const options = { dsaEncoding: "ieee-p1363" } as const;

  return {
    sign: (claims) => {
      const { privateKey, id } = keys();
      const signed = `${encode({ alg: "ES256", kid: id })}.${encode(claims)}`;
      const signature = sign("sha256", Buffer.from(signed), { key: privateKey, ...options });
      return `${signed}.${signature.toString("base64url")}`;
    },
    check: (token, { alg, kid }) => {
      const { publicKey, id } = keys();
      if (typeof kid === "string" && kid !== "" && kid !== id) return "unknown key";
      const end = token.lastIndexOf(".");
      const signature = Buffer.from(token.slice(end + 1), "base64url");
      const signed = Buffer.from(token.slice(0, end));
      const good = alg === "ES256" && verify("sha256", signed, { key: publicKey, ...options }, signature);
      // Characters that decoding ignores would make many spellings of one token.
      return good && signature.toString("base64url") === token.slice(end + 1) ? "good" : "bad";
    },
    publicKey: () => {
      const { publicKey, id } = keys();
      const { crv, x, y } = publicKey.export({ format: "jwk" });
      return { use: "sig", kty: "EC", kid: id, crv: crv ?? "", alg: "ES256", x: x ?? "", y: y ?? "" };
    },
  };
}

function encode(part: JsonObject): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
