/** `whoami`: how the server was found, as whom, which namespace, which version. */
import { describeCredential } from "../auth/index.js";
import { serverVersion, whoAmI } from "../cluster/index.js";
import { exitStatusOf } from "../errors.js";
import { createReporter, escapeText } from "../report/index.js";
import { stringifyJson } from "../json.js";
import { withServer } from "./connect.js";
import type { Run } from "./context.js";
import { textOrJson } from "./parse.js";

export const whoami: Run = async (values, context) => {
  const output = textOrJson(values, "whoami");
  const reporter = await createReporter({
    ...context,
    command: "whoami",
    output,
    diff: false,
    showSecrets: false,
  });
  try {
    const facts = await withServer(values, context, reporter.emit, { sends: "dry-runs" }, async (connect) => {
      const { connection, transport } = await connect();
      const [{ gitVersion }, self] = await Promise.all([serverVersion(transport), whoAmI(transport)]);
      return {
        server: connection.server,
        version: gitVersion,
        foundBy: connection.foundBy,
        credential: describeCredential(connection.credential),
        user: self?.username ?? "(the server does not say)",
        groups: self?.groups ?? [],
        namespace: connection.namespace,
        namespaceFrom: connection.namespaceFrom,
      };
    });
    context.stdout(output === "json" ? `${stringifyJson(facts, 2)}\n` : asText(facts));
    return 0;
  } catch (error) {
    reporter.fail(error);
    return exitStatusOf(error);
  }
};

interface Facts {
  server: string;
  version: string;
  foundBy: string;
  credential: string;
  user: string;
  groups: string[];
  namespace: string;
  namespaceFrom: string;
}

function asText(facts: Facts): string {
  const rows = [
    ["server", `${facts.server} (Kubernetes ${facts.version})`],
    ["found by", facts.foundBy],
    ["credential", facts.credential],
    ["user", facts.user],
    ["groups", facts.groups.join(", ")],
    ["namespace", `${facts.namespace} (from ${facts.namespaceFrom})`],
  ] as const;
  return rows.map(([name, value]) => `${`${name}:`.padEnd(12)}${escapeText(value)}\n`).join("");
}
