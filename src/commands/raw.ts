/** `raw PATH`: one GET with the credentials that were found. */
import { fetchRaw } from "../cluster/index.js";
import { exitStatusOf, KapplyError } from "../errors.js";
import { createReporter } from "../report/index.js";
import { withServer } from "./connect.js";
import type { Run } from "./context.js";

export const raw: Run = async (values, context) => {
  const [path, ...more] = values.rest;
  if (path === undefined || more.length > 0 || !path.startsWith("/")) {
    throw new KapplyError("usage", "raw needs one path that begins with a slash", {
      hint: `${context.name} raw /api/v1/namespaces/default/pods`,
    });
  }
  const reporter = await createReporter({
    ...context,
    command: "raw",
    output: "text",
    diff: false,
    showSecrets: false,
  });
  try {
    const text = await withServer(values, context, reporter.emit, {}, async (connect) =>
      fetchRaw((await connect()).transport, path),
    );
    context.stdout(text.endsWith("\n") ? text : `${text}\n`);
    return 0;
  } catch (error) {
    reporter.fail(error);
    return exitStatusOf(error);
  }
};
