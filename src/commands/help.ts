/** Help, made from the tables of commands and flags. */
import { commands } from "./index.js";
import type { Command } from "./context.js";
import { connectionFlags, flags } from "./flags.js";
import type { Flag, FlagName } from "./flags.js";

/** The overview: `kapply --help`. */
export function overview(name: string): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const rows = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    `${name} applies Kubernetes manifests: parse, validate, diff against live, create or patch.`,
    "",
    `Usage: ${name} COMMAND [flags]`,
    "",
    "Commands:",
    ...rows,
    "",
    `${name} COMMAND --help shows the flags of a command, with examples.`,
    "",
  ].join("\n");
}

/** The help of one command. */
export function helpOf(command: Command, name: string): string {
  const own = command.flags.filter((flag) => !connectionFlags.includes(flag));
  const connecting = command.flags.filter((flag) => connectionFlags.includes(flag));
  const lines = [`Usage: ${name} ${command.usage}`, "", command.description, ""];
  if (command.examples.length > 0) {
    lines.push("Examples:");
    for (const [comment, example] of command.examples) {
      lines.push(`  # ${comment}`, `  ${example.replaceAll("kapply ", `${name} `)}`, "");
    }
  }
  if (own.length > 0) lines.push("Flags:", ...rowsOf(own), "");
  if (connecting.length > 0) lines.push("Which server, as whom:", ...rowsOf(connecting), "");
  return lines.join("\n");
}

function rowsOf(names: readonly FlagName[]): string[] {
  const heads = names.map((name) => headOf(name, flags[name]));
  const width = Math.min(34, Math.max(...heads.map((head) => head.length)));
  return names.flatMap((name, at) => {
    const head = heads[at] ?? "";
    const help = flags[name].help;
    return head.length > width ? [head, `${" ".repeat(width)}  ${help}`] : [`${head.padEnd(width)}  ${help}`];
  });
}

function headOf(name: FlagName, flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  const value =
    flag.takes === "switch"
      ? ""
      : flag.bare === undefined
        ? ` ${flag.value ?? ""}`
        : `[=${flag.value ?? ""}]`;
  return `  ${short}--${name}${value}`;
}
