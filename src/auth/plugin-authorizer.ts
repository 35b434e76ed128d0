/** An identity from a credential plugin: asked for once, and again when it expires or is refused. */
import type { Authorizer, ExecSpec, Identity } from "../model.js";
import type { AuthEnvironment } from "./environment.js";
import { once } from "./once.js";

/**
 * Runs the plugin at the first `identity()`, holds its answer for the process, runs it again after its
 * expirationTimestamp and by `renew` (client-go: plugin/pkg/client/auth/exec/exec.go `getCreds`,
 * `maybeRefreshCreds`). Throws `credentials`.
 */
export function pluginAuthorizer(spec: ExecSpec, environment: AuthEnvironment): Authorizer {
  const now = environment.now ?? Date.now;
  let held: { identity: Identity; expires: number } | undefined;

  const ask = once(async (): Promise<Identity> => {
    // Most runs have no plugin: what starts processes is loaded for those that do.
    const [{ runPlugin }, { readAnswer }] = await Promise.all([
      import("./plugin-run.js"),
      import("./plugin-answer.js"),
    ]);
    const { identity, expires } = await readAnswer(await runPlugin(spec, environment), spec);
    held = { identity, expires };
    return identity;
  });

  return {
    identity: () => (held !== undefined && now() < held.expires ? Promise.resolve(held.identity) : ask()),
    async renew(refused) {
      const before = refused ?? held?.identity;
      if (refused !== undefined && held !== undefined && !same(refused, held.identity)) return true;
      return !same(await ask(), before);
    },
  };
}

function same(a: Identity, b: Identity | undefined): boolean {
  return (
    a.authorization === b?.authorization &&
    a.certificate?.cert === b?.certificate?.cert &&
    a.certificate?.key === b?.certificate?.key
  );
}
