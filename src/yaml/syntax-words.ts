/**
 * Syntax errors in words that say what is wrong with the line, and what to do. They never repeat a value: it may be
 * one of a Secret.
 */
import type { ErrorCode } from "yaml";

/** A syntax error and the text around it. */
export interface Mistake {
  code: ErrorCode;
  /** The message of the `yaml` package. */
  detail: string;
  offset: number;
  /** Whether `offset` is where something starts that has no end. */
  unclosed: boolean;
  /** The line of the error up to it, the rest of that line, and the line above. */
  before: string;
  after: string;
  above: string;
}

export interface Words {
  message: string;
  hint: string;
}

/** What to say about an error: by its code where that is clear enough, else by what the line looks like. */
export function wordsFor(mistake: Mistake): Words {
  if (!mistake.unclosed && mistake.before.endsWith("$") && mistake.after.startsWith("{")) return reference;
  return byCode(mistake) ?? byLine(mistake) ?? lastResort;
}

/** For YAML these braces are a mapping: `[${A}]` is an error, and nothing that it says of commas is of any help. */
const reference: Words = {
  message: "a `${` without quotes between [ ] or { }, where braces are YAML's own",
  hint: 'put it in quotes: "${NAME}"; one that is to be no text goes on a line of its own, in block style',
};

function byCode(mistake: Mistake): Words | undefined {
  const { code, detail, unclosed } = mistake;
  if (unclosed || /Missing closing|and end with a/.test(detail)) return never(mistake);
  return clear[code]?.(mistake.after);
}

const misplaced = (): Words => ({
  message: "an anchor or tag too many, or in the wrong place",
  hint: "a value takes one anchor and one tag, right before it",
});

/** Codes that say it all; they are given the rest of the line. */
const clear: Partial<Record<ErrorCode, (after: string) => Words>> = {
  TAB_AS_INDENT: () => ({
    message: "a tab in the indentation, where YAML allows only spaces",
    hint: "replace the tab with spaces",
  }),
  BAD_DQ_ESCAPE: (after) => ({
    message: `the escape ${after.slice(0, 2)} in double quotes, which YAML does not have`,
    hint: "write a backslash as \\\\, or use single quotes",
  }),
  BAD_SCALAR_START: (after) => ({
    message: `a value that starts with the character ${after.charAt(0)}`,
    hint: "put the value in quotes",
  }),
  KEY_OVER_1024_CHARS: () => ({
    message: "a key of more than 1024 characters",
    hint: "if it is a text with a colon in it, put it in quotes",
  }),
  MULTIPLE_ANCHORS: misplaced,
  MULTIPLE_TAGS: misplaced,
  BAD_PROP_ORDER: misplaced,
  TAG_RESOLVE_FAILED: () => ({
    message: "a tag (what starts with an exclamation mark) that has no meaning here",
    hint: "remove the tag; quote the value if the exclamation mark belongs to it",
  }),
  RESOURCE_EXHAUSTION: () => ({
    message: "a document that is nested too deep",
    hint: "check how this file was made",
  }),
};

/** A quote or bracket without its other half. */
function never({ after, detail }: Mistake): Words {
  const hint = "close it, and indent all its lines deeper than the key before it";
  if (after.startsWith('"') || detail.includes('"'))
    return { message: "a double quote that is never closed", hint };
  if (after.startsWith("'") || detail.includes("'"))
    return { message: "a single quote that is never closed", hint };
  const bracket = after.startsWith("{")
    ? "`{` that is never closed by `}`"
    : "`[` that is never closed by `]`";
  return { message: `a ${bracket}`, hint };
}

interface Rule {
  when: (mistake: Mistake) => boolean;
  words: (mistake: Mistake) => Words;
}

