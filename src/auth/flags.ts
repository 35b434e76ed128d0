/** Flags that can't be meant as they are. */
import type { AuthFlags } from "./environment.js";
import { misused } from "./failures.js";

/**
 * Refuses empty values. kubectl takes an empty flag for an absent one, so that `--server "$URL"` or `-n "$NS"` with an
 * unset variable quietly means another cluster or another namespace. Throws `usage`.
 */
export function checkFlags(flags: AuthFlags): void {
  for (const key of Object.keys(names) as (keyof AuthFlags)[]) {
    const value = flags[key];
    const empty = Array.isArray(value) ? value.some((item) => item === "") : value === "";
    if (!empty) continue;
    throw misused(`${names[key]} is empty`, "leave it out, or check that the variable it comes from is set");
  }
}

const names: Readonly<Record<keyof AuthFlags, string>> = {
  server: "--server",
  token: "--token",
  certificateAuthority: "--certificate-authority",
  clientCertificate: "--client-certificate",
  clientKey: "--client-key",
  insecureSkipTlsVerify: "--insecure-skip-tls-verify",
  tlsServerName: "--tls-server-name",
  kubeconfig: "--kubeconfig",
  context: "--context",
  cluster: "--cluster",
  user: "--user",
  username: "--username",
  password: "--password",
  as: "--as",
  asUid: "--as-uid",
  asGroup: "--as-group",
  asUserExtra: "--as-user-extra",
  namespace: "--namespace",
  proxy: "--proxy",
};
