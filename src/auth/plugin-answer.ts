/** What a credential plugin writes to its stdout: an ExecCredential. */
import { getKey, type Json } from "../json.js";
import type { ExecSpec, Identity } from "../model.js";
import { readDocument } from "./document.js";
import { unusable } from "./failures.js";
import { checkToken } from "./files.js";
import { checkKeyPair } from "./pem.js";
import { pluginName } from "./plugin-run.js";

/**
 * The identity in an answer and when it expires (milliseconds since 1970, Infinity when it does not say).
 * Source: client-go, plugin/pkg/client/auth/exec/exec.go `refreshCredsLocked`. Throws `credentials`; never with a
 * part of the answer in the text, which may be a token.
 */
export async function readAnswer(
  stdout: string,
  spec: ExecSpec,
): Promise<{ identity: Identity; expires: number }> {
  const name = pluginName(spec);
  const answer = await parse(stdout, name);
  if (getKey(answer, "kind") !== "ExecCredential") {
    throw unusable(`${name} wrote no ExecCredential to its stdout`, tryIt);
  }
  const version = getKey(answer, "apiVersion");
  if (version !== spec.apiVersion) {
    throw unusable(
      `${name} answers in ${typeof version === "string" ? version : "no apiVersion"}, but the kubeconfig asks for ${spec.apiVersion}`,
      "set the apiVersion of its exec to what it speaks",
    );
  }
  const status = getKey(answer, "status");
  const token = text(status, "token", name);
  const cert = text(status, "clientCertificateData", name);
  const key = text(status, "clientKeyData", name);
  if (token === "" && cert === "" && key === "")
    throw unusable(`${name} gave neither a token nor a certificate`, tryIt);
  if ((cert === "") !== (key === ""))
    throw unusable(`${name} gave a certificate or a key, but not both`, tryIt);
  const identity: Identity = {
    authorization: token === "" ? undefined : `Bearer ${checkToken(token, name)}`,
    certificate: cert === "" ? undefined : { cert, key },
  };
  if (cert !== "") {
    const what = { cert: `clientCertificateData of ${name}`, key: `clientKeyData of ${name}` };
    checkKeyPair({ cert, key }, what, 0);
  }
  return { identity, expires: expiry(status, name) };
}

const tryIt = "run its command by hand to see what it says";

async function parse(stdout: string, name: string): Promise<Json | undefined> {
  try {
    return await readDocument(stdout, "stdout", "the answer");
  } catch {
    // The cause would quote the answer.
    throw unusable(`${name} wrote something to its stdout that is neither JSON nor YAML`, tryIt);
  }
}

function text(status: unknown, field: string, name: string): string {
  const value = getKey(status, field);
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw unusable(`${name} gave a ${field} that is not text`, tryIt);
}

function expiry(status: unknown, name: string): number {
  const value = text(status, "expirationTimestamp", name);
  if (value === "") return Infinity;
  const at = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(at)) {
    throw unusable(
      `${name} gave an expirationTimestamp that is no time: ${JSON.stringify(value)}`,
      "it must be RFC 3339",
    );
  }
  return at;
}
