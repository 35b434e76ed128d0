/** Talk on stderr where there is no live progress: what waits, what is retried, what a server warns of. Collapsed. */
import type { Event } from "../model.js";
import { createCrowd } from "./crowd.js";
import { count, durationText, type Namer, refKey } from "./names.js";
import type { Paint } from "./style.js";

interface TalkWords {
  namer: Namer;
  paint: Paint;
  clean: (text: string) => string;
  /** Prints what a function gives, a moment later. */
  later: (say: () => string) => void;
  /** Milliseconds of a clock that is never set. */
  now: () => number;
}

/** Attempts of one trouble are closer than that: a wait of 60 s at most, and an attempt. */
const troubleMs = 120_000;

/** Turns events into lines, or into nothing where the same was said last. */
export interface Talk {
  waiting(event: Event & { event: "waiting" }): string;
  ready(event: Event & { event: "ready" }): string;
  retrying(event: Event & { event: "retrying" }): string;
  warning(event: Event & { event: "warning" }): string;
  /** Says at the end how often what was said once came again. */
  rest(): string;
}

export function createTalk(words: TalkWords): Talk {
  const waits = new Map<string, string>();
  const crowd = createCrowd(words.later);
  const retries = new Map<string, { times: number; said: number; attempt: number; at: number }>();
  const warnings = new Map<string, number>();
  const warned = new Set<string>();

  return {
    waiting: ({ what, why, ref }) => {
      const key = ref === undefined ? what : refKey(ref);
      if (waits.get(key) === why) return "";
      waits.set(key, why);
      const where = ref === undefined ? "" : words.namer.suffix(ref);
      return crowd.say(key, `waiting for ${words.clean(what)}${where}: ${words.clean(why)}\n`);
    },
    ready: ({ ref }) => {
      waits.delete(refKey(ref));
      return crowd.drop(refKey(ref));
    },
    retrying: ({ what, why, attempt, seconds }) => {
      const known = retries.get(why) ?? { times: 0, said: 0, attempt: 0, at: -Infinity };
      retries.set(why, known);
      known.times += 1;
      if (words.now() - known.at > troubleMs) known.attempt = 0;
      known.at = words.now();
      // A line for each further attempt: an outage is seen to go on, and a thousand objects don't fill a log.
      if (attempt <= known.attempt) return "";
      known.attempt = attempt;
      known.said += 1;
      const next = `attempt ${attempt} in ${durationText(seconds * 1000)}`;
      return `retrying ${words.clean(what)}: ${words.clean(why)} (${next})\n`;
    },
    warning: ({ message, ref }) => {
      const about = ref === undefined ? "" : `${words.namer.name(ref)}: `;
      // An outcome repeats the warnings that came as events: once is enough.
      const key = `${ref === undefined ? "" : refKey(ref)}\n${message}`;
      if (warned.has(key)) return "";
      warned.add(key);
      const times = warnings.get(message) ?? 0;
      warnings.set(message, times + 1);
      return times > 0 ? "" : `${words.paint("changed", "Warning:")} ${about}${words.clean(message)}\n`;
    },
    rest: () => {
      crowd.end(); // the end tells what became of each
      let text = "";
      for (const [why, { times, said }] of retries) {
        if (times > said) text += `retried ${times} times: ${words.clean(why)}\n`;
      }
      for (const [message, times] of warnings) {
        const more = `the same for ${count(times - 1, "more object")}`;
        if (times > 1) text += `${words.paint("changed", "Warning:")} ${more}: ${words.clean(message)}\n`;
      }
      return text;
    },
  };
}
