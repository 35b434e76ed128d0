/** Every flag, once: parsing, help and completion all read this table. Names and meaning are kubectl's where it has them. */

export interface Flag {
  short?: string;
  /** `switch`: nothing or =true/=false. `text`: one value. `list`: repeats, and commas separate. `repeat`: repeats. */
  takes: "switch" | "text" | "list" | "repeat";
  /** What the value is called in help. */
  value?: string;
  /** What the flag means without a value; only then may the value be left out. */
  bare?: string;
  choices?: readonly string[];
  help: string;
}

export const flags = {
  filename: {
    short: "f",
    takes: "list",
    value: "FILE",
    help: "file or directory of manifests, - for standard input; repeats, commas separate",
  },
  recursive: { short: "R", takes: "switch", help: "read directories with all below them" },
  selector: {
    short: "l",
    takes: "text",
    value: "SELECTOR",
    help: "only manifests whose labels match, as in app=web,tier!=db,env in (a,b); wait KIND -l: objects that do",
  },
  all: {
    takes: "switch",
    help: "wait KIND --all: all objects of the kind, in the namespace where it has one",
  },
  namespace: { short: "n", takes: "text", value: "NAME", help: "namespace for manifests that name none" },
  output: {
    short: "o",
    takes: "text",
    value: "FORMAT",
    choices: ["text", "json", "ndjson", "yaml", "name"],
    help: "text, json, ndjson (events as they happen), name; of apply --dry-run=client also yaml",
  },
  "dry-run": {
    takes: "text",
    value: "client|server",
    bare: "client",
    choices: ["none", "client", "server"],
    help: "server: show what would change; client: print the objects as they would be sent, without a server",
  },
  validate: {
    takes: "text",
    value: "MODE",
    bare: "strict",
    choices: ["strict", "warn", "ignore", "true", "false"],
    help: "what unknown fields are to kapply: errors (strict, the default), warnings, or nothing; server-side apply itself refuses them",
  },
  "field-manager": {
    takes: "text",
    value: "NAME",
    help: "who owns the fields that are applied (default kapply)",
  },
  "force-conflicts": {
    takes: "switch",
    help: "take fields over from others: --on-conflict=force",
  },
  "on-conflict": {
    takes: "text",
    value: "MODE",
    choices: ["fail", "force", "yield"],
    help: "fields that others own with another value: fail (the default), force (take them), yield (leave them)",
  },
  "take-over-from": {
    takes: "list",
    value: "MANAGER",
    help: "make this field manager's fields ours, as those of kubectl apply on the client always are; repeats",
  },
  "read-only": {
    takes: "switch",
    help: "send nothing but GETs, not even dry runs: changes are predicted here",
  },
  wait: { takes: "switch", help: "after applying, wait until every object is ready" },
  for: {
    takes: "text",
    value: "GOAL",
    help: "what to wait for: ready (default), create, delete, condition=NAME[=VALUE], jsonpath={.path}[=VALUE]",
  },
  set: {
    takes: "text",
    value: "NAME",
    help: "name of this manifest set: a label on its objects, and its Lease",
  },
  lock: { takes: "switch", help: "hold the set's Lease while applying: one run at a time" },
  revision: {
    takes: "text",
    value: "N",
    help: "revision of the set, a number or a timestamp: an older one than was applied is skipped; auto: that of this pod's controller",
  },
  "allow-downgrade": { takes: "switch", help: "apply an older revision all the same" },
  owner: {
    takes: "text",
    value: "OWNER",
    help: "who owns the objects, so that they go with it: KIND/NAME, or self, the top controller of this pod",
  },
  "env-subst": {
    takes: "repeat",
    value: "A,B",
    bare: "*",
    help: "replace ${A}, ${A:-default} and ${A:?message} in values by environment variables; all, or those named; $${A} is text",
  },
  report: { takes: "text", value: "FILE", help: "write the whole result as JSON" },
  "termination-log": {
    takes: "text",
    value: "FILE",
    help: "where a failure is summed up for kubectl describe pod (default /dev/termination-log in a pod)",
  },
  "server-side": { takes: "switch", help: "always so; accepted for kubectl's sake" },
  "allow-empty": { takes: "switch", help: "finding no manifest is no error" },
  "show-secrets": { takes: "switch", help: "print values of Secrets instead of masking them" },
  concurrency: { takes: "text", value: "N", help: "requests at a time (default 16)" },
  timeout: {
    takes: "text",
    value: "DURATION",
    help: "time for the whole run, as in 90s, 5m (default 5m; 0 or negative: no limit, but wait --timeout=0 looks once)",
  },
  "request-timeout": {
    takes: "text",
    value: "DURATION",
    help: "time for one attempt of a request (default 30s)",
  },
  "wait-for-access": {
    takes: "text",
    value: "DURATION",
    help: "how long a 403 may mean that a Role or RoleBinding is not there yet (default 10s in a pod, else 0)",
  },
  "max-file-size": {
    takes: "text",
    value: "SIZE",
    help: "largest file that is read, as in 16Mi (default 16Mi)",
  },
  "max-total-size": { takes: "text", value: "SIZE", help: "most that is read in all (default 64Mi)" },
  kubeconfig: {
    takes: "text",
    value: "FILE",
    help: "kubeconfig to use instead of $KUBECONFIG or ~/.kube/config",
  },
  context: { takes: "text", value: "NAME", help: "context of the kubeconfig" },
  cluster: { takes: "text", value: "NAME", help: "cluster of the kubeconfig" },
  user: { takes: "text", value: "NAME", help: "user of the kubeconfig" },
  server: { short: "s", takes: "text", value: "URL", help: "address of the API server" },
  token: { takes: "text", value: "TOKEN", help: "bearer token" },
  "certificate-authority": {
    takes: "text",
    value: "FILE",
    help: "certificates that the server is trusted by",
  },
  "client-certificate": { takes: "text", value: "FILE", help: "client certificate" },
  "client-key": { takes: "text", value: "FILE", help: "key of the client certificate" },
  "insecure-skip-tls-verify": { takes: "switch", help: "trust any server: for experiments only" },
  "tls-server-name": { takes: "text", value: "NAME", help: "name to expect in the server's certificate" },
  username: { takes: "text", value: "NAME", help: "user name for basic authentication" },
  password: { takes: "text", value: "PASSWORD", help: "password for basic authentication" },
  as: { takes: "text", value: "USER", help: "act as this user" },
  "as-group": { takes: "repeat", value: "GROUP", help: "act as a member of this group; repeats" },
  "as-uid": { takes: "text", value: "UID", help: "act with this UID" },
  "as-user-extra": { takes: "repeat", value: "KEY=VALUE", help: "act with this extra; repeats" },
  proxy: {
    takes: "text",
    value: "URL",
    bare: "http://127.0.0.1:8001",
    help: "go through kubectl proxy: a URL, or unix:/path (default http://127.0.0.1:8001)",
  },
  listen: {
    takes: "text",
    value: "HOST:PORT",
    help: "where to listen (default 127.0.0.1 and any free port)",
  },
  http: { takes: "switch", help: "plain HTTP without credentials, on this machine only" },
  seed: {
    takes: "list",
    value: "FILE",
    help: "file or directory of manifests to start with, - for standard input; repeats",
  },
  state: { takes: "text", value: "FILE", help: "keep everything in a file, and start from it" },
  log: {
    takes: "text",
    value: "FORMAT",
    bare: "text",
    choices: ["text", "json"],
    help: "print each request to stderr",
  },
  fault: {
    takes: "repeat",
    value: "SPEC",
    help: "misbehave on purpose, as in 429,retry-after=1,every=5; help lists all words; repeats",
  },
  dir: {
    takes: "text",
    value: "DIR",
    help: "folder for the kubeconfig, ca.crt and service-account files (default a temporary one)",
  },
  "service-account": {
    takes: "text",
    value: "NAMESPACE/NAME",
    help: "whose token the in-pod files hold (default default/default)",
  },
  "client-ca": {
    takes: "text",
    value: "FILE",
    help: "authority whose client certificates are users: CN the name, O the groups",
  },
  help: { short: "h", takes: "switch", help: "show this help" },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof flags;

/** The flags that say which server, as whom: every command that connects has them. */
export const connectionFlags: readonly FlagName[] = [
  "kubeconfig",
  "context",
  "cluster",
  "user",
  "server",
  "token",
  "certificate-authority",
  "client-certificate",
  "client-key",
  "insecure-skip-tls-verify",
  "tls-server-name",
  "username",
  "password",
  "as",
  "as-group",
  "as-uid",
  "as-user-extra",
  "proxy",
  "namespace",
  "timeout",
  "request-timeout",
  "wait-for-access",
];

/** The flags about a manifest set: `diff` takes those of `apply`, or it would show what `apply` does not do. */
export const setFlags: readonly FlagName[] = ["set", "lock", "revision", "allow-downgrade", "owner"];

/** The flags that say which manifests. */
export const manifestFlags: readonly FlagName[] = [
  "filename",
  "recursive",
  "selector",
  "validate",
  "allow-empty",
  "env-subst",
  "max-file-size",
  "max-total-size",
];
