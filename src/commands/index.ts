/** The commands: what they are called, which flags they take, what they show in help. The code of each loads when it runs. */
import type { Command } from "./context.js";
import { connectionFlags, manifestFlags, setFlags } from "./flags.js";
import type { FlagName } from "./flags.js";

const applying: readonly FlagName[] = [
  ...manifestFlags,
  "output",
  "field-manager",
  "force-conflicts",
  "on-conflict",
  "take-over-from",
  "server-side",
  "show-secrets",
  "concurrency",
  "report",
  "termination-log",
  ...connectionFlags,
];

export const commands: readonly Command[] = [
  {
    name: "apply",
    summary: "create or update the objects of a manifest set",
    usage: "apply -f FILE [flags]",
    description:
      "Reads all manifests, checks them, compares them with what is live, and writes what differs by server-side\n" +
      "apply: namespaces and CRDs first, workloads later, in parallel. One broken manifest, and nothing is sent.",
    flags: [...applying.slice(0, 9), "dry-run", ...applying.slice(9), "wait", ...setFlags],
    examples: [
      ["Apply a directory", "kapply apply -f deploy/"],
      ["See what would change, without changing it", "kapply apply -f deploy/ --dry-run=server"],
      ["Leave replicas to the autoscaler", "kapply apply -f deploy/ --on-conflict=yield"],
      ["From another tool's output", "helm template web ./chart | kapply apply -n web -f -"],
      ["Through kubectl proxy", "kapply apply -f deploy/ --proxy"],
    ],
    load: async () => (await import("./apply.js")).apply,
  },
  {
    name: "diff",
    summary: "show what apply would change; exits 1 when it would",
    usage: "diff -f FILE [flags]",
    description:
      "Prints a unified YAML diff between what is live and what apply would make of it, as the server's dry run has\n" +
      "it. Writes nothing. Exits 0 when nothing would change and 1 when something would. Who may only read, or asks\n" +
      "for it with --read-only, gets a prediction.",
    flags: [...applying.slice(0, 9), "read-only", ...applying.slice(9), ...setFlags],
    examples: [
      ["Before applying", "kapply diff -f deploy/"],
      ["With no permission to write", "kapply diff -f deploy/ --read-only"],
      ["In a script", "kapply diff -f deploy/ -o json"],
    ],
    load: async () => (await import("./apply.js")).diff,
  },
  {
    name: "wait",
    summary: "wait until objects are ready, there, gone, or as --for says",
    usage: "wait (-f FILE | KIND/NAME ... | KIND -l SELECTOR | KIND --all) [flags]",
    description:
      "Watches objects until each is what --for says, and says why those are not that still are not. Ends at once when\n" +
      "one never will be: a failed Job, an image that can't be pulled, a stalled rollout. Exits 7 then, and when --timeout\n" +
      "passes. A Service that is named is ready once somebody answers behind it. A kind that is not served yet is waited\n" +
      "for where its group is named, as in certificates.cert-manager.io/web. --timeout=0 looks once.",
    flags: [
      "filename",
      "recursive",
      "selector",
      "all",
      "env-subst",
      "for",
      "output",
      "report",
      "termination-log",
      ...connectionFlags,
    ],
    examples: [
      ["In an init container: until the database answers", "kapply wait service/db"],
      ["Until a Job is done", "kapply wait job/migrate --timeout=10m"],
      ["Until a CRD is served", "kapply wait crd/certificates.cert-manager.io"],
      [
        "Until a custom resource is ready, though its controller has not reported yet",
        "kapply wait certificates.cert-manager.io/web --for=condition=Ready",
      ],
      ["Until a Secret is there", "kapply wait secret/web-tls --for=create"],
      ["Pods by their labels", "kapply wait pod -l app=web --for=condition=Ready"],
      ["All objects of a kind", "kapply wait node --all --for=condition=Ready"],
      ["All objects of a set", "kapply wait -f deploy/"],
    ],
    load: async () => (await import("./wait.js")).wait,
  },
  {
    name: "validate",
    summary: "check manifests without a server",
    usage: "validate -f FILE [flags]",
    description:
      "Checks manifests against the schemas of all built-in kinds and of the CRDs in the set. All problems of all\n" +
      "files are listed, each with file, line and column. Needs no server.",
    flags: [...manifestFlags, "namespace", "output", "show-secrets", "report", "termination-log"],
    examples: [
      ["A directory and all below it", "kapply validate -R -f deploy/"],
      ["As JSON", "kapply validate -f web.yaml -o json"],
    ],
    load: async () => (await import("./apply.js")).validate,
  },
  {
    name: "whoami",
    summary: "how the server was found, as whom, which namespace, which version",
    usage: "whoami [flags]",
    description:
      "Says which API server kapply would talk to and why, with which credentials, and what the server says of them.",
    flags: ["output", ...connectionFlags],
    examples: [["In a pod, to see what it may be", "kapply whoami"]],
    load: async () => (await import("./whoami.js")).whoami,
  },
  {
    name: "raw",
    summary: "GET a path of the API, as curl with token and CA would",
    usage: "raw PATH [flags]",
    description: "Sends one GET with the credentials that were found and prints the answer as it came.",
    flags: connectionFlags,
    examples: [
      ["The Pods of a namespace", "kapply raw /api/v1/namespaces/default/pods"],
      ["What the server serves", "kapply raw /api"],
    ],
    load: async () => (await import("./raw.js")).raw,
  },
  {
    name: "sandbox",
    summary: "run a Kubernetes-style API server here, for first runs, demos and tests",
    usage: "sandbox [flags] [-- COMMAND ...]",
    description:
      "Starts an in-memory API server on this machine, prints its URL and a kubeconfig, and runs until Ctrl-C. kubectl\n" +
      "works with it too. With a COMMAND, runs that against it, with KUBECONFIG and what a pod has in the environment,\n" +
      "and exits with its status. No controllers run: a Deployment is stored, and makes no Pods.",
    flags: [
      "seed",
      "recursive",
      "state",
      "log",
      "fault",
      "listen",
      "http",
      "dir",
      "service-account",
      "client-ca",
      "output",
    ],
    examples: [
      ["In one terminal; export the printed KUBECONFIG in another", "kapply sandbox"],
      ["Try manifests on a fresh server", "kapply sandbox -- kapply apply -f deploy/"],
      [
        "Test a script against a server that is busy",
        "kapply sandbox --fault 429,retry-after=1,every=3 -- ./deploy.sh",
      ],
      ["Keep what was made", "kapply sandbox --state sandbox.json"],
    ],
    load: async () => (await import("./sandbox.js")).sandbox,
  },
  {
    name: "completion",
    summary: "print a completion script for bash, zsh or fish",
    usage: "completion bash|zsh|fish",
    description: "Prints a script that completes commands and flags.",
    flags: [],
    examples: [["In bash", "source <(kapply completion bash)"]],
    load: async () => (await import("./completion.js")).completion,
  },
  {
    name: "version",
    summary: "print the version of kapply and of its bundled schemas",
    usage: "version",
    description:
      "Prints the version of kapply, of Node, and of the Kubernetes that the bundled schemas are from.",
    flags: ["output"],
    examples: [["For a script", "kapply version -o json"]],
    load: async () => (await import("./version.js")).version,
  },
];
