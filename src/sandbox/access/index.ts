/** Who may do what: authentication, RBAC, reviews, tokens, and what of these a fresh cluster holds. */
import type { JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import type { Ask, Holdings, HttpCall, User } from "../model.js";
import type { StatusError } from "../status.js";
import { authenticated, senderOf } from "./authenticate.js";
import { escalationOf, type Write } from "./escalate.js";
import { decide, type Decision } from "./grants.js";
import { createImpersonation } from "./impersonate.js";
import { createKeys } from "./keys.js";
import { refuse } from "./refusal.js";
import { answerReview } from "./reviews.js";
import { answerTokenRequest } from "./token-request.js";
import { createTokens, issuer } from "./tokens.js";
import { wantedUser } from "./wanted.js";

export { bootstrapObjects } from "./bootstrap.js";
export { createSigningKey } from "./keys.js";

export interface Access {
  /**
   * Who sends a request, and as whom: by client certificate, bearer token or neither, and `Impersonate-*` headers.
   * `ask` is what the request asks: impersonation is allowed or refused with regard to it. Throws the 401 for a bad
   * token, the 403 for an impersonation that is refused, the 400 for one that names no user.
   */
  authenticate: (call: HttpCall, ask: Ask) => User;
  /** Whether RBAC allows it, as things stand now. `reason` is what the RBAC authorizer says, often "". */
  authorize: (user: User, ask: Ask) => Decision;
  /** The 403 for what `authorize` does not allow. */
  refusal: (user: User, ask: Ask) => StatusError;
  /**
   * Answers a review of authentication.k8s.io/v1 or authorization.k8s.io/v1: the object with its status. Undefined for
   * other kinds. What `body` has in `metadata.managedFields` is kept where the server keeps it. Throws 400s and 422s.
   */
  review: (kind: string, body: JsonObject, user: User, namespace: string) => JsonObject | undefined;
  /** Answers a TokenRequest for a service account that is there. Throws 400s, 404s, 409s and 422s. */
  requestToken: (serviceAccount: KubeObject, body: JsonObject) => JsonObject;
  /** The failure for a write of a Role or binding that gives more than the user has; undefined when all is well. */
  escalation: (user: User, write: Write) => StatusError | undefined;
  /** What `/openid/v1/jwks` answers, so that others can verify our tokens. */
  publicKeys: () => JsonObject;
  /** What `/.well-known/openid-configuration` answers. `server` is the base URL that clients reach us at. */
  openIdConfiguration: (server: string) => JsonObject;
}

export interface AccessOptions {
  holdings: Holdings;
  /** The token of the administrator, who is in `system:masters`. */
  adminToken: string;
  /** More tokens, each with the user it stands for. */
  extraTokens?: Readonly<Record<string, User>> | undefined;
  /** A private key from `createSigningKey`; without one, tokens live as long as the process. */
  signingKey?: string | undefined;
  /** In milliseconds; `Date.now` by default. */
  now?: (() => number) | undefined;
}

/** The administrator that `adminToken` stands for. */
const administrator: User = { username: "kubernetes-admin", groups: ["system:masters"] };

/** Access to what is held: nothing of `holdings` is remembered that could change. Throws for a key that is none. */
export function createAccess(options: AccessOptions): Access {
  const { holdings } = options;
  const now = options.now ?? Date.now;
  const keys = createKeys(options.signingKey);
  const given: [string, User][] = [
    ...Object.entries(options.extraTokens ?? {}),
    [options.adminToken, administrator],
  ];
  const fixed = new Map(given.map(([token, user]) => [token, authenticated(user)]));
  const tokens = createTokens({ holdings, keys, fixed, now });
  const impersonate = createImpersonation((user, question) => decide(holdings, user, question));
  return {
    authenticate: (call, ask) => {
      const sender = senderOf(call, tokens);
      const wanted = wantedUser(call.headers);
      return wanted === undefined ? sender : impersonate(sender, wanted, ask);
    },
    authorize: (user, ask) => decide(holdings, user, ask),
    refusal: (user, ask) => refuse(user, ask, decide(holdings, user, ask).reason),
    review: (kind, body, user, namespace) =>
      answerReview({ holdings, tokens, now: now() }, kind, body, user, namespace),
    requestToken: (account, body) => answerTokenRequest({ holdings, keys, now: now(), account, body }),
    escalation: (user, write) => escalationOf(holdings, user, write),
    publicKeys: () => ({ keys: [keys.publicKey()] }),
    openIdConfiguration: (server) => ({
      issuer,
      jwks_uri: `${server}/openid/v1/jwks`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    }),
  };
}
