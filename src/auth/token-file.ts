/** A bearer token in a file that somebody else renews: the kubelet, a login tool. */
import type { Authorizer, Identity } from "../model.js";
import { steadyNow } from "../time.js";
import type { AuthEnvironment } from "./environment.js";
import { readToken } from "./files.js";
import { once } from "./once.js";

// A minute less ten seconds (client-go: transport/token_source.go, `NewCachedFileTokenSource`): the kubelet renews a
// token at 80 % of a life of ten minutes or more.
const freshFor = 50_000;
// After a failed read, so that a file which is away for a moment is not asked for by each request.
const retryAfter = 5_000;

/**
 * Reads the file again when what it gave is older than about a minute, and at once by `renew`. When it can't be read
 * any more, the last token stays in use and `notify` says so, once. Throws `credentials` when there never was one.
 */
export function tokenFileAuthorizer(path: string, environment: AuthEnvironment): Authorizer {
  const now = environment.now ?? steadyNow;
  let held: Identity | undefined;
  let readAgainAt = 0;
  let warned = false;

  const read = once(async (): Promise<Identity> => {
    try {
      const token = await readToken(
        path,
        "the token file",
        "it is renewed by the kubelet or by logging in again",
      );
      const authorization = `Bearer ${token}`;
      if (held?.authorization !== authorization) held = { authorization };
      readAgainAt = now() + freshFor;
      warned = false;
      return held;
    } catch (error) {
      if (held === undefined) throw error;
      if (!warned) environment.notify?.(`${path} can't be read any more: its last token stays in use`);
      warned = true;
      readAgainAt = now() + retryAfter;
      return held;
    }
  });

  return {
    identity: () => (held !== undefined && now() < readAgainAt ? Promise.resolve(held) : read()),
    async renew(refused) {
      const before = refused ?? held;
      if (refused !== undefined && held !== undefined && refused.authorization !== held.authorization)
        return true;
      return (await read()).authorization !== before?.authorization;
    },
  };
}
