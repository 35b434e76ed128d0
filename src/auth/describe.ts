/** A credential in words. */
import { basename } from "node:path";
import type { Credential } from "../model.js";

/** What `kapply whoami` says of a credential: its kind and where it comes from, never a secret. */
export function describeCredential(credential: Credential): string {
  switch (credential.kind) {
    case "none":
      return "no credentials";
    case "token":
      return `bearer token (${credential.from})`;
    case "token-file":
      return `bearer token in ${credential.path}`;
    case "basic":
      return `user name ${credential.username} and password`;
    case "certificate":
      return `client certificate (${credential.from})`;
    case "exec":
      return `credential plugin ${basename(credential.spec.command)} (${credential.spec.from})`;
  }
}
