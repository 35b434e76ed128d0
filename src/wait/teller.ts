/** Telling what changes no more often than somebody can read it. */

export interface Teller<T> {
  /** Says it at once, or when the last word about the same is long enough ago; nothing where it was said last. */
  tell(about: T, text: string): void;
  /** Says nothing more about it. */
  drop(about: T): void;
}

interface Said {
  last: string;
  at: number;
  next?: string | undefined;
  timer?: NodeJS.Timeout | undefined;
}

/** Passes on the newest text about each thing, with at least that time between one and the next. */
export function openTeller<T>(say: (about: T, text: string) => void, everyMs: number): Teller<T> {
  const all = new Map<T, Said>();
  const sayNow = (about: T, text: string): void => {
    all.set(about, { last: text, at: performance.now() });
    say(about, text);
  };
  return {
    tell(about, text) {
      const said = all.get(about);
      if (said === undefined) {
        sayNow(about, text);
        return;
      }
      if (said.timer !== undefined) {
        said.next = text;
        return;
      }
      if (text === said.last) return;
      const wait = said.at + everyMs - performance.now();
      if (wait <= 0) {
        sayNow(about, text);
        return;
      }
      said.next = text;
      said.timer = setTimeout(() => {
        said.timer = undefined;
        if (said.next !== undefined && said.next !== said.last) sayNow(about, said.next);
      }, wait);
    },
    drop(about) {
      clearTimeout(all.get(about)?.timer);
      all.delete(about);
    },
  };
}
