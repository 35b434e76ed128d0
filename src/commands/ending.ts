/** A command from its first request to what is left of it when it has ended. */
import { exitStatusOf, KapplyError } from "../errors.js";
import { filesToRead, type ReadOptions } from "../manifest/index.js";
import type { Reporter } from "../report/index.js";
import { endedBy } from "../result.js";
import type { Context } from "./context.js";
import { isSource, openReport, refuseSource, terminationLogOf, writeTerminationLog } from "./end-files.js";
import type { Values } from "./parse.js";

/** Which manifests are read. */
type Sources = Pick<ReadOptions, "filenames" | "recursive">;

/**
 * Runs what a command does, reports what it throws, and writes `--report` and the pod's termination message at the end.
 * That either can't be written is a warning: what was done was done. Gives the exit status.
 */
export async function toItsEnd(
  values: Values,
  context: Context,
  reporter: Reporter,
  work: () => Promise<number>,
): Promise<number> {
  let log: string | undefined;
  const status = await caught(context, reporter, async () => {
    const name = values.text("report");
    const sources = await sourcesOf(values);
    log = await terminationLogIn(values, sources);
    if (name !== undefined) await refuseSource("report", name, sources);
    const report = name === undefined ? undefined : await openReport(name, context);
    const ended = await caught(context, reporter, work);
    const ending = reporter.ending();
    if (ending !== undefined) tell(context, await report?.write(ending.document));
    return ended;
  });
  await leaveTerminationMessage(log, context, reporter);
  return status;
}

/** The files that manifests are read from, where one of them might be overwritten. */
async function sourcesOf(values: Values): Promise<string[]> {
  if (values.text("report") === undefined && values.text("termination-log") === undefined) return [];
  return filesToRead({ filenames: values.list("filename"), recursive: values.on("recursive") });
}

async function terminationLogIn(values: Values, sources: readonly string[]): Promise<string | undefined> {
  const name = values.text("termination-log");
  if (name === "-") {
    throw new KapplyError("usage", "--termination-log needs the name of a file", {
      hint: "the message is for a pod's status; why a run failed is on stderr in any case",
    });
  }
  if (name !== undefined) await refuseSource("termination-log", name, sources);
  return name;
}

/** Writes why a run failed to where `--termination-log` says, or a pod's own file; to none that manifests are read from. */
export async function leaveTerminationMessage(
  named: string | undefined,
  context: Context,
  reporter: Reporter,
  reads: Sources = { filenames: [], recursive: false },
): Promise<void> {
  const log = terminationLogOf(named, context.env);
  if (log !== undefined && (await isSource(log, await filesToRead(reads)))) return;
  const ending = reporter.ending();
  if (log !== undefined && ending !== undefined)
    tell(context, await writeTerminationLog(log, ending.termination, context));
}

async function caught(
  { interrupted }: Context,
  reporter: Reporter,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (thrown) {
    const error = endedBy(interrupted(), thrown);
    reporter.fail(error);
    return exitStatusOf(error);
  }
}

function tell({ stderr }: Context, trouble: string | undefined): void {
  if (trouble !== undefined) stderr(`warning: ${trouble}\n`);
}
