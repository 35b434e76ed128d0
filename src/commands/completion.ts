/** Completion scripts, made from the tables of commands and flags. */
import { KapplyError } from "../errors.js";
import type { Command, Run } from "./context.js";
import { flags } from "./flags.js";
import type { Flag } from "./flags.js";

export const completion: Run = (values, context) => {
  const [shell = ""] = values.rest;
  const make = scripts[shell];
  if (make === undefined) {
    return Promise.reject(new KapplyError("usage", `completion needs a shell: bash, zsh or fish`));
  }
  context.stdout(make(context.commands));
  return Promise.resolve(0);
};

const scripts: Record<string, (commands: readonly Command[]) => string> = { bash, zsh, fish };

function names(commands: readonly Command[]): string {
  return commands.map(({ name }) => name).join(" ");
}

function longFlags(command: Command): string {
  return command.flags.map((flag) => `--${flag}`).join(" ");
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => `    ${command.name}) words="${longFlags(command)} --help" ;;`);
  return `_kapply() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  COMPREPLY=()
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${names(commands)}"; fi
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "$words" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi ;;
  esac
}
complete -o filenames -F _kapply kapply
`;
}

function zsh(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = commands.map(
    (command) => `    ${command.name}) _arguments ${command.flags.map(zshFlag).join(" ")} '*:file:_files' ;;`,
  );
  return `#compdef kapply
_kapply() {
  local -a commands=(
${rows.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
compdef _kapply kapply
`;
}

function zshFlag(name: keyof typeof flags): string {
  const flag: Flag = flags[name];
  return `'--${name}${flag.takes === "switch" ? "" : "="}[${quoted(flag.help).replace(/[[\]]/g, "")}]'`;
}

function fish(commands: readonly Command[]): string {
  const rows = commands.map(
    ({ name, summary }) => `complete -c kapply -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
  );
  const options = commands.flatMap(({ name, flags: own }) =>
    own.map((flag) => {
      const { short, help, takes }: Flag = flags[flag];
      const letter = short === undefined ? "" : ` -s ${short}`;
      const value = takes === "switch" ? "" : " -r";
      return `complete -c kapply -n '__fish_seen_subcommand_from ${name}' -l ${flag}${letter}${value} -d '${quoted(help)}'`;
    }),
  );
  return `${[...rows, ...options].join("\n")}\n`;
}

/** Text within single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
