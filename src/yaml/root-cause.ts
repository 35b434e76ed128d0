/** The two most frequent reasons why a file that ends in .yaml is not YAML: nobody rendered or merged it. */
import type { Fault } from "./document.js";
import { shorten } from "./faults.js";

/** What explains all other faults of a text that could not be read, if there is such a thing. */
export function rootCause(text: string): Fault | undefined {
  return mergeConflict(text) ?? unrendered(text);
}

function mergeConflict(text: string): Fault | undefined {
  const ours = text.startsWith("<<<<<<< ") ? 0 : text.indexOf("\n<<<<<<< ") + 1;
  const between = text.indexOf("\n=======\n", ours);
  if ((ours === 0 && !text.startsWith("<")) || between < 0 || !text.includes("\n>>>>>>> ", between))
    return undefined;
  return {
    code: "syntax",
    offset: ours,
    message: "a merge conflict that was not resolved",
    hint: "keep one of the two versions, and remove the lines with <<<<<<<, ======= and >>>>>>>",
  };
}

/** The first `{{ ... }}` of a text, outside of comments. */
function unrendered(text: string): Fault | undefined {
  for (const found of text.matchAll(/\{\{[^\n]*?(?:\}\}|(?=\n)|$)/g)) {
    const lineStart = text.lastIndexOf("\n", found.index) + 1;
    if (/^\s*#/.test(text.slice(lineStart, found.index))) continue;
    return {
      code: "syntax",
      offset: found.index,
      message: `a template that was not rendered: ${shorten(found[0])}`,
      hint: "render it first, as in: helm template CHART | kapply apply -f -",
    };
  }
  return undefined;
}
