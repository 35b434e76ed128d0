/** The two streams of the process: what becomes of a run whose reader goes away, or whose disk is full. */

export interface Output {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** Writes what is left. Gives why some of stdout could not be written; nothing where its reader went away. */
  end: () => Promise<string | undefined>;
  /** Writes what is left at once, for a process that ends without more ado. */
  flush: () => void;
}

type Writable = Pick<NodeJS.WritableStream, "on"> & {
  write: (text: string, done?: () => void) => boolean;
};

/**
 * Gathers what a turn of the event loop writes to stdout: a thousand result lines are one write. What goes to stderr
 * stays behind what went to stdout before it.
 *
 * A reader that has seen enough (`kapply apply | head`) ends nothing: what was begun is finished, with its own status,
 * and a Lease that is held is given back.
 */
export function openOutput(out: Writable, err: Writable): Output {
  let gathered = "";
  let closed = false;
  let trouble: string | undefined;
  out.on("error", (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== "EPIPE") trouble ??= error.message;
  });
  // There is nobody left to tell.
  err.on("error", () => undefined);

  const flush = (): void => {
    const text = gathered;
    gathered = "";
    if (text !== "" && !closed) out.write(text);
  };
  return {
    stdout: (text) => {
      if (gathered === "") setImmediate(flush);
      gathered += text;
    },
    stderr: (text) => {
      flush();
      err.write(text);
    },
    flush,
    end: async () => {
      flush();
      if (!closed) await new Promise<void>((resolve) => out.write("", () => resolve()));
      // An error is told after the write that it is of.
      await new Promise(setImmediate);
      return trouble;
    },
  };
}
