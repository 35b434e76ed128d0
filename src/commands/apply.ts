/** `apply`, `diff` and `validate`: one pipeline, stopped at three points. */
import { exitStatusOf, KapplyError } from "../errors.js";
import type { Job } from "../job.js";
import { leaseName, parseRevision } from "../lease/index.js";
import { substitutionOf as readSubstitution } from "../manifest/index.js";
import type { Manifest } from "../model.js";
import type { Sends } from "../server.js";
import { run } from "../pipeline.js";
import { knownType, readyBody } from "../plan/index.js";
import { createReporter, renderObjects } from "../report/index.js";
import type { Output, Reporter } from "../report/index.js";
import { bundledType, typesOfCrds } from "../schema/index.js";
import { asMember, setNameOf } from "../set.js";
import { defaultConcurrency, likelyNamespace, withServer } from "./connect.js";
import type { Context, Run } from "./context.js";
import { count, size } from "./parse.js";
import { toItsEnd } from "./ending.js";
import type { Values } from "./parse.js";

type DryRun = "client" | "server" | undefined;

export const apply: Run = async (values, context) => {
  const dryRun = dryRunOf(values);
  if (dryRun === "client") return printObjects(values, context);
  return runJob("apply", dryRun === "server" ? "planned" : "applied", values, context, dryRun);
};

export const diff: Run = (values, context) => runJob("diff", "planned", values, context);

export const validate: Run = (values, context) => runJob("validate", "validated", values, context);

async function runJob(
  command: string,
  until: Job["until"],
  values: Values,
  context: Context,
  dryRun?: DryRun,
): Promise<number> {
  const reporter = await reporterFor(command, values, context, dryRun);
  return toItsEnd(values, context, reporter, async () => {
    const job = jobOf(command, until, values, context);
    const result = await withServer(
      values,
      context,
      reporter.emit,
      { ...job, sends: sendsOf(job) },
      (server) =>
        run(job, {
          server,
          emit: reporter.emit,
          seen: (manifests) => reporter.knowSecrets(manifests),
          warn: (warnings) => reporter.problems([], warnings),
          interrupted: context.interrupted,
        }),
    );
    await reporter.finish(result);
    return result.exitStatus;
  });
}

/** `--dry-run=client`: the objects as they would be sent; no server is asked, not even for their types. */
async function printObjects(values: Values, context: Context): Promise<number> {
  if (values.text("owner") !== undefined)
    throw new KapplyError("usage", "--owner needs a server, which knows the owner's uid", {
      hint: "use --dry-run=server",
    });
  const job = jobOf("apply", "validated", values, context);
  const output = outputOf(values);
  const reporter = await reporterFor("apply", values, context, "client");
  let manifests: readonly Manifest[] = [];
  try {
    const result = await run(job, {
      server: () => Promise.reject(new KapplyError("internal", "a client dry run does not connect")),
      emit: reporter.emit,
      seen: (read) => {
        manifests = read;
        reporter.knowSecrets(read);
      },
      warn: (warnings) => reporter.problems([], warnings),
      interrupted: context.interrupted,
    });
    if (output === "json" || output === "yaml") {
      const objects = asSent(manifests, await likelyNamespace(values, context), setNameOf(job));
      context.stdout(renderObjects(objects, output, values.on("show-secrets")));
    } else await reporter.finish(result);
    return result.exitStatus;
  } catch (error) {
    reporter.fail(error);
    return exitStatusOf(error);
  }
}

function asSent(
  manifests: readonly Manifest[],
  namespace: string | undefined,
  set: string | undefined,
): Manifest["body"][] {
  const sources = { ofSet: typesOfCrds(manifests), bundled: bundledType };
  return manifests.map(({ ref, body }) => {
    const namespaced = knownType(ref, sources)?.namespaced === true;
    const sent = readyBody(body, namespaced ? { ...ref, namespace: ref.namespace ?? namespace } : ref);
    return asMember(sent, set);
  });
}

function reporterFor(command: string, values: Values, context: Context, dryRun: DryRun): Promise<Reporter> {
  return createReporter({
    command,
    output: outputOf(values),
    diff: command === "diff" || dryRun === "server",
    dryRun,
    stdout: context.stdout,
    stderr: context.stderr,
    stdoutIsTerminal: context.stdoutIsTerminal,
    stderrIsTerminal: context.stderrIsTerminal,
    terminalSize: context.terminalSize,
    color: context.color,
    showSecrets: values.on("show-secrets"),
  });
}

