/** A command from its first request to what is left of it when it has ended. */
import { exitStatusOf } from "../errors.js";
import type { Reporter } from "../report/index.js";
import { endedBy } from "../result.js";
import type { Context } from "./context.js";
import { openReport, terminationLogOf, writeTerminationLog } from "./end-files.js";
import type { Values } from "./parse.js";

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
  const status = await caught(context, reporter, async () => {
    const name = values.text("report");
    const report = name === undefined ? undefined : await openReport(name, context);
    const ended = await caught(context, reporter, work);
    const ending = reporter.ending();
    if (ending !== undefined) tell(context, await report?.write(ending.document));
    return ended;
  });
  await leaveTerminationMessage(values.text("termination-log"), context, reporter);
  return status;
}

/** Writes why a run failed to where `--termination-log` says, or a pod's own file. */
export async function leaveTerminationMessage(
  named: string | undefined,
  context: Context,
  reporter: Reporter,
): Promise<void> {
  const log = terminationLogOf(named, context.env);
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
