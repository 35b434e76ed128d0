/**
 * Users by client certificate: the common name is the user, the organizations are the groups.
 *
 * Source: apiserver pkg/authentication/request/x509/x509.go.
 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { User } from "../model.js";

/** What the client showed of itself when it connected. */
export type Presented =
  | { is: "nothing" }
  | { is: "user"; user: User }
  /** A certificate that no authority of ours has signed, or one that is not valid now. */
  | { is: "unknown" };

const nothing: Presented = { is: "nothing" };

/** Of one connection. Made once: it costs more than a small request. */
export function presentedBy(socket: Socket): Presented {
  if (!(socket instanceof TLSSocket)) return nothing;
  const certificate = socket.getPeerCertificate() as Partial<
    ReturnType<TLSSocket["getPeerCertificate"]>
  > | null;
  if (certificate?.subject === undefined) return nothing;
  if (!socket.authorized) return { is: "unknown" };
  const subject = certificate.subject as unknown as Record<string, string | string[] | undefined>;
  const username = listOf(subject["CN"]).at(-1) ?? "";
  if (username === "") return nothing;
  const fingerprint = certificate.fingerprint256?.replaceAll(":", "").toLowerCase() ?? "";
  const extra = { "authentication.kubernetes.io/credential-id": [`X509SHA256=${fingerprint}`] };
  return { is: "user", user: { username, groups: listOf(subject["O"]), extra } };
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
