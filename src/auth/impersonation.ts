/** Acting as somebody else: `--as` and its kin, and the same fields of a kubeconfig's user. */
import type { Impersonation } from "../model.js";
import type { AuthFlags } from "./environment.js";
import { misused, unusable } from "./failures.js";
import { nameOf, objectField, textField, texts, textsField, type Entry } from "./kubeconfig-entry.js";

/**
 * Whom to act as. `--as` starts afresh: groups that a kubeconfig gives to its own `as` do not come along with another
 * user, where kubectl would mix the two (client-go: tools/clientcmd/client_config.go, `getAuthInfo`). The other
 * flags, without `--as`, replace the kubeconfig's field of the same meaning.
 * Throws `usage` or `credentials`; a uid, groups or extra need a user (tools/clientcmd/validation.go).
 */
export function chooseImpersonation(flags: AuthFlags, entry: Entry | undefined): Impersonation | undefined {
  const base = flags.as === undefined && entry !== undefined ? fromEntry(entry) : undefined;
  const user = flags.as ?? base?.user;
  const uid = flags.asUid ?? base?.uid;
  const groups = flags.asGroup?.length ? flags.asGroup : (base?.groups ?? []);
  const extra = flags.asUserExtra?.length ? parseExtra(flags.asUserExtra) : (base?.extra ?? {});
  if (user !== undefined) return { user, uid, groups, extra };
  if (uid === undefined && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  if (entry !== undefined && base !== undefined && !flags.asUid && !flags.asGroup && !flags.asUserExtra) {
    throw unusable(
      `${nameOf(entry)} has as-uid, as-groups or as-user-extra, but no as`,
      "add the user to act as",
    );
  }
  throw misused("--as-uid, --as-group and --as-user-extra need --as", "say whom to act as: --as USER");
}

type Fields = { user: string | undefined } & Omit<Impersonation, "user">;

function fromEntry(entry: Entry): Fields {
  const extra = objectField(entry, "as-user-extra") ?? {};
  return {
    user: textField(entry, "as"),
    uid: textField(entry, "as-uid"),
    groups: textsField(entry, "as-groups"),
    extra: Object.fromEntries(
      Object.entries(extra).map(([key, value]) => [key, texts(value, entry, `as-user-extra.${key}`)]),
    ),
  };
}

function parseExtra(items: string[]): Record<string, string[]> {
  const extra = new Map<string, string[]>();
  for (const item of items) {
    const at = item.indexOf("=");
    if (at < 1) throw misused(`--as-user-extra ${item} is not KEY=VALUE`);
    const key = item.slice(0, at);
    extra.set(key, [...(extra.get(key) ?? []), item.slice(at + 1)]);
  }
  return Object.fromEntries(extra);
}