function jobOf(command: string, until: Job["until"], values: Values, context: Context): Job {
  const [stray] = values.rest;
  if (stray !== undefined) {
    const meant = values.list("env-subst").includes("*") && /^[A-Z_][A-Z0-9_,]*$/.test(stray);
    throw new KapplyError("usage", `${command} does not take "${stray}"`, {
      hint: meant ? `--env-subst=${stray}` : `name files with -f: ${command} -f ${stray}`,
    });
  }
  const filenames = values.list("filename");
  if (filenames.length === 0) {
    throw new KapplyError("usage", `${command} needs manifests`, {
      hint: `name a file or directory: ${command} -f FILE`,
    });
  }
  if (values.text("validate") !== undefined && modeOf(values) === "ignore" && command === "validate") {
    throw new KapplyError("usage", "validate --validate=ignore would check nothing");
  }
  return { ...readingJob(command, values, context), until };
}

/** What any command that reads manifests is asked: nothing is applied by it. */
export function readingJob(command: string, values: Values, context: Context): Job {
  const filenames = values.list("filename");
  const until = "validated";
  return {
    command,
    until,
    sources: {
      filenames,
      recursive: values.on("recursive"),
      ...sizes(values),
      readStdin: context.readStdin,
      substitute: substitutionOf(values, context),
      stdinIsTerminal: context.stdinIsTerminal,
    },
    selector: values.text("selector"),
    allowEmpty: values.on("allow-empty"),
    namespace: values.text("namespace"),
    validate: modeOf(values),
    fieldManager: values.text("field-manager") ?? "kapply",
    onConflict: onConflictOf(values),
    takeOverFrom: values.list("take-over-from"),
    preview: previewOf(command, values),
    wait: values.on("wait"),
    set: setOf(values),
    owner: values.text("owner"),
    env: context.env,
    concurrency: count(values, "concurrency", defaultConcurrency),
  };
}

function substitutionOf(values: Values, { env }: Context): Job["sources"]["substitute"] {
  const names = values.list("env-subst");
  return names.length === 0 ? undefined : readSubstitution(names, env);
}

function sizes(values: Values): Pick<Job["sources"], "maxFileBytes" | "maxTotalBytes"> {
  const maxFileBytes = size(values, "max-file-size");
  const maxTotalBytes = size(values, "max-total-size");
  return {
    ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
    ...(maxTotalBytes === undefined ? {} : { maxTotalBytes }),
  };
}

function modeOf(values: Values): Job["validate"] {
  const mode = values.text("validate");
  if (mode === "warn" || mode === "ignore") return mode;
  return mode === "false" ? "ignore" : "strict";
}

function setOf(values: Values): Job["set"] {
  const name = values.text("set");
  const revision = values.text("revision");
  const lock = values.on("lock");
  if (values.on("allow-downgrade") && revision === undefined)
    throw new KapplyError("usage", "--allow-downgrade is about a revision, and there is no --revision", {
      hint: "give the revision that is to be applied: --revision N",
    });
  if (revision !== undefined && values.text("selector") !== undefined)
    throw new KapplyError("usage", "--revision is about a whole set, and -l selects a part of it", {
      hint: "apply the whole set, or leave --revision out",
    });
  // What can't be a name or a revision is refused here, where no server is needed yet.
  if (name !== undefined) leaseName(name);
  if (revision !== undefined && revision !== "auto") parseRevision(revision);
  if (name !== undefined) return { name, lock, revision, allowDowngrade: values.on("allow-downgrade") };
  const alone = lock ? "--lock" : revision === undefined ? undefined : "--revision";
  if (alone === undefined) return undefined;
  throw new KapplyError("usage", `${alone} is about a set, and there is no --set`, {
    hint: "name the set: --set NAME",
  });
}

function onConflictOf(values: Values): Job["onConflict"] {
  const given = values.text("on-conflict") as Job["onConflict"] | undefined;
  if (!values.on("force-conflicts")) return given ?? "fail";
  if (given === undefined || given === "force") return "force";
  throw new KapplyError("usage", `--force-conflicts and --on-conflict=${given} contradict each other`);
}

function previewOf(command: string, values: Values): Job["preview"] {
  if (values.on("read-only")) return "predicted";
  if (command === "diff") return "if-permitted";
  return dryRunOf(values) === "server" ? "server" : "before-writing";
}

/** The most that a run may send: whatever else it does, the transport holds it to that. */
function sendsOf({ until, preview }: Job): Sends {
  if (until === "applied") return "writes";
  return until === "planned" && preview !== "predicted" ? "dry-runs" : "reads";
}

function dryRunOf(values: Values): DryRun {
  const dryRun = values.text("dry-run");
  return dryRun === "client" || dryRun === "server" ? dryRun : undefined;
}

function outputOf(values: Values): Output {
  const output = (values.text("output") ?? "text") as Output;
  if (output === "yaml" && dryRunOf(values) !== "client") {
    throw new KapplyError("usage", "-o yaml prints objects, and only --dry-run=client has objects to print", {
      hint: "use -o json for the result, or add --dry-run=client",
    });
  }
  return output;
}
