/**
 * Who sends a request.
 *
 * Source: kubernetes pkg/kubeapiserver/authenticator/config.go (the order); apiserver
 * pkg/authentication/request/bearertoken, pkg/authentication/group, pkg/authentication/request/anonymous.
 */
import type { HttpCall, User } from "../model.js";
import { unauthorized } from "../status.js";
import { issuer, type Tokens } from "./tokens.js";

const anonymous: User = { username: "system:anonymous", groups: ["system:unauthenticated"] };

/**
 * The sender: of the client certificate, else of the bearer token, else the anonymous user. Throws the 401 for a token
 * that is nobody's.
 */
export function senderOf(call: HttpCall, tokens: Tokens): User {
  if (call.certificate !== undefined) return authenticated(call.certificate);
  const token = bearerToken(call.headers["authorization"]);
  if (token === undefined) return anonymous;
  const verdict = tokens.verify(token, [issuer]);
  if ("error" in verdict) throw unauthorized();
  return authenticated(verdict.user);
}

/** The token of an Authorization header; another scheme, or none, is no token at all. */
function bearerToken(header: string | undefined): string | undefined {
  const [scheme, token] = (header ?? "").trim().split(" ");
  return scheme?.toLowerCase() === "bearer" && token !== undefined && token !== "" ? token : undefined;
}

/** With the group that all have who said who they are. */
export function authenticated(user: User): User {
  const decided = ["system:authenticated", "system:unauthenticated"];
  if (user.username === anonymous.username || user.groups.some((group) => decided.includes(group)))
    return user;
  return { ...user, groups: [...user.groups, "system:authenticated"] };
}
