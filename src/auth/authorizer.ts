/** Keeping an identity fresh while kapply runs. */
import type { Authorizer, Connection, Identity } from "../model.js";
import type { AuthEnvironment } from "./environment.js";
import { pluginAuthorizer } from "./plugin-authorizer.js";
import { tokenFileAuthorizer } from "./token-file.js";

/**
 * The authorizer of a connection. One per connection: it holds what a token file or a credential plugin last gave, and
 * asks again once for all requests that wait for it.
 *
 * `identity()` throws KapplyError `credentials` when there is nothing to come with; `renew()` when a plugin fails.
 * A static client certificate is in `connection.tls`, not in the identity.
 */
export function createAuthorizer(connection: Connection, environment: AuthEnvironment): Authorizer {
  const { credential } = connection;
  switch (credential.kind) {
    case "none":
    case "certificate":
      return fixed({});
    case "token":
      return fixed({ authorization: `Bearer ${credential.token}` });
    case "basic": {
      const pair = Buffer.from(`${credential.username}:${credential.password}`, "utf8").toString("base64");
      return fixed({ authorization: `Basic ${pair}` });
    }
    case "token-file":
      return tokenFileAuthorizer(credential.path, environment);
    case "exec":
      return pluginAuthorizer(credential.spec, environment);
  }
}

function fixed(identity: Identity): Authorizer {
  return { identity: () => Promise.resolve(identity), renew: () => Promise.resolve(false) };
}