/** What a line looks like, the most telling first. */
const rules: readonly Rule[] = [
  {
    when: ({ after, before }) =>
      after.startsWith("#") || (/["'\],}]$/.test(before) && /^\s*#/.test(after) && !/^\s/.test(after)),
    words: () => ({
      message: "a comment without a space before it",
      hint: "put a space before #, or quote the text that it belongs to",
    }),
  },
  {
    when: ({ before, after }) => /(?:^|\s)\*\S+:$/.test(before) || /^\*\S+:(?:\s|$)/.test(after),
    words: () => ({ message: "an alias with a colon right behind it", hint: "put a space before the colon" }),
  },
  {
    when: ({ code, before, after }) =>
      /[&*]$/.test(before) || /^[&*](?:\s|$)/.test(after) || code === "BAD_ALIAS" || code === "ALIAS_PROPS",
    words: () => ({
      message: "an anchor or alias without a name, or out of place",
      hint: "quote the value if & or * belongs to it",
    }),
  },
  {
    when: ({ detail, before, after }) =>
      /Missing ,/.test(detail) || (/[[{].*["'\w]\s*$/.test(before) && /^["'\w]/.test(after)),
    words: () => ({
      message: "two items without a comma between them",
      hint: "put a comma between the items of [ ] and { }",
    }),
  },
  {
    when: ({ before }) => /["']\s*$/.test(before),
    words: () => ({
      message: "text after a closing quote",
      hint: "put the whole value in quotes; double the single quotes in '', put \\ before those in \"\"",
    }),
  },
  {
    when: ({ before }) => /[\]}]\s*$/.test(before),
    words: () => ({
      message: "text after a closing bracket",
      hint: "remove it, or put the whole value in quotes",
    }),
  },
  {
    when: ({ after }) => /^[\]}]/.test(after),
    words: ({ after }) => ({
      message: `a \`${after.charAt(0)}\` that closes nothing`,
      hint: "remove it, or open it; quote the value if it belongs to it",
    }),
  },
  {
    when: ({ before }) => /[:-]\s+[|>][-+0-9]*\s*$/.test(before),
    words: () => ({ message: "text right after | or >", hint: "start the text on the next line, indented" }),
  },
  {
    when: ({ before, above }) => /^\s*$/.test(before) && /[:-]\s+[|>][-+0-9]*\s*$/.test(above),
    words: () => ({
      message: "a block of text that is not indented",
      hint: "indent it deeper than the key above it",
    }),
  },
  {
    when: ({ before, after }) => /:\s+$/.test(before) && /^-(?:\s|$)/.test(after),
    words: () => ({
      message: "a list that starts on the line of its key",
      hint: "start it on the next line",
    }),
  },
  {
    when: ({ before, after }) => /:\s+$/.test(before) && /:(?:\s|$)/.test(after),
    words: () => ({
      message: "two keys on one line",
      hint: "put the value in quotes if the second colon belongs to it",
    }),
  },
  {
    when: ({ code, before }) =>
      /:\s+$/.test(before) && (code === "BLOCK_AS_IMPLICIT_KEY" || code === "MULTILINE_IMPLICIT_KEY"),
    words: () => ({
      message: "a value on a line that has keys indented below it",
      hint: "indent the line below like this one, or remove the value",
    }),
  },
  {
    when: ({ before, after }) => /^\s*$/.test(before) && /^\s*-(?:\s|$)/.test(after),
    words: () => ({
      message: "a list item where a key is expected",
      hint: "indent it like the items it belongs to, below the key of the list",
    }),
  },
  {
    when: ({ before, after }) => /^\s*$/.test(before) && !/:(?:\s|$)/.test(after),
    words: () => ({
      message: "a line that is no key",
      hint: "a key needs a colon and a space behind it; text over several lines needs quotes or |",
    }),
  },
  {
    when: ({ code, before }) => code === "BAD_INDENT" || /^\s*$/.test(before),
    words: () => ({
      message: "a line whose indentation fits none of those above it",
      hint: "indent it like the lines it belongs to",
    }),
  },
];

function byLine(mistake: Mistake): Words | undefined {
  return rules.find(({ when }) => when(mistake))?.words(mistake);
}

const lastResort: Words = {
  message: "something that YAML does not have here",
  hint: "put text with special characters in quotes",
};
