/** One YAML or JSON document of configuration. */
import { parseJson, type Json } from "../json.js";
import { unusable } from "./failures.js";

/**
 * The value of a text that is JSON, or YAML with at most one document; undefined when it holds none.
 * The YAML reader is loaded only where JSON does not do: a start in a pod needs neither.
 * `source` is the text's name in places, `what` its name in sentences. Throws `credentials` with the place of the first
 * problem but not with its message, which may quote the text.
 */
export async function readDocument(text: string, source: string, what: string): Promise<Json | undefined> {
  if (text.trimStart().startsWith("{")) {
    try {
      return parseJson(text);
    } catch {
      // A YAML flow mapping begins with a brace too.
    }
  }
  const { readYaml } = await import("../yaml/index.js");
  const { documents, problems } = await readYaml(text, source);
  const [problem] = problems;
  if (problem !== undefined) {
    const { line, column } = problem.place;
    throw unusable(
      `${what} is not valid YAML: see ${source}:${line}:${column}${problem.code === "duplicate-key" ? " (a key that is there twice)" : ""}`,
      "what stands there is not shown, since it may be a secret",
    );
  }
  if (documents.length > 1) throw unusable(`${what} holds ${documents.length} documents`, "keep one of them");
  return documents[0]?.value;
}
