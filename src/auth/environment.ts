/** What the command line and the process hand in: nothing in this room reads `process`. */

/** The flags that say which server and as whom. Absent and undefined are the same; an empty text is a mistake. */
export interface AuthFlags {
  server?: string | undefined;
  token?: string | undefined;
  certificateAuthority?: string | undefined;
  clientCertificate?: string | undefined;
  clientKey?: string | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  tlsServerName?: string | undefined;
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  as?: string | undefined;
  asUid?: string | undefined;
  asGroup?: string[] | undefined;
  /** Each `key=value`; a key may come several times. */
  asUserExtra?: string[] | undefined;
  namespace?: string | undefined;
  /** `--proxy` alone is true; else a URL, `HOST:PORT`, `PORT` or `unix:/path`. */
  proxy?: string | true | undefined;
}

export interface AuthEnvironment {
  env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, empty when there is none. */
  homedir: string;
  /** What relative paths on the command line and in KUBECONFIG are relative to. */
  cwd: string;
  /** Where a pod has its service account's files; `/var/run/secrets/kubernetes.io/serviceaccount` unless told. */
  serviceAccountDir?: string | undefined;
  /** Whether a person may answer a credential plugin. */
  stdinIsTerminal: boolean;
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined;
  /** Takes a warning for people, a sentence without a full stop. */
  notify?: ((message: string) => void) | undefined;
}

/** Where a pod finds the files of its service account (client-go: rest/config.go, `InClusterConfig`). */
export const defaultServiceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount";
